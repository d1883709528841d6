"""Series: the appointments that one rule gives, from its first on, at one wall time of one zone.

Each is brought to UTC on its own (RFC 5545 §3.3.5), so ten o'clock stays ten o'clock when the clocks change. Where they
skip the time, the appointment is kept: at the instant that the offset before the change gives, as a calendar shows it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from rules.recurrence import Frequency, Rule, dates
from rules.wall_time import to_instant

MOST = 104
LONGEST = timedelta(days=731)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """When a series takes place: by `rule` from the wall time `start` on, not on the dates `left_out`, also `added`."""

    rule: Rule
    start: datetime
    zone: ZoneInfo
    left_out: frozenset[date] = frozenset()
    added: frozenset[date] = frozenset()

    @property
    def last_date(self) -> date:
        """Until when a series may go on."""
        return (self.start + LONGEST).date()

    def at(self, day: date) -> datetime:
        """The instant of the series' time of day on a date."""
        return to_instant(datetime.combine(day, self.start.time()), self.zone)


def occurrences(pattern: Pattern) -> list[date]:
    """The dates of a series, in order. ValueError with a sentence for a pattern that no series can have."""
    rule = pattern.rule
    if (rule.count is None) == (rule.until is None):
        raise ValueError("Say how often it takes place: give exactly one of COUNT and UNTIL.")
    given = _given(pattern)
    _refuse_start(pattern, given)
    missing = sorted(pattern.left_out - set(given))
    if missing:
        raise ValueError(f"The series does not take place on {missing[0]} anyway; leave out only dates that it has.")
    found = sorted((set(given) - pattern.left_out) | pattern.added)
    if len(found) > MOST:
        raise ValueError(f"A series has {MOST} appointments at most. Give a smaller COUNT or an earlier UNTIL.")
    if rule.count is not None and len(given) < rule.count:
        raise ValueError(f"A series lasts two years at most: of these {rule.count} times, {len(given)} are in reach.")
    return _apart(pattern, found)


def _refuse_start(pattern: Pattern, given: Collection[date]) -> None:
    first = pattern.start.date()
    if not given and not pattern.added:
        raise ValueError("The rule gives no appointment at all. Check its days, and its end.")
    if first not in {*given, *pattern.added}:
        nearest = min({*given, *pattern.added})
        raise ValueError(f"The rule does not give the first start; the first date that it gives is {nearest}.")
    if first in pattern.left_out:
        raise ValueError("The first appointment is left out. Begin with the first one that is to take place.")
    if pattern.added and min(pattern.added) < first:
        raise ValueError("An added date lies before the first one. Begin with that one.")
    if pattern.added and max(pattern.added) > pattern.last_date:
        raise ValueError(f"A series lasts two years at most: until {pattern.last_date}.")


def _apart(pattern: Pattern, days: list[date]) -> list[date]:
    """Without dates that are another's instant: where a country skipped a whole date, there is nothing on it."""
    seen = {pattern.at(day): day for day in reversed(days)}
    return [day for day in days if seen[pattern.at(day)] == day]


def cut(pattern: Pattern, day: date) -> tuple[Pattern | None, Pattern]:
    """The same series in two: before its occurrence on `day`, and from it on. None where nothing is before."""
    if day == pattern.start.date():
        return None, pattern
    rule = pattern.rule
    earlier = [one for one in _given(pattern) if one < day]
    more = len(_given(pattern)) > len(earlier)
    before = replace(
        pattern, rule=replace(rule, count=None, until=day - _DAY) if more else rule,
        left_out=_those(pattern.left_out, before=day), added=_those(pattern.added, before=day),
    )  # fmt: skip
    rest = _explicit(rule, pattern.start)
    if not more:
        rest = replace(rest, count=None, until=day - _DAY)  # only added dates are left
    elif rule.count is not None:
        rest = replace(rest, count=rule.count - len(earlier))
    after = replace(
        pattern, rule=rest, start=datetime.combine(day, pattern.start.time()),
        left_out=pattern.left_out - before.left_out, added=pattern.added - before.added,
    )  # fmt: skip
    wanted = [one for one in occurrences(pattern) if one >= day]
    return before, after if _takes_place(after, wanted) else _listed(after, wanted)


def _takes_place(pattern: Pattern, days: list[date]) -> bool:
    try:
        return occurrences(pattern) == days
    except ValueError:
        return False


def _listed(pattern: Pattern, days: list[date]) -> Pattern:
    """The pattern with its dates said one by one: no rule of intervals goes on from a date that was added to it."""
    ended = replace(pattern.rule, count=None, until=pattern.start.date() - _DAY)
    return replace(pattern, rule=ended, left_out=frozenset(), added=frozenset(days))


def _given(pattern: Pattern) -> list[date]:
    """What the rule alone gives; one more than a series may have, where it gives too many."""
    found = dates(pattern.rule, pattern.start, pattern.zone, pattern.last_date)
    return list(islice(found, MOST + 1 + len(pattern.left_out)))


def longer(pattern: Pattern, more: int) -> Pattern:
    """The same series with so many dates of its rule more."""
    count = len(_given(pattern)) + more
    return replace(pattern, rule=replace(pattern.rule, count=count, until=None))


def _those(days: frozenset[date], *, before: date) -> frozenset[date]:
    return frozenset(day for day in days if day < before)


def _explicit(rule: Rule, start: datetime) -> Rule:
    """The rule with what it took from its start written out, so that it may begin elsewhere."""
    if rule.weekdays or rule.month_days:
        return rule
    if rule.frequency is Frequency.WEEKLY:
        return replace(rule, weekdays=((0, start.weekday()),))
    if rule.frequency is Frequency.DAILY:
        return rule
    months = rule.months or ((start.month,) if rule.frequency is Frequency.YEARLY else ())
    return replace(rule, month_days=(start.day,), months=months)


def shifted(pattern: Pattern, days: int, start: datetime) -> Pattern | None:
    """The pattern with every occurrence `days` later, from the wall time `start` on; None where no rule says so."""
    moved = replace(
        pattern, rule=_shifted(_explicit(pattern.rule, pattern.start), days) if days else pattern.rule, start=start,
        left_out=frozenset(day + days * _DAY for day in pattern.left_out),
        added=frozenset(day + days * _DAY for day in pattern.added),
    )  # fmt: skip
    try:
        wanted = [day + days * _DAY for day in occurrences(pattern)]
    except ValueError:
        return None
    return moved if _takes_place(moved, wanted) else None


def _shifted(rule: Rule, days: int) -> Rule:
    """A rule that may be the same some days later: whether it is, its dates say."""
    until = rule.until + days * _DAY if rule.until is not None else None
    return replace(
        rule, until=until, week_start=(rule.week_start + days) % 7 if rule.interval > 1 else rule.week_start,
        weekdays=tuple(sorted((number, (day + days) % 7) for number, day in rule.weekdays)),
        month_days=tuple(day + days for day in rule.month_days),
    )  # fmt: skip
