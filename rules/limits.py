"""Limits on how much of a service may be booked per day, week, month or year, by business-local dates.

A limit of a service counts once over all its staff. Cancelled bookings do not count.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from rules.intervals import Window, coalesce
from rules.wall_time import day_bounds

MOST = 1_000_000
_ONE_DAY = timedelta(days=1)


class Period(StrEnum):
    """How long a limit counts before it starts anew; weeks are ISO weeks, from Monday."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


class Measure(StrEnum):
    """What a limit counts: bookings, or their minutes without buffers."""

    COUNT = "COUNT"
    MINUTES = "MINUTES"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `maximum` bookings or minutes, inclusive, in each period."""

    period: Period
    measure: Measure
    maximum: int


def limits_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Limit, ...]:
    """Limits as they are stored: `period`, `measure` and `maximum` of each."""
    return tuple(Limit(Period(one["period"]), Measure(one["measure"]), one["maximum"]) for one in stored)


def clean_limits(limits: Sequence[Limit]) -> list[dict[str, Any]]:
    """Limits as they are stored. Raises ValueError for a maximum out of range and for two of one kind."""
    for limit in limits:
        if not 1 <= limit.maximum <= MOST:
            raise ValueError(f"A limit must be from 1 to {MOST}, not {limit.maximum}.")
    kinds = [(limit.period, limit.measure) for limit in limits]
    if len(set(kinds)) < len(kinds):
        raise ValueError("There are two limits of the same period and measure. Keep the smaller one.")
    return [{"period": one.period.value, "measure": one.measure.value, "maximum": one.maximum} for one in limits]


@dataclass(frozen=True, slots=True)
class Used:
    """What is booked on one business-local date: bookings that start on it, and their minutes."""

    count: int
    minutes: int


def period_bounds(day: date, period: Period) -> tuple[date, date]:
    """First and last date, both inclusive, of the period that `day` is in."""
    if period is Period.DAY:
        return day, day
    if period is Period.WEEK:
        monday = day - timedelta(days=day.isoweekday() - 1)
        return monday, monday + timedelta(days=6)
    if period is Period.MONTH:
        next_month = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return day.replace(day=1), next_month - _ONE_DAY
    return day.replace(month=1, day=1), day.replace(month=12, day=31)


def dates_to_count(limits: Iterable[Limit], first: date, last: date) -> tuple[date, date]:
    """The dates, both inclusive, whose bookings must be counted to judge `first` to `last` by `limits`."""
    periods = [limit.period for limit in limits]
    begins = [period_bounds(first, period)[0] for period in periods]
    ends = [period_bounds(last, period)[1] for period in periods]
    return min([first, *begins]), max([last, *ends])


def full_dates(
    limits: Iterable[Limit], used: Mapping[date, Used], adding_minutes: int, first: date, last: date
) -> set[date]:
    """The dates from `first` to `last`, both inclusive, on which one more booking of `adding_minutes` breaks a limit.

    `used` has every date of `dates_to_count` on which something is booked.
    """
    found: set[date] = set()
    for limit in limits:
        spent: dict[date, int] = {}
        for day, amount in used.items():
            begin = period_bounds(day, limit.period)[0]
            spent[begin] = spent.get(begin, 0) + (amount.count if limit.measure is Measure.COUNT else amount.minutes)
        adding = 1 if limit.measure is Measure.COUNT else adding_minutes
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if spent.get(period_bounds(day, limit.period)[0], 0) + adding > limit.maximum:
                found.add(day)
    return found


def without_full_dates(starts: Iterable[int], full: Iterable[date], zone: ZoneInfo) -> list[int]:
    """`starts` that do not lie on a full date in the business's `zone`."""
    closed: Sequence[Window] = coalesce(day_bounds(day, zone) for day in full)
    begins = [begin for begin, _ in closed]
    return [start for start in starts if not _inside(start, begins, closed)]


def _inside(start: int, begins: Sequence[int], closed: Sequence[Window]) -> bool:
    at = bisect_right(begins, start) - 1
    return at >= 0 and start < closed[at][1]
