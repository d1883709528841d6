"""Recurrence: on which dates a rule of RFC 5545 (RRULE) falls. Pure, exact, and never longer than it is asked for.

A rule is about dates; the time of day is that of its first occurrence, on the wall of one zone. Read and written as
text by `rules/recurrence_text.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import count

from rules.limits import Period, period_bounds

_DAY = timedelta(days=1)


class Frequency(StrEnum):
    """How long a period of the rule is. Each has the dates that the rule's other parts choose of it."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Rule:
    """`weekdays` are (which of its kind in the month or year, Monday = 0): 0 every one, -1 the last. `until` is the
    last date, the last instant (aware) or the last wall time (naive), all inclusive. Empty parts choose nothing."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


def dates(rule: Rule, start: datetime, zone: tzinfo, last: date) -> Iterator[date]:
    """The dates of a rule that begins at the wall time `start`, in order, up to `last` inclusive.

    `start` itself is among them only where the rule gives it.
    """
    found = 0
    for days in _periods(rule, start.date(), last):
        for day in _at_positions(rule, [day for day in days if _chosen(rule, start.date(), day)]):
            if day < start.date():
                continue
            if day > last or _over(rule, datetime.combine(day, start.time()), zone):
                return
            yield day
            found += 1
            if found == rule.count:
                return


def _over(rule: Rule, wall: datetime, zone: tzinfo) -> bool:
    if rule.until is None:
        return False
    if not isinstance(rule.until, datetime):
        return wall.date() > rule.until
    if rule.until.tzinfo is None:
        return wall > rule.until
    return wall.replace(tzinfo=zone, fold=0).timestamp() > rule.until.timestamp()


def _periods(rule: Rule, start: date, last: date) -> Iterator[Iterator[date]]:
    """The days of each period, from that of `start` on."""
    for number in count(0, rule.interval):
        try:
            first, end = _PERIODS[rule.frequency](rule, start, number)
        except (ValueError, OverflowError):  # beyond the calendar's last year
            return
        if first > last:
            return
        yield _days(first, end)


def _days(first: date, end: date) -> Iterator[date]:
    return (date.fromordinal(number) for number in range(first.toordinal(), end.toordinal() + 1))


def _day(rule: Rule, start: date, number: int) -> tuple[date, date]:
    day = start + number * _DAY
    return day, day


def _week(rule: Rule, start: date, number: int) -> tuple[date, date]:
    first = start - (start.weekday() - rule.week_start) % 7 * _DAY + 7 * number * _DAY
    return first, first + 6 * _DAY


def _month(rule: Rule, start: date, number: int) -> tuple[date, date]:
    years, month = divmod(start.month - 1 + number, 12)
    return period_bounds(date(start.year + years, month + 1, 1), Period.MONTH)


def _year(rule: Rule, start: date, number: int) -> tuple[date, date]:
    return period_bounds(date(start.year + number, 1, 1), Period.YEAR)


_PERIODS: dict[Frequency, Callable[[Rule, date, int], tuple[date, date]]] = {
    Frequency.DAILY: _day,
    Frequency.WEEKLY: _week,
    Frequency.MONTHLY: _month,
    Frequency.YEARLY: _year,
}


def _chosen(rule: Rule, start: date, day: date) -> bool:
    """Whether the parts of a rule choose a day of one of its periods. What they leave open is as at `start`."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not {day.day, day.day - _month_length(day) - 1} & set(rule.month_days):
        return False
    if rule.weekdays:
        return any(_is_weekday(rule, day, ordinal, weekday) for ordinal, weekday in rule.weekdays)
    if rule.month_days or rule.frequency is Frequency.DAILY:
        return True
    if rule.frequency is Frequency.WEEKLY:
        return day.weekday() == start.weekday()
    in_month = rule.frequency is Frequency.MONTHLY or bool(rule.months)
    return day.day == start.day and (in_month or day.month == start.month)


def _is_weekday(rule: Rule, day: date, ordinal: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if ordinal == 0:
        return True
    in_month = rule.frequency is Frequency.MONTHLY or bool(rule.months)
    first, end = period_bounds(day, Period.MONTH if in_month else Period.YEAR)
    return ordinal in ((day - first).days // 7 + 1, -((end - day).days // 7) - 1)


def _month_length(day: date) -> int:
    return period_bounds(day, Period.MONTH)[1].day


def _at_positions(rule: Rule, days: Sequence[date]) -> Sequence[date]:
    if not rule.positions:
        return days
    places = {position - 1 if position > 0 else len(days) + position for position in rule.positions}
    return [day for place, day in enumerate(days) if place in places]
