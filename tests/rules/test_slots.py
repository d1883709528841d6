"""Slots beyond the vectors: buffers, pools, staff, one start, alternatives, days."""

from collections.abc import Iterator
from datetime import date

import pytest

from rules.intervals import Window, coalesce, contains, covered
from rules.notice import Reach, reach
from rules.slot_checks import OFF_GRID, Unfit, days_offered, fits, nearest
from rules.slots import Candidate, Pool, Terms, busy_span, free_starts, offers
from rules.wall_time import day_bounds
from rules.zones import zone
from tests.rules.moments import ANY_TIME, candidate, shown, terms, utc, weekly, z

DAY = date(2026, 7, 6)
OFFICE = weekly("UTC", "1234567", "09:00-12:00")
MONDAY = Reach(0, *day_bounds(DAY, zone("UTC")))


def at(text: str) -> int:
    return z(f"2026-07-06T{text}Z")


def times(epochs: list[int]) -> list[str]:
    return [text[11:16] for text in shown(epochs)]


def open_with(*busy: tuple[str, str], key: str = "ana", pools: tuple[Pool, ...] = ()) -> Candidate[str]:
    taken = [(at(start), at(end)) for start, end in busy]
    return Candidate(key, candidate(OFFICE, DAY).stretches, taken, pools)


def unit(*busy: tuple[str, str]) -> list[Window]:
    return [(at(start), at(end)) for start, end in busy]


def test_touching_is_free_on_both_sides() -> None:
    found = free_starts(open_with(("09:00", "10:00"), ("11:00", "12:00")), terms(60, 15), MONDAY)
    assert times(found) == ["10:00"]


def test_busy_times_may_overlap_and_come_in_any_order() -> None:
    found = free_starts(open_with(("10:30", "11:00"), ("09:00", "10:00"), ("09:30", "10:45")), terms(60), MONDAY)
    assert times(found) == ["11:00"]


def test_a_buffer_before_the_first_slot_meets_what_ends_before_opening() -> None:
    early = Candidate("ana", candidate(OFFICE, DAY).stretches, [(at("08:00"), at("08:50"))])
    assert times(free_starts(early, terms(60, 60, before=15), MONDAY)) == ["10:00", "11:00"]
    assert times(free_starts(early, terms(60, 60, before=15, mode="PACKED"), MONDAY)) == ["09:05", "10:05"]


def test_packed_slots_after_a_busy_time_with_seconds_begin_at_a_whole_minute() -> None:
    imported = Candidate("ana", candidate(OFFICE, DAY).stretches, [(at("09:00"), at("09:10") + 1)])
    assert times(free_starts(imported, terms(60, mode="PACKED"), MONDAY)) == ["09:11", "10:11"]


def test_the_clock_does_not_move_the_packed_grid() -> None:
    later = Reach(at("09:20"), at("09:20"), MONDAY.until)
    assert times(free_starts(open_with(), terms(30, mode="PACKED"), later))[0] == "09:30"


def test_the_busy_span_reaches_as_far_as_buffers_do() -> None:
    stretches = candidate(OFFICE, DAY).stretches
    low, high = busy_span(stretches, terms(60, before=15, after=30))
    assert low == stretches[0][0] - 900
    assert high == stretches[-1][2] + 1800
    assert busy_span([], terms(60)) == (0, 0)


def test_any_unit_of_a_pool_will_do() -> None:
    rooms = Pool([unit(("09:00", "11:00")), unit(("10:00", "12:00"))])
    assert times(free_starts(open_with(pools=(rooms,)), terms(60), MONDAY)) == ["09:00", "11:00"]


def test_no_appointment_changes_rooms_half_way() -> None:
    rooms = Pool([unit(("09:00", "10:30")), unit(("10:30", "12:00"))])
    assert times(free_starts(open_with(pools=(rooms,)), terms(60, 30), MONDAY)) == ["09:00", "09:30", "10:30", "11:00"]


def test_a_service_may_need_several_units_and_never_more_than_there_are() -> None:
    chairs = [unit(("09:00", "10:00")), unit(("11:00", "12:00")), unit()]
    assert times(free_starts(open_with(pools=(Pool(chairs, 3),)), terms(60), MONDAY)) == ["10:00"]
    assert len(free_starts(open_with(pools=(Pool(chairs, 2),)), terms(60), MONDAY)) == 3
    assert free_starts(open_with(pools=(Pool(chairs, 4),)), terms(60), MONDAY) == []


