"""When people are busy: what calendars elsewhere say, and what a calendar elsewhere may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import strawberry

from models.calendar_subscription import CalendarSubscription
from models.external_busy import MOST_PIECES, MOST_SOURCES, BusySource, ExternalBusy, Whose, replace_busy
from models.free_busy import free_busy as read_free_busy
from models.free_busy import places_of
from models.occupancy import LONGEST
from models.resource import Resource
from models.staff import Staff
from models.teams import Place
from permissions.roles import Access, Permission
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.searching import key_in
from rules.errors import BadInput, NotFound
from rules.ids import global_id
from rules.intervals import Window, clip, coalesce
from rules.outgoing import clean_feed_address
from rules.text import clean_line
from rules.wall_time import epoch, epoch_ceiling, instant

P = Permission
MOST_ASKED = 100
LONGEST_DAYS = 62
LONGEST_PUT_DAYS = 400
MOST_INTERVALS = 1_000
SOURCE_LENGTH = 60

StaffIds = Annotated[list[strawberry.ID] | None, strawberry.argument(description="Whose time.")]
ResourceIds = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description=f"Which rooms' or things' time; together with people {MOST_ASKED} at most."),
]
From = Annotated[datetime, strawberry.argument(name="from", description="From when.")]
Until = Annotated[
    datetime, strawberry.argument(description=f"Until when, exclusive; at most {LONGEST_DAYS} days later.")
]


@dataclass(frozen=True, slots=True)
class BusyTime:
    """A stretch in which somebody is busy."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FreeBusy:
    """`busy` None: there is nobody and nothing with that id whom the viewer may ask for."""

    staff_id: strawberry.ID | None
    resource_id: strawberry.ID | None
    unit: int | None
    busy: list[BusyTime] | None


async def free_busy(
    info: Info,
    from_: From,
    until: Until,
    staff_ids: StaffIds = None,
    resource_ids: ResourceIds = None,
    buffers: Annotated[
        bool, strawberry.argument(description="Whether the time that is kept free around bookings counts as busy.")
    ] = True,
) -> list[FreeBusy]:
    """When people are busy, for whatever reason: booked, held, away, closed, or busy elsewhere; and each unit of rooms
    and things. Stretches that meet are one. Nothing is said of why, and opening hours do not count: `availability` says
    what can be booked. People first, in the order in which they were asked for."""
    context, people, things = info.context, staff_ids or [], resource_ids or []
    if not 1 <= len(people) + len(things) <= MOST_ASKED:
        raise BadInput(f"Ask for 1 to {MOST_ASKED} people and resources; these are {len(people) + len(things)}.")
    span = _span(from_, until, LONGEST_DAYS)
    asked = {one: key_in(Staff, one) for one in people} | {one: key_in(Resource, one) for one in things}
    places = await _asked_for(context, list(asked.values()))
    found = await read_free_busy(context.act, [one.calendar_id for one in places], span, buffers=buffers)
    return [one for id, key in asked.items() for one in _told(id, key, id in people, places, found)]


async def _asked_for(context: Context, keys: list[UUID]) -> list[Place]:
    """The calendars that the viewer may ask for: all in use, or their own."""
    if context.viewer.require(P.FREE_BUSY_READ) is Access.OWN:
        keys = [key for key in keys if key == context.viewer.staff_id]
    return await places_of(context.account_id, keys)


def _told(
    id: strawberry.ID, key: UUID, person: bool, places: list[Place], found: Mapping[UUID, list[Window]]
) -> list[FreeBusy]:
    if person:
        busy = [found[one.calendar_id] for one in places if one.staff_id == key]
        return [FreeBusy(id, None, None, _times(busy[0]) if busy else None)]
    units = [one for one in places if one.resource_id == key]
    known = [FreeBusy(None, id, one.unit, _times(found[one.calendar_id])) for one in units]
    return known or [FreeBusy(None, id, None, None)]


def _times(windows: list[Window]) -> list[BusyTime]:
    return [BusyTime(instant(starts), instant(ends)) for starts, ends in windows]


def _span(begin: datetime, end: datetime, days: int) -> Window:
    if end <= begin:
        raise BadInput("`until` must be after `from`.")
    if end - begin > timedelta(days=days):
        raise BadInput(f"At most {days} days can be asked for at once. Ask again for the rest.")
    return epoch(begin), epoch_ceiling(end)


