"""Stays: where somebody works when. At home as a rule, on the days of a travel elsewhere, and nowhere twice at once.

A travel lasts from the first midnight of its dates to the last, on the clocks of its place. At every instant one stay
is in force, and a window belongs to the stay in force when it begins: the night shift of the day before a travel is
worked to its end at home. Until then the travel's own hours wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from rules.intervals import Window, coalesce, remaining
from rules.notice import UNBOUNDED
from rules.opening import Schedule, windows_between
from rules.wall_time import day_start, local_date

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trip:
    """What is said of a travel: who goes where (`at Berlin Fair`, `in Berlin`), from and to which date."""

    who: str
    where: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody's hours at one place. `zone` is the place's, `closed` when that is closed, whatever their own hours;
    where it is out of use they are open at no hour. Of hours, the windows count that begin in `begun` (None: all).

    `arrives` is when they are there: at the begin, or when what they had begun elsewhere ends.
    """

    zone: ZoneInfo
    location_id: UUID | None
    hours: Schedule | None
    closed: tuple[Window, ...] = ()
    place_archived: bool = False
    begun: Window | None = None
    arrives: int = -UNBOUNDED
    trip: Trip | None = None


def days_of(first: date, last: date, zone: ZoneInfo) -> Window:
    """From the first midnight of some dates to the last, on the clocks of their place."""
    return day_start(first, zone), day_start(last + _ONE_DAY, zone)


def itinerary(home: Stay, travels: Iterable[Stay]) -> tuple[Stay, ...]:
    """Every stay in its turn, where `travels` have `begun` and come in any order. Of two travels that meet, which only
    a place that has changed its clocks since can bring about, the earlier one goes on to its end."""
    found: list[Stay] = []
    since = -UNBOUNDED
    for travel in sorted(travels, key=_span):
        begin, end = max(_span(travel)[0], since), _span(travel)[1]
        if begin >= end:
            continue
        if since < begin:
            found.append(replace(home, begun=(since, begin)))
        found.append(replace(travel, begun=(begin, end)))
        since = end
    found.append(replace(home, begun=(since, UNBOUNDED)))
    return tuple(_one_after_another(found))


def in_force(stays: Sequence[Stay], start: int) -> Stay:
    """Where somebody is at an epoch second."""
    return next((stay for stay in reversed(stays) if stay.arrives <= start), stays[0])


def is_elsewhere(stay: Stay, location_id: UUID | None, zone_name: str) -> bool:
    """Whether an appointment that was promised at a place is not where somebody works on a travel."""
    if stay.trip is None:
        return False
    return location_id != stay.location_id or (location_id is None and zone_name != stay.zone.key)


def _span(stay: Stay) -> Window:
    return stay.begun or (-UNBOUNDED, UNBOUNDED)


def _one_after_another(stays: Iterable[Stay]) -> Iterator[Stay]:
    """Each stay less what runs into it of those before."""
    until = -UNBOUNDED
    for stay in stays:
        begin, end = _span(stay)
        arrives = max(begin, until)
        if arrives > begin:
            stay = replace(stay, closed=tuple(coalesce([*stay.closed, (begin, arrives)])))
        yield replace(stay, arrives=arrives)
        until = max(until, _runs_until(stay, end))


def _runs_until(stay: Stay, end: int) -> int:
    """When the last window ends that was begun in a stay before its end."""
    if stay.hours is None or end == UNBOUNDED:
        return end
    day = local_date(end, stay.hours.zone)
    windows = windows_between(stay.hours, day, day, stay.begun)
    over = [(max(start, end), close) for start, close in windows if close > end]
    return max((close for _, close in remaining(over, stay.closed)), default=end)
