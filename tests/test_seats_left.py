"""Seats that are given back: by leaving, by moving, and what ends with the last of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from models.booking_changes import expire_requests
from models.group_session import GroupSession
from models.occupancy import Occupancy
from models.service import Confirmation
from tests.bookable import CANCEL, COMPLETE, CONFIRM, DECLINE, MOVE, count, events, said
from tests.businesses import Business
from tests.shared import GUESTS, MOVE_FULL, SEEN, move, room, sessions, shared


@pytest.mark.parametrize("way", ["cancel", "decline", "expire"])
async def test_leaving_frees_exactly_those_seats_and_the_last_one_ends_the_session(salon: Business, way: str) -> None:
    desk = await shared(salon, confirmation=Confirmation.MANUAL, request_minutes=60)
    made = [
        (await desk.book(salon.widget, at=desk.at(10), customer=GUESTS[n], partySize=n + 1))["booking"]
        for n in range(2)
    ]
    assert await sessions(salon) == [(said(desk.at(10)), 3)]
    if way == "expire":
        await salon.owner.did(CONFIRM, input={"id": made[0]["id"]})
        while await expire_requests(salon.product.clock.now() + timedelta(minutes=61)):
            pass
        assert await sessions(salon) == [(said(desk.at(10)), 1)]
        await salon.owner.did(CANCEL, input={"id": made[0]["id"]})
    else:
        document = CANCEL if way == "cancel" else DECLINE
        await salon.owner.did(document, input={"id": made[1]["id"]})
        assert await sessions(salon) == [(said(desk.at(10)), 1)]
        assert (await room(desk, salon.widget))["10:00"] == 4
        await salon.owner.did(document, input={"id": made[0]["id"]})
    assert await sessions(salon) == []
    assert await count("occupancy", salon.account.id) == 0
    assert (await room(desk, salon.widget))["10:30"] == 5
    seen = (await salon.owner.ok(SEEN, id=made[1]["id"]))["booking"]
    assert seen == {"partySize": 2, "groupSession": None}


async def test_a_session_that_took_place_keeps_its_seats(salon: Business) -> None:
    desk = await shared(salon)
    made = (await desk.book(salon.widget, at=desk.at(10), partySize=2))["booking"]
    salon.product.clock.stand_at(desk.at(10, 5))
    await salon.owner.did(COMPLETE, input={"id": made["id"]})
    assert await sessions(salon) == [(said(desk.at(10)), 2)]


async def test_all_cancel_at_once_and_nothing_is_left(salon: Business) -> None:
    desk = await shared(salon, capacity=12)
    made = [(await desk.book(salon.widget, at=desk.at(10), customer=GUESTS[n]))["booking"] for n in range(12)]
    await asyncio.gather(*(salon.owner.did(CANCEL, input={"id": one["id"]}) for one in made))
    assert await sessions(salon) == [] and await count("occupancy", salon.account.id) == 0


async def test_moving_away_frees_the_seats_and_takes_others(salon: Business) -> None:
    desk = await shared(salon)
    first = (await desk.book(salon.widget, at=desk.at(10), partySize=2))["booking"]
    await desk.book(salon.widget, at=desk.at(10), customer=GUESTS[1])
    await desk.book(salon.widget, at=desk.at(14), customer=GUESTS[2])
    moved = (await salon.owner.did(MOVE, input=move(first, desk.at(14))))["booking"]
    assert (moved["id"], moved["version"], moved["sequence"]) == (first["id"], 2, 1)
    assert await sessions(salon) == [(said(desk.at(10)), 1), (said(desk.at(14)), 3)]


async def test_the_only_party_moves_over_its_own_session(salon: Business) -> None:
    desk = await shared(salon)
    made = (await desk.book(salon.widget, at=desk.at(10), partySize=5))["booking"]
    await salon.owner.did(MOVE, input=move(made, desk.at(10, 30)))
    assert await sessions(salon) == [(said(desk.at(10, 30)), 5)]
    blocked = await Occupancy.of(salon.account.id).get()
    assert blocked.group_session_id == (await GroupSession.of(salon.account.id).get()).id


async def test_moving_into_too_few_seats_changes_nothing(salon: Business) -> None:
    desk = await shared(salon)
    made = (await desk.book(salon.widget, at=desk.at(10), partySize=3))["booking"]
    await desk.book(salon.widget, at=desk.at(14), customer=GUESTS[1], partySize=3)
    refusal = await salon.owner.refused(MOVE_FULL, input=move(made, desk.at(14)))
    assert (refusal["__typename"], refusal["remaining"]) == ("SeatsTaken", 2)
    assert await sessions(salon) == [(said(desk.at(10)), 3), (said(desk.at(14)), 3)]
    assert await events(salon) == ["booking_made"] * 2