async def busy_sources(
    info: Info,
    staff_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only this person's.")] = None,
    resource_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only this resource's.")] = None,
) -> Listing:
    """The calendars elsewhere by which people, rooms and things are busy, the oldest first."""
    rows = info.context.rows(BusySource, P.EXTERNAL_BUSY_MANAGE)
    if staff_id is not None:
        rows = rows.filter(staff_id=key_in(Staff, staff_id))
    if resource_id is not None:
        rows = rows.filter(resource_id=key_in(Resource, resource_id))
    return Listing(rows, order="created_at")


async def external_busy(
    info: Info,
    busy_source_id: Annotated[strawberry.ID, strawberry.argument(description="Of which calendar elsewhere.")],
    from_: From,
    until: Until,
) -> list[BusyTime] | None:
    """What one calendar elsewhere says of a stretch of time; null where there is no such calendar."""
    begin, end = _span(from_, until, LONGEST_DAYS)
    source = await info.context.one(BusySource, busy_source_id, P.EXTERNAL_BUSY_MANAGE).first()
    if source is None:
        return None
    rows = ExternalBusy.of(info.context.account_id).filter(busy_source_id=source.id)
    found = await rows.filter(starts__lt=end, starts__gt=begin - LONGEST, ends__gt=begin)
    return _times(coalesce(clip([(row.starts, row.ends) for row in found], begin, end)))


@strawberry.input(description="A stretch in which somebody is busy.")
class BusyTimeInput:
    starts_at: datetime = strawberry.field(description="From when.")
    ends_at: datetime = strawberry.field(description="Until when; exclusive, after the start.")


@strawberry.input(description="Whose calendar: give either a person or a resource.")
class WhoseCalendarInput:
    staff_id: strawberry.ID | None = strawberry.field(description="Whose time; somebody in use.", default=None)
    resource_id: strawberry.ID | None = strawberry.field(
        description="Which room or thing, as one that is let elsewhere too; one in use.", default=None
    )
    unit: int | None = strawberry.field(
        description="Which of the resource's units, from 1; null where there is only one.", default=None
    )


@strawberry.input(description="What a calendar elsewhere says of a stretch of time.")
class PutExternalBusyInput(WhoseCalendarInput):
    source: str = strawberry.field(
        description=f"Your name for that calendar, as an id of it; one line of 1 to {SOURCE_LENGTH} characters, and "
        f"nothing personal. Each person and each unit has {MOST_SOURCES} at most. Made where there is none by that "
        "name."
    )
    from_: datetime = strawberry.field(name="from", description="From when on it is told.")
    until: datetime = strawberry.field(
        description=f"Until when, exclusive; at most {LONGEST_PUT_DAYS} days later. What is outside stays as it is."
    )
    intervals: list[BusyTimeInput] = strawberry.field(
        description="Everything that is busy between `from` and `until`, and nothing else: what was told before of it "
        f"is forgotten. In any order, may overlap; at most {MOST_INTERVALS}, and {MOST_PIECES} of one source "
        "altogether. What reaches over an end is cut there. Empty: free."
    )


async def put_external_busy(info: Info, input: PutExternalBusyInput) -> BusySource:
    """Say when somebody, or a unit of a room or thing, is busy by a calendar elsewhere. From then on nothing is
    offered or booked there; bookings that are there stay. It is no booking: it may lie over bookings and over others
    of its kind. The same again changes nothing, so it may be sent again after any failure."""
    context, checks = info.context, Checks()
    name = checks("source", lambda given: clean_line(given, "name of the source", most=SOURCE_LENGTH), input.source)
    span = _checked_span(checks, input)
    busy = _checked_intervals(checks, input.intervals)
    whose = await _whose(context, checks, input)
    checks.done()
    return await replace_busy(context.act, whose, name, span, busy)


async def _whose(context: Context, checks: Checks, input: WhoseCalendarInput) -> Whose:
    """Whom or what it is about: in use, and such that the viewer may say when it is busy; `NotFound` for all others."""
    if input.resource_id is not None and input.staff_id is None:
        return await _unit(context, checks, input.resource_id, input.unit)
    if input.staff_id is None or input.resource_id is not None:
        checks.wrong("staffId", "Give either `staffId` or `resourceId`, not both and not none.")
        return Whose()
    if input.unit is not None:
        checks.wrong("unit", "A person has no units: leave it out, or name a resource.")
    key = context.key(Staff, input.staff_id)
    if context.viewer.require(P.EXTERNAL_BUSY_MANAGE) is Access.OWN and key != context.viewer.staff_id:
        raise NotFound("staff")
    if not await Staff.of(context.account_id).filter(id=key, archived_at=None).exists():
        raise NotFound("staff")
    return Whose(staff_id=key)


