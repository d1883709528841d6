"""Resources: bookable rooms and things, and what a service needs of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import strawberry
from tortoise.queryset import QuerySet

from models.engagement import Engagement
from models.location import Location
from models.resource import Resource, set_needs
from models.schedule import Schedule
from models.service import Service
from permissions.roles import Permission
from resolvers import archiving
from resolvers.archiving import ArchiveInput, IncludeArchived, find_in_use, in_use, reference
from resolvers.checking import Checks, between, cleaned, given
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.searching import SEARCH_WORDS, by_name, key_in
from rules.names import clean_name

P = Permission
MOST_UNITS, MOST_GROUPS, MOST_OF_A_GROUP = 100, 10, 20


def given_to_bookings(context: Context) -> QuerySet[Engagement]:
    """What bookings have of rooms and things, beside their people."""
    return Engagement.of(context.account_id).filter(resource_id__isnull=False)


@strawberry.input(description="Which resources. What is left out does not narrow; ids of nothing match nothing.")
class ResourceFilter:
    location_id: strawberry.ID | None = strawberry.field(description="Only what is at this place.", default=None)
    search: str | None = strawberry.field(description=SEARCH_WORDS, default=None)


async def resources(
    info: Info,
    filter: Annotated[ResourceFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
    include_archived: IncludeArchived = False,
) -> Listing:
    """The rooms and things that bookings may need, by name."""
    permission = P.CATALOGUE_INTERNALS_READ
    rows = in_use(info, info.context.rows(Resource, permission), include_archived, permission)
    if filter is not None:
        if filter.location_id is not None:
            rows = rows.filter(location_id=key_in(Location, filter.location_id))
        rows = by_name(rows, filter.search)
    return Listing(rows, order="search_name")


async def resource(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
) -> QuerySet[Resource]:
    """One room or thing; null where there is none with this id that this credential may see."""
    return info.context.one(Resource, id, P.CATALOGUE_INTERNALS_READ)


RULES: Mapping[str, Callable[[Any], Any]] = {"name": clean_name, "quantity": between(1, MOST_UNITS, "units")}
WORDS: Mapping[str, str] = {
    "name": "What the business calls it; 1 to 120 characters.",
    "quantity": f"How many units of it there are, each booked by itself; 1 to {MOST_UNITS}. As many as "
    "a service in use needs at once and as appointments to come have: those with the highest numbers go first.",
    "location_id": "Where it is; a place in use. Null where that is not said.",
    "schedule_id": "When it can be used, by a schedule in use. Null: whenever its people are open.",
}


@strawberry.input(description="A new room or thing.")
class CreateResourceInput:
    name: str = strawberry.field(description=WORDS["name"])
    quantity: int = strawberry.field(description=WORDS["quantity"], default=1)
    location_id: strawberry.ID | None = strawberry.field(description=WORDS["location_id"], default=None)
    schedule_id: strawberry.ID | None = strawberry.field(description=WORDS["schedule_id"], default=None)


async def create_resource(info: Info, input: CreateResourceInput) -> Resource:
    """Add a room or thing. Nothing needs it until `setResourceNeeds` says what."""
    checks = Checks()
    values = cleaned(checks, RULES, {column: getattr(input, column) for column in RULES})
    values |= await _references(info, checks, {"location_id": input.location_id, "schedule_id": input.schedule_id})
    checks.done()
    return await Resource.begin(info.context.act, **values)


@strawberry.input(description="Changes to a room or thing. What is left out stays as it is.")
class UpdateResourceInput:
    id: strawberry.ID = strawberry.field(description="Which one.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = strawberry.field(description=WORDS["name"], default=None)
    quantity: strawberry.Maybe[int] = strawberry.field(description=WORDS["quantity"], default=None)
    location_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description=WORDS["location_id"], default=None
    )
    schedule_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description=WORDS["schedule_id"], default=None
    )


async def update_resource(info: Info, input: UpdateResourceInput) -> Resource:
    """Change a room or thing. Bookings that have it stay as they are; it keeps the units that are booked to come."""
    found = await info.context.find(Resource, input.id, P.CATALOGUE_MANAGE)
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    values |= await _references(info, checks, given(input, "location_id", "schedule_id"))
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="What to archive.")
class ArchiveResourceInput(ArchiveInput):
    pass


async def archive_resource(info: Info, input: ArchiveResourceInput) -> Resource:
    """Take a room or thing out of use. Bookings that have it stay as they are; no service in use may need it."""
    return await archiving.archive(info, Resource, input, P.CATALOGUE_MANAGE)


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


@strawberry.input(description="A group of rooms or things that a service needs.")
class ResourceNeedInput:
    resource_ids: list[strawberry.ID] = strawberry.field(
        description=f"The group: 1 to {MOST_OF_A_GROUP} in use, each in one group of the service at most."
    )
    units: int | None = strawberry.field(
        description="So many units of any of them. Null: one unit of each of them.", default=None
    )


@strawberry.input(description="What a service needs.")
class SetResourceNeedsInput:
    service_id: strawberry.ID = strawberry.field(description="Which service; one in use.")
    expected_version: int = strawberry.field(description="The service's `version` that was read.")
    needs: list[ResourceNeedInput] = strawberry.field(
        description=f"Everything that it needs from now on; at most {MOST_GROUPS} groups. Empty: only its people."
    )


async def set_resource_needs(info: Info, input: SetResourceNeedsInput) -> Service:
    """Say which rooms and things a service needs beside its people, in place of what it needed. It is offered only
    where all of them are free, and its bookings get them. Bookings that are there keep what they have until moved."""
    service = await find_in_use(info, Service, input.service_id, P.CATALOGUE_MANAGE)
    checks = Checks()
    if len(input.needs) > MOST_GROUPS:
        checks.wrong("needs", f"At most {MOST_GROUPS} groups.")
    rows = await info.context.rows(Resource, P.CATALOGUE_INTERNALS_READ).filter(
        archived_at=None, id__in=[key_in(Resource, id) for need in input.needs for id in need.resource_ids]
    )
    known = {row.id: row for row in rows}
    groups = [_group(checks, place, need, known) for place, need in enumerate(input.needs)]
    named = [one.id for _, group in groups for one in group]
    if len(set(named)) < len(named):
        checks.wrong("needs", "Something is named twice. Name each room or thing once, in one group.")
    checks.done()
    needs = [(units, [one.id for one in group]) for units, group in groups]
    await set_needs(info.context.act, service, input.expected_version, needs)
    return service


def _group(
    checks: Checks, place: int, need: ResourceNeedInput, known: Mapping[Any, Resource]
) -> tuple[int | None, Sequence[Resource]]:
    found = [known.get(key_in(Resource, id)) for id in need.resource_ids]
    group = [one for one in found if one is not None]
    path = f"needs.{place}"
    if not 1 <= len(found) <= MOST_OF_A_GROUP:
        checks.wrong(f"{path}.resourceIds", f"A group has 1 to {MOST_OF_A_GROUP}.")
    elif len(group) < len(found):
        checks.wrong(f"{path}.resourceIds", "There is no resource in use with one of these ids.")
    elif need.units is not None and not 1 <= need.units <= sum(one.quantity for one in group):
        checks.wrong(f"{path}.units", f"must be from 1 to {sum(one.quantity for one in group)}: so many there are.")
    return need.units, group
