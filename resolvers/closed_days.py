"""Closed days: dates on which a location is closed, entered one by one or as the public holidays of a country."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date as Date
from typing import Annotated

import strawberry
from tortoise.queryset import QuerySet

from models.account import Account
from models.closed_day import NAME_LENGTH, ClosedDay, appointments_on
from models.location import Location
from permissions.roles import Permission
from resolvers.archiving import find_in_use
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.listing import Listing
from resolvers.searching import key_in
from rules.errors import BadInput, ValidationFailed
from rules.ids import global_id
from rules.opening import MINUTES_PER_DAY
from rules.public_holidays import clean_country, clean_subdivision, countries, holidays_of
from rules.text import clean_line
from rules.wall_time import local
from rules.zones import zone

P = Permission
MOST_YEARS = 5
FIRST_YEAR, LAST_YEAR = 2000, 2100
COUNTRY_WORDS = "ISO 3166-1 code of the country, as `US`; see `publicHolidayCountries`."
SUBDIVISION_WORDS = "Code of the part of the country whose holidays count too, as `TX`; null: only those of all of it."
YEARS_WORDS = f"Of which years; 1 to {MOST_YEARS} of them. Days that have passed at the location are left out."


@strawberry.input(description="Which closed days. What is left out does not narrow.")
class ClosedDayFilter:
    location_id: strawberry.ID | None = strawberry.field(description="Only of this location.", default=None)
    from_: Date | None = strawberry.field(name="from", description="Only this date and later ones.", default=None)
    to: Date | None = strawberry.field(description="Only this date and earlier ones.", default=None)


async def closed_days(
    info: Info,
    filter: Annotated[ClosedDayFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
) -> Listing:
    """The days on which locations are closed, by date."""
    rows = info.context.rows(ClosedDay, P.CATALOGUE_READ)
    if filter is not None:
        if filter.location_id is not None:
            rows = rows.filter(location_id=key_in(Location, filter.location_id))
        if filter.from_ is not None:
            rows = rows.filter(on_date__gte=filter.from_)
        if filter.to is not None:
            rows = rows.filter(on_date__lte=filter.to)
    return Listing(rows, order="on_date")


@dataclass(frozen=True, slots=True)
class HolidayCountry:
    """A country whose holidays are known, and the parts of it that have their own."""

    code: str
    subdivisions: list[str]


async def public_holiday_countries() -> list[HolidayCountry]:
    """The countries whose public holidays can be imported, by code."""
    return [HolidayCountry(code, list(parts)) for code, parts in countries().items()]


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A holiday, and whether the location is closed on it already."""

    date: Date
    name: str
    closed: bool


async def public_holidays(
    info: Info,
    location_id: Annotated[strawberry.ID, strawberry.argument(description="At which location.")],
    country: Annotated[str, strawberry.argument(description=COUNTRY_WORDS)],
    years: Annotated[list[int], strawberry.argument(description=YEARS_WORDS)],
    subdivision: Annotated[str | None, strawberry.argument(description=SUBDIVISION_WORDS)] = None,
) -> list[PublicHoliday] | None:
    """What `importHolidays` would close a location on, to choose from, in order; null where there is no such location.
    Holidays are as the product knows them: look before they are imported."""
    found = await info.context.one(Location, location_id, P.CATALOGUE_READ).get_or_none()
    if found is None:
        return None
    try:
        days = await _known(info, found, country, subdivision, years)
    except ValidationFailed as refusal:
        raise BadInput(refusal.message) from None
    closed = {row.on_date for row in await ClosedDay.on(info.context.account_id, found.id, days)}
    return [PublicHoliday(day, name, day in closed) for day, name in days.items()]


@dataclass(frozen=True, slots=True)
class Closed:
    """The days asked for as they are stored now, how many of them are new, and what is booked on them."""

    closed_days: QuerySet[ClosedDay]
    added: int
    appointments: int


@strawberry.input(description="Public holidays on which a location is to be closed.")
class ImportHolidaysInput:
    location_id: strawberry.ID = strawberry.field(description="Which location; one in use.")
    country: str = strawberry.field(description=COUNTRY_WORDS)
    subdivision: str | None = strawberry.field(description=SUBDIVISION_WORDS, default=None)
    years: list[int] = strawberry.field(description=YEARS_WORDS)
    dates: list[Date] | None = strawberry.field(
        description="Only these of what `publicHolidays` answers; null: all of them.", default=None
    )


