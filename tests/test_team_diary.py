"""What several people serve together is in the diary of each of them, not of whoever leads alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from models.membership import Role
from models.schedule import Schedule
from models.service import Assignment, Service
from tests.api import Caller
from tests.bookable import CANCEL, HOLD, MOVE, Desk, bookable, said
from tests.businesses import Business, id_of, limit_to_own_diary
from tests.product import Product
from tests.sockets import socket
from tests.test_following import end, page

OF_STAFF = "query Of($staff: ID!) { bookings(first: 9, filter: {staffId: $staff}) { nodes { id } } }"
DIARY = """
query Diary($id: ID!, $customer: ID!) {
  bookings(first: 9) { totalCount nodes { id staff { id } staffMembers { id } history { name } } }
  booking(id: $id) { id customer { name } }
  customer(id: $customer) { name tags { tag } }
  customers(first: 9) { totalCount nodes { name } }
}
"""
WATCH = "subscription { bookingChanged { bookingId event { name } } }"


@dataclass(slots=True)
class Together:
    """A booking that Person 0 (who leads) and Person 1 serve together; Person 2 has nothing to do with it."""

    desk: Desk
    booking: dict[str, Any]
    customer: str
    lead: Caller
    colleague: Caller
    stranger: Caller


@pytest.fixture
async def together(salon: Business) -> Together:
    desk = await bookable(salon, staff=2, assignment=Assignment.COLLECTIVE, price_minor=6000, currency="USD")
    desk.staff.append(await salon.staff("Person 2", schedule_id=desk.schedule.id))
    booking = (await desk.book(salon.owner, at=desk.at(10)))["booking"]
    found = await salon.owner.ok("query($id: ID!) { booking(id: $id) { customer { id } } }", id=booking["id"])
    people = [await salon.member(Role.STAFF, staff_id=one.id) for one in desk.staff]
    await limit_to_own_diary(salon)
    return Together(desk, booking, found["booking"]["customer"]["id"], *people)


async def test_it_is_in_the_diary_of_each_and_of_nobody_else(together: Together, salon: Business) -> None:
    one, id = together, together.booking["id"]
    for ask, person in ((one.lead, 0), (one.colleague, 1)):
        found = await ask.ok(DIARY, id=id, customer=one.customer)
        (booking,) = found["bookings"]["nodes"]
        assert (booking["id"], booking["history"][0]["name"]) == (id, "booking_made")
        assert {two["id"] for two in booking["staffMembers"]} == {id_of(two) for two in one.desk.staff[:2]}
        assert found["booking"]["customer"] == {"name": "Ada Lovelace"} == {"name": found["customer"]["name"]}
        assert found["customers"] == {"totalCount": 1, "nodes": [{"name": "Ada Lovelace"}]}
        mine = await salon.owner.ok(OF_STAFF, staff=id_of(one.desk.staff[person]))
        assert [two["id"] for two in mine["bookings"]["nodes"]] == [id]
        assert [two["nodeId"] for two in (await page(ask, subjects=["BOOKING"]))["changes"]] == [id]
    found = await one.stranger.ok(DIARY, id=id, customer=one.customer)
    assert found["booking"] is found["customer"] is None
    assert found["bookings"]["totalCount"] == found["customers"]["totalCount"] == 0
    assert (await page(one.stranger, subjects=["BOOKING"]))["changes"] == []
    assert (await salon.owner.ok(OF_STAFF, staff=id_of(one.desk.staff[2])))["bookings"]["nodes"] == []


async def test_who_serves_with_others_moves_it_for_all_and_leads_no_more_than_before(
    together: Together, product: Product, salon: Business
) -> None:
    one, desk = together, together.desk
    move = {"id": one.booking["id"], "expectedVersion": 1, "startsAt": said(desk.at(13))}
    assert (await one.stranger.refused(MOVE, input=move))["__typename"] == "NotFound"
    async with socket(product, one.colleague) as talk:
        await talk.subscribe("1", WATCH)
        assert await talk.next("1") == {"data": {"bookingChanged": None}}
        moved = (await one.colleague.did(MOVE, input=move))["booking"]
        told = (await talk.next("1"))["data"]["bookingChanged"]
        assert told == {"bookingId": moved["id"], "event": {"name": "booking_rescheduled"}}
    assert (moved["staff"]["id"], moved["startsAt"]) == (id_of(desk.staff[0]), said(desk.at(13)))
    assert (await one.stranger.refused(CANCEL, input={"id": moved["id"]}))["__typename"] == "NotFound"
    await one.colleague.did(CANCEL, input={"id": moved["id"]})


async def test_whom_it_leaves_is_told_once_more(together: Together, salon: Business) -> None:
    one, desk = together, together.desk
    await desk.service.offer(salon.act, desk.staff[2].id, 1)
    service = await Service.of(salon.account.id).get(id=desk.service.id)
    await service.change(salon.act, service.version, assignment=Assignment.ANY)
    since = await end(one.colleague)
    move = {"id": one.booking["id"], "expectedVersion": 1, "startsAt": said(desk.at(13))}
    moved = (await salon.owner.did(MOVE, input={**move, "staffId": id_of(desk.staff[2])}))["booking"]
    assert (await one.colleague.ok("query($id: ID!) { booking(id: $id) { id } }", id=moved["id"]))["booking"] is None
    (left,) = (await page(one.colleague, since, subjects=["BOOKING"]))["changes"]
    assert (left["name"], left["nodeId"], left["node"]) == ("booking_rescheduled", moved["id"], None)
    assert (await one.stranger.ok(OF_STAFF, staff=id_of(desk.staff[2])))["bookings"]["nodes"] == [{"id": moved["id"]}]


async def test_a_hold_is_everybodys_whose_time_it_keeps(together: Together, salon: Business) -> None:
    desk, document = together.desk, "query($id: ID!) { node(id: $id) { id } }"
    wanted = {"serviceId": desk.id, "startsAt": said(desk.at(14))}
    held = (await salon.owner.did(HOLD, input=wanted))["hold"]["id"]
    for ask, seen in ((together.lead, {"id": held}), (together.colleague, {"id": held}), (together.stranger, None)):
        assert (await ask.ok(document, id=held))["node"] == seen


async def test_it_is_outside_hours_where_one_of_them_is_not_there(together: Together, salon: Business) -> None:
    desk, document = together.desk, "query($id: ID!) { booking(id: $id) { outsideHours } }"
    assert not (await salon.owner.ok(document, id=together.booking["id"]))["booking"]["outsideHours"]
    late = await Schedule.begin(salon.act, name="Late", zone="America/Chicago", weekly=[])
    await desk.staff[1].change(salon.act, 1, schedule_id=late.id)
    assert (await salon.owner.ok(document, id=together.booking["id"]))["booking"]["outsideHours"]
