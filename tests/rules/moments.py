"""Short ways to write instants in the tests of rules."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rules.notice import UNBOUNDED, Reach
from rules.opening import Override, Schedule, WeeklyRule, stretches_between
from rules.slots import Candidate, SlotMode, Terms, free_starts
from rules.wall_time import day_bounds, epoch, instant, local
from rules.zones import zone

ANY_TIME = Reach(now=0, earliest=0, until=UNBOUNDED)


def z(text: str) -> int:
    """Epoch seconds of `2026-03-08T07:30Z`, or with an offset."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, text
    return epoch(moment)


def shown(epochs: list[int]) -> list[str]:
    return [instant(at).strftime("%Y-%m-%dT%H:%MZ") for at in epochs]


def clock(epochs: list[int], there: ZoneInfo) -> list[str]:
    """`00:00-05:00`: what the wall clock and its offset are."""
    return [f"{(at := local(instant(e), there)).date_time:%H:%M}{at.offset}" for e in epochs]


def minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def weekly(zone_name: str, days: str, *windows: str, overrides: tuple[Override, ...] = ()) -> Schedule:
    """`weekly("Europe/London", "12345", "09:00-17:00")`; digits are ISO weekdays."""
    spans = [tuple(minute(part) for part in window.split("-")) for window in windows]
    rules = tuple(WeeklyRule(int(day), start, end) for day in days for start, end in spans)
    return Schedule(zone(zone_name), rules, overrides)


def terms(duration: int, step: int | None = None, before: int = 0, after: int = 0, mode: str = "GRID") -> Terms:
    """A service's terms from minutes."""
    return Terms(duration * 60, (step or duration) * 60, before * 60, after * 60, SlotMode(mode))


def candidate(
    schedule: Schedule, first: date, last: date | None = None, busy: tuple[tuple[int, int], ...] = (), key: str = "ana"
) -> Candidate[str]:
    """Open as `schedule` says from `first` to `last`, for appointments of up to a day."""
    begin, end = day_bounds(first, schedule.zone)[0], day_bounds(last or first, schedule.zone)[1]
    return Candidate(key, stretches_between(schedule, begin, end, duration=86_400), busy)


def starts_on(
    schedule: Schedule, day: date, asked: Terms, busy: tuple[tuple[int, int], ...] = (), reach: Reach = ANY_TIME
) -> list[int]:
    """What is offered on one local date."""
    return free_starts(candidate(schedule, day, busy=busy), asked, reach.within(*day_bounds(day, schedule.zone)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
