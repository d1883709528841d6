"""Calendar feeds: addresses by which calendar programs follow the appointments of a person, a place or a room."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.calendar_feeds as resolve
from graph.enums import FeedDetail, Permission
from graph.errors import NotFound, ValidationFailed
from graph.field import edge, graph_type, listing, shown
from graph.locations import Location
from graph.members import Person
from graph.mutations import mutation
from graph.node import Node
from graph.resources import Resource
from graph.staff import Staff
from models.calendar_feed import CalendarFeed as CalendarFeedRow

P = Permission


@graph_type(CalendarFeedRow)
class CalendarFeed(Node):
    """An address by which calendar programs read appointments and time off (iCalendar), of 30 days past to 365 days
    ahead. Where there are more than 5,000 appointments, it has the nearest that are to come, and an entry where they
    end that says so. Whoever has the address can read them. The address itself is stored nowhere."""

    name: str = shown(P.CALENDAR_FEEDS_MANAGE, "What the business calls it.")
    detail: FeedDetail = shown(P.CALENDAR_FEEDS_MANAGE, "How much it tells of each appointment.")
    staff: Staff | None = edge(P.CATALOGUE_READ, "Whose appointments; null for others.", via="staff_id")
    location: Location | None = edge(
        P.CATALOGUE_READ, "The place whose appointments they are; null for others.", via="location_id"
    )
    resource: Resource | None = edge(
        P.CATALOGUE_INTERNALS_READ, "The room or thing that the appointments have; null for others.", via="resource_id"
    )
    created_at: datetime = shown(P.CALENDAR_FEEDS_MANAGE, "When it was made.")
    last_used_at: datetime | None = shown(
        P.CALENDAR_FEEDS_MANAGE, "Last use, to the minute; null when it was never used."
    )
    revoked_at: datetime | None = shown(P.CALENDAR_FEEDS_MANAGE, "Since when it has ended; null while it is live.")
    made_by: Person | None = edge(
        P.CALENDAR_FEEDS_MANAGE, "Who made it; null once that person's user is erased.", via="made_by_id"
    )


@strawberry.type
class CalendarFeedQueries:
    calendar_feeds = listing(resolve.calendar_feeds, P.CALENDAR_FEEDS_MANAGE, CalendarFeed)


_STORED = {"calendar_feed": (CalendarFeed, "The feed as it is stored now.")}
_MADE = {
    "calendar_feed": (CalendarFeed, "The feed as it is stored."),
    "url": (str, 'Its address, for a calendar program\'s "subscribe". Shown now and never again: keep it safe.'),
}


@strawberry.type
class CalendarFeedMutations:
    create_calendar_feed = mutation(
        resolve.create_calendar_feed, P.CALENDAR_FEEDS_MANAGE, _MADE, ValidationFailed, NotFound, fresh=True
    )
    revoke_calendar_feed = mutation(
        resolve.revoke_calendar_feed, P.CALENDAR_FEEDS_MANAGE, _STORED, NotFound, fresh=True
    )
