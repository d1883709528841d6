"""Changes, as they happen: what can be subscribed to."""

from __future__ import annotations

from typing import Any

import strawberry

import resolvers.changes as resolve
from graph.bookings import Booking
from graph.enums import Permission
from graph.field import found, told, value
from graph.history import Event
from rules.ids import global_id

P = Permission


def _booking(root: Any) -> Any:
    """The booking as it is now, which may be later than the event; null where the viewer may not see it any more."""
    return root.booking


def _event(root: Any) -> Any:
    """What happened, when and by whom."""
    return root.told


@strawberry.type(description="Something happened to a booking.")
class BookingChange:
    booking_id: strawberry.ID = told(
        "Which booking; the only thing that is known of one that left the viewer's reach.",
        resolver=lambda root: strawberry.ID(global_id("booking", root.booking_id)),
    )
    booking: Booking | None = found(_booking, P.BOOKINGS_READ, Booking | None)
    event: Event | None = found(_event, P.HISTORY_READ, Event | None)


@strawberry.type(
    description="What can be watched, over WebSocket (graphql-transport-ws) or server-sent events. Every event is read "
    "and permitted anew; the connection ends with its credential."
)
class Subscription:
    booking_changed = value(resolve.booking_changed, P.BOOKINGS_READ, BookingChange | None)
