"""When a schedule is open: weekly rules and overrides, kept as wall time, turned into UTC for a range of dates.

A window belongs to the date on which it starts. So an override replaces the windows that start on its date, and leaves
alone what the day before runs past midnight; and a rule's validity is that of the starting date.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.intervals import Window, coalesce, contains, remaining
from rules.stretches import Stretch, cut
from rules.wall_time import day_bounds, is_skipped, local_date, to_epoch

MINUTES_PER_DAY = 1440
LAST_END_MINUTE = 2 * MINUTES_PER_DAY

_ONE_DAY = timedelta(days=1)
# A window that runs past midnight began the day before, or two dates before where a date was skipped (Apia in 2011).
_LOOK_BACK = timedelta(days=2)
# One entry per date is about 200 bytes, so both bounds together stay under 50 MB.
_SCHEDULES_KEPT = 1024
_DAYS_KEPT = 200
# Two months of three windows a day are 30 kB.
_RANGES_KEPT = 256


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Open every week on `weekday` (ISO, Monday is 1). Minutes count from local midnight; over 1440 is the next day."""

    weekday: int
    start_minute: int
    end_minute: int
    valid_from: date | None = None  # inclusive; None means always
    valid_until: date | None = None  # inclusive; None means for ever

    def applies(self, day: date) -> bool:
        """Whether a window of this rule starts on `day`."""
        return (
            day.isoweekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Override:
    """The windows of one date, as (start minute, end minute), instead of the weekly ones. No windows: closed."""

    on: date
    windows: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekly rules and overrides, on the wall clocks of one zone (from `rules.zones.zone`). Compared by value."""

    zone: ZoneInfo
    rules: tuple[WeeklyRule, ...] = ()
    overrides: tuple[Override, ...] = ()


@dataclass(slots=True)
class _Expansion:
    """One schedule's windows in UTC, remembered per starting date."""

    schedule: Schedule
    overridden: dict[date, list[tuple[int, int]]]
    days: dict[date, tuple[Window, ...]] = field(default_factory=dict)

    def on(self, day: date) -> tuple[Window, ...]:
        known = self.days.get(day)
        if known is None:
            if len(self.days) >= _DAYS_KEPT:
                self.days.clear()
            known = self.days[day] = tuple(coalesce(self._windows(day)))
        return known

    def _windows(self, day: date) -> Iterator[Window]:
        spans = self.overridden.get(day)
        if spans is None:
            spans = [(rule.start_minute, rule.end_minute) for rule in self.schedule.rules if rule.applies(day)]
        for start_minute, end_minute in spans:
            yield _window(day, start_minute, end_minute, self.schedule.zone)


def _window(day: date, start_minute: int, end_minute: int, zone: ZoneInfo) -> Window:
    """One window in UTC, empty if the clocks jump over it."""
    # People who cannot enter 24:00 enter 23:59 and mean midnight.
    if end_minute % MINUTES_PER_DAY == MINUTES_PER_DAY - 1:
        end_minute += 1
    midnight = datetime(day.year, day.month, day.day)
    start = midnight + timedelta(minutes=start_minute)
    end = midnight + timedelta(minutes=end_minute)
    begin = to_epoch(start, zone)
    # 02:00-03:00 is empty on the night when 02:00 becomes 03:00, so no part of it may be open either.
    if is_skipped(start, zone) and is_skipped(end, zone):
        return begin, begin
    return begin, to_epoch(end, zone)


@lru_cache(maxsize=_SCHEDULES_KEPT)
def _expansion(schedule: Schedule) -> _Expansion:
    overridden: dict[date, list[tuple[int, int]]] = {}
    for override in schedule.overrides:
        overridden.setdefault(override.on, []).extend(override.windows)
    return _Expansion(schedule, overridden)


def _raw(schedule: Schedule, first: date, last: date, begun: Window | None) -> list[Window]:
    days = _expansion(schedule)
    found: list[Window] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        found.extend(days.on(date.fromordinal(ordinal)))
    if begun is not None:
        found = [window for window in found if begun[0] <= window[0] < begun[1]]
    found.sort()  # already sorted but for changes of the clock at midnight
    return found


def windows_between(schedule: Schedule, first: date, last: date, begun: Window | None = None) -> list[Window]:
    """The open windows that meet the local dates `first` to `last`, both inclusive, in epoch seconds.

    Sorted, disjoint and never touching. A window that begins on the day before and runs past midnight is among them, in
    its full length; `rules.intervals.clip` cuts it for display. Hours that never close are cut outside the range. With
    `begun` only those windows count that begin in it.
    """
    begin, end = day_bounds(first, schedule.zone)[0], day_bounds(last, schedule.zone)[1]
    joined = coalesce(_raw(schedule, first - _LOOK_BACK, last + _ONE_DAY, begun))
    return [window for window in joined if window[0] < end and window[1] > begin]


def is_open(
    schedule: Schedule, start: int, end: int, closed: Sequence[Window] = (), begun: Window | None = None
) -> bool:
    """Whether all of [start, end) lies inside open hours, less `closed`, which is sorted and disjoint."""
    days = local_date(start, schedule.zone), local_date(end, schedule.zone)
    return contains(remaining(windows_between(schedule, *days, begun), closed), start, end)


def closed_between(schedule: Schedule, begin: int, end: int) -> list[Window]:
    """What of [begin, end), epoch seconds, is outside the open windows."""
    days = local_date(begin, schedule.zone), local_date(end - 1, schedule.zone)
    return remaining([(begin, end)], windows_between(schedule, *days))


@lru_cache(maxsize=_RANGES_KEPT)
def stretches_between(
    schedule: Schedule, begin: int, end: int, *, duration: int, begun: Window | None = None
) -> Sequence[Stretch]:
    """The open stretches in which an appointment of `duration` seconds can start in [begin, end), epoch seconds.

    It looks back, for windows that run past midnight, and ahead as far as an appointment can last. With `begun` only
    those windows count that begin in it. Remembered, for people who share a schedule are asked about together.
    """
    first = local_date(begin, schedule.zone) - _LOOK_BACK
    last = local_date(end - 1 + duration, schedule.zone)
    return tuple(cut(_raw(schedule, first, last, begun)))
