"""What can be done with a booking beside moving it. Each transition is one conditional UPDATE, one event, and nothing
where somebody else was first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.act import Act
from models.attendee import Coming, keep_attendees, refuse_crowd, tell_attendees
from models.booking import Booking
from models.engagement import calendars_of
from models.event import record
from models.intake import Answered, keep_answers, record_answers
from models.mail import MailTemplate
from models.occupancy import lock_calendars
from models.setback import READY, each, with_setbacks
from models.storage.database import fetch, retrying, transaction
from models.storage.errors import Contended
from models.storage.reach import Reach, reaching
from models.transitions import carry_out, current, write
from rules.booking_states import PENDING, TRANSITIONS, BookingStatus, Stopped, in_time, is_overdue, last_moment, why_not
from rules.errors import NotFound, TooEarly, TooLateToCancel, VersionConflict, WrongState
from rules.payments import DepositRefund

_S = BookingStatus
_OVERDUE = f"""
    SELECT b.account_id, b.id AS subject_id, x.attempts
    FROM booking b {with_setbacks("expired requests", "b.id")}
    WHERE b.status = 'REQUESTED' AND b.request_expires_at <= $1 AND {READY}
    ORDER BY b.request_expires_at
    LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A transition. `expected_version` None: whatever the version. `reason` is kept where the booking is called off."""

    to: BookingStatus
    expected_version: int | None = None
    by_customer: bool = False
    reason: str = ""


def refuse_state(act: Act, booking: Booking, allowed: Collection[BookingStatus]) -> None:
    """WrongState unless the booking is in one of the allowed states. A request that nobody answered in time has
    expired, although nobody may have written that down yet."""
    overdue = is_overdue(booking.status, booking.request_expires_at, act.at)
    status = _S.EXPIRED if overdue else booking.status
    if status not in allowed:
        raise WrongState(status, [state for state in _S if state in allowed])


async def change(act: Act, booking_id: UUID, wanted: Change) -> Booking:
    """Carry out a transition. VersionConflict, WrongState, TooEarly, TooLateToCancel."""

    async def work() -> Booking:
        async with transaction():
            booking = await locked(act, booking_id)
            if wanted.expected_version not in (None, booking.version):
                raise VersionConflict(booking.version)
            late = _refuse(act, booking, wanted)
            keeps = wanted.by_customer and booking.deposit_refund is DepositRefund.NEVER
            trace = {"after_cutoff": late} if wanted.to is _S.CANCELLED else {}
            return await carry_out(act, booking, wanted.to, reason=wanted.reason, trace=trace, keeps_deposit=keeps)

    return await retrying(work)


async def write_note(act: Act, booking_id: UUID, expected_version: int, note: str) -> Booking:
    """Replace the business's own note on a booking. VersionConflict."""

    async def work() -> Booking:
        async with transaction():
            booking = await locked(act, booking_id)
            if booking.version != expected_version:
                raise VersionConflict(booking.version)
            await write(act, booking, {"internal_note": note})
            await record(act, "booking_noted", "booking", booking.id)
            return await current(act, booking_id)

    return await retrying(work)


async def write_answers(act: Act, booking_id: UUID, expected_version: int, answers: Sequence[Answered]) -> Booking:
    """Put answers to its service's questions in the place of earlier ones. VersionConflict."""

    async def work() -> Booking:
        async with transaction():
            booking = await locked(act, booking_id)
            if booking.version != expected_version:
                raise VersionConflict(booking.version)
            await write(act, booking, {})
            await keep_answers(act, booking.id, booking.ends_at, answers)
            await record_answers(act, booking.id, answers)
            return await current(act, booking_id)

    return await retrying(work)


async def write_attendees(act: Act, booking_id: UUID, expected_version: int, people: Sequence[Coming]) -> Booking:
    """Put these in the place of a booking's attendees, and mail those who are new. VersionConflict, WrongState,
    ValidationFailed for more than its party has."""

    async def work() -> Booking:
        async with transaction():
            booking = await locked(act, booking_id)
            if booking.version != expected_version:
                raise VersionConflict(booking.version)
            refuse_state(act, booking, PENDING)
            refuse_crowd(people, booking.party_size)
            await write(act, booking, {})
            before = await keep_attendees(act, booking.id, people)
            await record(act, "booking_attendees_changed", "booking", booking.id, before=before, after=len(people))
            if booking.starts_at > act.at:
                await tell_attendees(act, booking, MailTemplate.BOOKING_CONFIRMED, new_alone=True)
            return await current(act, booking_id)

    return await retrying(work)


async def expire_requests(now: datetime, batch: int = 100) -> int:
    """End requests of all accounts that nobody answered in time, at most `batch`; how many. Call until it is 0.

    Each has its own transaction, and one that somebody else has just decided or ended is left alone. Unfinished where
    some failed.
    """
    with reaching(Reach.ROUNDS):
        overdue = await fetch(_OVERDUE, now, batch)
    return await each("expired requests", overdue, now, _expire)


async def _expire(act: Act, booking_id: UUID) -> int:
    try:
        booking = await current(act, booking_id)
        until = booking.request_expires_at
        if booking.status is not _S.REQUESTED or until is None or until > act.at:
            return 0
        await change(act, booking_id, Change(_S.EXPIRED, expected_version=booking.version))
    except (VersionConflict, NotFound):
        return 0
    return 1


async def locked(act: Act, booking_id: UUID) -> Booking:
    """The booking, once nobody else writes its calendars."""
    read = await current(act, booking_id)
    calendars = await calendars_of(act.account_id, booking_id)
    await lock_calendars(act.account_id, *calendars)
    booking = await current(act, booking_id)
    if booking.version != read.version and await calendars_of(act.account_id, booking_id) != calendars:
        raise Contended("The booking was moved to other calendars meanwhile.")
    return booking


def _refuse(act: Act, booking: Booking, wanted: Change) -> bool:
    """Whether the customer's cutoff for cancelling has passed, which is their limit and others' trace."""
    if wanted.to is not _S.EXPIRED:
        refuse_state(act, booking, {state for state, targets in TRANSITIONS.items() if wanted.to in targets})
    stopped = why_not(booking.status, wanted.to, start=booking.starts_at, now=act.at)
    if stopped is Stopped.NOT_A_TRANSITION:
        raise WrongState(booking.status, [_S.REQUESTED])
    if stopped is Stopped.NOT_STARTED:
        raise TooEarly(booking.starts_at)
    late = not in_time(booking.starts_at, booking.cancel_cutoff_minutes, act.at)
    if late and wanted.by_customer:
        raise TooLateToCancel(last_moment(booking.starts_at, booking.cancel_cutoff_minutes))
    return late
