"""Requests are cancelled wherever they wait; connections, locks and half-written work never stay behind."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, OperationalError

from models.storage.database import close, execute, fetch, transaction
from models.storage.sqlite_writer import Queue
from tests.storage.shelves import ENGINE, Shelf, add_shelf, connect_shelves, only_postgres, only_sqlite

BOOKS = 3


async def nested() -> None:
    async with transaction():
        await add_shelf(uuid4().hex, BOOKS)
        async with transaction():
            await add_shelf(uuid4().hex, BOOKS)
        await fetch("SELECT count(*) FROM book")


async def in_parallel() -> None:
    async with transaction():
        await asyncio.gather(*(add_shelf(uuid4().hex, BOOKS) for _ in range(3)))


async def without_transaction() -> None:
    await Shelf.create(name=uuid4().hex)
    await fetch("SELECT count(*) FROM shelf JOIN book ON book.shelf_id = shelf.id")
    await Shelf.bulk_create([Shelf(name=uuid4().hex, at=None) for _ in range(3)])


async def whole() -> None:
    await add_shelf(uuid4().hex, BOOKS)


WORK: list[Callable[[], Awaitable[None]]] = [whole, nested, in_parallel, without_transaction]


async def cancelled_somewhere(work: Callable[[], Any], patience: float) -> bool:
    """Whether the work was caught before its end."""
    task = asyncio.ensure_future(work())
    if random.random() < 0.5:
        await asyncio.sleep(random.uniform(0, patience))
    else:
        for _ in range(random.randrange(60)):
            await asyncio.sleep(0)
    task.cancel()
    if random.random() < 0.3:
        await asyncio.sleep(0)
        task.cancel()  # an impatient server cancels again while the first cancellation is being cleaned up
    [outcome] = await asyncio.gather(task, return_exceptions=True)
    if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
        raise outcome
    return isinstance(outcome, asyncio.CancelledError)


async def assert_nothing_is_held(url: str) -> None:
    """Every connection is back, and a normal transaction works at once, several times over."""
    await Shelf.create(name=uuid4().hex)
    async with asyncio.timeout(2):
        await asyncio.gather(*(add_shelf(uuid4().hex, BOOKS) for _ in range(20)))
        await asyncio.gather(*(fetch("SELECT count(*) FROM book") for _ in range(20)))
    client: Any = get_connections().get("default")
    if url.startswith("sqlite"):
        assert client._readers.qsize() == 4
        assert not client._writer._turn.locked()
        assert not client._writer._conn.in_transaction
    else:
        assert client._pool.get_idle_size() == client._pool.get_size() <= 4
        states = await fetch(
            "SELECT state, count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1"
        )
        assert "idle in transaction" not in {row["state"] for row in states}


async def assert_nothing_is_half_written() -> None:
    rows = await fetch(
        "SELECT shelf.size, count(book.id) AS books FROM shelf LEFT JOIN book ON book.shelf_id = shelf.id"
        " GROUP BY shelf.id, shelf.size"
    )
    assert Counter((row["size"], row["books"]) for row in rows).keys() <= {(0, 0), (BOOKS, BOOKS)}


async def test_300_cancellations_under_load_leave_nothing_behind(store: str) -> None:
    started = time.perf_counter()
    await asyncio.gather(*(work() for work in WORK * 3))
    typical = (time.perf_counter() - started) / 2
    caught = 0
    for _ in range(20):
        outcomes = [cancelled_somewhere(random.choice(WORK), typical) for _ in range(18)]
        background = [random.choice(WORK)() for _ in range(2)]
        results = await asyncio.gather(*outcomes, *background)
        caught += sum(result is True for result in results)
    assert caught > 150, "most of the work was to be cancelled before its end"
    await assert_nothing_is_held(store)
    await assert_nothing_is_half_written()


async def test_a_cancellation_at_every_step_of_one_transaction_leaves_nothing_behind(store: str) -> None:
    for steps in range(120):
        task = asyncio.ensure_future(nested())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await assert_nothing_is_held(store)
    await assert_nothing_is_half_written()


@only_sqlite
async def test_a_task_that_waits_for_another_process_can_be_cancelled(store: str, tmp_path: Path) -> None:
    other_process = Queue(tmp_path / "test.db")  # a second open file, as another process has
    with other_process.turn():
        tasks = [asyncio.ensure_future(add_shelf(str(number))) for number in range(3)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        async with asyncio.timeout(1):
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
        assert (await fetch("SELECT count(*) FROM shelf"))[0][0] == 0, "readers do not wait"
    async with asyncio.timeout(1):
        await add_shelf("after")
    other_process.enter()  # free again
    other_process.close()


async def test_a_cancelled_end_still_ends_the_transaction(store: str) -> None:
    slow = {
        "sqlite": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 400000) SELECT max(i) FROM n",
        "postgres": "SELECT pg_sleep(0.1)",
    }[ENGINE]
    children: list[asyncio.Task[Any]] = []

    async def ends_while_a_child_still_reads() -> None:
        async with transaction():
            await add_shelf("whole", BOOKS)
            children.append(asyncio.create_task(fetch(slow)))
            await asyncio.sleep(0.01)

    task = asyncio.create_task(ends_while_a_child_still_reads())
    await asyncio.sleep(0.04)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await children[0]) == 1
    await assert_nothing_is_held(store)
    assert await Shelf.filter(name="whole").count() == 1, "the block had ended before it was cancelled"


@only_sqlite
async def test_a_cancelled_call_leaves_when_its_thread_is_through(store: str) -> None:
    client: Any = get_connections().get("default")
    through: list[bool] = []

    def work(database: object) -> None:
        time.sleep(0.05)
        through.append(True)

    task = asyncio.create_task(client._writer.call(work))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert through == [True]


@only_sqlite
async def test_a_cancelled_read_stops_at_once(store: str) -> None:
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    for _ in range(8):  # more often than there are readers
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await fetch(endless)
    await assert_nothing_is_held(store)


@only_postgres
async def test_a_cancelled_wait_for_the_pool_loses_no_connection(store: str) -> None:
    async def hold() -> None:
        async with transaction():
            await fetch("SELECT pg_sleep(0.2)")

    holding = [asyncio.ensure_future(hold()) for _ in range(4)]
    await asyncio.sleep(0.1)
    waiting = [asyncio.ensure_future(whole()) for _ in range(8)]
    await asyncio.sleep(0.01)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*holding)
    await asyncio.gather(*waiting, return_exceptions=True)
    await assert_nothing_is_held(store)


async def test_closing_waits_for_the_transaction_under_way(store: str) -> None:
    inside = asyncio.Event()

    async def slow() -> None:
        async with transaction():
            await add_shelf("slow")
            inside.set()
            await asyncio.sleep(0.05)
            await execute("UPDATE shelf SET size = 7")

    task = asyncio.ensure_future(slow())
    await inside.wait()
    closing = asyncio.ensure_future(close())
    await asyncio.sleep(0)
    with pytest.raises((DBConnectionError, OperationalError)):
        await fetch("SELECT 1")
    await asyncio.gather(task, closing)
    await connect_shelves(store)
    assert [row["size"] for row in await fetch("SELECT size FROM shelf")] == [7]
