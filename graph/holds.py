"""Holds: keeping a slot for one visitor while they fill in their details."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.holds as resolve
from graph.enums import Permission
from graph.errors import (
    AddOnRefused,
    HoldEnded,
    NotFound,
    NotOffered,
    SeatsTaken,
    SlotTaken,
    TooManyHolds,
    ValidationFailed,
)
from graph.field import edge, graph_type, shown
from graph.mutations import mutation
from graph.node import Node
from graph.services import Service
from graph.staff import Staff
from models.hold import Hold as HoldRow

P = Permission


@graph_type(HoldRow)
class Hold(Node):
    """A slot kept for whoever has its token. It blocks that time for everybody else, of every service.

    Of a shared service it keeps seats of a group session, whose other seats can be taken.
    """

    service: Service = edge(P.CATALOGUE_READ, "What is to be booked.", via="service_id")
    staff: Staff = edge(P.CATALOGUE_READ, "With whom.", via="staff_id")
    starts_at: datetime = shown(P.SLOTS_HOLD, "Begin of the appointment.")
    ends_at: datetime = shown(P.SLOTS_HOLD, "End of the appointment; exclusive.")
    party_size: int = shown(P.SLOTS_HOLD, "For how many: the seats it keeps of a shared service.")
    expires_at: datetime = shown(P.SLOTS_HOLD, "From this second on anybody can take the slot.")


@strawberry.type
class HoldMutations:
    hold_slot = mutation(
        resolve.hold_slot,
        P.SLOTS_HOLD,
        {
            "hold": (Hold, "What is held."),
            "token": (str, "The secret that `book`, `availability` and `releaseHold` take. Shown only now."),
        },
        ValidationFailed,
        NotFound,
        NotOffered,
        SlotTaken,
        SeatsTaken,
        AddOnRefused,
        TooManyHolds,
    )
    release_hold = mutation(
        resolve.release_hold, P.SLOTS_HOLD, {"released": (bool, "Always true: the slot is free again.")}, HoldEnded
    )
