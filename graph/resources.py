"""Resources: bookable rooms and things, and what bookings have of them."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.resources as resolve
from graph.enums import Permission
from graph.errors import NotFound, UnitsInUse, ValidationFailed, VersionConflict
from graph.field import edge, graph_type, listing, many, one, shown
from graph.locations import Location
from graph.mutations import mutation
from graph.node import Node
from graph.schedules import Schedule
from graph.services import Service
from graph.shape import Through
from models.engagement import Engagement as EngagementRow
from models.resource import NeededResource as NeededResourceRow
from models.resource import Resource as ResourceRow
from models.resource import ResourceNeed as ResourceNeedRow
from resolvers.resources import WORDS

P = Permission


@graph_type(ResourceRow)
class Resource(Node):
    """A room or thing that bookings may need, of which there may be several units."""

    name: str = shown(P.CATALOGUE_INTERNALS_READ, WORDS["name"])
    quantity: int = shown(P.CATALOGUE_INTERNALS_READ, WORDS["quantity"])
    location: Location | None = edge(
        P.CATALOGUE_INTERNALS_READ, "Where it is; null where that is not said.", via="location_id"
    )
    schedule: Schedule | None = edge(
        P.SCHEDULES_READ, "When it can be used; null: whenever its people are open.", via="schedule_id"
    )
    archived_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "Since when out of use; null while in use.")
    version: int = shown(P.CATALOGUE_INTERNALS_READ, "Grows with every change; send it back as `expectedVersion`.")
    created_at: datetime = shown(P.CATALOGUE_INTERNALS_READ, "When it was entered.")
    updated_at: datetime = shown(P.CATALOGUE_INTERNALS_READ, "When anything here last changed.")


@graph_type(ResourceNeedRow)
class ResourceNeed:
    """A group of rooms or things that a service needs beside its people."""

    units: int | None = shown(
        P.CATALOGUE_INTERNALS_READ, "So many units of any of them; null: one unit of each of them."
    )
    resources: list[Resource] = many(
        P.CATALOGUE_INTERNALS_READ,
        "The group, by name.",
        Through(NeededResourceRow, near="resource_need_id", far="resource_id", sorted_by="search_name"),
    )


@graph_type(EngagementRow)
class BookedResource:
    """A unit of a room or thing that a booking has, or had while it counted."""

    resource: Resource | None = edge(P.CATALOGUE_INTERNALS_READ, "Of which.", via="resource_id")
    unit: int | None = shown(P.CATALOGUE_INTERNALS_READ, "The how many-th of its units, from 1.")


@strawberry.type
class ResourceQueries:
    resources = listing(resolve.resources, P.CATALOGUE_INTERNALS_READ, Resource)
    resource = one(resolve.resource, P.CATALOGUE_INTERNALS_READ, Resource | None)


_STORED = {"resource": (Resource, "The room or thing as stored now.")}


@strawberry.type
class ResourceMutations:
    create_resource = mutation(resolve.create_resource, P.CATALOGUE_MANAGE, _STORED, ValidationFailed)
    update_resource = mutation(
        resolve.update_resource, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict, UnitsInUse
    )
    archive_resource = mutation(
        resolve.archive_resource, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict
    )
    set_resource_needs = mutation(
        resolve.set_resource_needs,
        P.CATALOGUE_MANAGE,
        {"service": (Service, "The service as stored now.")},
        ValidationFailed,
        NotFound,
        VersionConflict,
    )