def test_the_union_of_staff_says_who_is_free_at_each_start() -> None:
    room = Pool([unit(("11:00", "12:00"))])
    ana, ben = open_with(("09:00", "10:00"), key="ana", pools=(room,)), open_with(key="ben", pools=(room,))
    found = offers([ben, ana], terms(60), MONDAY)
    assert {times([start])[0]: who for start, who in found.items()} == {"09:00": ["ben"], "10:00": ["ben", "ana"]}


NOW = utc("2026-07-06T08:30:00+00:00")
RULES = reach(NOW, zone("UTC"), notice_minutes=60, horizon_days=0)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("10:00", None),
        ("09:30", None),  # notice is inclusive
        ("08:00", Unfit.IN_THE_PAST),
        ("09:00", Unfit.TOO_SOON),
        ("12:00", Unfit.OUTSIDE_OPENING_HOURS),
        ("11:31", Unfit.OUTSIDE_OPENING_HOURS),
        ("11:00", Unfit.TAKEN),
        ("10:40", Unfit.TAKEN),
        ("10:01", Unfit.NOT_ON_GRID),
    ],
)
def test_one_start_is_refused_with_its_reason(start: str, expected: Unfit | None) -> None:
    assert fits(at(start), open_with(("11:00", "11:15")), terms(30), RULES) is expected


def test_a_start_after_the_last_day_of_the_horizon_is_too_far() -> None:
    tomorrow = z("2026-07-07T09:00Z")
    assert fits(tomorrow, candidate(OFFICE, date(2026, 7, 7)), terms(30), RULES) is Unfit.TOO_FAR


def test_the_desk_may_book_off_the_grid_but_not_on_top_of_a_booking() -> None:
    ana = open_with(("11:00", "11:15"))
    assert fits(at("10:01"), ana, terms(30), RULES, OFF_GRID) is None
    assert fits(at("10:31"), ana, terms(30), RULES, OFF_GRID) is Unfit.TAKEN


def test_waiving_one_reason_shows_the_next() -> None:
    ana = open_with()
    assert fits(at("08:05"), ana, terms(30), RULES, {Unfit.IN_THE_PAST}) is Unfit.TOO_SOON
    early = {Unfit.IN_THE_PAST, Unfit.TOO_SOON}
    assert fits(at("08:05"), ana, terms(30), RULES, early) is Unfit.OUTSIDE_OPENING_HOURS
    assert fits(at("09:05"), ana, terms(30), RULES, early) is Unfit.NOT_ON_GRID
    assert fits(at("09:00"), ana, terms(30), RULES, early) is None


@pytest.mark.parametrize(
    ("wanted", "count", "expected"),
    [
        (50, 2, [40, 60]),
        (50, 1, [40]),
        (49, 3, [20, 40, 60]),
        (0, 2, [20, 40]),
        (99, 2, [40, 60]),
        (40, 9, [20, 40, 60]),
    ],
)
def test_alternatives_are_the_nearest_starts_in_order(wanted: int, count: int, expected: list[int]) -> None:
    assert nearest([20, 40, 60], wanted, count) == expected
    assert nearest([], wanted, count) == []


def test_days_stop_at_the_first_person_who_has_a_start_on_every_day() -> None:
    asked: list[str] = []

    def staff() -> Iterator[Candidate[str]]:
        for key in ("ana", "ben"):
            asked.append(key)
            yield open_with(key=key)

    assert days_offered(staff(), terms(60), ANY_TIME, list(day_bounds(DAY, zone("UTC")))) == [True]
    assert asked == ["ana"]


@pytest.mark.parametrize("odd", [(0, 60, 0, 0), (60, 0, 0, 0), (60, 60, -60, 0), (60, 60, 0, -60), (90, 60, 0, 0)])
def test_terms_that_no_service_can_have_are_refused(odd: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError):
        Terms(*odd)


def test_intervals_know_that_touching_is_not_overlapping() -> None:
    assert coalesce([(5, 7), (1, 3), (3, 4), (6, 9), (8, 8)]) == [(1, 4), (5, 9)]
    assert covered([[(1, 4)], [(4, 6)]], at_least=2) == []
    assert covered([[(1, 4), (6, 9)], [(2, 7)]], at_least=2) == [(2, 4), (6, 7)]
    assert contains([(1, 4), (6, 9)], 6, 9)
    assert not contains([(1, 4), (6, 9)], 3, 7)
    assert not contains([], 3, 7)
