"""Transactions: whole or not at all, nested, shared by tasks and closed to those that outlive them."""

# ruff: noqa: PT012 - the whole block is what raises

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import uuid4

import pytest
from tortoise.exceptions import IntegrityError, TransactionManagementError
from tortoise.transactions import in_transaction as in_tortoise_transaction

from models.storage.database import execute, fetch, in_transaction, lock, retrying, transaction
from models.storage.errors import Contended, TransactionFailed, TransactionOver
from tests.storage.shelves import Shelf, add_shelf

pytestmark = pytest.mark.usefixtures("store")


async def names() -> set[str]:
    return {row["name"] for row in await fetch("SELECT name FROM shelf")}


async def test_a_block_that_ends_is_kept_and_one_that_raises_is_not() -> None:
    await add_shelf("kept")
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await add_shelf("lost")
            assert await names() == {"kept", "lost"}
            raise ZeroDivisionError
    assert await names() == {"kept"}


async def test_what_is_not_committed_is_not_seen_outside() -> None:
    inside, looked = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with transaction():
            await add_shelf("soon")
            inside.set()
            await looked.wait()

    writing = asyncio.create_task(write())
    await inside.wait()
    assert await names() == set()
    looked.set()
    await writing
    assert await names() == {"soon"}


async def test_nested_blocks_are_undone_alone() -> None:
    async with transaction():
        await add_shelf("one")
        with pytest.raises(IntegrityError):
            async with transaction():
                await add_shelf("two")
                async with transaction():
                    await add_shelf("three")
                await add_shelf("one")
        async with transaction():
            await add_shelf("four")
        assert in_transaction()
    assert await names() == {"one", "four"}
    assert not in_transaction()


async def test_tortoise_s_own_blocks_are_the_same_transactions() -> None:
    async with in_tortoise_transaction():
        assert in_transaction()
        shelf, created = await Shelf.get_or_create(name="one")
        again, created_again = await Shelf.get_or_create(name="one")
    assert (created, created_again) == (True, False)
    assert shelf.id == again.id


async def test_a_swallowed_failure_never_commits_half() -> None:
    with pytest.raises(TransactionFailed):
        async with transaction():
            await add_shelf("half")
            with suppress(IntegrityError):
                await execute("INSERT INTO shelf (id, name) SELECT id, name FROM shelf")
            with pytest.raises(TransactionFailed):
                await names()
    assert await names() == set()


async def test_a_swallowed_cancellation_never_commits_half(engine: str) -> None:
    endless = {
        "sqlite": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "postgres": "SELECT pg_sleep(60)",
    }[engine]
    with pytest.raises(TransactionFailed):
        async with transaction():
            await add_shelf("half")
            try:
                async with asyncio.timeout(0.05):
                    await fetch(endless)
            except TimeoutError:
                pass
    assert await names() == set()


async def test_a_cancelled_part_can_be_left_out() -> None:
    async with transaction():
        await add_shelf("kept")
        try:
            async with asyncio.timeout(0.05), transaction():
                await add_shelf("left out")
                await asyncio.sleep(60)
        except TimeoutError:
            pass
        await add_shelf("kept too")
    assert await names() == {"kept", "kept too"}


async def test_tasks_share_the_transaction_they_were_started_in() -> None:
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await asyncio.gather(*(add_shelf(str(number)) for number in range(10)))
            assert len(await names()) == 10
            raise ZeroDivisionError
    assert await names() == set()


async def test_what_a_task_writes_beside_a_nested_block_is_not_undone_with_it() -> None:
    nested, go = asyncio.Event(), asyncio.Event()

    async def beside() -> None:
        await nested.wait()
        go.set()
        await execute("INSERT INTO shelf (id, name) VALUES ($1, 'beside')", uuid4())

    async with transaction():
        writing = asyncio.create_task(beside())
        with pytest.raises(ZeroDivisionError):
            async with transaction():
                nested.set()
                await go.wait()
                await add_shelf("undone")
                raise ZeroDivisionError
        await writing
    assert await names() == {"beside"}


@pytest.mark.parametrize("write", [lambda: add_shelf("stale"), lambda: Shelf.create(name="stale"), names])
async def test_a_task_that_outlives_its_transaction_is_refused(write: object) -> None:
    go = asyncio.Event()

    async def late() -> None:
        await go.wait()
        assert not in_transaction()
        await write()  # type: ignore[operator]

    async with transaction():
        stale = asyncio.create_task(late())
        await add_shelf("first")
    async with transaction():  # on SQLite this one has the very connection the stale task had
        go.set()
        with pytest.raises(TransactionOver):
            await stale
        await add_shelf("second")
    assert await names() == {"first", "second"}


async def test_a_task_that_outlives_its_nested_block_is_refused() -> None:
    go = asyncio.Event()

    async def late() -> None:
        await go.wait()
        await execute("INSERT INTO shelf (id, name) VALUES ($1, 'stale')", uuid4())

    async with transaction():
        async with transaction():
            stale = asyncio.create_task(late())
        go.set()
        with pytest.raises(TransactionOver):
            await stale
        await add_shelf("kept")
    assert await names() == {"kept"}


async def test_a_statement_under_way_ends_before_the_commit() -> None:
    async with transaction():
        under_way = asyncio.create_task(execute("INSERT INTO shelf (id, name) VALUES ($1, 'late')", uuid4()))
        await asyncio.sleep(0)
    assert await under_way == 1
    assert await names() == {"late"}


async def test_work_that_contended_is_run_again() -> None:
    tries = 0

    async def work() -> str:
        nonlocal tries
        tries += 1
        async with transaction():
            await add_shelf("once")
            if tries < 3:
                raise Contended("again")
        return "done"

    assert await retrying(work) == "done"
    assert tries == 3
    assert await names() == {"once"}


async def test_work_is_given_up_after_its_attempts_and_never_run_again_inside_a_transaction() -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        raise Contended("always")

    with pytest.raises(Contended):
        await retrying(work, attempts=3)
    assert tries == 3
    with pytest.raises(Contended):
        async with transaction():
            await retrying(work)
    assert tries == 4


async def test_locks_need_a_transaction_and_never_deadlock() -> None:
    with pytest.raises(TransactionManagementError):
        await lock(["a"])

    async def take(keys: list[str]) -> None:
        async with transaction():
            await lock(keys)
            [row] = await fetch("SELECT value FROM counter WHERE name = 'locked'")
            await asyncio.sleep(0)
            await execute("UPDATE counter SET value = $1 WHERE name = 'locked'", row["value"] + 1)

    await execute("INSERT INTO counter VALUES ('locked', 0)")
    keys = [f"calendar:{number}" for number in range(20)]
    await asyncio.gather(*(take(keys[::-1] if number % 2 else keys) for number in range(40)))
    [row] = await fetch("SELECT value FROM counter WHERE name = 'locked'")
    assert row["value"] == 40
