"""Services: what can be booked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import resolvers.service_changes as change
import resolvers.services as resolve
from graph.enums import Confirmation, Permission, SlotMode, Visibility
from graph.errors import AlreadyTaken, NotFound, ValidationFailed, VersionConflict
from graph.field import computed, edge, graph_type, listing, many, one, shown
from graph.locations import Location
from graph.money import Money, money
from graph.mutations import mutation
from graph.node import Node
from graph.shape import Through
from models.service import Offering as OfferingRow
from models.service import Service as ServiceRow
from resolvers.service_terms import WORDS
from resolvers.staff import at_work

if TYPE_CHECKING:
    from graph.offerings import Offering
    from graph.staff import Staff

P = Permission


def _public(column: str) -> Any:
    return shown(P.CATALOGUE_READ, WORDS[column])


def _internal(column: str) -> Any:
    return shown(P.CATALOGUE_INTERNALS_READ, WORDS[column])


@graph_type(ServiceRow)
class Service(Node):
    """What can be booked. A booking keeps the price, buffers and cutoffs it was made with."""

    name: str = _public("name")
    slug: str = _public("slug")
    description: str = _public("description")
    location: Location | None = edge(
        P.CATALOGUE_READ, "Where it takes place; null where that is not said.", via="location_id"
    )
    duration_minutes: int = _public("duration_minutes")
    step_minutes: int = _public("step_minutes")
    slot_mode: SlotMode | None = _internal("slot_mode")
    before_minutes: int | None = _internal("before_minutes")
    after_minutes: int | None = _internal("after_minutes")
    notice_minutes: int = _public("notice_minutes")
    horizon_days: int = _public("horizon_days")
    capacity: int = _public("capacity")

    @computed(P.CATALOGUE_READ, "price_minor", "currency")
    def price(self: Any) -> Money | None:
        """What it costs; null where the price is not said."""
        return money(self)

    confirmation: Confirmation = _public("confirmation")
    request_minutes: int = _public("request_minutes")
    cancel_cutoff_minutes: int = _public("cancel_cutoff_minutes")
    reschedule_cutoff_minutes: int = _public("reschedule_cutoff_minutes")
    staff: list[Annotated[Staff, strawberry.lazy("graph.staff")]] = many(
        P.CATALOGUE_READ,
        "Who offers it, of those in use, by name.",
        Through(OfferingRow, near="service_id", far="staff_id", sorted_by="search_name", shows=at_work),
    )
    offerings: list[Annotated[Offering, strawberry.lazy("graph.offerings")]] | None = many(
        P.CATALOGUE_INTERNALS_READ, "Who offers it with which weight.", Through(OfferingRow, near="service_id")
    )
    visibility: Visibility | None = _internal("visibility")
    archived_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "Since when it is out of use; null while in use.")
    version: int | None = shown(
        P.CATALOGUE_INTERNALS_READ, "Grows with every change; send it back as `expectedVersion`."
    )
    created_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "When it was entered.")
    updated_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "When it last changed.")


@strawberry.type
class ServiceQueries:
    services = listing(resolve.services, P.CATALOGUE_READ, Service)
    service = one(resolve.service, P.CATALOGUE_READ, Service | None)


_STORED = {"service": (Service, "The service as stored now.")}


@strawberry.type
class ServiceMutations:
    create_service = mutation(change.create_service, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, AlreadyTaken)
    update_service = mutation(
        change.update_service, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, AlreadyTaken, NotFound, VersionConflict
    )
    archive_service = mutation(change.archive_service, P.CATALOGUE_MANAGE, _STORED, NotFound, VersionConflict)
