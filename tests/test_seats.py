"""Group sessions through the API: seats are taken together, and given back exactly."""

from __future__ import annotations

import asyncio

import pytest
from tortoise.exceptions import IntegrityError

from models.group_session import GroupSession
from models.occupancy import Occupancy
from models.staff import TimeOff
from models.storage.database import counting, execute, transaction
from tests.bookable import BOOK, count, mails, said
from tests.businesses import Business, id_of
from tests.shared import FULL, GUESTS, RESIZE, ROOM, SEEN, room, sessions, shared


async def test_bookings_of_one_start_share_a_session(salon: Business) -> None:
    desk = await shared(salon)
    first = (await desk.book(salon.widget, at=desk.at(10), partySize=2))["booking"]
    second = (await desk.book(salon.widget, at=desk.at(10), customer=GUESTS[1]))["booking"]
    assert await sessions(salon) == [(said(desk.at(10)), 3)]
    blocked = await Occupancy.of(salon.account.id).get()
    assert (blocked.booking_id, blocked.hold_id) == (None, None)
    assert await mails(salon) == ["BOOKING_CONFIRMED"] * 2
    for made, size in ((first, 2), (second, 1)):
        seen = (await salon.owner.ok(SEEN, id=made["id"]))["booking"]
        assert seen["partySize"] == size
        assert seen["groupSession"] == {
            "startsAt": said(desk.at(10)), "endsAt": said(desk.at(11)), "capacity": 5, "taken": 3, "remaining": 2,
        }  # fmt: skip


async def test_of_four_pairs_at_once_for_five_seats_two_get_them(salon: Business) -> None:
    desk = await shared(salon)
    wanted = [desk.wanted(desk.at(10), customer=GUESTS[n], partySize=2) for n in range(4)]
    answers = await asyncio.gather(*(salon.widget.ok(FULL, input=one) for one in wanted))
    found = [answer["book"] for answer in answers]
    assert sorted(one["__typename"] for one in found) == ["BookPayload"] * 2 + ["SeatsTaken"] * 2
    for refusal in found:
        if refusal["__typename"] == "SeatsTaken":
            assert (refusal["remaining"], refusal["code"]) == (1, "SEATS_TAKEN")
            assert said(desk.at(10)) not in [other["startsAt"] for other in refusal["alternatives"]]
            assert refusal["alternatives"]
    assert await sessions(salon) == [(said(desk.at(10)), 4)]
    for table, rows in (("booking", 2), ("occupancy", 1), ("customer", 2)):
        assert await count(table, salon.account.id) == rows, "losers leave nothing behind"


async def test_twenty_at_once_fill_every_seat_and_no_more(salon: Business) -> None:
    desk = await shared(salon, capacity=7)
    callers = [salon.widget, salon.owner, salon.partner, salon.widget] * 5
    wanted = [desk.wanted(desk.at(10), customer=GUESTS[n]) for n in range(20)]
    answers = await asyncio.gather(*(one.ok(FULL, input=input) for one, input in zip(callers, wanted, strict=True)))
    found = [answer["book"] for answer in answers]
    assert sorted(one["__typename"] for one in found) == ["BookPayload"] * 7 + ["SeatsTaken"] * 13
    assert {one["remaining"] for one in found if one["__typename"] == "SeatsTaken"} == {0}
    assert await sessions(salon) == [(said(desk.at(10)), 7)]


async def test_two_first_joins_with_two_people_free_make_one_session(salon: Business) -> None:
    desk = await shared(salon, staff=2)
    wanted = [desk.wanted(desk.at(10), customer=GUESTS[n]) for n in range(4)]
    await asyncio.gather(*(salon.widget.did(BOOK, input=one) for one in wanted))
    assert await sessions(salon) == [(said(desk.at(10)), 4)]
    await desk.book(salon.widget, at=desk.at(10), customer=GUESTS[5], partySize=2)
    assert sorted(taken for _, taken in await sessions(salon)) == [2, 4], "who does not fit begins with somebody else"


async def test_a_running_session_is_offered_at_its_start_and_blocks_the_rest(salon: Business) -> None:
    desk = await shared(salon, hours=((540, 780),))
    other = await salon.service("Massage", duration_minutes=30, step_minutes=30)
    await other.offer(salon.act, desk.staff[0].id, 1)
    assert await room(desk, salon.widget) == dict.fromkeys(
        ("09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00"), 5
    )  # fmt: skip
    await desk.book(salon.widget, at=desk.at(10), partySize=3)
    assert await room(desk, salon.widget, 2) == {"09:00": 5, "10:00": 2, "11:00": 5, "11:30": 5, "12:00": 5}
    assert await room(desk, salon.widget, 3) == {"09:00": 5, "11:00": 5, "11:30": 5, "12:00": 5}
    elsewhere = await room(desk, salon.widget, serviceId=id_of(other))
    assert elsewhere == dict.fromkeys(("09:00", "09:30", "11:00", "11:30", "12:00", "12:30"), 1)
    assert (await desk.refused(salon.widget, at=desk.at(10, 30)))["__typename"] == "SlotTaken"
    input = {"serviceId": id_of(other), "startsAt": said(desk.at(10)), "customer": {"name": "Grace"}}
    assert (await salon.owner.refused(BOOK, input=input))["__typename"] == "SlotTaken"