async def _unit(context: Context, checks: Checks, id: str, unit: int | None) -> Whose:
    key = context.key(Resource, id)
    rows = Resource.of(context.account_id).filter(id=key, archived_at=None)
    found = None if context.viewer.require(P.EXTERNAL_BUSY_MANAGE) is Access.OWN else await rows.first()
    if found is None:
        raise NotFound("resource")
    if unit is None and found.quantity > 1:
        checks.wrong("unit", f"There are {found.quantity} of it: say which, from 1 to {found.quantity}.")
    elif unit is not None and not 1 <= unit <= found.quantity:
        checks.wrong("unit", f"must be from 1 to {found.quantity}: so many there are.")
    return Whose(resource_id=key, unit=unit or 1)


def _checked_span(checks: Checks, input: PutExternalBusyInput) -> Window:
    if input.until <= input.from_:
        checks.wrong("until", "must be after `from`.")
    elif input.until - input.from_ > timedelta(days=LONGEST_PUT_DAYS):
        checks.wrong("until", f"must be at most {LONGEST_PUT_DAYS} days after `from`. Send the rest on its own.")
    return epoch(input.from_), epoch_ceiling(input.until)


def _checked_intervals(checks: Checks, given: list[BusyTimeInput]) -> list[Window]:
    if len(given) > MOST_INTERVALS:
        checks.wrong("intervals", f"at most {MOST_INTERVALS} can be sent at once. Send fewer days at a time.")
        return []
    for number, one in enumerate(given):
        if one.ends_at <= one.starts_at:
            checks.wrong(f"intervals.{number}.endsAt", "must be after the start.")
    return [(epoch(one.starts_at), epoch_ceiling(one.ends_at)) for one in given]


@strawberry.input(description="An address elsewhere by which somebody or something is busy.")
class SubscribeToCalendarInput(WhoseCalendarInput):
    source: str = strawberry.field(
        description=f"What to call it; one line of 1 to {SOURCE_LENGTH} characters, unlike the others "
        "of the same person or unit."
    )
    address: str = strawberry.field(
        description="Its address as an iCalendar file: https:// or webcal://, on the public internet. Whoever has such "
        "an address can read that calendar: it is sealed, and never shown again."
    )


async def subscribe_to_calendar(info: Info, input: SubscribeToCalendarInput) -> BusySource:
    """Let a calendar elsewhere say when somebody, or a unit of a room or thing, is busy: it is asked at once and then
    about every 15 minutes, in the background. Events that are marked as free or called off do not count; whole days
    count in the zone of the place where they are, or the business's. Only times are kept of it.
    `BusySource.subscription` says how it goes."""
    context, checks = info.context, Checks()
    name = checks("source", lambda given: clean_line(given, "name of the source", most=SOURCE_LENGTH), input.source)
    loopback = context.outgoing_to_loopback
    address = checks("address", lambda given: clean_feed_address(given, loopback=loopback), input.address)
    whose = await _whose(context, checks, input)
    checks.done()
    return await CalendarSubscription.begin(context.act, whose, name, address)


@strawberry.input(description="Which calendar elsewhere to ask again.")
class AskCalendarAgainInput:
    id: strawberry.ID = strawberry.field(description="Which one; it must follow an address.")


async def ask_calendar_again(info: Info, input: AskCalendarAgainInput) -> BusySource:
    """Ask a calendar elsewhere soon, and go on asking where that was given up: at most once a minute."""
    found = await info.context.find(BusySource, input.id, P.EXTERNAL_BUSY_MANAGE)
    await CalendarSubscription.want_again(info.context.act, found)
    return found


@strawberry.input(description="Which calendar elsewhere to forget.")
class RemoveBusySourceInput:
    id: strawberry.ID = strawberry.field(description="Which one.")


async def remove_busy_source(info: Info, input: RemoveBusySourceInput) -> strawberry.ID:
    """Forget a calendar elsewhere, with the address that it follows: what was busy by it alone can be booked again."""
    found = await info.context.find(BusySource, input.id, P.EXTERNAL_BUSY_MANAGE)
    await found.remove(info.context.act)
    return strawberry.ID(global_id("busy_source", found.id))
