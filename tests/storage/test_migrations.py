"""Migrations: in order, once, whole, and without losing a row."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from models.migrations import BrokenMigrations
from models.storage.database import close, execute, fetch
from models.storage.instant import from_database
from models.storage.migrate import migrate, pending
from models.storage.sqlite_writer import Queue
from tests.storage.shelves import ENGINE, ROOT, Book, Shelf, add_shelf, connect_shelves, only_postgres, only_sqlite

FIRST = "0001_shelves"
REMADE = {
    "sqlite": """
        CREATE TABLE remade (id TEXT PRIMARY KEY, name TEXT, size INTEGER NOT NULL DEFAULT 0, at TEXT, more TEXT);
        INSERT INTO remade (id, name, size, at) SELECT id, name, size, at FROM shelf;
        DROP TABLE shelf;
        ALTER TABLE remade RENAME TO shelf;
    """,
    "postgres": "ALTER TABLE shelf ALTER name DROP NOT NULL; ALTER TABLE shelf ADD more text;",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the migrations, to add to and to spoil."""
    shutil.copytree(ROOT, tmp_path / "migrations")
    return tmp_path / "migrations"


def write(root: Path, name: str, sql: str) -> None:
    (root / ENGINE / f"{name}.sql").write_text(sql)


async def test_what_is_missing_is_applied_once_and_in_order(url: str, root: Path) -> None:
    assert await pending(url, root) == [FIRST]
    assert await migrate(url, root) == [FIRST]
    write(root, "0002_more", "CREATE TABLE more (a TEXT);")
    write(root, "0003_most", "INSERT INTO more VALUES ('b;');")
    assert await pending(url, root) == ["0002_more", "0003_most"]
    assert await migrate(url, root) == ["0002_more", "0003_most"]
    assert await migrate(url, root) == await pending(url, root) == []
    await connect_shelves(url)
    rows = await fetch("SELECT version, applied_at FROM schema_migration ORDER BY version")
    await close()
    assert [row["version"] for row in rows] == [1, 2, 3]
    assert all(from_database(row["applied_at"]).year > 2000 for row in rows)


async def test_an_upgrade_keeps_the_children_of_a_remade_parent(url: str, root: Path) -> None:
    await migrate(url, root)
    await connect_shelves(url)
    shelf = await add_shelf("one", books=5)
    await close()
    write(root, "0002_remade", REMADE[ENGINE])
    assert await migrate(url, root) == ["0002_remade"]
    await connect_shelves(url)
    try:
        assert await Book.filter(shelf_id=shelf).count() == 5
        assert await execute("UPDATE shelf SET name = NULL, more = 'x'") == 1
        with pytest.raises(IntegrityError):
            await Book.create(shelf_id=uuid4(), title="of no shelf")
        await Shelf.filter(id=shelf).delete()
        assert await Book.all().count() == 0, "the children still belong to the remade parent"
    finally:
        await close()


async def test_a_migration_that_fails_leaves_nothing_behind(url: str, root: Path) -> None:
    write(
        root, "0002_fails", "CREATE TABLE half (a TEXT); INSERT INTO half VALUES ('a'); INSERT INTO nowhere VALUES (1);"
    )
    with pytest.raises(Exception, match="nowhere"):
        await migrate(url, root)
    assert await pending(url, root) == ["0002_fails"]
    write(root, "0002_fails", "CREATE TABLE half (a TEXT);")
    assert await migrate(url, root) == ["0002_fails"]


@only_sqlite
async def test_orphans_are_found_before_the_commit(url: str, root: Path) -> None:
    write(root, "0002_orphans", "INSERT INTO book VALUES ('a', 'nowhere', 't'); CREATE TABLE half (a TEXT);")
    with pytest.raises(BrokenMigrations, match="book -> shelf"):
        await migrate(url, root)
    write(root, "0002_orphans", "CREATE TABLE half (a TEXT);")
    assert await migrate(url, root) == ["0002_orphans"]


