"""Travels: the days on which a staff member works elsewhere."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.travels as resolve
from graph.enums import Permission
from graph.errors import NotFound, TravelsOverlap, ValidationFailed, VersionConflict
from graph.field import edge, graph_type, listing, shown
from graph.locations import Location
from graph.mutations import mutation
from graph.node import Node
from graph.schedules import Schedule
from models.travel import Travel as TravelRow

if TYPE_CHECKING:
    from graph.staff import Staff

P = Permission


@graph_type(TravelRow)
class Travel(Node):
    """Some days on which a person works elsewhere: they can be booked there then, and nowhere else."""

    staff: Annotated[Staff, strawberry.lazy("graph.staff")] | None = edge(P.CATALOGUE_READ, "Who.", via="staff_id")
    location: Location | None = edge(
        P.CATALOGUE_READ, "At which location; null where it is none of the business's.", via="location_id"
    )
    zone: str | None = shown(P.SCHEDULES_READ, "IANA zone of the clocks there; null where `location` says it.")
    schedule: Schedule | None = edge(
        P.SCHEDULES_READ,
        "Hours of their own for these days, on the clocks there; null: their usual ones, on those clocks too.",
        via="schedule_id",
    )
    first_on: Date = shown(P.SCHEDULES_READ, "First day there, as clocks there count days.")
    last_on: Date = shown(P.SCHEDULES_READ, "Last day there, inclusive.")
    version: int = shown(P.SCHEDULES_READ, "Grows with every change; send it back as `expectedVersion`.")
    created_at: datetime = shown(P.SCHEDULES_READ, "When it was entered.")
    updated_at: datetime = shown(P.SCHEDULES_READ, "When it last changed.")


@strawberry.type
class TravelQueries:
    travels = listing(resolve.travels, P.SCHEDULES_READ, Travel)


_OUTSIDE = {
    "outside_hours": (
        int, "How many appointments to come with this person are outside hours now, or not where they work then; they "
        "stay. See `bookingsOutsideHours`.",
    ),
}  # fmt: skip
_STORED = {"travel": (Travel, "The travel as stored now."), **_OUTSIDE}


@strawberry.type
class TravelMutations:
    add_travel = mutation(resolve.add_travel, P.TIME_OFF_MANAGE, _STORED, ValidationFailed, TravelsOverlap)
    update_travel = mutation(
        resolve.update_travel, P.TIME_OFF_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict, TravelsOverlap
    )
    remove_travel = mutation(
        resolve.remove_travel,
        P.TIME_OFF_MANAGE,
        {"removed_id": (strawberry.ID, "The id of what was removed."), **_OUTSIDE},
        NotFound,
        VersionConflict,
    )
