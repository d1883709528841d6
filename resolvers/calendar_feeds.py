"""Calendar feeds: addresses by which calendar programs follow the appointments of a person, a place or a room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import strawberry

from models.calendar_feed import CalendarFeed, FeedDetail
from models.location import Location
from models.resource import Resource
from models.staff import Staff
from permissions.roles import Access, Permission
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.listing import Listing
from rules.errors import NotFound
from rules.names import clean_name

P = Permission


async def calendar_feeds(
    info: Info,
    include_revoked: Annotated[bool, strawberry.argument(description="Whether revoked feeds are listed too.")] = False,
) -> Listing:
    """The calendar feeds of the account, the newest first."""
    rows = info.context.rows(CalendarFeed, P.CALENDAR_FEEDS_MANAGE)
    if not include_revoked:
        rows = rows.filter(revoked_at=None)
    return Listing(rows, order="created_at", descending=True)


@strawberry.input(
    description="A new calendar feed, of one staff member, one location or one resource: give exactly one of them."
)
class CreateCalendarFeedInput:
    name: str = strawberry.field(description="What you call it, as the program that it is for; 1 to 120 characters.")
    staff_id: strawberry.ID | None = strawberry.field(description="Whose appointments.", default=None)
    location_id: strawberry.ID | None = strawberry.field(description="The appointments of this place.", default=None)
    resource_id: strawberry.ID | None = strawberry.field(
        description="The appointments that have a unit of this room or thing.", default=None
    )
    detail: FeedDetail = strawberry.field(
        description="How much whoever has the address learns of each appointment. It can never be changed.",
        default=FeedDetail.BUSY,
    )


@dataclass(frozen=True, slots=True)
class FeedMade:
    """A new feed, and its address for the only time."""

    calendar_feed: CalendarFeed
    url: str


async def create_calendar_feed(info: Info, input: CreateCalendarFeedInput) -> FeedMade:
    """Make an address that calendar programs read without signing in: whoever has it can. This answer is the only
    time that it is shown. It ends when it is revoked, when the staff member, location or resource is archived, and
    when whoever made it leaves or may no longer make feeds."""
    context, checks = info.context, Checks()
    name = checks("name", clean_name, input.name)
    if [input.staff_id, input.location_id, input.resource_id].count(None) != 2:
        checks.wrong("staffId", "Give a staff member, a location or a resource: exactly one of them.")
    if input.detail is FeedDetail.CUSTOMERS and context.viewer.access(P.CUSTOMER_NAME_READ) is not Access.READ:
        raise context.viewer.denied(P.CUSTOMER_NAME_READ)
    checks.done()
    whose = {
        "staff_id": await _live(info, Staff, input.staff_id),
        "location_id": await _live(info, Location, input.location_id),
        "resource_id": await _live(info, Resource, input.resource_id),
    }
    maker = context.viewer.user_id
    if maker is None:
        raise context.viewer.denied(P.CALENDAR_FEEDS_MANAGE)
    row, token = await CalendarFeed.issue(context.act, maker, name, input.detail, **whose)
    return FeedMade(row, f"{context.public_url}/feeds/{token}.ics")


async def _live(info: Info, model: type[Staff] | type[Location] | type[Resource], id: str | None) -> UUID | None:
    if id is None:
        return None
    permission = P.CATALOGUE_INTERNALS_READ if model is Resource else P.CATALOGUE_READ
    found = await info.context.find(model, id, permission)
    if found.archived_at is not None:
        raise NotFound(model._meta.db_table)
    return found.id


@strawberry.input(description="Which feed to end.")
class RevokeCalendarFeedInput:
    id: strawberry.ID = strawberry.field(description="Which feed.")


async def revoke_calendar_feed(info: Info, input: RevokeCalendarFeedInput) -> CalendarFeed:
    """End a feed for good: the next request for its address finds nothing. Doing it again changes nothing."""
    found = await info.context.find(CalendarFeed, input.id, P.CALENDAR_FEEDS_MANAGE)
    await found.revoke(info.context.act)
    return found
