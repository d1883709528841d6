"""Closed days: dates on which a location is closed, and the public holidays to choose them from."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime

import strawberry

import resolvers.closed_days as resolve
from graph.enums import Permission
from graph.errors import NotFound, ValidationFailed, VersionConflict
from graph.field import edge, graph_type, listing, shown, told, value
from graph.locations import Location
from graph.mutations import mutation
from graph.node import Node
from models.closed_day import ClosedDay as ClosedDayRow

P = Permission
_SEARCH = 5  # the rules of a country are worked out for each year


@graph_type(ClosedDayRow)
class ClosedDay(Node):
    """A day on which a location is closed, all of it or some hours, whatever hours its people keep. Nothing new is
    offered then."""

    location: Location | None = edge(P.CATALOGUE_READ, "Which location.", via="location_id")
    on_date: Date = shown(P.CATALOGUE_READ, "Which day, as the location counts dates.")
    start_minute: int = shown(P.CATALOGUE_READ, "From when, in minutes of its clocks since midnight; usually 0.")
    end_minute: int = shown(P.CATALOGUE_READ, "Until when, exclusive; 1440 is the end of the day.")
    name: str = shown(P.CATALOGUE_READ, "Why, as `Thanksgiving Day`; may be empty.")
    created_at: datetime | None = shown(P.SCHEDULES_READ, "When it was entered.")


@strawberry.type(description="A country whose public holidays are known.")
class HolidayCountry:
    code: str = told("ISO 3166-1 code, as `US`.")
    subdivisions: list[str] = told("Codes of its parts that have holidays of their own, as `TX`; sorted.")


@strawberry.type(description="A public holiday that a location may be closed on.")
class PublicHoliday:
    date: Date = told("Which day.")
    name: str = told("Its name, in the business's language where it is known in it, else in the country's.")
    closed: bool = told("Whether the location is closed on that day already.")


@strawberry.type
class ClosedDayQueries:
    closed_days = listing(resolve.closed_days, P.CATALOGUE_READ, ClosedDay)
    public_holidays = value(resolve.public_holidays, P.SCHEDULES_READ, list[PublicHoliday] | None, weight=_SEARCH)
    public_holiday_countries = value(
        resolve.public_holiday_countries, P.SCHEDULES_READ, list[HolidayCountry], weight=_SEARCH
    )


_CLOSED = {
    "closed_days": (list[ClosedDay], "The days that were asked for, as they are stored now, by date."),
    "added": (int, "How many of them were open before."),
    "appointments": (int, "How many appointments to come are on these days. They stay."),
}


@strawberry.type
class ClosedDayMutations:
    import_holidays = mutation(resolve.import_holidays, P.TIME_OFF_MANAGE, _CLOSED, ValidationFailed, NotFound)
    close_day = mutation(resolve.close_day, P.TIME_OFF_MANAGE, _CLOSED, ValidationFailed, NotFound)
    reopen_day = mutation(
        resolve.reopen_day,
        P.TIME_OFF_MANAGE,
        {"removed_id": (strawberry.ID, "The id of what was removed.")},
        NotFound,
        VersionConflict,
    )
