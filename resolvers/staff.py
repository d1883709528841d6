"""Staff: the people who can be booked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import strawberry
from tortoise.queryset import QuerySet

from models.location import Location
from models.schedule import Schedule
from models.service import Offering, Service
from models.staff import Staff
from permissions.roles import Permission
from resolvers import archiving
from resolvers.archiving import ArchiveInput, IncludeHidden, in_use, reference
from resolvers.checking import Checks, cleaned, given
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.searching import SEARCH_WORDS, by_name, key_in, linked
from resolvers.services import shop_window
from rules.contacts import clean_email
from rules.names import clean_name
from rules.text import clean_line

P = Permission


def at_work(context: Context) -> QuerySet[Staff]:
    """The staff in use: what a service's list of staff shows."""
    return context.rows(Staff, P.CATALOGUE_READ).filter(archived_at=None)


@strawberry.input(description="Which staff. What is left out does not narrow; ids of nothing match nothing.")
class StaffFilter:
    service_id: strawberry.ID | None = strawberry.field(
        description="Only who offers this service, where this credential may see it.", default=None
    )
    location_id: strawberry.ID | None = strawberry.field(description="Only who works at this place.", default=None)
    search: str | None = strawberry.field(description=SEARCH_WORDS, default=None)


async def staff_members(
    info: Info,
    filter: Annotated[StaffFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
    include_archived: IncludeHidden = False,
) -> Listing:
    """The people who can be booked, by name."""
    rows = in_use(info, info.context.rows(Staff, P.CATALOGUE_READ), include_archived, P.CATALOGUE_INTERNALS_READ)
    if filter is not None:
        rows = _narrowed(info, rows, filter)
    return Listing(rows, order="search_name")


def _narrowed(info: Info, rows: QuerySet[Staff], filter: StaffFilter) -> QuerySet[Staff]:
    if filter.service_id is not None:
        seen = shop_window(info.context, by_id=True).filter(id=key_in(Service, filter.service_id))
        offerings = linked(Offering.of(info.context.account_id), seen, "id", by="service_id")
        rows = linked(rows, offerings, "staff_id")
    if filter.location_id is not None:
        rows = rows.filter(location_id=key_in(Location, filter.location_id))
    return by_name(rows, filter.search)


async def staff_member(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
) -> QuerySet[Staff]:
    """One person who can be booked; null where there is none with this id that this credential may see."""
    rows = info.context.one(Staff, id, P.CATALOGUE_READ)
    return rows if info.context.viewer.access(P.CATALOGUE_INTERNALS_READ) else rows.filter(archived_at=None)


def _title(value: str) -> str:
    return clean_line(value, "title", most=120, least=0)


def _email(value: str | None) -> str | None:
    return None if value is None else clean_email(value)


RULES: Mapping[str, Callable[[Any], Any]] = {"name": clean_name, "title": _title, "email": _email}
WORDS: Mapping[str, str] = {
    "name": "What customers know them as; 1 to 120 characters.",
    "title": "What they are, as `Senior stylist`; up to 120 characters, may be empty.",
    "email": "Where the product writes to them; never shown to customers. Null for none.",
    "location_id": "Where they work; a place in use. Null where that is not said.",
    "schedule_id": "The schedule they follow, one in use. Null: they are never open.",
}


@strawberry.input(description="A new person who can be booked.")
class CreateStaffInput:
    name: str = strawberry.field(description=WORDS["name"])
    title: str = strawberry.field(description=WORDS["title"], default="")
    email: str | None = strawberry.field(description=WORDS["email"], default=None)
    location_id: strawberry.ID | None = strawberry.field(description=WORDS["location_id"], default=None)
    schedule_id: strawberry.ID | None = strawberry.field(description=WORDS["schedule_id"], default=None)


async def create_staff(info: Info, input: CreateStaffInput) -> Staff:
    """Add a person who can be booked. They offer nothing until `offerService` says what."""
    checks = Checks()
    values = cleaned(checks, RULES, {column: getattr(input, column) for column in RULES})
    values |= await _references(info, checks, {"location_id": input.location_id, "schedule_id": input.schedule_id})
    checks.done()
    return await Staff.begin(info.context.act, **values)


@strawberry.input(description="Changes to a person who can be booked. What is left out stays as it is.")
class UpdateStaffInput:
    id: strawberry.ID = strawberry.field(description="Who.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = strawberry.field(description=WORDS["name"], default=None)
    title: strawberry.Maybe[str] = strawberry.field(description=WORDS["title"], default=None)
    email: strawberry.Maybe[str | None] = strawberry.field(description=WORDS["email"], default=None)
    location_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description=WORDS["location_id"], default=None
    )
    schedule_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description=WORDS["schedule_id"], default=None
    )


async def update_staff(info: Info, input: UpdateStaffInput) -> Staff:
    """Change a person who can be booked. Bookings stay, also where new hours leave them outside."""
    found = await info.context.find(Staff, input.id, P.CATALOGUE_MANAGE)
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    values |= await _references(info, checks, given(input, "location_id", "schedule_id"))
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="What to archive.")
class ArchiveStaffInput(ArchiveInput):
    pass


async def archive_staff(info: Info, input: ArchiveStaffInput) -> Staff:
    """Take a person out of use: they can no longer be booked. Their bookings stay as they are."""
    return await archiving.archive(info, Staff, input, P.CATALOGUE_MANAGE)


async def _references(info: Info, checks: Checks, ids: Mapping[str, str | None]) -> dict[str, Any]:
    found = {}
    if "location_id" in ids:
        found["location_id"] = await reference(
            info, checks, "locationId", Location, ids["location_id"], P.CATALOGUE_READ
        )
    if "schedule_id" in ids:
        found["schedule_id"] = await reference(
            info, checks, "scheduleId", Schedule, ids["schedule_id"], P.SCHEDULES_READ
        )
    return found
