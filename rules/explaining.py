"""Why a start is not offered, in words for a person: which rule, what it asks, and what would be accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules.intervals import Window, contains
from rules.limits import Limit, Measure
from rules.notice import Reach
from rules.slot_checks import Unfit, nearest
from rules.slots import Candidate, Key, Pool, Terms, free_starts, free_units
from rules.stays import Trip
from rules.stretches import windows_of
from rules.wall_time import day_bounds, instant, local, local_date

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NEAREST = 2
# What anybody may be told, without anything of the business's hours and diary.
BRIEFLY = {
    Unfit.PLACE_ARCHIVED: "Nothing is booked at that place any more. Choose another service or somebody elsewhere.",
    Unfit.IN_THE_PAST: "That time has passed. Choose a later one.",
    Unfit.TOO_SOON: "The service cannot be booked at such short notice. Choose a later time.",
    Unfit.TOO_FAR: "The service cannot be booked that far ahead yet. Choose an earlier time.",
    Unfit.OUTSIDE_OPENING_HOURS: "Nobody who offers the service is open for the whole of that time. Choose one that "
    "`nextAvailable` or `availability` lists.",
    Unfit.TAKEN: "That time is taken. Choose another one.",
    Unfit.LIMIT_REACHED: "The service takes no more bookings on that day. Choose another day.",
    Unfit.NOT_ON_GRID: "The service does not start at that minute. Choose one of the starts that are offered.",
}
FREE = "This time is offered."


@dataclass(frozen=True, slots=True)
class Asked:
    """One start (epoch seconds) of a service with one candidate, in the zone of the place."""

    start: int
    candidate: Candidate[Key]  # type: ignore[valid-type]
    terms: Terms
    reach: Reach
    zone: ZoneInfo
    limits: tuple[Limit, ...] = ()
    needed: Sequence[str] = ()  # the names of what each pool of the candidate consists of
    trip: Trip | None = None


def in_full(reason: Unfit, asked: Asked) -> str:
    """The rule with its figures, for people of the business."""
    words = _WORDS[reason](asked)
    return f"{_elsewhere(asked.trip)} {words}" if asked.trip else words


def _elsewhere(trip: Trip) -> str:
    days = f"on {trip.first}" if trip.first == trip.last else f"from {trip.first} to {trip.last}"
    return f"{trip.who} works {trip.where} then, {days}."


def _too_soon(asked: Asked) -> str:
    return (
        f"It wants {_length(asked.reach.earliest - asked.reach.now)} of notice: now it can be booked from "
        f"{_moment(asked.reach.earliest, asked.zone)} on."
    )


def _too_far(asked: Asked) -> str:
    last = local_date(asked.reach.until - 1, asked.zone)
    return f"It can be booked until {_date(datetime(last.year, last.month, last.day))}, that day included."


def _outside(asked: Asked) -> str:
    begin, end = day_bounds(local_date(asked.start, asked.zone), asked.zone)
    windows = [window for window in windows_of(asked.candidate.stretches) if window[0] < end and window[1] > begin]
    if not windows:
        return "Closed on that day."
    needed = (asked.start, asked.start + asked.terms.duration)
    if contains(windows, *needed):
        bare = [Pool([() for _ in pool.units], pool.needed, pool.closed) for pool in asked.candidate.pools]
        return f"{_short_of(asked, bare, 'is there')} The appointment needs {_span(needed, asked.zone)}."
    hours = " and ".join(_span(window, asked.zone) for window in windows)
    return f"Open {hours} on that day. The appointment needs {_span(needed, asked.zone)}."


def _taken(asked: Asked) -> str:
    needed = (asked.start - asked.terms.before, asked.start + asked.terms.duration + asked.terms.after)
    busy = sorted(window for window in asked.candidate.busy if window[0] < needed[1] and window[1] > needed[0])
    with_buffers = " with its buffers" if asked.terms.before or asked.terms.after else ""
    blocked = f"Blocked {' and '.join(_span(window, asked.zone) for window in busy)}."
    why = blocked if busy else _short_of(asked, asked.candidate.pools, "is free")
    return f"{why} The appointment needs {_span(needed, asked.zone)}{with_buffers}."


def _short_of(asked: Asked, pools: Sequence[Pool], is_what: str) -> str:
    """Of which of the rooms and things that are needed there are too few."""
    left = [len(free_units(pool, asked.start, asked.terms)) for pool in pools]
    short = next(at for at, pool in enumerate(pools) if left[at] < pool.needed)
    names, needed = asked.needed[short] or "what is needed", pools[short].needed
    return f"Of {names}, {left[short] or 'none'} {is_what}, and {needed} {'is' if needed == 1 else 'are'} needed."


def _off_grid(asked: Asked) -> str:
    near = nearest(free_starts(asked.candidate, asked.terms, asked.reach), asked.start, _NEAREST)
    round_times = f"the first full {asked.terms.alignment // 60} minutes of the clock after it"
    since = f"opening, or from {round_times}" if asked.terms.alignment else "opening"
    words = f"Starts lie {asked.terms.step // 60} minutes apart, counted from {since}."
    return f"{words} Near it: {' and '.join(_clock(start, asked.zone) for start in near)}." if near else words


def _limited(asked: Asked) -> str:
    told = " and ".join(
        f"{limit.maximum} {'bookings' if limit.measure is Measure.COUNT else 'minutes'} a {limit.period.value.lower()}"
        for limit in asked.limits
    )
    return f"The service takes at most {told}, and one more would be too many."


_WORDS = {
    Unfit.PLACE_ARCHIVED: lambda asked: "The place is archived. Give the service or the person another one.",
    Unfit.IN_THE_PAST: lambda asked: "That time has passed.",
    Unfit.TOO_SOON: _too_soon,
    Unfit.TOO_FAR: _too_far,
    Unfit.OUTSIDE_OPENING_HOURS: _outside,
    Unfit.TAKEN: _taken,
    Unfit.NOT_ON_GRID: _off_grid,
    Unfit.LIMIT_REACHED: _limited,
}


def _length(seconds: int) -> str:
    """`1 day 2 hours`, the two largest units."""
    left, parts = timedelta(seconds=seconds) // timedelta(minutes=1), []
    for unit, minutes in (("day", 1440), ("hour", 60), ("minute", 1)):
        count, left = divmod(left, minutes)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 minutes"


def _span(window: Window, zone: ZoneInfo) -> str:
    return f"{_clock(window[0], zone)}–{_clock(window[1], zone)}"


def _clock(at: int, zone: ZoneInfo) -> str:
    return f"{local(instant(at), zone).date_time:%H:%M}"


def _moment(at: int, zone: ZoneInfo) -> str:
    return f"{_clock(at, zone)} on {_date(local(instant(at), zone).date_time)}"


def _date(day: datetime) -> str:
    return f"{_DAYS[day.weekday()]}, {day:%Y-%m-%d}"


def likeliest(reasons: Sequence[Unfit]) -> Unfit:
    """Of several people's reasons the one to tell: if anybody is taken, the time exists; otherwise the rule that
    comes last, being the nearest to a free start."""
    if Unfit.TAKEN in reasons:
        return Unfit.TAKEN
    order = list(BRIEFLY)
    return max(reasons, key=order.index, default=Unfit.OUTSIDE_OPENING_HOURS)
