"""Changes of bookings, as they happen: what a watcher is told of one event.

Nothing is decided when a subscription begins. Each event is looked at by the viewer of that moment: the row is read
within what they may reach then, and an event that is none of theirs is answered with null and not sent. Without an
event the answer is null too, where the subscription may begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import strawberry
from tortoise.queryset import QuerySet

from models.booking import Booking
from models.event import Event
from models.location import Location
from models.staff import Staff
from permissions.roles import Access, Permission
from resolvers.context import Context, Info
from resolvers.searching import key_in

P = Permission
WATCHED = "booking"  # the subject of the events that subscriptions are about


@dataclass(frozen=True, slots=True)
class BookingChange:
    """`booking` finds nothing where the viewer may no longer see the row that they saw before."""

    booking_id: UUID
    booking: QuerySet[Booking]
    event: QuerySet[Event]


async def booking_changed(
    info: Info,
    staff_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only with this person.")] = None,
    location_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only at this place.")] = None,
) -> BookingChange | None:
    """Each change of a booking: made, confirmed, moved, called off, noted, closed.

    The first event is null and says that watching has begun: read now what happened before, by `changes` from the last
    cursor that was seen, or anew. So nothing is missed, at the start and after every reconnecting. An event is sent
    once its change is stored, mostly within 300 ms; it may come twice, and then `version` is the same. A booking that
    leaves what was asked for (it is moved to somebody else, or elsewhere) is told of once more. The holder of a manage
    link is told of that booking alone.
    """
    context, happening = info.context, info.context.happening
    rows = context.rows(Booking, P.BOOKINGS_READ)
    if happening is None or (happening.subject, happening.account_id) != (WATCHED, context.account_id):
        return None
    asked = {} if staff_id is None else {"staff_id": key_in(Staff, staff_id)}
    asked |= {} if location_id is None else {"location_id": key_in(Location, location_id)}
    change = BookingChange(
        happening.subject_id,
        rows.filter(id=happening.subject_id),
        Event.of(context.account_id).filter(id=happening.event_id),
    )
    if await change.booking.filter(**asked).exists() or await _left(context, change, asked):
        return change
    return None


async def _left(context: Context, change: BookingChange, asked: dict[str, UUID]) -> bool:
    """Whether this very event took the booking out of what was asked for, or out of the viewer's own."""
    confined = context.viewer.access(P.BOOKINGS_READ) is Access.OWN
    if not asked and not confined:
        return False
    event = await change.event.first()
    row = await Booking.of(context.account_id).filter(id=change.booking_id).first()
    if event is None or row is None:
        return False
    for column in ("staff_id", "location_id"):
        before = event.data.get(f"previous_{column}")
        setattr(row, column, UUID(before) if before else getattr(row, column))
    mine = not confined or context.viewer.owns("booking", row)
    return mine and all(getattr(row, column) == value for column, value in asked.items())
