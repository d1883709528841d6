"""Nobody is booked twice at once: not by two who book, not by handwritten SQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from models.booking import Booking
from models.event import Event
from models.occupancy import Occupancy
from models.staff import Calendar
from models.storage.database import execute, fetch, transaction
from models.storage.errors import constraint_of
from rules.wall_time import epoch
from tests.bookable import BOOK, HOLD, Desk, bookable, count, mails, said
from tests.businesses import Business, id_of


async def booked(business: Business) -> tuple[Desk, Booking, Occupancy]:
    """A desk with one booking at 10:00, and what it blocks."""
    desk = await bookable(business)
    await desk.book(business.widget, at=desk.at(10))
    return desk, await Booking.of(business.account.id).get(), await Occupancy.of(business.account.id).get()


async def block(account: UUID, calendar: UUID, booking: UUID, starts: int, ends: int) -> None:
    """Handwritten SQL that blocks time, as an import or an operator might send it."""
    async with transaction():
        await execute(
            "INSERT INTO occupancy (account_id, id, created_at, calendar_id, booking_id, starts, ends)"
            " SELECT $1, $2, b.created_at, $3, b.id, $5, $6 FROM booking b WHERE b.account_id = $1 AND b.id = $4",
            account, uuid7(), calendar, booking, starts, ends,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("from_", "to"), [(0, 0), (-59, 1), (1, 59), (-60, 60), (59, 119), (-600, 600), (10, -10)]
)  # fmt: skip
async def test_the_database_refuses_handwritten_overlaps(salon: Business, from_: int, to: int) -> None:
    _, booking, first = await booked(salon)
    other = await another(salon, booking)
    span = (first.starts + from_ * 60, first.ends + to * 60)
    with pytest.raises(IntegrityError) as error:
        await block(salon.account.id, first.calendar_id, other, *span)
    assert constraint_of(error.value) == "occupancy_apart"
    assert await count("occupancy", salon.account.id) == 1


async def test_touching_and_other_calendars_are_let_through(salon: Business, rival: Business) -> None:
    _, booking, first = await booked(salon)
    _, _, theirs = await booked(rival)
    assert (theirs.starts, theirs.ends) == (first.starts, first.ends)
    for starts, ends in ((first.ends, first.ends + 60), (first.starts - 60, first.starts)):
        await block(salon.account.id, first.calendar_id, await another(salon, booking), starts, ends)
    colleague = await salon.staff("Colleague")
    calendar = await Calendar.of(salon.account.id).get(staff_id=colleague.id)
    await block(salon.account.id, calendar.id, await another(salon, booking), first.starts, first.ends)


async def test_an_update_cannot_move_one_over_another(salon: Business) -> None:
    desk, _, first = await booked(salon)
    await desk.book(salon.widget, at=desk.at(12))
    with pytest.raises(IntegrityError) as error:
        async with transaction():
            await execute(
                "UPDATE occupancy SET starts = $2, ends = $3 WHERE account_id = $1 AND id <> $4",
                salon.account.id, first.starts + 60, first.ends + 60, first.id,
            )  # fmt: skip
    assert constraint_of(error.value) == "occupancy_apart"


async def another(business: Business, like: Booking) -> UUID:
    """A second booking row, which blocks nothing yet."""
    copy = {name: getattr(like, name) for name in Booking._meta.fields_map if name not in {"id", "account_id"}}
    id_ = uuid7()
    unique = {"reference": id_.hex[-12:], "ical_uid": str(id_), "manage_hash": id_.hex, "booker_hash": None}
    return (await Booking.add(business.account.id, id=id_, **{**copy, **unique})).id


@pytest.mark.parametrize(
    ("starts", "ends", "constraint"),
    [(30, 3600, "occupancy_whole_minutes"), (0, 0, "occupancy_bounded"), (60, 0, "occupancy_bounded"),
     (0, 172_860, "occupancy_bounded")],
)  # fmt: skip
async def test_blocked_ranges_are_whole_minutes_forwards_and_bounded(
    salon: Business, starts: int, ends: int, constraint: str
) -> None:
    _, booking, first = await booked(salon)
    base = first.ends + 86_400
    with pytest.raises(IntegrityError) as error:
        await block(salon.account.id, first.calendar_id, await another(salon, booking), base + starts, base + ends)
    assert constraint_of(error.value) == constraint


async def test_references_stay_inside_one_account(salon: Business, rival: Business) -> None:
    _, booking, _ = await booked(salon)
    _, _, theirs = await booked(rival)
    with pytest.raises(IntegrityError):
        await block(salon.account.id, theirs.calendar_id, await another(salon, booking), 0, 60)
    for column in ("staff_id", "service_id", "customer_id"):
        foreign = (await fetch(f"SELECT {column} AS key FROM booking WHERE account_id = $1", rival.account.id))[0][
            "key"
        ]
        with pytest.raises(IntegrityError):
            async with transaction():
                await execute(
                    f"UPDATE booking SET {column} = $2, version = version + 1 WHERE account_id = $1",
                    salon.account.id, foreign,
                )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    ["reference = 'OTHER'", "ical_uid = 'other'", "sequence = -1", "version = version", "version = version - 1"],
)
async def test_identity_is_fixed_and_counters_only_grow(salon: Business, change: str) -> None:
    await booked(salon)
    version = "" if "version" in change else ", version = version + 1"
    with pytest.raises(IntegrityError) as error:
        async with transaction():
            await execute(f"UPDATE booking SET {change}{version} WHERE account_id = $1", salon.account.id)
    assert constraint_of(error.value) == "booking_keeps"


@pytest.mark.parametrize(
    "sql", ["UPDATE event SET name = 'other' WHERE account_id = $1", "DELETE FROM event WHERE account_id = $1"]
)
async def test_history_is_append_only(salon: Business, sql: str) -> None:
    await booked(salon)
    before = await Event.of(salon.account.id).count()
    with pytest.raises(IntegrityError) as error:
        async with transaction():
            await execute(sql, salon.account.id)
    assert constraint_of(error.value) == "event_append_only"
    assert await Event.of(salon.account.id).filter(name="booking_made").count() == 1
    assert await Event.of(salon.account.id).count() == before


async def test_whatever_slips_past_the_look_is_stopped_by_the_database_as_taken(salon: Business) -> None:
    """The look reads opening hours and calendars of who offers the service; the database knows every blocked range."""
    desk, booking, first = await booked(salon)
    starts = epoch(desk.at(12))
    await block(salon.account.id, first.calendar_id, await another(salon, booking), starts, starts + 60)
    assert (await desk.refused(salon.widget, at=desk.at(12)))["__typename"] == "SlotTaken"


async def test_of_twelve_who_book_one_slot_at_once_one_gets_it(salon: Business) -> None:
    desk = await bookable(salon)
    callers = [salon.widget, salon.owner, salon.partner] * 4
    wanted = [desk.wanted(desk.at(10), customer={"name": f"P {n}", "email": f"p{n}@x.example"}) for n in range(12)]
    answers = await asyncio.gather(*(one.ok(BOOK, input=input) for one, input in zip(callers, wanted, strict=True)))
    names = sorted(answer["book"]["__typename"] for answer in answers)
    assert names == ["BookPayload"] + ["SlotTaken"] * 11
    assert all(answer["book"]["alternatives"] for answer in answers if answer["book"]["__typename"] == "SlotTaken")
    for table in ("booking", "occupancy", "customer"):
        assert await count(table, salon.account.id) == 1, "losers leave nothing behind"
    assert len(await mails(salon)) == 1


async def test_with_two_free_people_two_of_three_at_once_are_served(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    answers = await asyncio.gather(*(salon.widget.ok(BOOK, input=desk.wanted(desk.at(10))) for _ in range(3)))
    found = [answer["book"] for answer in answers]
    assert sorted(one["__typename"] for one in found) == ["BookPayload", "BookPayload", "SlotTaken"]
    served = {one["booking"]["staff"]["id"] for one in found if one["__typename"] == "BookPayload"}
    assert served == {id_of(person) for person in desk.staff}


async def test_overlapping_services_race_for_the_same_person(salon: Business) -> None:
    desk = await bookable(salon, step_minutes=15)
    other = await salon.service("Colour", duration_minutes=60, step_minutes=15)
    await other.offer(salon.act, desk.staff[0].id, 1)
    rest = {"customer": {"name": "Grace"}}
    wanted = [
        {"serviceId": one, "startsAt": said(desk.at(10, minute)), **rest}
        for one in (desk.id, id_of(other)) for minute in (0, 15, 30, 45)
    ]  # fmt: skip
    answers = await asyncio.gather(*(salon.owner.ok(BOOK, input=input) for input in wanted))
    names = [answer["book"]["__typename"] for answer in answers]
    assert names.count("BookPayload") == 1 and names.count("SlotTaken") == 7


async def test_booking_and_holding_race_for_the_same_slot(salon: Business) -> None:
    desk = await bookable(salon)
    hold = {"serviceId": desk.id, "startsAt": said(desk.at(10))}
    answers = await asyncio.gather(
        *(salon.owner.ok(BOOK, input=desk.wanted(desk.at(10))) for _ in range(4)),
        *(salon.owner.ok(HOLD, input=hold) for _ in range(4)),
    )
    names = [next(iter(answer.values()))["__typename"] for answer in answers]
    assert sum(name.endswith("Payload") for name in names) == 1
    assert names.count("SlotTaken") == 7


async def test_no_booking_is_longer_than_a_day_or_begins_within_a_minute(salon: Business) -> None:
    _, booking, _ = await booked(salon)
    for begin, end in (
        (timedelta(seconds=30), timedelta(hours=1)), (timedelta(0), timedelta(hours=24, minutes=1)),
        (timedelta(hours=1), timedelta(hours=1)),
    ):  # fmt: skip
        with pytest.raises(IntegrityError):
            async with transaction():
                await Booking.of(salon.account.id).update(
                    starts_at=booking.starts_at + begin, ends_at=booking.starts_at + end, version=2
                )
