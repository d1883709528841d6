"""Capacity: how many seats a service has, when that may change, and what the database says about it."""

from __future__ import annotations

import asyncio

import pytest
from tortoise.exceptions import IntegrityError

from models.group_session import GroupSession
from models.occupancy import Occupancy
from models.storage.database import execute, transaction
from models.storage.errors import constraint_of
from tests.bookable import MOVE, said
from tests.businesses import Business
from tests.shared import FULL, GUESTS, RESIZE, move, room, sessions, shared


async def test_capacity_follows_what_is_taken(salon: Business) -> None:
    desk = await shared(salon)
    await desk.book(salon.widget, at=desk.at(10), partySize=3)
    change = {"id": desk.id, "expectedVersion": 1}
    refusal = await salon.owner.refused(RESIZE, input={**change, "capacity": 2})
    assert refusal["fields"][0]["path"] == "capacity" and "at least 3" in refusal["fields"][0]["message"]
    assert (await room(desk, salon.widget))["10:00"] == 2, "nothing was changed"
    made = (await salon.owner.did(RESIZE, input={**change, "capacity": 3}))["service"]
    assert made == {"capacity": 3, "version": 2}
    assert "10:00" not in await room(desk, salon.widget)
    await salon.owner.did(RESIZE, input={**change, "expectedVersion": 2, "capacity": 8})
    assert (await room(desk, salon.widget))["10:00"] == 5
    for wrong in (0, 501):
        refusal = await salon.owner.refused(RESIZE, input={**change, "expectedVersion": 3, "capacity": wrong})
        assert refusal["fields"][0]["path"] == "capacity"


async def test_a_session_that_is_over_does_not_hold_the_capacity(salon: Business) -> None:
    desk = await shared(salon)
    await desk.book(salon.widget, at=desk.at(10), partySize=4)
    salon.product.clock.stand_at(desk.at(12))
    await salon.owner.did(RESIZE, input={"id": desk.id, "expectedVersion": 1, "capacity": 1})
    assert await sessions(salon) == [(said(desk.at(10)), 4)]


async def test_a_service_that_is_no_longer_shared_keeps_its_sessions(salon: Business) -> None:
    desk = await shared(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await salon.owner.did(RESIZE, input={"id": desk.id, "expectedVersion": 1, "capacity": 1})
    assert (await desk.refused(salon.widget, at=desk.at(10), customer=GUESTS[1]))["__typename"] == "SlotTaken"
    moved = (await salon.owner.did(MOVE, input=move(made, desk.at(14))))["booking"]
    assert await sessions(salon) == []
    assert (await Occupancy.of(salon.account.id).get()).booking_id is not None
    await salon.owner.did(RESIZE, input={"id": desk.id, "expectedVersion": 2, "capacity": 5})
    assert (await desk.refused(salon.widget, at=desk.at(14), customer=GUESTS[1]))["__typename"] == "SlotTaken"
    await salon.owner.did(MOVE, input=move(moved, desk.at(10)))
    assert await sessions(salon) == [(said(desk.at(10)), 1)]
    assert (await Occupancy.of(salon.account.id).get()).booking_id is None


async def test_fewer_seats_and_more_guests_at_once_never_disagree(salon: Business) -> None:
    desk = await shared(salon)
    joins = [salon.widget.ok(FULL, input=desk.wanted(desk.at(10), customer=GUESTS[n])) for n in range(5)]
    resizes = [salon.owner.ok(RESIZE, input={"id": desk.id, "expectedVersion": 1, "capacity": n}) for n in (2, 3)]
    answers = await asyncio.gather(*joins[:2], *resizes, *joins[2:])
    names = [next(iter(answer.values()))["__typename"] for answer in answers]
    session = await GroupSession.of(salon.account.id).get()
    assert session.taken == names.count("BookPayload") <= session.capacity
    service = await type(desk.service).of(salon.account.id).get(id=desk.service.id)
    assert session.capacity == service.capacity


@pytest.mark.parametrize("change", ["taken = capacity + 1", "taken = -1", "capacity = taken - 1", "capacity = 501"])
async def test_the_database_refuses_seats_that_are_not_there(salon: Business, change: str) -> None:
    desk = await shared(salon)
    await desk.book(salon.widget, at=desk.at(10))
    with pytest.raises(IntegrityError):
        async with transaction():
            await execute(f"UPDATE group_session SET {change} WHERE account_id = $1", salon.account.id)


async def test_a_session_blocks_its_time_once_and_nothing_else_with_it(salon: Business) -> None:
    desk = await shared(salon)
    await desk.book(salon.widget, at=desk.at(10))
    with pytest.raises(IntegrityError) as error:
        async with transaction():
            await execute(
                "UPDATE occupancy SET booking_id = (SELECT id FROM booking b WHERE b.account_id = $1)"
                " WHERE account_id = $1",
                salon.account.id,
            )
    assert constraint_of(error.value) == "occupancy_of_one"
