"""Limits per day, week, month and year."""

from datetime import date

import pytest

from rules.limits import Limit, Measure, Period, Used, dates_to_count, full_dates, period_bounds, without_full_dates
from rules.zones import zone
from tests.rules.moments import z


@pytest.mark.parametrize(
    ("day", "period", "expected"),
    [
        (date(2026, 7, 8), Period.DAY, (date(2026, 7, 8), date(2026, 7, 8))),
        (date(2026, 7, 8), Period.WEEK, (date(2026, 7, 6), date(2026, 7, 12))),
        (date(2027, 1, 3), Period.WEEK, (date(2026, 12, 28), date(2027, 1, 3))),
        (date(2028, 2, 29), Period.MONTH, (date(2028, 2, 1), date(2028, 2, 29))),
        (date(2026, 12, 31), Period.MONTH, (date(2026, 12, 1), date(2026, 12, 31))),
        (date(2026, 7, 8), Period.YEAR, (date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_periods_are_those_of_the_calendar(day: date, period: Period, expected: tuple[date, date]) -> None:
    assert period_bounds(day, period) == expected


def test_the_dates_to_count_are_the_whole_periods_of_the_question() -> None:
    first, last = date(2026, 7, 8), date(2026, 8, 2)
    assert dates_to_count([], first, last) == (first, last)
    limits = [Limit(Period.WEEK, Measure.COUNT, 1), Limit(Period.MONTH, Measure.COUNT, 1)]
    assert dates_to_count(limits, first, last) == (date(2026, 7, 1), date(2026, 8, 31))


def test_the_last_place_of_a_week_closes_the_week_and_not_the_next() -> None:
    used = {date(2026, 7, 6): Used(1, 30), date(2026, 7, 12): Used(1, 30)}
    full = full_dates([Limit(Period.WEEK, Measure.COUNT, 2)], used, 30, date(2026, 7, 5), date(2026, 7, 13))
    assert full == {date(2026, 7, day) for day in range(6, 13)}


def test_the_strictest_of_several_limits_holds() -> None:
    limits = [Limit(Period.DAY, Measure.COUNT, 5), Limit(Period.DAY, Measure.MINUTES, 60)]
    day = date(2026, 7, 6)
    assert full_dates(limits, {day: Used(1, 31)}, 30, day, day) == {day}
    assert full_dates(limits, {day: Used(1, 30)}, 30, day, day) == set()
    assert full_dates(limits, {day: Used(5, 10)}, 30, day, day) == {day}


def test_a_limit_of_nothing_closes_every_day() -> None:
    day = date(2026, 7, 6)
    assert full_dates([Limit(Period.DAY, Measure.COUNT, 0)], {}, 30, day, day) == {day}


def test_starts_of_full_dates_are_left_out_to_the_second() -> None:
    starts = [z("2026-03-08T04:59:59Z"), z("2026-03-08T05:00Z"), z("2026-03-09T03:59Z"), z("2026-03-09T04:00Z")]
    assert without_full_dates(starts, {date(2026, 3, 8)}, zone("America/New_York")) == [starts[0], starts[3]]
    assert without_full_dates(starts, set(), zone("America/New_York")) == starts
