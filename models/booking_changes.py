"""What can be done with a booking beside moving it. Each transition is one conditional UPDATE, one event, and nothing
where somebody else was first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from models.act import SYSTEM, Act
from models.book import post
from models.booking import Booking
from models.cancellation import Cancellation
from models.event import record
from models.mail import MailTemplate
from models.occupancy import lock_calendars
from models.offer import key_or_none
from models.seats import unseat
from models.staff import Calendar
from models.storage.database import fetch, retrying, transaction
from models.storage.errors import Contended
from rules.booking_states import TRANSITIONS, BookingStatus, Stopped, holds_occupancy, in_time, last_moment, why_not
from rules.errors import NotFound, TooEarly, TooLateToCancel, VersionConflict, WrongState

_S = BookingStatus
_MAILS = {
    _S.CONFIRMED: MailTemplate.BOOKING_CONFIRMED,
    _S.DECLINED: MailTemplate.BOOKING_DECLINED,
    _S.EXPIRED: MailTemplate.BOOKING_DECLINED,  # the text says which it was: it is made from the row
    _S.CANCELLED: MailTemplate.BOOKING_CANCELLED,
}
_OVERDUE = """
    SELECT b.account_id, b.id, b.version
    FROM booking b
    WHERE b.status = 'REQUESTED' AND b.request_expires_at <= $1
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


async def current(act: Act, booking_id: UUID) -> Booking:
    """The booking as it is now."""
    booking = await Booking.of(act.account_id).get_or_none(id=booking_id)
    if booking is None:
        raise NotFound("booking")
    return booking


def refuse_state(booking: Booking, allowed: Collection[BookingStatus]) -> None:
    """WrongState unless the booking is in one of the allowed states."""
    if booking.status not in allowed:
        raise WrongState(booking.status, [state for state in _S if state in allowed])


async def change(act: Act, booking_id: UUID, wanted: Change) -> Booking:
    """Carry out a transition. VersionConflict, WrongState, TooEarly, TooLateToCancel."""

    async def work() -> Booking:
        async with transaction():
            booking = await _locked(act, booking_id)
            if wanted.expected_version not in (None, booking.version):
                raise VersionConflict(booking.version)
            late = _refuse(act, booking, wanted)
            await _write(act, booking, {"status": wanted.to, **_besides(wanted)})
            if not holds_occupancy(wanted.to):
                await unseat(act, booking)
            if wanted.to in (_S.CANCELLED, _S.DECLINED):
                await Cancellation.add(
                    act.account_id, created_at=act.at, booking_id=booking.id, reason=wanted.reason
                )  # fmt: skip
            trace = {"after_cutoff": late} if wanted.to is _S.CANCELLED else {}
            name = f"booking_{wanted.to.value.lower()}"
            await record(act, name, "booking", booking.id, previous=booking.status.value, **trace)
            booking = await current(act, booking_id)
            if wanted.to in _MAILS:
                await post(act, booking, _MAILS[wanted.to])
            return booking

    return await retrying(work)


async def write_note(act: Act, booking_id: UUID, expected_version: int, note: str) -> Booking:
    """Replace the business's own note on a booking. VersionConflict."""

    async def work() -> Booking:
        async with transaction():
            booking = await _locked(act, booking_id)
            if booking.version != expected_version:
                raise VersionConflict(booking.version)
            await _write(act, booking, {"internal_note": note})
            await record(act, "booking_noted", "booking", booking.id)
            return await current(act, booking_id)

    return await retrying(work)


async def expire_requests(now: datetime, batch: int = 100) -> int:
    """End requests of all accounts that nobody answered in time, at most `batch`; how many. Call until it is 0.

    Each has its own transaction, and one that somebody else has just decided or ended is left alone.
    """
    ended = 0
    for row in await fetch(_OVERDUE, now, batch):
        account_id, booking_id = key_or_none(row["account_id"]), key_or_none(row["id"])
        if account_id is not None and booking_id is not None:
            ended += await _expire(Act(account_id, SYSTEM, now), booking_id, row["version"])
    return ended


async def _expire(act: Act, booking_id: UUID, version: int) -> int:
    try:
        await change(act, booking_id, Change(_S.EXPIRED, expected_version=version))
    except (VersionConflict, NotFound):
        return 0
    return 1


async def _locked(act: Act, booking_id: UUID) -> Booking:
    """The booking, once nobody else writes its calendar."""
    read = await current(act, booking_id)
    calendar = await Calendar.of(act.account_id).get(staff_id=read.staff_id)
    await lock_calendars(act.account_id, calendar.id)
    booking = await current(act, booking_id)
    if booking.staff_id != read.staff_id:
        raise Contended("The booking was moved to another calendar meanwhile.")
    return booking


def _refuse(act: Act, booking: Booking, wanted: Change) -> bool:
    """Whether the customer's cutoff for cancelling has passed, which is their limit and others' trace."""
    stopped = why_not(booking.status, wanted.to, start=booking.starts_at, now=act.at)
    if stopped is Stopped.NOT_A_TRANSITION:
        refuse_state(booking, {state for state, targets in TRANSITIONS.items() if wanted.to in targets})
    if stopped is Stopped.NOT_STARTED:
        raise TooEarly(booking.starts_at)
    late = not in_time(booking.starts_at, booking.cancel_cutoff_minutes, act.at)
    if late and wanted.by_customer:
        raise TooLateToCancel(last_moment(booking.starts_at, booking.cancel_cutoff_minutes))
    return late


def _besides(wanted: Change) -> dict[str, Any]:
    values: dict[str, Any] = {"request_expires_at": None}
    if not holds_occupancy(wanted.to):
        # Calendars that were sent an appointment believe its end only with a higher sequence (RFC 5546).
        values["sequence"] = F("sequence") + 1
        values["group_session_id"] = None
    return values


async def _write(act: Act, booking: Booking, values: dict[str, Any]) -> None:
    rows = Booking.of(act.account_id).filter(id=booking.id, version=booking.version, status=booking.status)
    changes: dict[str, Any] = {**values, "version": F("version") + 1, "updated_at": act.at}
    if await rows.update(**changes) == 0:
        raise Contended("The booking was changed meanwhile.")
