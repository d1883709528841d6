"""A request that nobody answered in time has lost its time that very second, whether or not a worker has noticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from models.booking import Booking
from models.invariants import broken
from models.occupancy import Occupancy
from models.service import Confirmation
from tests.bookable import CANCEL, CONFIRM, HOLD, MOVE, Desk, bookable, events, mails, nothing_overdue, said
from tests.businesses import Business
from tests.conftest import NOW
from tests.product import Product

HISTORY = "query ($id: ID!) { booking(id: $id) { status history { name actorKind details { name value } } } }"
OTHER = {"customer": {"name": "Somebody Else", "email": "else@example.com"}}
HOUR = {"request_minutes": 60, "confirmation": Confirmation.MANUAL}


@pytest.fixture(autouse=True)
async def nothing_is_left(product: Product) -> AsyncIterator[None]:
    """Requests that a test leaves behind would be another's surprise."""
    yield
    await nothing_overdue(NOW + timedelta(days=3))


async def overdue(business: Business, **more: Any) -> tuple[Desk, dict[str, Any]]:
    """A request for 10:00 tomorrow that should have been answered this very second."""
    desk = await bookable(business, **{**HOUR, **more})
    made = (await desk.book(business.widget, at=desk.at(10)))["booking"]
    business.product.clock.advance(minutes=60)
    return desk, made


async def test_its_time_is_free_to_the_second(salon: Business) -> None:
    desk, _ = await overdue(salon)
    salon.product.clock.advance(seconds=-1)
    assert "10:00" not in await desk.free(salon.widget)
    assert (await desk.refused(salon.widget, at=desk.at(10), **OTHER))["__typename"] == "SlotTaken"
    salon.product.clock.advance(seconds=1)
    assert "10:00" in await desk.free(salon.widget)
    assert await mails(salon) == ["BOOKING_REQUESTED"]


async def test_whoever_takes_the_time_ends_it_and_it_is_told(salon: Business) -> None:
    desk, request = await overdue(salon)
    await desk.book(salon.widget, at=desk.at(10, 30), **OTHER)
    found = (await salon.owner.ok(HISTORY, id=request["id"]))["booking"]
    assert found["status"] == "EXPIRED"
    assert found["history"][-1] == {
        "name": "booking_expired", "actorKind": "SYSTEM", "details": [{"name": "previous", "value": "REQUESTED"}],
    }  # fmt: skip
    assert await mails(salon) == ["BOOKING_REQUESTED", "BOOKING_DECLINED", "BOOKING_REQUESTED"]
    assert len(await Occupancy.of(salon.account.id)) == 1
    assert await broken(salon.account.id) == []


async def test_one_that_is_not_in_the_way_is_left_to_the_worker(salon: Business, rival: Business) -> None:
    desk, _ = await overdue(salon)
    theirs = await bookable(rival, **HOUR)
    await theirs.book(rival.widget, at=theirs.at(10))
    await desk.book(salon.widget, at=desk.at(11), **OTHER)
    assert await events(salon) == ["booking_made", "booking_made"]
    refusal = await desk.refused(salon.widget, at=desk.at(11), **OTHER)
    assert refusal["__typename"] == "SlotTaken"
    assert await events(rival) == ["booking_made"]


async def test_holds_and_moves_take_it_too(salon: Business) -> None:
    desk, request = await overdue(salon)
    moved = (await desk.book(salon.owner, at=desk.at(14)))["booking"]
    await salon.owner.did(MOVE, input={"id": moved["id"], "startsAt": said(desk.at(10)), "expectedVersion": 1})
    assert (await salon.owner.ok(HISTORY, id=request["id"]))["booking"]["status"] == "EXPIRED"
    second = (await desk.book(salon.owner, at=desk.at(12)))["booking"]
    salon.product.clock.advance(minutes=60)
    await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(12))})
    assert (await salon.owner.ok(HISTORY, id=second["id"]))["booking"]["status"] == "EXPIRED"
    assert await broken(salon.account.id) == []


async def test_its_seats_and_its_place_in_a_limit_are_free(salon: Business) -> None:
    desk, _ = await overdue(salon, capacity=2, limits=[{"period": "DAY", "measure": "COUNT", "maximum": 1}])
    for size in (2, 1):
        made = await desk.book(salon.widget, at=desk.at(10), partySize=size, **OTHER)
        assert made["booking"]["status"] == "REQUESTED"
        assert await broken(salon.account.id) == []
        salon.product.clock.advance(minutes=60)
    statuses = [row.status.value for row in await Booking.of(salon.account.id).order_by("created_at")]
    assert statuses == ["EXPIRED", "EXPIRED", "REQUESTED"]


async def test_it_cannot_be_answered_moved_or_cancelled_any_more(salon: Business) -> None:
    desk, request = await overdue(salon)
    for document in (CONFIRM, CANCEL):
        refusal = await salon.owner.refused(document, input={"id": request["id"], "expectedVersion": 1})
        assert (refusal["__typename"], refusal["status"]) == ("WrongState", "EXPIRED")
        assert "REQUESTED" in refusal["allowed"]
    move = {"id": request["id"], "startsAt": said(desk.at(12)), "expectedVersion": 1}
    assert (await salon.owner.refused(MOVE, input=move))["status"] == "EXPIRED"


async def test_at_once_one_gets_the_time_and_it_expires_once(salon: Business) -> None:
    desk, _ = await overdue(salon)
    people = [{"customer": {"name": f"Number {number}", "email": f"n{number}@example.com"}} for number in range(4)]
    salon.product.clock.advance(minutes=1)
    wanted = (desk.book(salon.owner, at=desk.at(10, 30 * (n % 2)), **who) for n, who in enumerate(people))
    answers = await asyncio.gather(*wanted, return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert (await events(salon)).count("booking_expired") == 1
    assert await broken(salon.account.id) == []
