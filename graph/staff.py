"""Staff: the people who can be booked."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.staff as resolve
from graph.enums import Permission
from graph.errors import NotFound, ValidationFailed, VersionConflict
from graph.field import edge, graph_type, listing, many, one, shown
from graph.locations import Location
from graph.mutations import mutation
from graph.node import Node
from graph.schedules import Schedule
from graph.services import Service
from graph.shape import Through
from graph.travels import Travel
from models.service import Offering as OfferingRow
from models.staff import Staff as StaffRow
from models.travel import MOST_TRAVELS
from models.travel import Travel as TravelRow
from resolvers.services import offered
from resolvers.travels import to_come
from rules.masking import Mask

P = Permission


@graph_type(StaffRow)
class Staff(Node):
    """A person who can be booked. Not necessarily one who signs in: that is a member."""

    name: str = shown(P.CATALOGUE_READ, "What customers know them as.")
    title: str = shown(P.CATALOGUE_READ, "What they are, as `Senior stylist`; may be empty.")
    services: list[Service] = many(
        P.CATALOGUE_READ,
        "What they offer, of the services in use that this viewer sees listed, by name.",
        Through(OfferingRow, near="staff_id", far="service_id", sorted_by="search_name", shows=offered),
    )
    email: str | None = shown(
        P.STAFF_CONTACT_READ, "Where the product writes to them; null where none is known.", mask=Mask.EMAIL
    )
    location: Location | None = edge(
        P.CATALOGUE_READ, "Where they work; null where that is not said.", via="location_id"
    )
    schedule: Schedule | None = edge(
        P.SCHEDULES_READ, "The opening hours they follow; null where they are never open.", via="schedule_id"
    )
    travels: list[Travel] | None = many(
        P.SCHEDULES_READ,
        f"When they work elsewhere, by first day; up to {MOST_TRAVELS}. Those that are over are left out.",
        Through(TravelRow, near="staff_id", order="first_on", shows=to_come),
        holds=2,
    )
    archived_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "Since when out of use; null while in use.")
    version: int | None = shown(
        P.CATALOGUE_INTERNALS_READ, "Grows with every change; send it back as `expectedVersion`."
    )
    created_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "When they were entered.")
    updated_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "When anything here last changed.")


@strawberry.type
class StaffQueries:
    staff_members = listing(resolve.staff_members, P.CATALOGUE_READ, Staff)
    staff_member = one(resolve.staff_member, P.CATALOGUE_READ, Staff | None)


_STORED = {"staff": (Staff, "The person as stored now.")}


@strawberry.type
class StaffMutations:
    create_staff = mutation(resolve.create_staff, P.CATALOGUE_MANAGE, _STORED, ValidationFailed)
    update_staff = mutation(
        resolve.update_staff, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict
    )
    archive_staff = mutation(resolve.archive_staff, P.CATALOGUE_MANAGE, _STORED, NotFound, VersionConflict)
