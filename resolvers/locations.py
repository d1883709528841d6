"""Locations: where appointments take place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import strawberry
from tortoise.queryset import QuerySet

from models.location import Location
from permissions.roles import Permission
from resolvers.archiving import ArchiveInput, archive
from resolvers.checking import Checks, cleaned, given
from resolvers.context import Info
from resolvers.listing import Listing
from rules.names import clean_name
from rules.text import clean_line
from rules.zones import zone

P = Permission


def _zone(value: str) -> str:
    return zone(value).key


def _address(value: str) -> str:
    return clean_line(value, "address", most=500, least=0)


Archived = Annotated[bool, strawberry.argument(description="Also those out of use; needs CATALOGUE_INTERNALS_READ.")]
RULES: dict[str, Callable[[Any], Any]] = {"name": clean_name, "address": _address, "zone": _zone}


async def locations(info: Info, include_archived: Archived = False) -> Listing:
    """The places of the business, by name. Archived ones only where asked for and permitted."""
    rows = info.context.rows(Location, P.CATALOGUE_READ)
    if include_archived:
        info.context.viewer.require(P.CATALOGUE_INTERNALS_READ)
    else:
        rows = rows.filter(archived_at=None)
    return Listing(rows, order="name")


async def location(info: Info, id: strawberry.ID) -> QuerySet[Location]:
    """One place; null when there is none with this id."""
    return info.context.one(Location, id, P.CATALOGUE_READ)


@strawberry.input(description="A new place.")
class CreateLocationInput:
    name: str = strawberry.field(description="What people call it; 1 to 120 characters.")
    zone: str = strawberry.field(description="IANA zone of its clocks, as `Europe/Berlin`.")
    address: str = strawberry.field(description="As it would stand on an envelope, in one line; up to 500.", default="")


async def create_location(info: Info, input: CreateLocationInput) -> Location:
    """Add a place where appointments happen."""
    checks = Checks()
    values = cleaned(checks, RULES, {column: getattr(input, column) for column in RULES})
    checks.done()
    return await Location.begin(info.context.act, **values)


@strawberry.input(description="Changes to a place. What is left out stays as it is.")
class UpdateLocationInput:
    id: strawberry.ID = strawberry.field(description="Which place.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = strawberry.field(description="What people call it.", default=None)
    zone: strawberry.Maybe[str] = strawberry.field(description="IANA zone. Bookings keep their instant.", default=None)
    address: strawberry.Maybe[str] = strawberry.field(description="In one line.", default=None)


async def update_location(info: Info, input: UpdateLocationInput) -> Location:
    """Change a place."""
    found = await info.context.find(Location, input.id, P.CATALOGUE_MANAGE)
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="What to archive.")
class ArchiveLocationInput(ArchiveInput):
    pass


async def archive_location(info: Info, input: ArchiveLocationInput) -> Location:
    """Take a place out of use. Bookings there stay as they are."""
    return await archive(info, Location, input, P.CATALOGUE_MANAGE)
