"""Seats: how a booking or a hold comes into a group session, and what changes when a service has more or fewer."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.act import Act
from models.booking import Booking
from models.chosen import Choice
from models.group_session import GroupSession, leave, take_seats
from models.occupancy import occupy, vacate
from models.offer import Offer
from models.service import Service
from rules.errors import SeatsTaken


async def seat(
    act: Act, offer: Offer, choice: Choice, starts_at: datetime, party: int, *, may_overlap: bool = False
) -> GroupSession | None:
    """Take a party's seats in the session of that start, which begins with the first; None where nobody shares.

    Lock the calendars before. SeatsTaken where fewer are left, SlotTaken where something else has the time.
    """
    if not offer.shared:
        return None
    lead = choice.lead.staff_id
    session = await GroupSession.of(act.account_id).get_or_none(
        service_id=offer.service_id, staff_id=lead, starts_at=starts_at
    )
    if session is not None:
        if not await take_seats(session, party):
            raise SeatsTaken(session.remaining)
        return session
    # As it is now: the offer was read before the lock, and whoever changes the capacity waits for that.
    capacity = (await Service.of(act.account_id).get(id=offer.service_id)).capacity
    if party > capacity:
        raise SeatsTaken(capacity)
    ends_at = starts_at + timedelta(seconds=offer.terms.duration)
    session = await GroupSession.add(
        act.account_id, created_at=act.at, service_id=offer.service_id, staff_id=lead, starts_at=starts_at,
        ends_at=ends_at, capacity=capacity, taken=party,
    )  # fmt: skip
    await occupy(act, choice.blocks, group_session_id=session.id, may_overlap=may_overlap)
    return session


async def unseat(act: Act, booking: Booking) -> None:
    """Free what a booking has: its seats, or the time that it has alone."""
    if booking.group_session_id is None:
        await vacate(act.account_id, booking.id)
    else:
        await leave(act.account_id, booking.group_session_id, booking.party_size)
