"""Time off: when a staff member, or the whole business, is away."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.time_off as resolve
from graph.enums import Permission
from graph.errors import NotFound, ValidationFailed, VersionConflict
from graph.field import edge, graph_type, listing, shown
from graph.mutations import mutation
from graph.node import Node
from graph.resources import Resource
from graph.staff import Staff
from models.staff import TimeOff as TimeOffRow

P = Permission


@graph_type(TimeOffRow)
class TimeOff(Node):
    """When somebody is away. Nothing can be booked in it."""

    staff: Staff | None = edge(
        P.CATALOGUE_READ, "Who; null where a resource is away, or the whole business is closed.", via="staff_id"
    )
    resource: Resource | None = edge(
        P.CATALOGUE_INTERNALS_READ,
        "Which room or thing is not there; null where it is about people.",
        via="resource_id",
    )
    starts_at: datetime = shown(P.SCHEDULES_READ, "From when.")
    ends_at: datetime = shown(P.SCHEDULES_READ, "Until when; exclusive.")
    reason: str = shown(P.SCHEDULES_READ, "Why, for members only; may be empty.")
    version: int = shown(P.SCHEDULES_READ, "Grows with every change; send it back as `expectedVersion`.")
    created_at: datetime = shown(P.SCHEDULES_READ, "When it was entered.")
    updated_at: datetime = shown(P.SCHEDULES_READ, "When it last changed.")


@strawberry.type
class TimeOffQueries:
    time_off = listing(resolve.time_off, P.SCHEDULES_READ, TimeOff)


_STORED = {"time_off": (TimeOff, "The time off as stored now.")}


@strawberry.type
class TimeOffMutations:
    add_time_off = mutation(resolve.add_time_off, P.TIME_OFF_MANAGE, _STORED, ValidationFailed)
    update_time_off = mutation(
        resolve.update_time_off, P.TIME_OFF_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict
    )
    remove_time_off = mutation(
        resolve.remove_time_off,
        P.TIME_OFF_MANAGE,
        {"removed_id": (strawberry.ID, "The id of what was removed.")},
        NotFound,
        VersionConflict,
    )
