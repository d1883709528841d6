"""Changes of bookings, as they happen: what a watcher is told of one event.

Nothing is decided when a subscription begins. Each event is looked at by the viewer of that moment: the row is read
within what they may reach then, and an event that is none of theirs is answered with null and not sent. Without an
event the answer is null too, where the subscription may begin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry
from tortoise.queryset import QuerySet

from models.booking import Booking
from models.engagement import people_of, served_by
from models.event import Event
from models.location import Location
from models.staff import Staff
from permissions.roles import Access, Permission
from resolvers.context import Context, Info
from resolvers.history import events
from resolvers.searching import key_in

P = Permission
WATCHED = "booking"  # the subject of the events that subscriptions are about


@dataclass(frozen=True, slots=True)
class BookingChange:
    """`booking` finds nothing where the viewer may no longer see the row that they saw before; `told` nothing where the
    event is not for them."""

    booking_id: UUID
    booking: QuerySet[Booking]
    event: QuerySet[Event]
    told: QuerySet[Event] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which bookings are watched: what this person serves, and what is at this place. None: all."""

    staff_id: UUID | None = None
    location_id: UUID | None = None

    def of(self, rows: QuerySet[Booking], account_id: UUID) -> QuerySet[Booking]:
        """Those among these."""
        if self.staff_id is not None:
            rows = rows.filter(id__in=served_by(account_id, self.staff_id))
        return rows if self.location_id is None else rows.filter(location_id=self.location_id)


async def booking_changed(
    info: Info,
    staff_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only what this person serves, alone or with others.")
    ] = None,
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
    asked = Asked(
        None if staff_id is None else key_in(Staff, staff_id),
        None if location_id is None else key_in(Location, location_id),
    )
    change = BookingChange(
        happening.subject_id,
        rows.filter(id=happening.subject_id),
        Event.of(context.account_id).filter(id=happening.event_id),
        events(context).filter(id=happening.event_id) if context.viewer.access(P.HISTORY_READ) else None,
    )
    if await asked.of(change.booking, context.account_id).exists() or await _left(context, change, asked):
        return change
    return None


async def _left(context: Context, change: BookingChange, asked: Asked) -> bool:
    """Whether this very event took the booking out of what was asked for, or out of the viewer's own."""
    confined = context.viewer.access(P.BOOKINGS_READ) is Access.OWN
    if asked == Asked() and not confined:
        return False
    event = await change.event.first()
    row = await Booking.of(context.account_id).filter(id=change.booking_id).first()
    if event is None or row is None:
        return False
    people = left_by(event.data) or await people_of(context.account_id, row.id)
    place = event.data.get("previous_location_id") or row.location_id
    mine = not confined or context.viewer.staff_id in people or await change.booking.exists()
    theirs = asked.staff_id is None or asked.staff_id in people
    return mine and theirs and (asked.location_id is None or str(asked.location_id) == str(place))


def left_by(data: Mapping[str, Any]) -> frozenset[UUID]:
    """Who served a booking before the change with this data; nobody where it left all as they were."""
    return frozenset(UUID(one) for one in data.get("previous_staff_ids", ()))
