"""Travels: the days on which a staff member works elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Annotated, Any

import strawberry
from tortoise.queryset import QuerySet

from models.location import Location
from models.outside_hours import left_there, outside_hours_of
from models.schedule import Schedule
from models.staff import Staff
from models.travel import LONGEST_TRAVEL, Travel, coming
from permissions.roles import Permission
from resolvers.archiving import reference
from resolvers.checking import Checks, given
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.searching import key_in
from rules.errors import BadInput
from rules.ids import global_id
from rules.wall_time import local
from rules.zones import zone

P = Permission
FURTHEST = timedelta(days=3 * 366)
FIRST_WORDS = "First day there, as clocks there count days; from its midnight on they are offered there alone."
LAST_WORDS = (
    f"Last day there, inclusive; not before the first, at most {LONGEST_TRAVEL.days} days in all, not all passed there."
)
LOCATION_WORDS = "At which location; one in use. Either this or `zone`."
ZONE_WORDS = "IANA zone of the clocks there, as `Europe/Berlin`, where it is no location of the business."
SCHEDULE_WORDS = (
    "Hours of their own for these days; a schedule in use. Null: their usual hours, single dates included. Either is "
    "read on the clocks there: whoever works 09:00 to 17:00 does so there, whatever zone the schedule is in."
)


def to_come(context: Context) -> QuerySet[Travel]:
    """Those that are not over: what a person's list of them shows."""
    return coming(context.account_id, context.now)


@strawberry.input(description="Which travels. What is left out does not narrow.")
class TravelFilter:
    staff_id: strawberry.ID | None = strawberry.field(description="Only this person's.", default=None)
    location_id: strawberry.ID | None = strawberry.field(description="Only to this location.", default=None)
    from_: Date | None = strawberry.field(
        name="from", description="Only what lasts until this date or longer.", default=None
    )
    to: Date | None = strawberry.field(description="Only what begins on this date or before.", default=None)


async def travels(
    info: Info,
    filter: Annotated[TravelFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
) -> Listing:
    """When staff members work elsewhere, by first day."""
    rows = info.context.rows(Travel, P.SCHEDULES_READ)
    if filter is not None:
        if filter.staff_id is not None:
            rows = rows.filter(staff_id=key_in(Staff, filter.staff_id))
        if filter.location_id is not None:
            rows = rows.filter(location_id=key_in(Location, filter.location_id))
        if filter.from_ is not None:
            if filter.to is not None and filter.to < filter.from_:
                raise BadInput("`to` must not be before `from`.")
            rows = rows.filter(last_on__gte=filter.from_)
        if filter.to is not None:
            rows = rows.filter(first_on__lte=filter.to)
    return Listing(rows, order="first_on")


@dataclass(frozen=True, slots=True)
class Travelled:
    """The travel as it is now, and how many appointments with whoever travels are not where they work then."""

    travel: Travel
    outside_hours: int


@dataclass(frozen=True, slots=True)
class TravelGone:
    """The same for one that was removed."""

    removed_id: strawberry.ID
    outside_hours: int


@strawberry.input(description="Some days on which somebody works elsewhere.")
class AddTravelInput:
    staff_id: strawberry.ID = strawberry.field(description="Who; somebody in use.")
    first_on: Date = strawberry.field(description=FIRST_WORDS)
    last_on: Date = strawberry.field(description=LAST_WORDS)
    location_id: strawberry.ID | None = strawberry.field(description=LOCATION_WORDS, default=None)
    zone: str | None = strawberry.field(description=ZONE_WORDS, default=None)
    schedule_id: strawberry.ID | None = strawberry.field(description=SCHEDULE_WORDS, default=None)


async def add_travel(info: Info, input: AddTravelInput) -> Travelled:
    """Enter that somebody works elsewhere for some days; up to 100 travels to come for each person. They can be
    booked there then and nowhere else; what begins there stands at that place, on its clocks. A window belongs to the
    day on which it begins: the night before is worked to its end at home. For the way, enter time off. Bookings that
    are there stay when they are; say yes or no to those that are outside hours now."""
    checks = Checks()
    values = {
        "staff_id": await reference(info, checks, "staffId", Staff, input.staff_id, P.CATALOGUE_READ),
        "first_on": input.first_on,
        "last_on": input.last_on,
        **await _where(info, checks, input.location_id, input.zone),
        "schedule_id": await reference(info, checks, "scheduleId", Schedule, input.schedule_id, P.SCHEDULES_READ),
    }
    await _check_dates(info, checks, values)
    checks.done()
    made = await Travel.enter(info.context.act, **values)
    return Travelled(made, await _outside(info, made))


@strawberry.input(description="Changes to a travel. What is left out stays as it is.")
class UpdateTravelInput:
    id: strawberry.ID = strawberry.field(description="Which travel.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    first_on: strawberry.Maybe[Date] = strawberry.field(description=FIRST_WORDS, default=None)
    last_on: strawberry.Maybe[Date] = strawberry.field(description=LAST_WORDS, default=None)
    location_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description=f"{LOCATION_WORDS} Replaces the zone.", default=None
    )
    zone: strawberry.Maybe[str] = strawberry.field(description=f"{ZONE_WORDS} Replaces the location.", default=None)
    schedule_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=SCHEDULE_WORDS, default=None)


