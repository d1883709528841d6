"""Closed days of a location, and the public holidays they may come from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.location import Location
from models.membership import Role
from tests.bookable import ADA, BOOK, HOLD, events
from tests.businesses import Business, id_of
from tests.places import Place, place

_CLOSED = """
    closedDays { id onDate name location { name } } added appointments
"""
_REFUSED = "... on Refusal { code message } ... on ValidationFailed { fields { path message } }"
CLOSE = f"""mutation ($input: CloseDayInput!) {{ closeDay(input: $input) {{ __typename
    ... on CloseDayPayload {{ {_CLOSED} }} {_REFUSED} }} }}"""
IMPORT = f"""mutation ($input: ImportHolidaysInput!) {{ importHolidays(input: $input) {{ __typename
    ... on ImportHolidaysPayload {{ {_CLOSED} }} {_REFUSED} }} }}"""
REOPEN = """mutation ($id: ID!) { reopenDay(input: {id: $id}) { __typename
    ... on ReopenDayPayload { removedId } ... on Refusal { code message } } }"""
LIST = """query ($filter: ClosedDayFilter) { closedDays(first: 100, filter: $filter) { nodes { id onDate name } } }"""
PREVIEW = """query ($locationId: ID!, $country: String!, $subdivision: String, $years: [Int!]!) {
    publicHolidays(locationId: $locationId, country: $country, subdivision: $subdivision, years: $years) {
      date name closed } }"""
CHRISTMAS = date(2026, 12, 25)  # a Friday


async def shop_in(salon: Business, zone: str = "Europe/Berlin", hours: tuple[int, int] = (540, 1020)) -> Place:
    return await place(salon, zone, CHRISTMAS, (hours,))


async def where(shop: Place) -> Location:
    return await Location.of(shop.business.account.id).get(id=shop.service.location_id)


async def closing(shop: Place, day: date, **more: Any) -> dict[str, Any]:
    return {"locationId": id_of(await where(shop)), "date": str(day), **more}


async def dates(caller: Any, **filter: Any) -> list[str]:
    return [node["onDate"] for node in (await caller.ok(LIST, filter=filter))["closedDays"]["nodes"]]


async def test_nothing_is_offered_on_a_closed_day_until_it_is_opened_again(salon: Business) -> None:
    shop = await shop_in(salon)
    before = await shop.instants("2026-12-24", "2026-12-26")
    made = await salon.owner.did(CLOSE, input=await closing(shop, CHRISTMAS, name=" Christmas "))
    assert [(one["onDate"], one["name"], one["location"]["name"]) for one in made["closedDays"]] == [
        ("2026-12-25", "Christmas", "Shop")
    ]
    assert (made["added"], made["appointments"]) == (1, 0)
    assert await shop.instants("2026-12-24", "2026-12-26") == [one for one in before if not one.startswith("25")]
    assert (await shop.book("2026-12-25T09:00:00Z"))["reason"] == "OUTSIDE_OPENING_HOURS"
    held = await salon.widget.refused(
        HOLD, input={"serviceId": id_of(shop.service), "startsAt": "2026-12-25T09:00:00Z"}
    )
    assert held["reason"] == "OUTSIDE_OPENING_HOURS"
    assert (await salon.owner.did(REOPEN, id=made["closedDays"][0]["id"]))["removedId"] == made["closedDays"][0]["id"]
    assert await shop.instants("2026-12-24", "2026-12-26") == before
    assert await events(salon, "location") == ["location_created", "days_closed"]
    assert await events(salon, "closed_day") == ["closed_day_removed"]


async def test_what_is_booked_stays_and_is_counted(salon: Business) -> None:
    shop = await shop_in(salon)
    booked = (await shop.book("2026-12-25T09:00:00Z"))["booking"]
    made = await salon.owner.did(CLOSE, input=await closing(shop, CHRISTMAS))
    assert made["appointments"] == 1
    again = await salon.owner.did(CLOSE, input=await closing(shop, CHRISTMAS, name="Again"))
    assert (again["added"], again["closedDays"][0]["name"]) == (0, "")
    found = await salon.owner.ok("query ($id: ID!) { booking(id: $id) { status version } }", id=booked["id"])
    assert found["booking"] == {"status": "CONFIRMED", "version": 1}


async def test_the_desk_may_book_on_it_and_leaves_a_trace(salon: Business) -> None:
    shop = await shop_in(salon)
    await salon.owner.did(CLOSE, input=await closing(shop, CHRISTMAS))
    wanted = {"serviceId": id_of(shop.service), "startsAt": "2026-12-25T09:00:00Z", "customer": ADA}
    assert (await salon.owner.refused(BOOK, input=wanted))["reason"] == "OUTSIDE_OPENING_HOURS"
    assert (await salon.owner.did(BOOK, input={**wanted, "evenIfNotOffered": True}))["booking"]["status"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("zone", "day", "hours", "around"),
    [
        # A night before runs until midnight, and the night that begins on the closed day goes on after it.
        ("Europe/London", date(2026, 7, 4), (1320, 1560), ["03T22:00+01:00", "03T23:00+01:00", "05T00:00+01:00"]),
        ("Africa/Cairo", date(2026, 4, 24), (1320, 1560), ["23T22:00+02:00", "23T23:00+02:00", "25T00:00+03:00"]),
        ("America/Santiago", date(2026, 9, 6), (1380, 1530), ["05T23:00-04:00", "07T00:00-03:00"]),
        ("America/Nuuk", date(2026, 10, 24), (0, 1440), ["23T22:00-01:00", "23T23:00-01:00", "25T00:00-02:00"]),
        ("America/New_York", date(2026, 11, 1), (0, 1440), ["31T22:00-04:00", "31T23:00-04:00", "02T00:00-05:00"]),
    ],
)
async def test_a_closed_day_is_as_long_as_its_clocks_make_it(
    salon: Business, zone: str, day: date, hours: tuple[int, int], around: list[str]
) -> None:
    shop = await place(salon, zone, day, (hours,))
    await salon.owner.did(CLOSE, input=await closing(shop, day))
    assert await shop.times(str(day)) == []
    found = await shop.times(str(day.fromordinal(day.toordinal() - 1)), str(day.fromordinal(day.toordinal() + 1)))
    at = found.index(around[-1])
    assert found[at - len(around) + 1 : at + 1] == around


async def test_only_that_location_is_closed_and_only_for_who_serves_there(salon: Business) -> None:
    """Somebody who serves where they work, and a service that is always at the closed place."""
    shop = await shop_in(salon)
    other = await Location.begin(salon.act, name="Branch", zone="Europe/Berlin")
    await salon.owner.did(CLOSE, input=await closing(shop, CHRISTMAS))
    await shop.service.change(salon.act, 1, location_id=None)
    await shop.staff.change(salon.act, 1, location_id=other.id)
    assert len(await shop.times(str(CHRISTMAS))) == 8
    await shop.staff.change(salon.act, 2, location_id=(await Location.of(salon.account.id).get(name="Shop")).id)
    assert await shop.times(str(CHRISTMAS)) == []


async def test_public_holidays_are_looked_at_chosen_imported_again_and_removed(salon: Business) -> None:
    shop = await shop_in(salon)
    asked = {"locationId": id_of(await where(shop)), "country": "de", "years": [2026, 2027]}
    shown = (await salon.owner.ok(PREVIEW, **asked, subdivision="be"))["publicHolidays"]
    names = {one["date"]: one["name"] for one in shown}
    assert (names["2026-12-25"], names["2027-03-08"], names["2027-05-06"]) == (
        "Christmas Day", "Women's Day", "Ascension Day",
    )  # fmt: skip
    assert min(names) == "2026-12-25"  # what has passed is left out
    assert "2027-03-08" not in {one["date"] for one in (await salon.owner.ok(PREVIEW, **asked))["publicHolidays"]}
    two = await salon.owner.did(IMPORT, input={**asked, "dates": ["2026-12-25", "2026-12-26"]})
    assert (two["added"], [one["name"] for one in two["closedDays"]]) == (
        2,
        ["Christmas Day", "Second Day of Christmas"],
    )
    closed = {one["date"]: one["closed"] for one in (await salon.owner.ok(PREVIEW, **asked))["publicHolidays"]}
    assert [day for day, already in closed.items() if already] == ["2026-12-25", "2026-12-26"]
    rest = await salon.owner.did(IMPORT, input=asked)
    assert rest["added"] == len(closed) - 2
    again = await salon.owner.did(IMPORT, input=asked)
    assert (again["added"], again["closedDays"]) == (0, rest["closedDays"])
    assert await dates(salon.owner, locationId=asked["locationId"]) == sorted(closed)
    assert await dates(salon.widget, **{"from": "2027-01-01", "to": "2027-01-31"}) == ["2027-01-01"]
    await salon.owner.did(REOPEN, id=rest["closedDays"][0]["id"])
    assert await dates(salon.owner) == sorted(closed)[1:]
    assert len(await shop.times("2026-12-25", "2026-12-26")) == 8


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"country": "ZZ"}, "country"),
        ({"country": ""}, "country"),
        ({"subdivision": "XX"}, "subdivision"),
        ({"years": []}, "years"),
        ({"years": [2027, 2028, 2029, 2030, 2031, 2032]}, "years"),
        ({"years": [1]}, "years"),
        ({"dates": ["2027-02-03"]}, "dates.0"),
    ],
)
async def test_what_cannot_be_imported_is_refused(salon: Business, wrong: dict[str, Any], path: str) -> None:
    shop = await shop_in(salon)
    asked = {"locationId": id_of(await where(shop)), "country": "US", "subdivision": "TX", "years": [2027], **wrong}
    assert [one["path"] for one in (await salon.owner.refused(IMPORT, input=asked))["fields"]] == [path]
    if path != "dates.0":
        assert await salon.owner.denied(PREVIEW, **asked) == "BAD_USER_INPUT"
    assert await dates(salon.owner) == []


async def test_days_that_have_passed_and_places_out_of_use_are_refused(salon: Business, rival: Business) -> None:
    shop = await shop_in(salon)
    refused = await salon.owner.refused(CLOSE, input=await closing(shop, date(2026, 12, 21)))
    assert [one["path"] for one in refused["fields"]] == ["date"]
    theirs = await Location.begin(rival.act, name="Theirs", zone="UTC")
    gone = await Location.begin(salon.act, name="Gone", zone="UTC")
    await gone.archive(salon.act, 1)
    for location in (id_of(theirs), id_of(gone), "nonsense"):
        asked = {"locationId": location, "country": "US", "years": [2027]}
        assert (await salon.owner.refused(IMPORT, input=asked))["code"] == "NOT_FOUND"
        closing_it = {"locationId": location, "date": str(CHRISTMAS)}
        assert (await salon.owner.refused(CLOSE, input=closing_it))["code"] == "NOT_FOUND"
    for location in (id_of(theirs), "nonsense"):
        asked = {"locationId": location, "country": "US", "years": [2027]}
        assert (await salon.owner.ok(PREVIEW, **asked))["publicHolidays"] is None


async def test_managers_close_and_others_only_read(salon: Business, rival: Business) -> None:
    shop = await shop_in(salon)
    manager = await salon.member(Role.MANAGER)
    made = await manager.did(CLOSE, input=await closing(shop, CHRISTMAS))
    for caller in (salon.widget, salon.partner, await salon.member(Role.STAFF)):
        assert await caller.denied(CLOSE, input=await closing(shop, CHRISTMAS)) == "FORBIDDEN"
        assert await caller.denied(REOPEN, id=made["closedDays"][0]["id"]) == "FORBIDDEN"
    assert await dates(salon.partner) == [str(CHRISTMAS)]
    assert await dates(rival.owner) == []
    assert (await rival.owner.refused(REOPEN, id=made["closedDays"][0]["id"]))["code"] == "NOT_FOUND"


async def test_a_place_may_be_closed_for_some_hours_alone(salon: Business) -> None:
    """An afternoon; and a Sunday until five, on which two o'clock comes twice."""
    shop = await shop_in(salon)
    made = await salon.owner.did(CLOSE, input=await closing(shop, CHRISTMAS, startMinute=750, endMinute=1440))
    assert made["added"] == 1
    assert await shop.times(str(CHRISTMAS)) == [f"25T{hour:02}:00+01:00" for hour in (9, 10, 11)]
    assert (await shop.book("2026-12-25T11:00:00Z"))["reason"] == "OUTSIDE_OPENING_HOURS"
    night = await place(salon, "Europe/Berlin", date(2026, 10, 25), ((0, 1440),))
    await salon.owner.did(CLOSE, input=await closing(night, date(2026, 10, 25), endMinute=300))
    assert (await night.instants("2026-10-25"))[:2] == ["25T04:00", "25T05:00"]
    for start, end, path in ((-1, 60, "startMinute"), (60, 60, "endMinute"), (0, 1441, "endMinute")):
        asked = await closing(night, date(2026, 10, 26), startMinute=start, endMinute=end)
        assert [one["path"] for one in (await salon.owner.refused(CLOSE, input=asked))["fields"]] == [path]


async def test_the_countries_and_their_parts_are_told(salon: Business) -> None:
    found = (await salon.owner.ok("{ publicHolidayCountries { code subdivisions } }"))["publicHolidayCountries"]
    parts = {one["code"]: one["subdivisions"] for one in found}
    assert "TX" in parts["US"] and "BE" in parts["DE"] and "AUK" in parts["NZ"]
    assert list(parts) == sorted(parts)