@pytest.mark.parametrize(
    "sql", ["COMMIT; CREATE TABLE half (a TEXT);", "/* x */ COMMIT; BEGIN; CREATE TABLE half (a TEXT);"]
)
async def test_a_migration_cannot_end_its_transaction(url: str, root: Path, sql: str) -> None:
    write(root, "0002_ends", sql)
    with pytest.raises(BrokenMigrations, match="0002_ends"):
        await migrate(url, root)
    assert await pending(url, root) == ["0002_ends"]


async def test_a_file_changed_after_its_application_is_refused(url: str, root: Path) -> None:
    await migrate(url, root)
    file = root / ENGINE / f"{FIRST}.sql"
    file.write_text(file.read_text() + "-- changed")
    for verb in (migrate, pending):
        with pytest.raises(BrokenMigrations, match="has been changed"):
            await verb(url, root)


async def test_a_database_newer_than_the_program_is_refused(url: str, root: Path) -> None:
    write(root, "0002_newer", "CREATE TABLE newer (a TEXT);")
    await migrate(url, root)
    for verb in (migrate, pending):
        with pytest.raises(BrokenMigrations, match="0002_newer"):
            await verb(url, ROOT)


async def test_a_version_left_out_in_the_database_is_refused(url: str, root: Path) -> None:
    write(root, "0002_second", "CREATE TABLE second (a TEXT);")
    await migrate(url, root)
    await connect_shelves(url)
    await execute("DELETE FROM schema_migration WHERE version = 1")
    await close()
    with pytest.raises(BrokenMigrations, match="not version 1"):
        await migrate(url, root)


@pytest.mark.parametrize("name", ["0003_gap", "0001_twice", "2_short", "0002-Name"])
async def test_files_that_form_no_history_are_refused(url: str, root: Path, name: str) -> None:
    write(root, name, "CREATE TABLE a (b TEXT);")
    with pytest.raises(BrokenMigrations):
        await migrate(url, root)


@asynccontextmanager
async def another_migrator(url: str) -> AsyncIterator[None]:
    """Holds the lock that a migrator holds."""
    if ENGINE == "sqlite":
        with closing(Queue(Path(url.removeprefix("sqlite:///")))) as queue, queue.turn():
            yield
    else:
        database = await asyncpg.connect(url)
        await database.execute("SELECT pg_advisory_lock(hashtextextended('calendera:schema_migration', 0))")
        yield
        await database.close()


async def test_migrators_wait_for_each_other(url: str, root: Path) -> None:
    async with another_migrator(url):
        migrators = [asyncio.create_task(migrate(url, root)) for _ in range(4)]
        await asyncio.sleep(0.2)
        assert not any(migrator.done() for migrator in migrators)
    assert sorted(await asyncio.gather(*migrators)) == [[], [], [], [FIRST]]


async def test_of_four_migrators_at_once_exactly_one_applies(url: str, root: Path) -> None:
    for number in range(2, 6):
        write(root, f"{number:04}_more", f"CREATE TABLE more_{number} (a TEXT);")
    program = "import asyncio, json, pathlib, sys; from models.storage.migrate import migrate; "
    program += "print(json.dumps(asyncio.run(migrate(sys.argv[1], pathlib.Path(sys.argv[2])))))"
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, url, str(root), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(4)
    ]  # fmt: skip
    applied = [json.loads((await process.communicate())[0]) for process in started]
    assert sorted(map(len, applied)) == [0, 0, 0, 5]


@only_postgres
async def test_a_cancelled_migration_frees_the_lock(url: str, root: Path) -> None:
    write(root, "0002_slow", "CREATE TABLE half (a TEXT); SELECT pg_sleep(60);")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await migrate(url, root)
    write(root, "0002_slow", "CREATE TABLE half (a TEXT);")
    async with asyncio.timeout(5):
        assert await migrate(url, root) == ["0002_slow"]
