"""The states of a booking."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from rules.booking_states import (
    RESTORABLE,
    BookingStatus,
    Stopped,
    holds_occupancy,
    in_time,
    is_overdue,
    last_moment,
    may,
    why_not,
)
from rules.zones import zone

S = BookingStatus
START = datetime(2026, 7, 6, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)

ARROWS = {
    (S.REQUESTED, S.CONFIRMED),
    (S.REQUESTED, S.DECLINED),
    (S.REQUESTED, S.EXPIRED),
    (S.REQUESTED, S.CANCELLED),
    (S.CONFIRMED, S.CANCELLED),
    (S.CONFIRMED, S.COMPLETED),
    (S.CONFIRMED, S.NO_SHOW),
    (S.COMPLETED, S.NO_SHOW),
    (S.NO_SHOW, S.COMPLETED),
}


@pytest.mark.parametrize(("current", "target"), list(product(S, S)))
def test_a_booking_moves_along_the_arrows_only(current: BookingStatus, target: BookingStatus) -> None:
    assert may(current, target) == ((current, target) in ARROWS)
    stopped = why_not(current, target, start=START, now=START + SECOND)
    assert stopped is (None if (current, target) in ARROWS else Stopped.NOT_A_TRANSITION)


@pytest.mark.parametrize("outcome", [S.COMPLETED, S.NO_SHOW])
def test_an_outcome_is_known_from_the_start_on(outcome: BookingStatus) -> None:
    assert why_not(S.CONFIRMED, outcome, start=START, now=START - SECOND) is Stopped.NOT_STARTED
    assert why_not(S.CONFIRMED, outcome, start=START, now=START) is None


def test_what_was_called_off_can_be_restored() -> None:
    assert {status for status in S if not holds_occupancy(status)} == RESTORABLE


@pytest.mark.parametrize(("after", "overdue"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)])
def test_a_request_is_overdue_from_the_second_on_at_which_it_ends(after: timedelta, overdue: bool) -> None:
    assert is_overdue(S.REQUESTED, START, START + after) is overdue
    assert not is_overdue(S.CONFIRMED, START, START + after)
    assert not is_overdue(S.REQUESTED, None, START + after)


def test_whatever_was_not_called_off_holds_its_time() -> None:
    holding = {status for status in S if holds_occupancy(status)}
    assert holding == {S.REQUESTED, S.CONFIRMED, S.COMPLETED, S.NO_SHOW}
    assert not holds_occupancy(S.REQUESTED, requests_block=False)


def test_a_customer_may_cancel_until_exactly_the_cutoff() -> None:
    day = 24 * 60
    assert in_time(START, day, START - timedelta(hours=24))
    assert not in_time(START, day, START - timedelta(hours=23, minutes=59, seconds=59))
    assert not in_time(START, day, START - timedelta(hours=24) + timedelta(microseconds=1))
    assert last_moment(START, day) == START - timedelta(hours=24)


def test_without_a_cutoff_a_customer_may_cancel_until_the_start() -> None:
    assert in_time(START, 0, START)
    assert not in_time(START, 0, START + SECOND)


def test_the_cutoff_is_elapsed_time_over_a_change_of_the_clock() -> None:
    there = zone("America/New_York")
    sunday_noon = datetime(2026, 11, 1, 12, tzinfo=there)
    assert last_moment(sunday_noon, 24 * 60) == datetime(2026, 10, 31, 13, tzinfo=there)
    assert in_time(sunday_noon, 24 * 60, datetime(2026, 10, 31, 13, tzinfo=there))
    assert not in_time(sunday_noon, 24 * 60, datetime(2026, 10, 31, 13, 0, 1, tzinfo=there))