async def update_travel(info: Info, input: UpdateTravelInput) -> Travelled:
    """Change when somebody works elsewhere, where, or with which hours. Bookings stay when and where they are; say yes
    or no to those that are outside hours now."""
    found = await info.context.find(Travel, input.id, P.TIME_OFF_MANAGE)
    before = found.place
    checks = Checks()
    values: dict[str, Any] = given(input, "first_on", "last_on")
    where = given(input, "location_id", "zone")
    if where:
        values |= await _where(info, checks, where.get("location_id"), where.get("zone"))
    if "schedule_id" in (hours := given(input, "schedule_id")):
        values["schedule_id"] = await reference(
            info, checks, "scheduleId", Schedule, hours["schedule_id"], P.SCHEDULES_READ
        )
    await _check_dates(info, checks, found.place | values)
    checks.done()
    await found.alter(info.context.act, input.expected_version, **values)
    return Travelled(found, await _outside(info, found, before, found.place))


@strawberry.input(description="Which travel to remove.")
class RemoveTravelInput:
    id: strawberry.ID = strawberry.field(description="Which one.")
    expected_version: int = strawberry.field(description="The `version` that was read.")


async def remove_travel(info: Info, input: RemoveTravelInput) -> TravelGone:
    """Remove a travel: they can be booked on these days where they always are. What was booked for the travel stays
    at that place; say yes or no to it yourself."""
    found = await info.context.find(Travel, input.id, P.TIME_OFF_MANAGE)
    await found.remove(info.context.act, input.expected_version)
    return TravelGone(strawberry.ID(global_id("travel", found.id)), await _outside(info, found, found.place))


async def _outside(
    info: Info, travel: Travel, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
) -> int:
    """With this person; and what was booked for a travel that is no more as it was `before`."""
    account_id, now = info.context.account_id, info.context.now
    found = {one.id for one in await outside_hours_of(account_id, travel.staff_id, now)}
    if before is not None:
        found |= {one.id for one in await left_there(account_id, travel.staff_id, before, after, now)}
    return len(found)


async def _where(info: Info, checks: Checks, location_id: str | None, zone_name: str | None) -> dict[str, Any]:
    place = await reference(info, checks, "locationId", Location, location_id, P.CATALOGUE_READ)
    if (location_id is None) is (zone_name is None):
        checks.wrong("zone", "Give this or `locationId`, one of the two.")
    known = checks("zone", lambda value: zone(value).key, zone_name) if zone_name is not None else None
    return {"location_id": place, "zone": known}


async def _check_dates(info: Info, checks: Checks, values: dict[str, Any]) -> None:
    first, last = values["first_on"], values["last_on"]
    if last < first:
        checks.wrong("lastOn", "must not be before the first day.")
    elif last - first >= LONGEST_TRAVEL:
        checks.wrong("lastOn", f"must be at most {LONGEST_TRAVEL.days - 1} days after the first day.")
    name = values["zone"]
    if values["location_id"] is not None:
        name = (await Location.of(info.context.account_id).get(id=values["location_id"])).zone
    if name is None:
        return  # noted already
    today = local(info.context.now, zone(name)).date_time.date()
    if last < today:
        checks.wrong("lastOn", f"has passed in {name}; choose today or a later day.")
    elif last > today + FURTHEST:
        checks.wrong("lastOn", f"must be at most {FURTHEST.days} days ahead.")
