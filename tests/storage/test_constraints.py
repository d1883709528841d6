"""What a database refuses, said alike on both engines."""

# ruff: noqa: PT012 - the whole block is what raises

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from models.storage.database import execute, fetch, transaction
from models.storage.errors import Contended, constraint_of
from tests.storage.shelves import Book, Shelf, add_shelf, only_postgres, only_sqlite

pytestmark = pytest.mark.usefixtures("store")


async def refused(sql: str, *params: object) -> str | None:
    with pytest.raises(IntegrityError) as caught:
        await execute(sql, *params)
    return constraint_of(caught.value)


async def test_a_check_gives_its_name() -> None:
    insert = "INSERT INTO shelf (id, name, size) VALUES ($1, 'a', -1)"
    assert await refused(insert, uuid4()) == "shelf_size_is_positive"


async def test_a_unique_constraint_gives_its_name_or_its_columns(engine: str) -> None:
    await add_shelf("once")
    expected = {"sqlite": "UNIQUE constraint failed: shelf.name", "postgres": "shelf_has_its_name"}
    assert await refused("INSERT INTO shelf (id, name) VALUES ($1, 'once')", uuid4()) == expected[engine]
    with pytest.raises(IntegrityError) as caught:
        await Shelf.create(name="once")
    assert constraint_of(caught.value) == expected[engine]


async def test_a_foreign_key_gives_its_name_or_says_that_it_is_one(engine: str) -> None:
    expected = {"sqlite": "FOREIGN KEY constraint failed", "postgres": "book_stands_on_a_shelf"}
    insert = "INSERT INTO book (id, shelf_id, title) VALUES ($1, $2, 'a')"
    assert await refused(insert, uuid4(), uuid4()) == expected[engine]


async def test_a_missing_value_gives_its_column() -> None:
    insert = "INSERT INTO shelf (id, name) VALUES ($1, $2)"
    assert await refused(insert, uuid4(), None) == "NOT NULL constraint failed: shelf.name"


async def test_a_trigger_gives_its_words() -> None:
    shelf = await add_shelf("one")
    with pytest.raises(IntegrityError) as caught:
        await Book.create(shelf_id=shelf, title="forbidden;")
    assert constraint_of(caught.value) == "book_is_allowed"


@only_postgres
async def test_an_exclusion_gives_its_name() -> None:
    visit = "INSERT INTO visit VALUES (tstzrange('2026-01-01 10:00+00', '2026-01-01 11:00+00'))"
    await execute(visit)
    assert await refused(visit) == "visit_is_alone"


async def test_a_foreign_key_checked_at_the_commit_is_one_too(engine: str) -> None:
    expected = {"sqlite": "FOREIGN KEY constraint failed", "postgres": "late_shelf_id_fkey"}
    id_type = {"sqlite": "TEXT", "postgres": "uuid"}[engine]
    await execute(f"CREATE TABLE late (shelf_id {id_type} REFERENCES shelf DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(IntegrityError) as caught:
        async with transaction():
            await execute("INSERT INTO late VALUES ($1)", uuid4())
    assert constraint_of(caught.value) == expected[engine]
    assert await fetch("SELECT 1 FROM late") == []
    await execute("DROP TABLE late")


async def test_other_errors_name_no_constraint() -> None:
    with pytest.raises(OperationalError) as caught:
        await execute("INSERT INTO nowhere VALUES (1)")
    assert constraint_of(caught.value) is None
    assert constraint_of(ValueError("no")) is None


@only_postgres
async def test_a_deadlock_is_contention() -> None:
    first, second = await add_shelf("first"), await add_shelf("second")

    async def both(one: object, other: object) -> None:
        async with transaction():
            await execute("UPDATE shelf SET size = 1 WHERE id = $1", one)
            await asyncio.sleep(0.1)
            await execute("UPDATE shelf SET size = 1 WHERE id = $1", other)

    outcomes = await asyncio.gather(both(first, second), both(second, first), return_exceptions=True)
    assert sorted(type(outcome) for outcome in outcomes if outcome) == [Contended]


@only_postgres
async def test_a_serialization_failure_is_contention() -> None:
    shelf, read, changed = await add_shelf("one"), asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with transaction():
            await execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await fetch("SELECT 1 FROM shelf")
            read.set()
            await changed.wait()
            await execute("UPDATE shelf SET size = 3 WHERE id = $1", shelf)

    task = asyncio.create_task(late())
    await read.wait()
    await execute("UPDATE shelf SET size = 2 WHERE id = $1", shelf)
    changed.set()
    with pytest.raises(Contended):
        await task


@only_postgres
async def test_a_lock_timeout_is_contention() -> None:
    shelf, held, done = await add_shelf("one"), asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            await execute("UPDATE shelf SET size = 2 WHERE id = $1", shelf)
            held.set()
            await done.wait()

    task = asyncio.create_task(hold())
    await held.wait()
    with pytest.raises(Contended):
        async with transaction():
            await execute("SET LOCAL lock_timeout = '20ms'")
            await execute("UPDATE shelf SET size = 4 WHERE id = $1", shelf)
    done.set()
    await task


@only_sqlite
async def test_a_program_that_does_not_queue_is_contention(store: str) -> None:
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        client: Any = get_connections().get("default")
        await client._writer.call(lambda database: database.execute("PRAGMA busy_timeout = 20").close())
        with pytest.raises(Contended):
            await add_shelf("one")
        other.execute("ROLLBACK")
    await add_shelf("one")


async def test_errors_quote_no_values() -> None:
    await add_shelf("Ada Lovelace")
    for sql, params in [
        ("INSERT INTO shelf (id, name) VALUES ($1, $2)", [uuid4(), "Ada Lovelace"]),
        ("INSERT INTO shelf (id, name, size) VALUES ($1, $2, -1)", [uuid4(), "Ada Lovelace"]),
        ("UPDATE shelf SET size = $1", ["Ada Lovelace"]),
    ]:
        with pytest.raises((IntegrityError, OperationalError)) as caught:
            await execute(sql, *params)
        seen: BaseException | None = caught.value
        while seen is not None:
            assert "Ada" not in f"{seen} {seen.__dict__}"
            seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
