"""Add-ons: what can be chosen beside a service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import strawberry
from tortoise.queryset import QuerySet

from models.add_on import AddOn
from models.service import Service
from permissions.roles import Permission
from resolvers import archiving
from resolvers.archiving import ArchiveInput, IncludeHidden, find_in_use, in_use
from resolvers.checking import Checks, between, cleaned, given
from resolvers.choosing import MOST_OF_ONE
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.money import MoneyInput, price_columns
from rules.add_ons import LONGEST
from rules.names import clean_name, clean_note

P = Permission
WORDS = {
    "name": "What customers know it as; 1 to 120 characters.",
    "description": "For customers, in plain text with line breaks; up to 4000 characters.",
    "price": "What each of it costs, in the currency of the services that offer it; null: nothing.",
    "extra_minutes": f"How much longer each of it makes the appointment; 0 to {LONGEST} minutes.",
    "maximum": f"How many of it one booking may have; 1 to {MOST_OF_ONE}.",
    "position": "Where it stands among others: smaller numbers first, then by age. 0 to 10000.",
}
RULES: dict[str, Callable[[Any], Any]] = {
    "name": clean_name,
    "description": lambda text: clean_note(text, "description"),
    "extra_minutes": between(0, LONGEST, "minutes"),
    "maximum": between(1, MOST_OF_ONE, "pieces"),
    "position": between(0, 10_000, "places"),
}


def _term(column: str, **more: Any) -> Any:
    return strawberry.field(description=WORDS[column], **more)


def offered_add_ons(context: Context) -> QuerySet[AddOn]:
    """Those in use: what the list of a service shows."""
    return context.rows(AddOn, P.CATALOGUE_READ).filter(archived_at=None)


async def add_ons(info: Info, include_archived: IncludeHidden = False) -> Listing:
    """What can be chosen beside services, in the order in which they are shown."""
    rows = info.context.rows(AddOn, P.CATALOGUE_READ)
    return Listing(in_use(info, rows, include_archived, P.CATALOGUE_INTERNALS_READ), order="position")


@strawberry.input(description="A new add-on.")
class CreateAddOnInput:
    name: str = _term("name")
    description: str = _term("description", default="")
    price: MoneyInput | None = _term("price", default=None)
    extra_minutes: int = _term("extra_minutes", default=0)
    maximum: int = _term("maximum", default=1)
    position: int = _term("position", default=0)


async def create_add_on(info: Info, input: CreateAddOnInput) -> AddOn:
    """Add something that can be chosen beside a service. No service offers it until `offerAddOn` says which."""
    checks = Checks()
    values = cleaned(checks, RULES, {column: getattr(input, column) for column in RULES})
    values |= price_columns(checks, "price", input.price)
    checks.done()
    return await AddOn.begin(info.context.act, **values)


@strawberry.input(description="Changes to an add-on. What is left out stays. Bookings keep what was promised.")
class UpdateAddOnInput:
    id: strawberry.ID = strawberry.field(description="Which one.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = _term("name", default=None)
    description: strawberry.Maybe[str] = _term("description", default=None)
    price: strawberry.Maybe[MoneyInput | None] = _term("price", default=None)
    extra_minutes: strawberry.Maybe[int] = _term("extra_minutes", default=None)
    maximum: strawberry.Maybe[int] = _term("maximum", default=None)
    position: strawberry.Maybe[int] = _term("position", default=None)


async def update_add_on(info: Info, input: UpdateAddOnInput) -> AddOn:
    """Change an add-on."""
    found = await info.context.find(AddOn, input.id, P.CATALOGUE_MANAGE)
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    for price in given(input, "price").values():
        values |= price_columns(checks, "price", price)
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="What to archive.")
class ArchiveAddOnInput(ArchiveInput):
    pass


async def archive_add_on(info: Info, input: ArchiveAddOnInput) -> AddOn:
    """Take an add-on out of use: it can no longer be chosen. Bookings keep theirs."""
    return await archiving.archive(info, AddOn, input, P.CATALOGUE_MANAGE)


@dataclass(frozen=True, slots=True)
class Together:
    """An add-on and a service."""

    add_on: AddOn
    service: Service


@strawberry.input(description="Which add-on with which service.")
class OfferAddOnInput:
    add_on_id: strawberry.ID = strawberry.field(description="Which add-on; one in use.")
    service_id: strawberry.ID = strawberry.field(description="With which service; one in use.")


async def offer_add_on(info: Info, input: OfferAddOnInput) -> Together:
    """Let an add-on be chosen with a service. Where it can be already, nothing changes.

    Both must be in one currency, where both have a price.
    """
    add_on = await find_in_use(info, AddOn, input.add_on_id, P.CATALOGUE_MANAGE)
    service = await find_in_use(info, Service, input.service_id, P.CATALOGUE_MANAGE)
    if None not in (add_on.currency, service.currency) and add_on.currency != service.currency:
        checks = Checks()
        checks.wrong("addOnId", f"costs {add_on.currency}, and the service {service.currency}. Price both alike.")
        checks.done()
    await add_on.offer(info.context.act, service.id)
    return Together(add_on, service)


@strawberry.input(description="Which add-on no longer with which service.")
class StopOfferingAddOnInput:
    add_on_id: strawberry.ID = strawberry.field(description="Which add-on.")
    service_id: strawberry.ID = strawberry.field(description="With which service.")


async def stop_offering_add_on(info: Info, input: StopOfferingAddOnInput) -> Together:
    """Take an add-on from a service. Bookings keep theirs; where it was not offered, nothing changes."""
    add_on = await info.context.find(AddOn, input.add_on_id, P.CATALOGUE_MANAGE)
    service = await info.context.find(Service, input.service_id, P.CATALOGUE_MANAGE)
    await add_on.stop_offering(info.context.act, service.id)
    return Together(add_on, service)
