"""Booking over a taken time on purpose: who may, what it leaves behind, and that the guard holds for everybody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from models.booking import Booking
from models.invariants import broken
from models.membership import Role
from models.occupancy import Occupancy
from models.staff import TimeOff
from models.storage.database import execute, transaction
from models.storage.errors import constraint_of
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, HOLD, MOVE, Desk, bookable, said
from tests.businesses import Business, id_of

HISTORY = "query ($id: ID!) { booking(id: $id) { history { name details { name value } } } }"


async def over(caller: Caller, desk: Desk, hour: int, minute: int = 0, **more: Any) -> Any:
    """What is booked over whatever is there."""
    more = {"staff": desk.staff[0], "evenIfNotOffered": True, **more}
    return (await desk.book(caller, at=desk.at(hour, minute), allowConflict=True, **more))["booking"]


async def traces(caller: Caller, booking: Any) -> dict[str, str]:
    """The details of the last thing that happened to a booking."""
    history = (await caller.ok(HISTORY, id=booking["id"]))["booking"]["history"]
    return {detail["name"]: detail["value"] for detail in history[-1]["details"]}


async def test_a_manager_books_over_others_and_history_says_over_whom(salon: Business) -> None:
    desk = await bookable(salon)
    manager = await salon.member(Role.MANAGER)
    below = [(await desk.book(salon.widget, at=desk.at(hour)))["booking"]["id"] for hour in (10, 11)]
    second = await over(manager, desk, 10, 30)
    told = await traces(manager, second)
    assert "TAKEN" in told["overridden"].split(", ")
    assert set(told["overlappedBookingIds"].split(", ")) == set(below)
    assert await broken(salon.account.id) == []
    rows = await Occupancy.of(salon.account.id).order_by("starts")
    assert [row.overlapping for row in rows] == [False, True, False]


async def test_where_the_time_is_free_nothing_was_overridden(salon: Business) -> None:
    desk = await bookable(salon)
    made = await over(salon.owner, desk, 10, evenIfNotOffered=False)
    assert {"overridden", "overlappedBookingIds"} & set(await traces(salon.owner, made)) == set()
    assert not (await Occupancy.of(salon.account.id).get()).overlapping


async def test_what_lies_over_others_blocks_its_time_for_everybody_else(salon: Business) -> None:
    desk = await bookable(salon)
    below = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await over(salon.owner, desk, 10, 30)
    assert (await desk.free(salon.widget))[:3] == ["09:00", "11:30", "12:00"]
    await salon.owner.did(CANCEL, input={"id": below["id"], "expectedVersion": 1})
    for hour, minute in ((10, 0), (11, 0)):
        assert (await desk.refused(salon.widget, at=desk.at(hour, minute)))["__typename"] == "SlotTaken"
        assert (await desk.refused(salon.owner, at=desk.at(hour, minute)))["__typename"] == "SlotTaken"
    held = await salon.widget.refused(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(10))})
    assert held["__typename"] == "SlotTaken"
    await desk.book(salon.widget, at=desk.at(9, 30))


async def test_handwritten_sql_does_not_get_under_it(salon: Business) -> None:
    desk = await bookable(salon)
    first = (await desk.book(salon.owner, at=desk.at(10)))["booking"]
    await over(salon.owner, desk, 10, 30)
    await desk.book(salon.owner, at=desk.at(14))
    await salon.owner.did(CANCEL, input={"id": first["id"], "expectedVersion": 1})
    above, other = await Occupancy.of(salon.account.id).order_by("starts")
    assert above.overlapping
    with pytest.raises(IntegrityError) as moved:
        async with transaction():
            await execute(
                "UPDATE occupancy SET starts = $3, ends = $4 WHERE account_id = $1 AND id = $2",
                salon.account.id, other.id, above.starts + 60, above.ends + 60,
            )  # fmt: skip
    assert constraint_of(moved.value) == "occupancy_apart"
    with pytest.raises(IntegrityError) as added:
        async with transaction():
            await execute(
                "INSERT INTO occupancy (account_id, id, created_at, calendar_id, booking_id, starts, ends)"
                " SELECT account_id, $2, created_at, $3, id, $4, $5 FROM booking WHERE account_id = $1 AND id = $6",
                salon.account.id, uuid7(), above.calendar_id, above.starts - 60, above.starts + 60,
                (await Booking.of(salon.account.id).get(status="CANCELLED")).id,
            )  # fmt: skip
    assert constraint_of(added.value) == "occupancy_apart"


async def test_it_is_moved_and_cancelled_as_others_are(salon: Business) -> None:
    desk = await bookable(salon)
    below = (await desk.book(salon.owner, at=desk.at(10)))["booking"]
    await desk.book(salon.owner, at=desk.at(14))
    above = await over(salon.owner, desk, 10)
    move = {"id": above["id"], "startsAt": said(desk.at(13, 30)), "expectedVersion": 1, "evenIfNotOffered": True}
    assert (await salon.owner.refused(MOVE, input=move))["__typename"] == "SlotTaken"
    moved = (await salon.owner.did(MOVE, input=move | {"allowConflict": True}))["booking"]
    assert "TAKEN" in (await traces(salon.owner, moved))["overridden"]
    free = {"id": above["id"], "startsAt": said(desk.at(16)), "expectedVersion": 2}
    await salon.owner.did(MOVE, input=free)
    assert [row.overlapping for row in await Occupancy.of(salon.account.id)] == [False] * 3
    again = await over(salon.owner, desk, 10)
    await salon.owner.did(CANCEL, input={"id": again["id"], "expectedVersion": 1})
    later = {"id": below["id"], "startsAt": said(desk.at(11)), "expectedVersion": 1}
    await salon.owner.did(MOVE, input=later)
    assert await broken(salon.account.id) == []


async def test_a_hold_is_kept_whoever_asks(salon: Business) -> None:
    desk = await bookable(salon)
    held = await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(10))})
    refusal = await desk.refused(salon.owner, at=desk.at(10, 30), staff=desk.staff[0], allowConflict=True)
    assert refusal["__typename"] == "SlotTaken"
    await desk.book(salon.widget, at=desk.at(10), holdToken=held["token"])
    await over(salon.owner, desk, 10, 30)


async def test_time_off_and_sessions_can_be_booked_over_and_seats_still_count(salon: Business) -> None:
    desk, group = await bookable(salon), await bookable(salon, capacity=2)
    await group.service.offer(salon.act, desk.staff[0].id, 1)
    await TimeOff.begin(salon.act, staff_id=desk.staff[0].id, starts_at=desk.at(9), ends_at=desk.at(11))
    assert (await desk.refused(salon.owner, at=desk.at(9), staff=desk.staff[0]))["__typename"] == "SlotTaken"
    away = await over(salon.owner, desk, 9)
    assert "overlappedBookingIds" not in await traces(salon.owner, away)
    begun = await over(salon.owner, group, 9, 30, staff=desk.staff[0])
    assert (await traces(salon.owner, begun))["overlappedBookingIds"] == away["id"]
    await over(salon.owner, group, 9, 30, staff=desk.staff[0])
    full = {"staff": desk.staff[0], "allowConflict": True, "evenIfNotOffered": True}
    assert (await group.refused(salon.owner, at=desk.at(9, 30), **full))["__typename"] == "SeatsTaken"
    assert await broken(salon.account.id) == []


async def test_only_who_may_books_over_others_and_says_with_whom(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    await desk.book(salon.owner, at=desk.at(10))
    wanted = desk.wanted(desk.at(10), staff=desk.staff[0], allowConflict=True)
    for caller in (await salon.member(Role.STAFF), salon.partner, salon.widget):
        assert await caller.denied(BOOK, input=wanted) == "FORBIDDEN"
    assert (await rival.owner.refused(BOOK, input=wanted))["__typename"] == "NotFound"
    anybody = await desk.refused(salon.owner, at=desk.at(10), allowConflict=True)
    assert [problem["path"] for problem in anybody["fields"]] == ["staffId"]
    assert len(await Booking.of(salon.account.id)) == 1


async def test_at_once_everybody_else_still_gets_one(salon: Business) -> None:
    desk = await bookable(salon)
    wanted = {**desk.wanted(desk.at(10), staff=desk.staff[0]), "customer": {"name": "Somebody"}}
    freely = salon.owner(BOOK, input={**wanted, "allowConflict": True})
    answers = await asyncio.gather(*(salon.owner(BOOK, input=wanted) for _ in range(5)), freely)
    made = [answer.data["book"]["__typename"] for answer in answers]
    assert made[-1] == "BookPayload" and made[:-1].count("BookPayload") <= 1
    assert await broken(salon.account.id) == []


async def test_a_booking_over_another_without_a_trace_is_found(salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.owner, at=desk.at(10))
    await Occupancy.of(salon.account.id).update(overlapping=True)
    booking = await Booking.of(salon.account.id).get()
    assert made["booking"]["id"] == id_of(booking)
    found = [(one.what, one.ids) for one in await broken(salon.account.id)]
    assert found == [("a booking was put over another, and its history does not say so", (booking.id,))]
