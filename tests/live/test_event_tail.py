"""The event tail: every event once, in whichever order transactions commit, and nothing but ids."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from models import event_tail
from models.event import Event, record
from models.storage.database import dialect, fetch, transaction
from tests.businesses import Business
from tests.clearing import clear_away


async def write(business: Business, number: int) -> None:
    await record(business.act, "booking_noted", "booking", UUID(int=number))


async def write_slowly(business: Business, number: int, written: asyncio.Event, release: asyncio.Event) -> None:
    """An event whose transaction stays open until it may commit."""
    async with transaction():
        await write(business, number)
        written.set()
        await release.wait()


async def write_and_fail(business: Business) -> None:
    async with transaction():
        await write(business, 1)
        raise LookupError


async def test_every_event_of_every_account_is_found_once(salon: Business, rival: Business) -> None:
    seen = await event_tail.position()
    await write(salon, 1)
    await write(rival, 2)
    seen, found = await event_tail.since(seen)
    assert [(one.account_id, one.subject, one.subject_id.int) for one in found] == [
        (salon.account.id, "booking", 1), (rival.account.id, "booking", 2),
    ]  # fmt: skip
    event = await Event.of(salon.account.id).get(id=found[0].event_id)
    assert event.subject_id.int == 1
    seen, found = await event_tail.since(seen)
    assert found == []


async def test_what_is_rolled_back_is_not_found(salon: Business) -> None:
    seen = await event_tail.position()
    with pytest.raises(LookupError):
        await write_and_fail(salon)
    assert (await event_tail.since(seen))[1] == []


async def test_what_began_early_and_commits_late_is_not_passed_over(salon: Business) -> None:
    """On SQLite writers take turns; on PostgreSQL the event of the slow one has the smaller id and the older number."""
    if dialect() == "sqlite":
        pytest.skip("one transaction writes at a time")
    seen = await event_tail.position()
    written, release = asyncio.Event(), asyncio.Event()
    slow = asyncio.create_task(write_slowly(salon, 1, written, release))
    await written.wait()
    await write(salon, 2)
    seen, found = await event_tail.since(seen)
    assert [one.subject_id.int for one in found] == [2]
    seen, found = await event_tail.since(seen)
    assert found == []
    release.set()
    await slow
    seen, found = await event_tail.since(seen)
    assert [one.subject_id.int for one in found] == [1]
    assert (await event_tail.since(seen))[1] == []


async def test_a_tail_that_was_emptied_hides_nothing_that_is_new(salon: Business) -> None:
    await write(salon, 1)
    seen = await event_tail.position()
    now = salon.product.clock.now()
    await clear_away(now + timedelta(minutes=59), "event_tail")
    assert await fetch("SELECT 1 FROM event_tail")
    await clear_away(now + timedelta(days=800), "event_tail")
    assert not await fetch("SELECT 1 FROM event_tail")
    seen, found = await event_tail.since(seen)
    assert found == []
    await write(salon, 2)
    assert [one.subject_id.int for one in (await event_tail.since(seen))[1]] == [2]


async def test_events_of_another_server_s_numbers_are_not_new_again_and_again(salon: Business) -> None:
    """A dump that is restored elsewhere brings transaction numbers that this server has still to come to."""
    if dialect() == "sqlite":
        pytest.skip("positions come with the file")
    seen = await event_tail.position()
    await write(salon, 1)
    await fetch("UPDATE event_tail SET transaction_id = '4611686018427387904' RETURNING 1")
    assert (await event_tail.since(seen))[1] == []
