"""Handwritten SQL: placeholders, values, rows, counting, and nothing in the logs."""

from __future__ import annotations

import asyncio
import enum
import logging
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from tortoise.exceptions import ConfigurationError, DBConnectionError

from models.storage import database
from models.storage.address import address_of
from models.storage.database import close, connect, counting, dialect, execute, fetch, ping, transaction
from models.storage.parameters import Json
from models.storage.statement import answers_rows, for_sqlite, only_reads, statements_of
from tests.storage.shelves import Book, Shelf, add_shelf, connect_shelves, only_postgres, only_sqlite


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT $2, $1, $2", "SELECT ?2, ?1, ?2"),
        ("SELECT '$1', \"$1\", $1 -- $1\n/* $1 */", "SELECT '$1', \"$1\", ?1 -- $1\n/* $1 */"),
        ("SELECT 'it''s $1', $12", "SELECT 'it''s $1', ?12"),
    ],
)
def test_placeholders_are_translated_outside_of_text_only(sql: str, expected: str) -> None:
    assert for_sqlite(sql) == expected


@pytest.mark.parametrize(
    ("sql", "reads", "answers"),
    [
        ("  select 1", True, True),
        ("-- first\nSELECT 'UPDATE'", True, True),
        ("(SELECT 1) UNION (SELECT 2)", True, True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True, True),
        ("WITH a AS (SELECT 1) DELETE FROM b", False, False),
        ("WITH a AS (DELETE FROM b RETURNING id) SELECT * FROM a", False, True),
        ("UPDATE a SET b = 'RETURNING'", False, False),
        ("INSERT INTO a VALUES (1) returning id", False, True),
        ("CREATE TABLE a (b)", False, False),
    ],
)
def test_a_statement_is_known_by_its_words(sql: str, reads: bool, answers: bool) -> None:
    assert only_reads(sql) is reads
    assert answers_rows(sql) is answers


def test_a_script_is_split_between_its_statements() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n SELECT ';'; DELETE FROM b; END;"
    script = f"-- a; b\nCREATE TABLE a (b TEXT DEFAULT ';');\n{trigger}\n/* ; */ ;\nSELECT 1"
    assert list(statements_of(script)) == ["-- a; b\nCREATE TABLE a (b TEXT DEFAULT ';');", trigger, "SELECT 1"]


async def test_rows_are_read_by_name_by_place_and_in_order(store: str) -> None:
    await add_shelf("one")
    [row] = await fetch("SELECT name, size FROM shelf WHERE name = $1", "one")
    assert (row["name"], row[1], tuple(row), dict(row), len(row)) == (
        "one",
        0,
        ("one", 0),
        {"name": "one", "size": 0},
        2,
    )


