"""The states of a booking, and when a person may move it from one to another.

    REQUESTED -> CONFIRMED | DECLINED | EXPIRED | CANCELLED
    CONFIRMED -> CANCELLED | COMPLETED | NO_SHOW
    COMPLETED <-> NO_SHOW, to correct a mistake
    CANCELLED, DECLINED, EXPIRED -> CONFIRMED only as a restoration, if the time is still free

Rescheduling is an event, not a state.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from rules.wall_time import elapsed, plus


class BookingStatus(StrEnum):
    """Where a booking stands."""

    REQUESTED = "REQUESTED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    COMPLETED = "COMPLETED"
    NO_SHOW = "NO_SHOW"


class Stopped(StrEnum):
    """Why a booking may not change its state."""

    NOT_A_TRANSITION = "NOT_A_TRANSITION"
    NOT_STARTED = "NOT_STARTED"


_S = BookingStatus
TRANSITIONS: dict[BookingStatus, frozenset[BookingStatus]] = {
    _S.REQUESTED: frozenset({_S.CONFIRMED, _S.DECLINED, _S.EXPIRED, _S.CANCELLED}),
    _S.CONFIRMED: frozenset({_S.CANCELLED, _S.COMPLETED, _S.NO_SHOW}),
    _S.DECLINED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.COMPLETED: frozenset({_S.NO_SHOW}),
    _S.NO_SHOW: frozenset({_S.COMPLETED}),
}

# What happened cannot be known before the start.
_OUTCOMES = frozenset({_S.COMPLETED, _S.NO_SHOW})

# Outcomes keep their time: the buffer after an appointment completed early is still needed for cleaning, and correcting
# COMPLETED to NO_SHOW and back must never fail because somebody took the time in between.
_HOLDING = frozenset({_S.CONFIRMED, _S.COMPLETED, _S.NO_SHOW})

# What was called off. The business may bring it back, confirmed: the write path takes its time anew.
RESTORABLE = frozenset({_S.CANCELLED, _S.DECLINED, _S.EXPIRED})

# A customer who has one of these has an appointment to come or to be decided.
PENDING = frozenset({_S.REQUESTED, _S.CONFIRMED})


def may(current: BookingStatus, target: BookingStatus) -> bool:
    """Whether the diagram has an arrow from `current` to `target`; staying is not an arrow."""
    return target in TRANSITIONS[current]


def why_not(current: BookingStatus, target: BookingStatus, *, start: datetime, now: datetime) -> Stopped | None:
    """None if a booking that starts at `start` may move to `target` at `now`; both are aware datetimes."""
    if not may(current, target):
        return Stopped.NOT_A_TRANSITION
    if target in _OUTCOMES and elapsed(start, now) < timedelta(0):
        return Stopped.NOT_STARTED
    return None


def is_overdue(status: BookingStatus, answer_until: datetime | None, now: datetime) -> bool:
    """Whether a request has waited too long for an answer: from that second on its time is free."""
    return status is BookingStatus.REQUESTED and answer_until is not None and elapsed(answer_until, now) >= timedelta(0)


def holds_occupancy(status: BookingStatus, *, requests_block: bool = True) -> bool:
    """Whether a booking in this state keeps its time from others. `requests_block` is the service's setting."""
    return status in _HOLDING or (requests_block and status is BookingStatus.REQUESTED)


def last_moment(start: datetime, cutoff_minutes: int) -> datetime:
    """The last instant at which a customer may cancel or reschedule; elapsed time, so no clock change moves it."""
    return plus(start, -timedelta(minutes=cutoff_minutes))


def in_time(start: datetime, cutoff_minutes: int, now: datetime) -> bool:
    """Whether a customer may still cancel or reschedule: with 24 h, at start-24:00:00 yes, at start-23:59:59 no.

    Staff may do so later, which leaves a trace. A cutoff of 0 ends at the start itself, inclusive.
    """
    return elapsed(now, start) >= timedelta(minutes=cutoff_minutes)
