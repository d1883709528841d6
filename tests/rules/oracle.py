"""A second opinion on slots, written to be obvious and slow.

It paints five-minute ticks of open time as a set of datetimes and asks about one start after the other. It
shares no algorithm with `rules`: no sweep, no coalescing, no epoch integers, no `fold`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from rules.opening import Schedule
from rules.slots import SlotMode

TICK = timedelta(minutes=5)
Busy = list[tuple[datetime, datetime]]


@dataclass
class Question:
    """Minutes and datetimes, as a person would ask. Everything but `now` lies on whole ticks."""

    schedule: Schedule
    first: date
    last: date
    duration: int
    step: int
    before: int
    after: int
    mode: SlotMode
    notice: int
    horizon: int
    now: datetime
    busy: Busy
    pool: list[Busy]
    needed: int
    alignment: int = 0
    closed: frozenset[date] = frozenset()


@cache
def offset_at(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


@cache
def readings(wall: datetime, zone: ZoneInfo) -> tuple[list[datetime], list[datetime]]:
    """Instants that clocks show as `wall`, and those that offsets in use around then would make of it."""
    as_utc = wall.replace(tzinfo=UTC)
    offsets = {offset_at(as_utc + timedelta(hours=hours), zone) for hours in range(-30, 31, 3)}
    candidates = [as_utc - offset for offset in offsets]
    return [c for c in candidates if c.astimezone(zone).replace(tzinfo=None) == wall], candidates


@cache
def utc_of(wall: datetime, zone: ZoneInfo) -> datetime:
    shown, candidates = readings(wall, zone)
    if shown:
        return min(shown)
    return wall.replace(tzinfo=UTC) - offset_at(min(candidates), zone)


def windows_starting_on(schedule: Schedule, day: date) -> list[tuple[datetime, datetime]]:
    overrides = [override for override in schedule.overrides if override.on == day]
    spans = [span for override in overrides for span in override.windows]
    if not overrides:
        for rule in schedule.rules:
            late = rule.valid_until is not None and day > rule.valid_until
            early = rule.valid_from is not None and day < rule.valid_from
            if day.isoweekday() == rule.weekday and not late and not early:
                spans.append((rule.start_minute, rule.end_minute))
    found = []
    for start, end in spans:
        end += 1 if end in (1439, 2879) else 0
        walls = [datetime.combine(day, datetime.min.time()) + timedelta(minutes=m) for m in (start, end)]
        if not any(readings(wall, schedule.zone)[0] for wall in walls):
            continue
        begin, close = (utc_of(wall, schedule.zone) for wall in walls)
        if begin < close:
            found.append((begin, close))
    return found


def ticks(start: datetime, end: datetime) -> list[datetime]:
    return [start + TICK * i for i in range(max(0, (end - start) // TICK))]


def meets_none(busy: Busy, start: datetime, end: datetime) -> bool:
    return not any(start < busy_end and end > busy_start for busy_start, busy_end in busy)


class Painted:
    """The open ticks around the dates of a question, each with the anchor of its grid and when its window closes."""

    def __init__(self, q: Question) -> None:
        self.q, self.zone = q, q.schedule.zone
        days = [q.first + timedelta(days=i) for i in range(-2, (q.last - q.first).days + 3)]
        by_day = [windows_starting_on(q.schedule, day) for day in days]
        inside = {tick for windows in by_day for window in windows for tick in ticks(*window)}
        self.ticks = sorted(tick for tick in inside if tick.astimezone(self.zone).date() not in q.closed)
        openings = {
            start
            for windows in by_day
            for start, _ in windows
            if not any(other_start < start <= other_end for other_start, other_end in windows)
        }
        openings |= set(self.ticks) - {tick + TICK for tick in self.ticks}
        self.anchor: dict[datetime, datetime | None] = {}
        for tick in self.ticks:
            if tick in openings or (q.alignment and offset_at(tick, self.zone) != offset_at(tick - TICK, self.zone)):
                self.anchor[tick] = None  # the grid begins anew, at the next round time
            else:
                self.anchor[tick] = self.anchor[tick - TICK]
            if self.anchor[tick] is None and self.is_round(tick):
                self.anchor[tick] = tick
        self.close: dict[datetime, datetime] = {}
        for tick in reversed(self.ticks):
            self.close[tick] = self.close.get(tick + TICK, tick + TICK)
        self.base_of: dict[datetime, datetime] = {}
        self.free = cache(self._free)

    def is_round(self, tick: datetime) -> bool:
        """Whether the clocks show a multiple of the alignment."""
        wall = tick.astimezone(self.zone)
        return not self.q.alignment or (wall.hour * 60 + wall.minute) % self.q.alignment == 0

    def _free(self, start: datetime) -> bool:
        q = self.q
        block = start - timedelta(minutes=q.before), start + timedelta(minutes=q.duration + q.after)
        return meets_none(q.busy, *block) and sum(meets_none(unit, *block) for unit in q.pool) >= q.needed

    def base(self, start: datetime) -> datetime | None:
        """Where the steps that lead to `start` are counted from; None where nothing begins yet."""
        anchor = self.anchor[start]
        if self.q.mode is SlotMode.GRID or anchor is None:
            return anchor
        begin = start
        # Two units of a pool that take turns can forbid the time between two ticks and neither tick.
        while begin > anchor and self.free(begin - TICK / 2) and self.free(begin - TICK):
            begin = self.base_of.get(begin - TICK, begin - TICK)
        self.base_of[start] = begin
        while not self.is_round(begin):
            begin += TICK
        return begin


def answer(q: Question) -> set[datetime]:
    painted = Painted(q)
    zone = q.schedule.zone
    furthest = min(q.last, q.now.astimezone(zone).date() + timedelta(days=q.horizon))
    return {
        start
        for start in painted.ticks
        if q.first <= start.astimezone(zone).date() <= furthest
        and start >= q.now + timedelta(minutes=q.notice)
        and start + timedelta(minutes=q.duration) <= painted.close[start]
        and painted.free(start)
        and (base := painted.base(start)) is not None
        and start >= base
        and (start - base) % timedelta(minutes=q.step) == timedelta()
    }