async def import_holidays(info: Info, input: ImportHolidaysInput) -> Closed:
    """Close a location on public holidays, under their names. Days that are closed already stay as they are, so doing
    it again changes nothing. What is booked on them stays; say yes or no to it yourself."""
    place = await find_in_use(info, Location, input.location_id, P.CATALOGUE_READ)
    days = await _known(info, place, input.country, input.subdivision, input.years)
    checks = Checks()
    for index, day in enumerate(input.dates or ()):
        if day not in days:
            checks.wrong(f"dates.{index}", "is no day that `publicHolidays` answers for these.")
    checks.done()
    chosen = days if input.dates is None else {day: days[day] for day in input.dates}
    return await _closed(info, place, chosen, f"{input.country} {input.subdivision or ''}".strip().upper())


@strawberry.input(description="A day on which a location is closed.")
class CloseDayInput:
    location_id: strawberry.ID = strawberry.field(description="Which location; one in use.")
    date: Date = strawberry.field(description="Which day on its clocks; one that has not passed there.")
    name: str = strawberry.field(
        description=f"Why, for everybody to read, as `Stocktaking`; up to {NAME_LENGTH} characters, may be empty.",
        default="",
    )
    start_minute: int = strawberry.field(
        description="From when, in minutes of its clocks since midnight; 0 to 1439.", default=0
    )
    end_minute: int = strawberry.field(
        description="Until when, exclusive; after the start, up to 1440, the end of the day.", default=MINUTES_PER_DAY
    )


async def close_day(info: Info, input: CloseDayInput) -> Closed:
    """Close a location for a day, or some hours of it, whatever hours its people keep. A day that has a closure already
    stays as it is: `reopenDay` first, to change it. What is booked on it stays; say yes or no to it yourself."""
    place = await find_in_use(info, Location, input.location_id, P.CATALOGUE_READ)
    checks = Checks()
    if input.date < _today(info, place):
        checks.wrong("date", f"has passed in {place.zone}; choose today or a later day.")
    name = checks("name", _name, input.name)
    if not 0 <= input.start_minute < MINUTES_PER_DAY:
        checks.wrong("startMinute", "must be from 0 (midnight) to 1439.")
    if not input.start_minute < input.end_minute <= MINUTES_PER_DAY:
        checks.wrong("endMinute", "must be after the start, and at most 1440, the end of the day.")
    checks.done()
    return await _closed(info, place, {input.date: name}, hours=(input.start_minute, input.end_minute))


@strawberry.input(description="A closed day to open again.")
class ReopenDayInput:
    id: strawberry.ID = strawberry.field(description="Which closed day.")


async def reopen_day(info: Info, input: ReopenDayInput) -> strawberry.ID:
    """Open a location again on a day: as far as its people's hours go, it can be booked."""
    found = await info.context.find(ClosedDay, input.id, P.TIME_OFF_MANAGE)
    await found.remove(info.context.act, found.version)
    return strawberry.ID(global_id("closed_day", found.id))


async def _closed(
    info: Info, place: Location, days: dict[Date, str], source: str = "", hours: tuple[int, int] = (0, MINUTES_PER_DAY)
) -> Closed:
    added = await ClosedDay.close(info.context.act, place.id, days, source, hours)
    account_id = info.context.account_id
    booked = await appointments_on(account_id, place.id, days, info.context.now)
    return Closed(ClosedDay.on(account_id, place.id, days).order_by("on_date"), added, booked)


async def _known(
    info: Info, place: Location, country: str, subdivision: str | None, years: list[int]
) -> dict[Date, str]:
    """The holidays that have not passed at the place. ValidationFailed, with paths of the mutation's input."""
    checks = Checks()
    code = checks("country", clean_country, country)
    part = (
        checks("subdivision", lambda value: clean_subdivision(code, value), subdivision)
        if code and subdivision
        else None
    )
    if not 1 <= len(set(years)) <= MOST_YEARS or not all(FIRST_YEAR <= year <= LAST_YEAR for year in years):
        checks.wrong("years", f"must be 1 to {MOST_YEARS} years from {FIRST_YEAR} to {LAST_YEAR}.")
    checks.done()
    account = await Account.get(id=info.context.account_id)
    # The first question about a country reads its rules from files.
    known = await asyncio.to_thread(holidays_of, code, part, sorted(set(years)), account.locale)
    today = _today(info, place)
    return {day: name[:NAME_LENGTH] for day, name in known if day >= today}


def _today(info: Info, place: Location) -> Date:
    return local(info.context.now, zone(place.zone)).date_time.date()


def _name(value: str) -> str:
    return clean_line(value, "name", most=NAME_LENGTH, least=0)