async def test_values_arrive_as_the_database_has_them(store: str) -> None:
    shelf = await add_shelf("red")
    assert len(await fetch("SELECT 1 FROM shelf WHERE id = $1 AND name = $2", shelf, Colour.RED)) == 1
    await execute(
        "UPDATE shelf SET at = $2, size = CASE WHEN $1 THEN 7 ELSE 8 END", True, datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert (await Shelf.get(id=shelf)).size == 7
    [row] = await fetch("SELECT CAST($1 AS TEXT) AS document", Json([1, {"a": None}]))
    assert row["document"] == '[1,{"a":null}]'


async def test_a_list_selects_rows(store: str, engine: str) -> None:
    one, two = await add_shelf("one"), await add_shelf("two")
    await add_shelf("three")
    sql = {
        "sqlite": "SELECT id FROM shelf WHERE id IN (SELECT value FROM json_each($1))",
        "postgres": "SELECT id FROM shelf WHERE id = ANY($1::uuid[])",
    }[engine]
    assert {UUID(str(row["id"])) for row in await fetch(sql, [one, two, uuid4()])} == {one, two}


@only_sqlite
async def test_a_date_is_its_text_on_sqlite(store: str) -> None:
    assert (await fetch("SELECT $1", date(2026, 1, 2)))[0][0] == "2026-01-02"


async def test_affected_rows_leave_out_triggers_and_cascades(store: str) -> None:
    shelf = await add_shelf("one", books=3)
    assert await execute("UPDATE shelf SET size = 1") == 1
    assert await Shelf.filter(id=shelf).update(size=2) == 1
    assert await Shelf.filter(id=uuid4()).update(size=2) == 0
    assert await execute("DELETE FROM shelf") == 1
    assert await Book.all().count() == 0
    assert (await fetch("SELECT value FROM counter WHERE name = 'changes'"))[0][0] == 2


async def test_returning_gives_its_rows_inside_and_outside_of_a_transaction(store: str) -> None:
    insert = "INSERT INTO shelf (id, name) VALUES ($1, $2) RETURNING name"
    assert [row["name"] for row in await fetch(insert, uuid4(), "one")] == ["one"]
    async with transaction():
        assert [row["name"] for row in await fetch(insert, uuid4(), "two")] == ["two"]
    assert await execute("UPDATE shelf SET size = 1 RETURNING name") == 2
    assert await Shelf.all().count() == 2


async def test_counting_sees_every_statement_of_the_task_and_its_children(store: str) -> None:
    async def child() -> None:
        await Shelf.filter(name="a").first()

    with counting() as outer:
        async with transaction():
            await Shelf.create(name="secret")
            with counting() as inner:
                async with transaction():
                    await execute("UPDATE shelf SET name = $1", "secret too")
            await asyncio.gather(child(), asyncio.create_task(child()))
        await Shelf.bulk_create([Shelf(name="x"), Shelf(name="y")])
        await fetch("SELECT 1")
    await fetch("SELECT 2")
    assert inner == ["UPDATE shelf SET name = $1"]
    assert [sql.split()[0] for sql in outer] == ["INSERT", "UPDATE", "SELECT", "SELECT", "INSERT", "SELECT"]
    assert "secret" not in "".join(outer)


async def test_no_log_holds_a_parameter(store: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with transaction():
        await Shelf.create(name="secret-1", size=3)
        await Shelf.filter(name="secret-2").update(name="secret-3")
    await Shelf.bulk_create([Shelf(name="secret-4")])
    await Shelf.get_or_none(name="secret-5")
    await fetch("SELECT 1 FROM shelf WHERE name = $1", "secret-6")
    assert "secret" not in caplog.text


@only_sqlite
async def test_readers_cannot_write(store: str) -> None:
    from tortoise.connection import get_connections

    client = get_connections().get("default")
    assert [row[0] for row in await fetch("PRAGMA query_only")] == [0]
    reader = await client._readers.get()  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="readonly"):
        await reader.query("DELETE FROM shelf", ())
    client._readers.put_nowait(reader)  # type: ignore[attr-defined]


@only_sqlite
async def test_erased_rows_leave_the_files(store: str, tmp_path: object) -> None:
    await add_shelf("a very personal name")
    await execute("DELETE FROM shelf")
    await database.forget_log()
    files = [file for file in tmp_path.iterdir() if file.is_file()]  # type: ignore[attr-defined]
    assert {file.name for file in files} >= {"test.db", "test.db-wal", "test.db-queue"}
    assert not any(b"very personal" in file.read_bytes() for file in files)
    assert {file.stat().st_mode & 0o077 for file in files} == {0}, "nobody else may read them"


@pytest.mark.parametrize(
    "url", ["sqlite://:memory:", "sqlite:///:memory:", "sqlite:///", "mysql://a/b", "calendera.db"]
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="sqlite:///"):
        address_of(url)


def test_an_address_never_prints_its_password() -> None:
    assert "secret" not in repr(address_of("postgresql://user:secret@host/name"))


async def test_one_database_is_connected_at_a_time(store: str) -> None:
    with pytest.raises(ConfigurationError):
        await connect_shelves(store)
    await ping()
    await close()
    await close()
    with pytest.raises(ConfigurationError):
        await ping()
    await connect_shelves(store)
    await ping()


async def test_a_database_that_cannot_be_reached_leaves_nothing_behind(
    store: str, tmp_path: object, engine: str
) -> None:
    await close()
    missing = {"sqlite": f"sqlite:///{tmp_path}/nowhere/x.db", "postgres": store.rpartition("/")[0] + "/nowhere"}
    with pytest.raises(DBConnectionError):
        await connect(missing[engine], models=["tests.storage.shelves"])
    await connect_shelves(store)
    assert dialect() == engine


@only_postgres
async def test_a_server_that_drops_the_connection_is_met_again(store: str) -> None:
    with pytest.raises(Exception, match=r"terminat|closed"):
        await fetch("SELECT pg_terminate_backend(pg_backend_pid())")
    await ping()


async def test_requests_in_other_contexts_find_the_database(store: str) -> None:
    import contextvars

    task = asyncio.get_running_loop().create_task(add_shelf("elsewhere"), context=contextvars.Context())
    await task
    assert await Shelf.all().count() == 1
