"""Locations: where appointments take place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import strawberry
from tortoise.queryset import QuerySet

from models.booking import Booking
from models.location import Location
from models.outside_hours import outside_hours
from models.travel import coming
from models.zone_change import change_location
from permissions.roles import Permission
from resolvers.archiving import ArchiveInput, IncludeHidden, archive
from resolvers.checking import Checks, cleaned, given
from resolvers.context import Info
from resolvers.listing import Listing
from rules.booking_states import PENDING
from rules.names import clean_name
from rules.text import clean_line
from rules.zones import zone

P = Permission


def _zone(value: str) -> str:
    return zone(value).key


def _address(value: str) -> str:
    return clean_line(value, "address", most=500, least=0)


RULES: dict[str, Callable[[Any], Any]] = {"name": clean_name, "address": _address, "zone": _zone}


async def locations(info: Info, include_archived: IncludeHidden = False) -> Listing:
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


@dataclass(frozen=True, slots=True)
class ChangedLocation:
    """The place, and what its move to another zone did."""

    location: Location
    schedules_moved: int
    outside_hours: int


async def update_location(info: Info, input: UpdateLocationInput) -> ChangedLocation:
    """Change a place. With another zone, the schedules move that were in the old one and whose people all work there;
    bookings keep their instant."""
    found = await info.context.find(Location, input.id, P.CATALOGUE_MANAGE)
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    checks.done()
    moved = await change_location(info.context.act, found, input.expected_version, values)
    outside = await outside_hours(info.context.account_id, info.context.now) if "zone" in values else []
    return ChangedLocation(found, moved, len(outside))


@strawberry.input(description="What to archive.")
class ArchiveLocationInput(ArchiveInput):
    pass


@dataclass(frozen=True, slots=True)
class ArchivedLocation:
    """A place out of use, and how many appointments and travels of staff there are still to come."""

    location: Location
    upcoming_bookings: int
    upcoming_travels: int


async def archive_location(info: Info, input: ArchiveLocationInput) -> ArchivedLocation:
    """Take a place out of use. Nothing more can be booked there; bookings there stay as they are. Whoever travels there
    can be booked nowhere on those days, until the travel is changed or removed."""
    place = await archive(info, Location, input, P.CATALOGUE_MANAGE)
    there = Booking.of(info.context.account_id).filter(location_id=place.id, status__in=PENDING)
    travels = coming(info.context.account_id, info.context.now).filter(location_id=place.id)
    return ArchivedLocation(place, await there.filter(ends_at__gt=info.context.now).count(), await travels.count())
