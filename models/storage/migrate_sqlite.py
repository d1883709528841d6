"""Migrations on SQLite. Blocking: to be run in a thread."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from models.migrations import BrokenMigrations, Migration
from models.storage.history import CREATE_ON_SQLITE, READ, still_to_apply
from models.storage.sqlite_connection import PRAGMAS, connected
from models.storage.sqlite_writer import Queue
from models.storage.statement import statements_of

# Off, or remaking a parent table would delete its children by ON DELETE CASCADE; checked before each COMMIT instead.
# SQLite ignores the setting inside a transaction, so it belongs to the connection.
_PRAGMAS = {**PRAGMAS, "foreign_keys": "OFF"}
_ENDS = re.compile(r"(?:--[^\n]*\n|/\*.*?\*/|\s)*(BEGIN|COMMIT|END|ROLLBACK)\b", re.IGNORECASE | re.DOTALL)


def migrate(path: Path, migrations: Sequence[Migration]) -> list[str]:
    """Applies what is missing, while every writer of other processes waits."""
    with closing(Queue(path)) as queue, queue.turn(), closing(connected(path, _PRAGMAS)) as database:
        with _all_or_nothing(database):
            database.execute(CREATE_ON_SQLITE)
        missing = still_to_apply(migrations, database.execute(READ).fetchall())
        for migration in missing:
            with _all_or_nothing(database):
                _apply(database, migration)
    return [migration.name for migration in missing]


def pending(path: Path, migrations: Sequence[Migration]) -> list[str]:
    """What `migrate` would apply."""
    applied: list[tuple[object, ...]] = []
    if path.exists():
        with closing(sqlite3.connect(path)) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'").fetchone():
                applied = database.execute(READ).fetchall()
    return [migration.name for migration in still_to_apply(migrations, applied)]


@contextmanager
def _all_or_nothing(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN EXCLUSIVE")
    try:
        yield
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def _apply(database: sqlite3.Connection, migration: Migration) -> None:
    for statement in statements_of(migration.sql):
        if _ENDS.match(statement):
            raise BrokenMigrations(f"{migration.name} must not begin or end a transaction: it runs in one.")
        database.execute(statement)
    if broken := database.execute("PRAGMA foreign_key_check").fetchall():
        tables = sorted({f"{child} -> {parent}" for child, _, parent, _ in broken})
        raise BrokenMigrations(f"{migration.name} leaves {len(broken)} rows without their parent: {', '.join(tables)}.")
    database.execute(
        "INSERT INTO schema_migration (version, name, checksum) VALUES (?, ?, ?)",
        (migration.version, migration.name, migration.checksum),
    )
