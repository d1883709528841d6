"""Appointments whose wall time has moved under a newer zone database, and what can be kept of them.

An older database is what made the promise: the tests write down the wall time that it would have shown.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.expressions import F

from calendera.retz import retz
from models.booking import Booking
from models.group_session import GroupSession
from models.invariants import broken
from rules.ids import read_id
from tests.bookable import CANCEL, Desk, bookable, events, mails
from tests.businesses import Business
from tests.product import Product

MOVED = """{ bookingsWithMovedWallTime(first: 50) { nodes { id promisedLocalStart local { dateTime } } } }"""


async def promised(desk: Desk, made: Any, wall: str) -> Any:
    """What an older zone database said of this booking."""
    key = read_id(made["id"])
    assert key is not None
    rows = Booking.of(desk.business.account.id).filter(id=key[1])
    await rows.update(local_start=wall, version=F("version") + 1)
    return await rows.get()


async def booked(desk: Desk, hour: int, wall: str, **more: Any) -> Any:
    return await promised(desk, (await desk.book(desk.business.owner, desk.at(hour), **more))["booking"], wall)


async def again(booking: Booking) -> Booking:
    return await Booking.of(booking.account_id).get(id=booking.id)


async def run(product: Product, business: Business, **keep: bool) -> int:
    """The command in a stopped server's place, for one business."""
    await product.stop()
    try:
        return await retz(
            product.settings, product.clock, account=business.account.slug,
            wall_time=keep.get("wall_time", False), instant=keep.get("instant", False),
        )  # fmt: skip
    finally:
        await product.start()


async def test_without_being_told_what_to_keep_it_only_lists(
    salon: Business, product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = await bookable(salon)
    moved, still = await booked(desk, 10, "2027-01-12T11:00"), await booked(desk, 14, "2027-01-12T14:00")
    assert await run(product, salon) == 1
    told = capsys.readouterr().out
    assert f"{moved.reference}: promised 2027-01-12T11:00 America/Chicago, which is now 2027-01-12T17:00:00Z" in told
    assert still.reference not in told and "nothing was changed" in told
    assert (await again(moved)).version == moved.version
    found = (await salon.owner.ok(MOVED))["bookingsWithMovedWallTime"]["nodes"]
    assert [(one["promisedLocalStart"], one["local"]["dateTime"]) for one in found] == [
        ("2027-01-12T11:00", "2027-01-12T10:00:00")
    ]


async def test_the_wall_time_is_kept_once_and_the_customer_is_told(salon: Business, product: Product) -> None:
    desk = await bookable(salon)
    moved = await booked(desk, 10, "2027-01-12T11:00")
    assert await run(product, salon, wall_time=True) == 0
    kept = await again(moved)
    assert (kept.starts_at, kept.ends_at, kept.local_start) == (desk.at(11), desk.at(12), "2027-01-12T11:00")
    assert (kept.reference, kept.ical_uid, kept.sequence) == (moved.reference, moved.ical_uid, moved.sequence + 1)
    assert await mails(salon) == ["BOOKING_CONFIRMED", "BOOKING_RESCHEDULED"]
    assert await events(salon) == ["booking_made", "booking_rescheduled"]
    assert await run(product, salon, wall_time=True) == 0
    assert (await again(moved)).version == kept.version
    assert (await salon.owner.ok(MOVED))["bookingsWithMovedWallTime"]["nodes"] == []
    assert await broken(salon.account.id) == []


async def test_the_instant_is_kept_and_the_new_wall_time_is_promised(salon: Business, product: Product) -> None:
    desk = await bookable(salon)
    moved = await booked(desk, 10, "2027-01-12T11:00")
    assert await run(product, salon, instant=True) == 0
    kept = await again(moved)
    assert (kept.starts_at, kept.local_start, kept.sequence) == (desk.at(10), "2027-01-12T10:00", moved.sequence + 1)
    assert await mails(salon) == ["BOOKING_CONFIRMED", "BOOKING_RESCHEDULED"]
    assert (await events(salon))[-1] == "booking_wall_time_changed"
    assert await run(product, salon, instant=True) == 0
    assert await mails(salon) == ["BOOKING_CONFIRMED", "BOOKING_RESCHEDULED"]


@pytest.mark.parametrize("shift", [1, -1])
async def test_neighbours_make_room_for_one_another(salon: Business, product: Product, shift: int) -> None:
    desk = await bookable(salon)
    row = [await booked(desk, hour, f"2027-01-12T{hour + shift:02}:00") for hour in (10, 11, 12)]
    assert await run(product, salon, wall_time=True) == 0
    assert [(await again(one)).starts_at for one in row] == [desk.at(hour + shift) for hour in (10, 11, 12)]
    assert await broken(salon.account.id) == []


async def test_a_conflict_is_reported_and_left_alone_and_hours_do_not_count(
    salon: Business, product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = await bookable(salon, staff=2)
    stuck = await booked(desk, 10, "2027-01-12T11:00", staff=desk.staff[0])
    await desk.book(salon.owner, desk.at(11), staff=desk.staff[0])
    late = await booked(desk, 16, "2027-01-12T17:00", staff=desk.staff[1])  # open until 17:00
    assert await run(product, salon, wall_time=True) == 1
    told = capsys.readouterr().out
    assert f"{stuck.reference}" in told and "LEFT" in told and "1 dealt with, 1 left" in told
    assert (await again(stuck)).version == stuck.version
    assert (await again(late)).starts_at == desk.at(17)


async def test_what_has_passed_or_is_called_off_and_other_businesses_are_left_out(
    salon: Business, rival: Business, product: Product
) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    gone = await booked(desk, 10, "2027-01-12T11:00")
    made = (await desk.book(salon.owner, desk.at(12)))["booking"]
    await salon.owner.did(CANCEL, input={"id": made["id"], "expectedVersion": 1})
    await promised(desk, made, "2027-01-12T13:00")
    other = await booked(theirs, 10, "2027-01-12T11:00")
    assert [one["id"] for one in (await rival.owner.ok(MOVED))["bookingsWithMovedWallTime"]["nodes"]] != []
    product.clock.stand_at(desk.at(10) + timedelta(seconds=1))
    assert await run(product, salon, wall_time=True) == 0
    assert (await again(gone)).version == gone.version
    assert (await again(other)).version == other.version


async def test_the_second_of_two_equal_wall_times_has_not_moved(salon: Business) -> None:
    """01:30 comes twice on 7 November 2027 in Chicago."""
    desk = await bookable(salon, hours=((0, 1440),), horizon_days=400)
    await desk.book(salon.owner, datetime(2027, 11, 7, 7, 30, tzinfo=UTC))
    assert (await salon.owner.ok(MOVED))["bookingsWithMovedWallTime"]["nodes"] == []


async def test_a_party_takes_its_seats_along(salon: Business, product: Product) -> None:
    desk = await bookable(salon, capacity=4)
    first = await booked(desk, 10, "2027-01-12T11:00", partySize=2)
    second = await booked(desk, 10, "2027-01-12T11:00", partySize=1)
    assert await run(product, salon, wall_time=True) == 0
    assert {(await again(one)).starts_at for one in (first, second)} == {desk.at(11)}
    assert [one.taken for one in await GroupSession.of(salon.account.id)] == [3]
    assert await broken(salon.account.id) == []


async def test_only_who_may_list_bookings_is_told(salon: Business) -> None:
    assert await salon.widget.denied(MOVED) == "FORBIDDEN"
