"""Add-ons: what can be chosen beside a service, and what was chosen with a booking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.add_ons as resolve
from graph.enums import Permission
from graph.errors import NotFound, ValidationFailed, VersionConflict
from graph.field import computed, graph_type, listing, shown
from graph.money import Money, money, money_of
from graph.mutations import mutation
from graph.node import Node
from graph.services import Service
from models.add_on import AddOn as AddOnRow
from models.add_on import BookingAddOn as BookingAddOnRow
from resolvers.add_ons import WORDS

P = Permission


@graph_type(AddOnRow)
class AddOn(Node):
    """What can be chosen beside a service: a product, or some more of it."""

    name: str = shown(P.CATALOGUE_READ, WORDS["name"])
    description: str = shown(P.CATALOGUE_READ, WORDS["description"])

    @computed(P.CATALOGUE_READ, "price_minor", "currency")
    def price(self: Any) -> Money | None:
        """What each of it costs; null: nothing."""
        return money(self)

    extra_minutes: int = shown(P.CATALOGUE_READ, WORDS["extra_minutes"])
    maximum: int = shown(P.CATALOGUE_READ, WORDS["maximum"])
    position: int = shown(P.CATALOGUE_READ, WORDS["position"])
    archived_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "Since when it is out of use; null while in use.")
    version: int | None = shown(
        P.CATALOGUE_INTERNALS_READ, "Grows with every change; send it back as `expectedVersion`."
    )


@graph_type(BookingAddOnRow)
class BookingAddOn:
    """An add-on as it was chosen: what it was called, cost and took then. Never changes."""

    name: str = shown(P.BOOKINGS_READ, "What it was called.")
    quantity: int = shown(P.BOOKINGS_READ, "How many of it.")

    @computed(P.BOOKINGS_READ, "unit_price_minor", "currency")
    def unit_price(self: Any) -> Money | None:
        """What each of it cost; null: nothing. All of it is in the booking's `price`."""
        return money_of(self.unit_price_minor, self.currency)

    extra_minutes: int = shown(P.BOOKINGS_READ, "How much longer each of it made the appointment, in minutes.")


@strawberry.type
class AddOnQueries:
    add_ons = listing(resolve.add_ons, P.CATALOGUE_READ, AddOn)


_STORED = {"add_on": (AddOn, "The add-on as stored now.")}
_BOTH = {**_STORED, "service": (Service, "The service.")}


@strawberry.type
class AddOnMutations:
    create_add_on = mutation(resolve.create_add_on, P.CATALOGUE_MANAGE, _STORED, ValidationFailed)
    update_add_on = mutation(
        resolve.update_add_on, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict
    )
    archive_add_on = mutation(resolve.archive_add_on, P.CATALOGUE_MANAGE, _STORED, NotFound, VersionConflict)
    offer_add_on = mutation(resolve.offer_add_on, P.CATALOGUE_MANAGE, _BOTH, ValidationFailed, NotFound)
    stop_offering_add_on = mutation(resolve.stop_offering_add_on, P.CATALOGUE_MANAGE, _BOTH, NotFound)
