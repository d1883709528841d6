"""A business or a location that moves to another zone: bookings keep their instant, hours move, and what lies outside
them now is flagged and never cancelled."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.location import Location
from models.membership import Role
from models.storage.database import counting
from tests.businesses import Business, id_of
from tests.places import Place, place
from tests.test_closed_days import CLOSE

DAY = date(2026, 7, 6)  # a Monday
NINE_TO_FIVE = ((540, 1020),)
MOVE = """mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { __typename
    ... on UpdateAccountPayload { account { zone version } schedulesMoved outsideHours } ... on Refusal { code } } }"""
MOVE_PLACE = """mutation ($input: UpdateLocationInput!) { updateLocation(input: $input) { __typename
    ... on UpdateLocationPayload { location { zone } schedulesMoved outsideHours } ... on Refusal { code } } }"""
BOOKING = "query ($id: ID!) { booking(id: $id) { startsAt status version outsideHours local { dateTime zone } } }"
OUTSIDE = "{ bookingsOutsideHours(first: 50) { nodes { id outsideHours } } }"
LIST = "{ bookings(first: 50) { nodes { startsAt outsideHours } } }"


async def in_berlin(salon: Business, *, located: bool) -> Place:
    """09:00 to 17:00 in Berlin, for a business there, at a location or at none."""
    await salon.account.change(salon.act, salon.account.version, zone="Europe/Berlin")
    shop = await place(salon, "Europe/Berlin", DAY, NINE_TO_FIVE)
    if located:
        await shop.staff.change(salon.act, 1, location_id=shop.service.location_id)
    else:
        await shop.service.change(salon.act, 1, location_id=None)
    return shop


async def moving(salon: Business, zone: str = "Europe/London") -> dict[str, Any]:
    account = (await salon.owner.ok("{ account { version } }"))["account"]
    return {"expectedVersion": account["version"], "zone": zone}


async def outside(caller: Any) -> list[str]:
    return [one["id"] for one in (await caller.ok(OUTSIDE))["bookingsOutsideHours"]["nodes"]]


async def test_a_business_that_moves_keeps_its_bookings_and_moves_its_hours(salon: Business) -> None:
    """V13: 09:00 to 17:00 in Berlin and a booking at nine; the business moves to London."""
    shop = await in_berlin(salon, located=False)
    early = (await shop.book("2026-07-06T07:00:00Z"))["booking"]
    late = (await shop.book("2026-07-06T14:00:00Z"))["booking"]
    assert await outside(salon.owner) == []
    done = await salon.owner.did(MOVE, input=await moving(salon))
    assert (done["account"]["zone"], done["schedulesMoved"], done["outsideHours"]) == ("Europe/London", 1, 1)
    found = (await salon.owner.ok(BOOKING, id=early["id"]))["booking"]
    assert found == {
        "startsAt": "2026-07-06T07:00:00Z", "status": "CONFIRMED", "version": 1, "outsideHours": True,
        "local": {"dateTime": "2026-07-06T09:00:00", "zone": "Europe/Berlin"},
    }  # fmt: skip
    assert (await salon.owner.ok(BOOKING, id=late["id"]))["booking"]["outsideHours"] is False
    assert await outside(salon.owner) == [early["id"]]
    taken = {"06T14:00"}
    assert await shop.instants(str(DAY)) == [one for h in range(8, 16) if (one := f"06T{h:02}:00") not in taken]
    assert (await salon.owner.ok(MOVE, input=await moving(salon)))["updateAccount"]["schedulesMoved"] == 0


async def test_a_location_that_moves_takes_along_the_hours_of_those_who_work_there(salon: Business) -> None:
    shop = await in_berlin(salon, located=True)
    booked = (await shop.book("2026-07-06T07:00:00Z"))["booking"]
    elsewhere = await salon.owner.did(MOVE, input=await moving(salon))
    assert (elsewhere["schedulesMoved"], elsewhere["outsideHours"]) == (0, 0)  # the place and its people stay in Berlin
    where = await Location.of(salon.account.id).get(id=shop.service.location_id)
    asked = {"id": id_of(where), "expectedVersion": 1, "zone": "Europe/London"}
    done = await salon.owner.did(MOVE_PLACE, input=asked)
    assert (done["location"]["zone"], done["schedulesMoved"], done["outsideHours"]) == ("Europe/London", 1, 1)
    assert await outside(salon.owner) == [booked["id"]]
    assert await shop.times(str(DAY)) == [f"06T{hour:02}:00+01:00" for hour in range(9, 17)]


async def test_closed_days_and_shorter_hours_flag_too_and_nothing_is_cancelled(salon: Business) -> None:
    shop = await in_berlin(salon, located=True)
    booked = (await shop.book("2026-07-06T07:00:00Z"))["booking"]
    where = await Location.of(salon.account.id).get(id=shop.service.location_id)
    await salon.owner.did(CLOSE, input={"locationId": id_of(where), "date": str(DAY)})
    assert await outside(salon.owner) == [booked["id"]]
    assert (await salon.owner.ok(BOOKING, id=booked["id"]))["booking"]["status"] == "CONFIRMED"


async def test_a_page_of_bookings_is_looked_at_together(salon: Business) -> None:
    shop = await in_berlin(salon, located=False)
    for hour in (7, 8, 9, 10):
        await shop.book(f"2026-07-06T{hour:02}:00:00Z")
    with counting() as statements:
        found = (await salon.owner.ok(LIST))["bookings"]["nodes"]
    assert [one["outsideHours"] for one in found] == [False] * 4
    assert len(statements) <= 1 + 1 + 7, statements


async def test_only_who_sees_hours_is_told(salon: Business, rival: Business) -> None:
    shop = await in_berlin(salon, located=False)
    booked = (await shop.book("2026-07-06T07:00:00Z"))["booking"]
    await salon.owner.did(MOVE, input=await moving(salon))
    assert await outside(await salon.member(Role.STAFF)) == [booked["id"]]
    assert await outside(rival.owner) == []
    assert await salon.widget.denied(OUTSIDE) == "FORBIDDEN"
    assert await salon.partner.denied(OUTSIDE) == "FORBIDDEN"
