"""Forty at once for one slot, from four server processes: exactly one gets it, and nobody gets an error."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.group_session import GroupSession
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, Desk, bookable, count, events, mails, said
from tests.businesses import Business
from tests.hammer.servers import Servers
from tests.product import Product

AT_ONCE = 40


def soon(product: Product, hour: int = 16) -> datetime:
    """The day after tomorrow; 16:00 UTC is open in Chicago in summer and winter."""
    return (product.clock.now() + timedelta(days=2)).replace(hour=hour, minute=0, second=0, microsecond=0)


def through(caller: Caller, servers: Servers) -> list[Caller]:
    """The same credential at each of the processes."""
    return [Caller(client, caller.path, caller.headers) for client in servers.clients]


async def at_once(callers: list[Caller], document: str, inputs: list[dict[str, Any]]) -> Counter[str]:
    """How often each answer was given when all inputs are sent at the same time, spread over the processes."""
    await asyncio.gather(*(one("{ viewer { kind } }") for one in callers * 10))  # connections are open, keys noted
    asked = [callers[n % len(callers)](document, input=input) for n, input in enumerate(inputs)]
    answers = await asyncio.gather(*asked)
    assert {answer.status for answer in answers} == {200}
    assert [answer.errors for answer in answers if answer.errors] == []
    results = [next(iter(answer.data.values())) for answer in answers]
    for result in results:
        assert result["__typename"] != "SlotTaken" or result["alternatives"]
    return Counter(result["__typename"] for result in results)


def wanted(desk: Desk, at: datetime) -> list[dict[str, Any]]:
    """Forty people who want the same."""
    people = [{"name": f"Person {n}", "email": f"person{n}@example.com"} for n in range(AT_ONCE)]
    return [{"serviceId": desk.id, "startsAt": said(at), "customer": person} for person in people]


async def nothing_broke(business: Business, servers: Servers, bookings: int) -> None:
    """As many rows of each kind as bookings were won, and no fault in any log."""
    for table in ("booking", "occupancy", "customer"):
        assert await count(table, business.account.id) == bookings
    assert await mails(business) == ["BOOKING_CONFIRMED"] * bookings
    assert await events(business) == ["booking_made"] * bookings
    assert "fault" not in servers.log()


async def test_every_door_of_forty_races_alike(shop: Business, servers: Servers) -> None:
    desk = await bookable(shop)
    doors = [shop.widget, shop.partner, shop.owner]
    callers = [one for door in doors for one in through(door, servers)]
    found = await at_once(callers, BOOK, wanted(desk, soon(shop.product)))
    assert found == {"BookPayload": 1, "SlotTaken": 39}
    await nothing_broke(shop, servers, 1)


async def test_one_request_sent_forty_times_is_one_booking(shop: Business, servers: Servers) -> None:
    desk = await bookable(shop, staff=3)
    same = [{**wanted(desk, soon(shop.product))[0], "idempotencyKey": "one"}] * AT_ONCE
    found = await at_once(through(shop.widget, servers), BOOK, same)
    assert found == {"BookPayload": AT_ONCE}
    await nothing_broke(shop, servers, 1)


@pytest.mark.parametrize("staff", [1, 3])
async def test_seven_of_forty_get_the_seats_of_a_session(shop: Business, servers: Servers, staff: int) -> None:
    desk = await bookable(shop, staff=staff, capacity=7)
    found = await at_once(through(shop.widget, servers), BOOK, wanted(desk, soon(shop.product)))
    assert found == {"BookPayload": 7 * staff, "SeatsTaken": 40 - 7 * staff}
    rows = await GroupSession.of(shop.account.id)
    assert [(row.taken, row.capacity) for row in rows] == [(7, 7)] * staff, "each was filled before the next began"
    assert await count("occupancy", shop.account.id) == staff
    assert await count("booking", shop.account.id) == len(await mails(shop)) == 7 * staff
    assert "fault" not in servers.log()


async def test_leaving_and_joining_at_once_lose_no_seat(shop: Business, servers: Servers) -> None:
    desk = await bookable(shop, capacity=20)
    inputs = wanted(desk, soon(shop.product))
    made = [(await shop.owner.did(BOOK, input=input))["booking"]["id"] for input in inputs[:20]]
    callers = through(shop.owner, servers)
    leaving = [callers[n % 4].ok(CANCEL, input={"id": id_}) for n, id_ in enumerate(made[:15])]
    joining = [callers[n % 4].ok(BOOK, input=input) for n, input in enumerate(inputs[20:35])]
    answers = await asyncio.gather(*(one for pair in zip(leaving, joining, strict=True) for one in pair))
    joined = sum(answer.get("book", {}).get("__typename") == "BookPayload" for answer in answers)
    session = await GroupSession.of(shop.account.id).get()
    assert session.taken == 5 + joined <= 20
    assert "fault" not in servers.log()