async def test_a_booking_of_another_service_is_in_the_way_of_a_session(salon: Business) -> None:
    desk = await shared(salon)
    other = await salon.service("Massage", duration_minutes=30)
    await other.offer(salon.act, desk.staff[0].id, 1)
    input = {"serviceId": id_of(other), "startsAt": said(desk.at(10, 15)), "customer": {"name": "Grace"}}
    await salon.owner.did(BOOK, input=input)
    assert (await desk.refused(salon.widget, at=desk.at(10)))["__typename"] == "SlotTaken"
    assert await sessions(salon) == []


async def test_a_session_off_the_grid_can_be_joined_and_only_in_reach(salon: Business) -> None:
    desk = await shared(salon, notice_minutes=60)
    await desk.book(salon.owner, at=desk.at(10, 10), evenIfNotOffered=True)
    assert (await room(desk, salon.widget))["10:10"] == 4
    await desk.book(salon.widget, at=desk.at(10, 10), customer=GUESTS[1])
    salon.product.clock.stand_at(desk.at(9, 11))
    assert "10:10" not in await room(desk, salon.widget)
    refusal = await desk.refused(salon.widget, at=desk.at(10, 10), customer=GUESTS[2])
    assert refusal["reason"] == "TOO_SOON"


async def test_time_off_and_closed_hours_close_a_session_to_more(salon: Business) -> None:
    desk = await shared(salon)
    await desk.book(salon.widget, at=desk.at(10))
    await desk.book(salon.owner, at=desk.at(18), evenIfNotOffered=True)
    assert "18:00" not in await room(desk, salon.widget)
    assert (await desk.refused(salon.widget, at=desk.at(18)))["reason"] == "OUTSIDE_OPENING_HOURS"
    await TimeOff.begin(salon.act, staff_id=desk.staff[0].id, starts_at=desk.at(10, 30), ends_at=desk.at(11))
    assert "10:00" not in await room(desk, salon.widget)
    assert (await desk.refused(salon.widget, at=desk.at(10), customer=GUESTS[1]))["__typename"] == "SlotTaken"


@pytest.mark.parametrize("people", [1, 40])
async def test_seats_cost_no_statement_more(salon: Business, people: int) -> None:
    desk = await shared(salon, staff=people)
    for hour in (10, 12, 14):
        await desk.book(salon.widget, at=desk.at(hour))
    await room(desk, salon.widget)
    with counting() as statements:
        await room(desk, salon.widget)
    assert len(statements) <= 3, statements


async def test_slots_name_whoever_has_room_with_the_most_seats(salon: Business) -> None:
    desk = await shared(salon, staff=2)
    await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0], partySize=4)
    asked = {"serviceId": desk.id, "from": "2027-01-12", "to": "2027-01-12"}
    for party, staff in ((1, desk.staff), (2, desk.staff[1:])):
        slots = (await salon.widget.ok(ROOM, **asked, partySize=party))["availability"]["slots"]
        ten = next(slot for slot in slots if slot["startsAt"] == said(desk.at(10)))
        assert (ten["staffIds"], ten["remaining"]) == ([id_of(one) for one in staff], 5)
    slots = (await salon.widget.ok(ROOM, **asked, staffId=id_of(desk.staff[0])))["availability"]["slots"]
    assert next(slot for slot in slots if slot["startsAt"] == said(desk.at(10)))["remaining"] == 1


@pytest.mark.parametrize("size", [0, -1, 6, 501, 2147483647])
async def test_a_party_is_from_one_to_the_capacity(salon: Business, size: int) -> None:
    desk = await shared(salon)
    refusal = await desk.refused(salon.widget, at=desk.at(10), partySize=size)
    assert [problem["path"] for problem in refusal["fields"]] == ["partySize"]
    assert await count("booking", salon.account.id) == 0
    alone = await shared(salon, capacity=1)
    assert (await alone.refused(salon.widget, at=alone.at(10), partySize=2))["fields"][0]["path"] == "partySize"
    asked = {"serviceId": desk.id, "from": "2027-01-12", "to": "2027-01-12", "partySize": size}
    if size == 6:
        assert (await salon.widget.ok(ROOM, **asked))["availability"]["slots"] == []
    else:
        assert await salon.widget.denied(ROOM, **asked) == "BAD_USER_INPUT"


async def test_the_rival_can_neither_join_nor_see(salon: Business, rival: Business) -> None:
    desk, theirs = await shared(salon), await shared(rival)
    made = (await desk.book(salon.widget, at=desk.at(10), partySize=4))["booking"]
    assert (await rival.widget.refused(BOOK, input=desk.wanted(desk.at(10))))["__typename"] == "NotFound"
    assert (await rival.owner.ok(SEEN, id=made["id"]))["booking"] is None
    change = {"id": desk.id, "expectedVersion": 1, "capacity": 500}
    assert (await rival.owner.refused(RESIZE, input=change))["__typename"] == "NotFound"
    assert (await room(theirs, rival.widget))["10:00"] == 5
    session = await GroupSession.of(salon.account.id).get()
    await theirs.book(rival.widget, at=theirs.at(14))
    with pytest.raises(IntegrityError):
        async with transaction():
            await execute(
                "UPDATE occupancy SET group_session_id = $2 WHERE account_id = $1", rival.account.id, session.id
            )
