"""Capacity: giving a service more or fewer seats, and with it the sessions that are to come."""

from __future__ import annotations

from uuid import UUID

from models.act import Act
from models.group_session import GroupSession, clear_seats_of
from models.occupancy import lock_calendars
from models.staff import Calendar
from rules.errors import FieldProblem, ValidationFailed


async def resize(act: Act, service_id: UUID, capacity: int) -> None:
    """Give the sessions to come this many seats, in the caller's transaction. ValidationFailed: one has more taken.

    Every calendar of the account is locked: nobody begins a session with the old number meanwhile. Sessions that have
    begun keep theirs.
    """
    calendars = await Calendar.of(act.account_id)
    await lock_calendars(act.account_id, *(calendar.id for calendar in calendars))
    await clear_seats_of(act, service_id)
    ahead = GroupSession.of(act.account_id).filter(service_id=service_id, starts_at__gt=act.at)
    fullest = await ahead.order_by("-taken").first()
    if fullest is not None and fullest.taken > capacity:
        message = f"must be at least {fullest.taken}: a session to come has that many seats taken."
        raise ValidationFailed(FieldProblem("capacity", message))
    await ahead.update(capacity=capacity)
