"""Who gets a booking for which anybody will do."""

from itertools import permutations
from uuid import UUID

from rules.staff_choice import StaffLoad, in_order

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def order(*loads: StaffLoad) -> list[UUID]:
    """The order, which must not depend on the order of the question."""
    found = {tuple(load.staff_id for load in in_order(given)) for given in permutations(loads)}
    assert len(found) == 1
    return list(found.pop())


def test_fewest_bookings_come_first() -> None:
    assert order(StaffLoad(A, 3), StaffLoad(B, 1), StaffLoad(C, 2)) == [B, C, A]


def test_bookings_are_divided_by_the_weight() -> None:
    assert order(StaffLoad(A, 2, weight=1), StaffLoad(B, 3, weight=2)) == [B, A]


def test_equal_shares_are_a_tie_that_the_longest_idle_wins() -> None:
    half_time = StaffLoad(A, 1, weight=3, busy_until=200)
    assert order(half_time, StaffLoad(B, 2, weight=6, busy_until=100)) == [B, A]


def test_somebody_who_was_never_busy_has_been_idle_longest() -> None:
    assert order(StaffLoad(A, 1, busy_until=0), StaffLoad(B, 1, busy_until=None)) == [B, A]


def test_the_id_decides_between_equals() -> None:
    assert order(StaffLoad(C, 0), StaffLoad(A, 0), StaffLoad(B, 0)) == [A, B, C]


def test_a_weight_of_nothing_comes_last_however_free() -> None:
    assert order(StaffLoad(A, 0, weight=0), StaffLoad(B, 50)) == [B, A]
