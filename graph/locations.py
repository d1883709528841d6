"""Locations: where appointments take place."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.locations as resolve
from graph.enums import Permission
from graph.errors import NotFound, ValidationFailed, VersionConflict
from graph.field import graph_type, listing, one, shown
from graph.mutations import mutation
from graph.node import Node
from models.location import Location as LocationRow

P = Permission


@graph_type(LocationRow)
class Location(Node):
    """A place where appointments happen, with its own clocks."""

    name: str = shown(P.CATALOGUE_READ, "What people call it.")
    address: str = shown(P.CATALOGUE_READ, "As it would stand on an envelope; empty where there is none.")
    zone: str = shown(P.CATALOGUE_READ, "IANA zone of its clocks.")
    archived_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "Since when it is out of use; null while in use.")
    version: int | None = shown(
        P.CATALOGUE_INTERNALS_READ, "Grows with every change; send it back as `expectedVersion`."
    )


@strawberry.type
class LocationQueries:
    locations = listing(resolve.locations, P.CATALOGUE_READ, Location)
    location = one(resolve.location, P.CATALOGUE_READ, Location | None)


MOVED = {
    "schedules_moved": (int, "How many schedules moved along to another zone; their version grew."),
    "outside_hours": (
        int, "After another zone, how many appointments to come are outside hours, see `bookingsOutsideHours`; else 0.",
    ),
}  # fmt: skip
_STORED = {"location": (Location, "The place as it is stored now.")}


@strawberry.type
class LocationMutations:
    create_location = mutation(resolve.create_location, P.CATALOGUE_MANAGE, _STORED, ValidationFailed)
    update_location = mutation(
        resolve.update_location, P.CATALOGUE_MANAGE, {**_STORED, **MOVED}, ValidationFailed, NotFound, VersionConflict
    )
    archive_location = mutation(
        resolve.archive_location,
        P.CATALOGUE_MANAGE,
        {
            **_STORED,
            "upcoming_bookings": (int, "How many requested or confirmed bookings there are still to end."),
            "upcoming_travels": (int, "How many travels of staff to it are not over; see `travels`."),
        },
        NotFound,
        VersionConflict,
    )
