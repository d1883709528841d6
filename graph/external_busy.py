"""When people are busy: what calendars elsewhere say, and what a calendar elsewhere may be told."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.external_busy as resolve
from graph.enums import Permission
from graph.errors import NotFound, ValidationFailed
from graph.field import edge, graph_type, listing, shown, sole, told, value
from graph.mutations import mutation
from graph.node import Node
from graph.resources import Resource
from graph.shape import Size, Through
from graph.staff import Staff
from models.calendar_subscription import CalendarSubscription as SubscriptionRow
from models.external_busy import BusySource as BusySourceRow

P = Permission
_SEARCH = 20


@strawberry.type(description="A stretch in which somebody is busy.")
class BusyTime:
    starts_at: datetime = told("From when.")
    ends_at: datetime = told("Until when; exclusive.")


@strawberry.type(description="When one person, or one unit of a resource, is busy.")
class FreeBusy:
    staff_id: strawberry.ID | None = told("Who was asked for; null for a resource.")
    resource_id: strawberry.ID | None = told("Which resource was asked for; null for a person.")
    unit: int | None = told("Which of its units, from 1; null for a person, and where there is no such resource.")
    busy: list[BusyTime] | None = told(
        "In order, apart from each other; null where there is nobody and nothing with that id."
    )


@graph_type(SubscriptionRow)
class CalendarSubscription:
    """How it goes with an address elsewhere that is asked again and again. The address itself is never shown."""

    address: str = shown(P.EXTERNAL_BUSY_MANAGE, "Where it is; the rest of it is a secret.", column="shown_address")
    fetched_at: datetime | None = shown(P.EXTERNAL_BUSY_MANAGE, "When it last answered as it should; null: not yet.")
    due_at: datetime = shown(P.EXTERNAL_BUSY_MANAGE, "When it is asked next; soon where that is past.")
    problem: str | None = shown(
        P.EXTERNAL_BUSY_MANAGE, "What was amiss the last time, in words; null: nothing. What was busy before stays so."
    )
    failing_since: datetime | None = shown(P.EXTERNAL_BUSY_MANAGE, "Since when it has not answered; null: it does.")
    ended_at: datetime | None = shown(
        P.EXTERNAL_BUSY_MANAGE, "When it was given up, after a week without an answer: `askCalendarAgain`. Or null."
    )


@graph_type(BusySourceRow)
class BusySource(Node):
    """A calendar elsewhere by which somebody, or a unit of a resource, is busy. Nothing is known of it but times."""

    name: str = shown(P.EXTERNAL_BUSY_MANAGE, "The name that whoever keeps it up to date chose.")
    staff: Staff | None = edge(P.CATALOGUE_READ, "Whose time; null where it is a resource's.", via="staff_id")
    resource: Resource | None = edge(
        P.CATALOGUE_INTERNALS_READ, "Which room or thing is let there; null where it is a person's.", via="resource_id"
    )
    unit: int | None = shown(P.EXTERNAL_BUSY_MANAGE, "Which of the resource's units, from 1; null for a person.")
    subscription: CalendarSubscription | None = sole(
        P.EXTERNAL_BUSY_MANAGE,
        "The address that is asked; null where somebody sends what it says.",
        Through(SubscriptionRow, "busy_source_id"),
    )
    created_at: datetime = shown(P.EXTERNAL_BUSY_MANAGE, "When it was told of first.")
    updated_at: datetime = shown(P.EXTERNAL_BUSY_MANAGE, "When what it says last changed.")


@strawberry.type
class ExternalBusyQueries:
    free_busy = value(
        resolve.free_busy, P.FREE_BUSY_READ, list[FreeBusy], weight=_SEARCH, size=Size(assumed=1)
    )  # fmt: skip
    busy_sources = listing(resolve.busy_sources, P.EXTERNAL_BUSY_MANAGE, BusySource)
    external_busy = value(resolve.external_busy, P.EXTERNAL_BUSY_MANAGE, list[BusyTime] | None, weight=_SEARCH)


_SOURCE = {"busy_source": (BusySource, "The calendar elsewhere as it is known now.")}


@strawberry.type
class ExternalBusyMutations:
    put_external_busy = mutation(
        resolve.put_external_busy,
        P.EXTERNAL_BUSY_MANAGE,
        _SOURCE,
        ValidationFailed,
        NotFound,
    )
    subscribe_to_calendar = mutation(
        resolve.subscribe_to_calendar, P.EXTERNAL_BUSY_MANAGE, _SOURCE, ValidationFailed, NotFound
    )
    ask_calendar_again = mutation(
        resolve.ask_calendar_again, P.EXTERNAL_BUSY_MANAGE, _SOURCE, ValidationFailed, NotFound
    )
    remove_busy_source = mutation(
        resolve.remove_busy_source,
        P.EXTERNAL_BUSY_MANAGE,
        {"removed_id": (strawberry.ID, "The id of what was removed.")},
        NotFound,
    )
