"""Transitions: how a booking comes from one state to another. One conditional UPDATE, one event, and a mail.

Whoever calls these has locked the calendars that the booking has, and decided that it may.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from models.act import SYSTEM, Act
from models.booking import Booking
from models.cancellation import Cancellation
from models.event import record
from models.leases import uuid_of
from models.letters import post
from models.mail import MailTemplate
from models.refunding import give_back
from models.reminder import plan_reminders
from models.seats import unseat
from models.storage.database import dialect, fetch
from models.storage.errors import Contended
from rules.booking_states import BookingStatus, holds_occupancy
from rules.errors import NotFound

_S = BookingStatus
NOTHING: Mapping[str, Any] = MappingProxyType({})
_MAILS = {
    _S.CONFIRMED: MailTemplate.BOOKING_CONFIRMED,
    _S.DECLINED: MailTemplate.BOOKING_DECLINED,
    _S.EXPIRED: MailTemplate.BOOKING_DECLINED,  # the text says which it was: it is made from the row
    _S.CANCELLED: MailTemplate.BOOKING_CANCELLED,
}
# Of these, and of those with seats in these sessions, the requests that nobody answered in time.
_OVERDUE = {
    engine: f"""
    SELECT b.id FROM booking b
    WHERE b.account_id = $1 AND b.status = 'REQUESTED' AND b.request_expires_at <= $2
      AND b.id <> $4 AND (b.id {among} OR b.group_session_id {among})
    ORDER BY b.id
    """
    for engine, among in {"sqlite": "IN (SELECT value FROM json_each($3))", "postgres": "= ANY($3::uuid[])"}.items()
}


async def current(act: Act, booking_id: UUID) -> Booking:
    """The booking as it is now."""
    booking = await Booking.of(act.account_id).get_or_none(id=booking_id)
    if booking is None:
        raise NotFound("booking")
    return booking


async def carry_out(
    act: Act, booking: Booking, to: BookingStatus, *, values: Mapping[str, Any] = NOTHING, reason: str = "",
    trace: Mapping[str, Any] = NOTHING, event: str | None = None,
    keeps_deposit: bool = False,
) -> Booking:  # fmt: skip
    """The booking in its new state, with `values` in its other columns. What it has is freed where it is called off.

    What was paid online for what is called off goes back, unless the business `keeps_deposit`.

    `reason` is kept where somebody says no; `trace` stands in the event, which is named after the state or `event`.
    """
    await write(act, booking, {"status": to, "request_expires_at": None, **_called_off(to), **values})
    if not holds_occupancy(to):
        await unseat(act, booking)
        if not keeps_deposit:
            await give_back(act, booking.id)
    if to in (_S.CANCELLED, _S.DECLINED):
        await Cancellation.add(act.account_id, created_at=act.at, booking_id=booking.id, reason=reason)
    name = event or f"booking_{to.value.lower()}"
    await record(act, name, "booking", booking.id, previous=booking.status.value, **trace)
    changed = await current(act, booking.id)
    if to in _MAILS and not (to is _S.CONFIRMED and changed.starts_at < act.at):  # they are there
        await post(act, changed, _MAILS[to])
    await plan_reminders(act, changed)
    return changed


async def expire_overdue(act: Act, owners: Collection[UUID], but: UUID) -> None:
    """End those of these requests that nobody answered in time, and those with seats in these sessions: whoever needs
    the time does not wait for the worker. All their calendars are locked. `but` is left to the caller."""
    found = await fetch(_OVERDUE[dialect()], act.account_id, act.at, list(owners), but)
    for row in found:
        by_itself = Act(act.account_id, SYSTEM, act.at)
        await carry_out(by_itself, await current(act, uuid_of(row["id"])), _S.EXPIRED)


async def write(act: Act, booking: Booking, values: dict[str, Any]) -> None:
    """Set columns of a booking that nobody has changed since it was read."""
    rows = Booking.of(act.account_id).filter(id=booking.id, version=booking.version, status=booking.status)
    changes: dict[str, Any] = {**values, "version": F("version") + 1, "updated_at": act.at}
    if await rows.update(**changes) == 0:
        raise Contended("The booking was changed meanwhile.")


def _called_off(to: BookingStatus) -> dict[str, Any]:
    if holds_occupancy(to):
        return {"awaits_payment": False}
    # Calendars that were sent an appointment believe its end only with a higher sequence (RFC 5546).
    return {"sequence": F("sequence") + 1, "group_session_id": None}
