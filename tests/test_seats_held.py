"""Holds of seats through the API: they are taken for five minutes, and given back however the hold ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.hold import expire_holds
from tests.api import Caller
from tests.bookable import BOOK, HOLD, RELEASE, Desk, count, said
from tests.businesses import Business, id_of
from tests.conftest import NOW
from tests.shared import GUESTS, HOLD_FULL, room, sessions, shared


def wish(desk: Desk, hour: int = 10, **more: Any) -> dict[str, Any]:
    return {"serviceId": desk.id, "startsAt": said(desk.at(hour)), **more}


async def hold(desk: Desk, caller: Caller, party: int, hour: int = 10) -> str:
    """The token of a hold of that many seats."""
    return str((await caller.did(HOLD, input=wish(desk, hour, partySize=party)))["token"])


async def test_a_hold_takes_seats_and_its_release_gives_them_back(salon: Business) -> None:
    desk = await shared(salon)
    token = await hold(desk, salon.widget, 3)
    assert await sessions(salon) == [(said(desk.at(10)), 3)]
    assert (await room(desk, salon.widget))["10:00"] == 2
    refusal = await salon.owner.refused(HOLD_FULL, input=wish(desk, partySize=3))
    assert (refusal["__typename"], refusal["remaining"]) == ("SeatsTaken", 2)
    await salon.widget.did(RELEASE, input={"token": token})
    assert await sessions(salon) == []
    assert await count("occupancy", salon.account.id) == 0


async def test_its_holder_sees_the_seats_as_free(salon: Business) -> None:
    desk = await shared(salon)
    await desk.book(salon.widget, at=desk.at(10))
    token = await hold(desk, salon.widget, 4)
    assert "10:00" not in await room(desk, salon.widget)
    assert (await room(desk, salon.widget, 4, holdToken=token))["10:00"] == 4
    alone = await hold(desk, salon.widget, 5, hour=14)
    assert (await room(desk, salon.widget, holdToken=alone))["14:30"] == 5


async def test_booking_uses_the_held_seats(salon: Business) -> None:
    desk = await shared(salon)
    await desk.book(salon.owner, at=desk.at(10), customer=GUESTS[1])
    token = await hold(desk, salon.widget, 4)
    made = await salon.widget.did(BOOK, input=desk.wanted(desk.at(10), holdToken=token))
    assert made["booking"]["staff"]["id"] == id_of(desk.staff[0])
    assert await sessions(salon) == [(said(desk.at(10)), 5)]
    assert await count("hold", salon.account.id) == 0


async def test_the_only_holder_books_what_is_held(salon: Business) -> None:
    desk = await shared(salon)
    token = await hold(desk, salon.widget, 5)
    await desk.book(salon.widget, at=desk.at(10), holdToken=token, partySize=5)
    assert await sessions(salon) == [(said(desk.at(10)), 5)]
    assert await count("occupancy", salon.account.id) == 1


async def test_a_hold_is_for_exactly_its_party(salon: Business) -> None:
    desk = await shared(salon)
    token = await hold(desk, salon.widget, 2)
    for size in (1, 3):
        refusal = await desk.refused(salon.widget, at=desk.at(10), holdToken=token, partySize=size)
        assert [problem["path"] for problem in refusal["fields"]] == ["partySize"]
    assert await sessions(salon) == [(said(desk.at(10)), 2)]


async def test_held_seats_are_free_when_the_hold_has_ended(salon: Business) -> None:
    desk = await shared(salon)
    await desk.book(salon.owner, at=desk.at(10), customer=GUESTS[1])
    await hold(desk, salon.widget, 4)
    salon.product.clock.stand_at(NOW + timedelta(minutes=4, seconds=59))
    assert "10:00" not in await room(desk, salon.widget)
    salon.product.clock.stand_at(NOW + timedelta(minutes=5))
    assert (await room(desk, salon.widget))["10:00"] == 4
    await desk.book(salon.widget, at=desk.at(10), partySize=4)
    assert await sessions(salon) == [(said(desk.at(10)), 5)]
    assert await count("hold", salon.account.id) == 0, "whoever took the seats removed it"


async def test_a_session_of_ended_holds_blocks_nobody(salon: Business) -> None:
    desk = await shared(salon)
    other = await salon.service("Massage", duration_minutes=30, step_minutes=30)
    await other.offer(salon.act, desk.staff[0].id, 1)
    await hold(desk, salon.widget, 4)
    salon.product.clock.advance(minutes=5)
    assert (await room(desk, salon.widget))["10:30"] == 5
    assert (await room(desk, salon.widget, serviceId=id_of(other)))["10:30"] == 1
    input = {"serviceId": id_of(other), "startsAt": said(desk.at(10, 30)), "customer": GUESTS[1]}
    await salon.owner.did(BOOK, input=input)
    assert await sessions(salon) == []


async def test_ended_holds_do_not_stand_against_fewer_seats(salon: Business) -> None:
    desk = await shared(salon)
    await hold(desk, salon.widget, 4)
    salon.product.clock.advance(minutes=5)
    await desk.service.change(salon.act, 1, capacity=2)
    assert await sessions(salon) == []


async def test_the_worker_gives_back_what_ended_holds_have(salon: Business) -> None:
    desk = await shared(salon)
    await hold(desk, salon.widget, 2)
    await desk.book(salon.owner, at=desk.at(10), customer=GUESTS[1])
    await hold(desk, salon.owner, 5, hour=14)
    later = NOW + timedelta(minutes=5)
    await asyncio.gather(*(expire_holds(later, batch=1000) for _ in range(4)))
    assert await sessions(salon) == [(said(desk.at(10)), 1)]
    assert await count("hold", salon.account.id) == 0


async def test_of_ten_who_hold_at_once_five_have_seats(salon: Business) -> None:
    desk = await shared(salon)
    answers = await asyncio.gather(*(salon.owner.ok(HOLD_FULL, input=wish(desk)) for _ in range(10)))
    names = sorted(answer["holdSlot"]["__typename"] for answer in answers)
    assert names == ["HoldSlotPayload"] * 5 + ["SeatsTaken"] * 5
    assert await sessions(salon) == [(said(desk.at(10)), 5)]


async def test_two_who_book_with_one_token_take_its_seats_once(salon: Business) -> None:
    desk = await shared(salon)
    token = await hold(desk, salon.widget, 2)
    wanted = desk.wanted(desk.at(10), holdToken=token)
    answers = await asyncio.gather(*(salon.widget.ok(BOOK, input=wanted) for _ in range(4)))
    names = sorted(answer["book"]["__typename"] for answer in answers)
    assert names == ["BookPayload"] + ["HoldEnded"] * 3
    assert await sessions(salon) == [(said(desk.at(10)), 2)]


@pytest.mark.parametrize("size", [0, -3, 6, 501])
async def test_a_held_party_is_from_one_to_the_capacity(salon: Business, size: int) -> None:
    desk = await shared(salon)
    refusal = await salon.widget.refused(HOLD, input=wish(desk, partySize=size))
    assert [problem["path"] for problem in refusal["fields"]] == ["partySize"]
    assert await count("hold", salon.account.id) == 0


async def test_the_rival_cannot_use_held_seats(salon: Business, rival: Business) -> None:
    desk, theirs = await shared(salon), await shared(rival)
    token = await hold(desk, salon.widget, 5)
    assert (await theirs.refused(rival.widget, at=theirs.at(10), holdToken=token))["__typename"] == "HoldEnded"
    assert (await rival.widget.refused(RELEASE, input={"token": token}))["code"] == "HOLD_ENDED"
    assert await sessions(salon) == [(said(desk.at(10)), 5)]
