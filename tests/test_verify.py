"""Verifying: every invariant holds of what the product wrote, and each one that is broken is found and named."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from models.booking import Booking
from models.engagement import Engagement
from models.invariants import CHECKS, broken
from models.occupancy import Occupancy
from models.reminder import Reminder
from models.staff import Calendar
from models.storage.database import dialect, execute
from tests.bookable import CANCEL, HOLD, MOVE, Desk, bookable, said
from tests.businesses import Business
from tests.product import SERVER, Product
from tests.served import command, environment_for


async def lived_in(business: Business) -> tuple[Desk, Desk]:
    """A diary in which everything has happened: alone and in groups, moved, cancelled and held."""
    alone, group = await bookable(business, staff=2), await bookable(business, capacity=4)
    for desk in (alone, group):
        moved = (await desk.book(business.widget, at=desk.at(9)))["booking"]
        await business.owner.did(MOVE, input={"id": moved["id"], "startsAt": said(desk.at(14)), "expectedVersion": 1})
        called_off = (await desk.book(business.owner, at=desk.at(10)))["booking"]
        await business.owner.did(CANCEL, input={"id": called_off["id"], "expectedVersion": 1})
        await desk.book(business.owner, at=desk.at(11))
        await business.owner.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(15))})
    return alone, group


async def test_everything_holds_of_a_diary_that_was_lived_in(salon: Business) -> None:
    await lived_in(salon)
    assert await broken(salon.account.id) == []


UNTOLD = "a booking is not what its history says"
STRIKES = {
    "a booking that counts does not have all of its time or seats": (
        "DELETE FROM occupancy WHERE account_id = $1 AND booking_id = $2"
    ),
    "a booking that was called off still has its time or seats": (
        "UPDATE booking SET status = 'CANCELLED', version = version + 1 WHERE account_id = $1 AND id = $2"
    ),
    UNTOLD: ("UPDATE booking SET party_size = party_size + 1, version = version + 1 WHERE account_id = $1 AND id = $2"),
    "a booking blocks another time than that of its services with their buffers": (
        "UPDATE occupancy SET ends = ends + 60 WHERE account_id = $1 AND booking_id = $2"
    ),
}


@pytest.mark.parametrize("what", list(STRIKES))
async def test_a_booking_that_is_not_straight_is_found(salon: Business, rival: Business, what: str) -> None:
    desk, _ = await lived_in(salon)
    await lived_in(rival)
    booking = await Booking.of(salon.account.id).filter(service_id=desk.service.id, status="CONFIRMED").first()
    assert booking is not None
    await Reminder.of(salon.account.id).delete()  # of what is struck there would be one too many
    await execute(STRIKES[what], salon.account.id, booking.id)
    found = {one.what: one.ids for one in await broken(salon.account.id)}
    # Whoever writes a booking and no event of it is found by its history too.
    behind_its_back = {UNTOLD: (booking.id,)} if "UPDATE booking" in STRIKES[what] else {}
    assert found == {what: (booking.id,), **behind_its_back}
    assert await broken(rival.account.id) == []


async def found(account_id: UUID) -> list[str]:
    return [one.what for one in await broken(account_id)]


async def test_time_that_lies_with_somebody_else_is_found(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    await desk.book(salon.owner, at=desk.at(9), staff=desk.staff[0])
    other = await Calendar.of(salon.account.id).get(staff_id=desk.staff[1].id)
    await Occupancy.of(salon.account.id).update(calendar_id=other.id)
    assert await found(salon.account.id) == [
        "a booking that counts does not have all of its time or seats",
        "a booking blocks a calendar that it does not have",
    ]
    await Engagement.of(salon.account.id).update(calendar_id=other.id)
    assert await found(salon.account.id) == [
        "a booking does not have the calendar of whom it is with",
        "a calendar is said to be somebody else's",
    ]


async def test_a_hold_without_time_and_seats_that_are_miscounted_are_found(salon: Business) -> None:
    await lived_in(salon)
    account = salon.account.id
    await execute("DELETE FROM occupancy WHERE account_id = $1 AND hold_id IS NOT NULL", account)
    assert await found(salon.account.id) == ["a hold has neither its time nor seats"]
    await execute("UPDATE group_session SET taken = taken + 1 WHERE account_id = $1", account)
    await execute("DELETE FROM occupancy WHERE account_id = $1 AND group_session_id IS NOT NULL", account)
    assert await found(salon.account.id) == [
        "a booking that counts does not have all of its time or seats",
        "a hold has neither its time nor seats",
        "a group session counts other seats than its bookings and holds have",
        "a group session does not have its time",
    ]


@pytest.mark.parametrize(
    "strike",
    [
        "UPDATE reminder SET due_at = (SELECT created_at FROM account WHERE id = $1) WHERE account_id = $1",
        "UPDATE booking SET status = 'COMPLETED', version = version + 1 WHERE account_id = $1",
    ],
)
async def test_a_reminder_that_would_say_something_wrong_is_found(salon: Business, strike: str) -> None:
    desk = await bookable(salon)
    await desk.book(salon.owner, at=desk.at(9))
    await execute(strike, salon.account.id)
    broken_ones = set(await found(salon.account.id)) - {UNTOLD}
    assert broken_ones == {"a reminder is for another moment, or of a booking that does not stand"}


async def test_a_booking_that_no_verb_made_is_found(salon: Business) -> None:
    desk = await bookable(salon)
    await desk.book(salon.owner, at=desk.at(9))
    row = await Booking.of(salon.account.id).get()
    values: dict[str, Any] = {name: getattr(row, name) for name in Booking._meta.fields_map}
    values |= {"id": uuid7(), "reference": "FABRICAT", "ical_uid": "fabricated", "status": "CANCELLED"}
    values |= {"manage_hash": "fabricated", "booker_hash": None}
    await Booking.create(**values)
    assert await found(salon.account.id) == [
        "a booking does not have the calendar of whom it is with",
        "a booking is not as long as its services, or of another one",
        "a booking has no history",
    ]


@asynccontextmanager
async def unguarded(product: Product) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """The database's owner, who takes its guard away; it is put back at the end, with what was damaged undone."""
    if dialect() == "postgres":
        owner = await asyncpg.connect(f"{SERVER.rpartition('/')[0]}/{product.database.name}")
        definition = await owner.fetchval(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'occupancy_apart'"
        )
        await owner.execute("ALTER TABLE occupancy DROP CONSTRAINT occupancy_apart")
        try:
            yield owner.execute
        finally:
            await owner.execute(f"ALTER TABLE occupancy ADD CONSTRAINT occupancy_apart {definition}")
            await owner.close()
        return
    with closing(sqlite3.connect(product.database.url.removeprefix("sqlite://"), isolation_level=None)) as owner:
        rows = owner.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'occupancy_apart%'"
        )
        guards = dict(rows.fetchall())
        for name in guards:
            owner.execute(f"DROP TRIGGER {name}")

        async def run(sql: str) -> None:
            owner.execute(sql)

        try:
            yield run
        finally:
            for sql in guards.values():
                owner.execute(sql)


async def test_a_calendar_that_is_booked_twice_is_found_and_named(product: Product, salon: Business) -> None:
    """Only without the database's guard can there be one: this takes it away."""
    desk = await bookable(salon)
    first = (await desk.book(salon.owner, at=desk.at(9)))["booking"]
    await desk.book(salon.owner, at=desk.at(10))
    assert first["status"] == "CONFIRMED"
    rows = await Occupancy.of(salon.account.id).order_by("starts")
    back = timedelta(minutes=30).seconds
    async with unguarded(product) as run:
        await run(f"UPDATE occupancy SET starts = starts - {back} WHERE id = '{rows[1].id}'")
        twice = await broken(salon.account.id)
        ended = command(environment_for(product.folder, product.database.url), "verify")
        await run(f"UPDATE occupancy SET starts = starts + {back} WHERE id = '{rows[1].id}'")
    assert (twice[0].what, set(twice[0].ids) <= {row.id for row in rows}) == (CHECKS[0], True)
    assert ended.returncode == 1
    assert f"{salon.account.slug}: {CHECKS[0]}: {twice[0].ids[0]}" in ended.stdout
    assert await broken(salon.account.id) == []
