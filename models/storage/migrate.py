"""Brings a database to the version of the program, by plain SQL files run in order, each whole or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

from models.migrations import ROOT, migrations_for
from models.storage import migrate_postgres, migrate_sqlite
from models.storage.address import SqliteFile, address_of


async def migrate(url: str, root: Path = ROOT) -> list[str]:
    """Applies what is missing and gives its names, in order.

    Of several migrators at once one applies, and the others wait and find nothing to do. A migration that fails leaves
    nothing behind; those before it stay. BrokenMigrations where files and database contradict each other,
    otherwise the engine's own error (sqlite3.Error, asyncpg.PostgresError) for SQL it refuses.
    On PostgreSQL the wall between accounts is brought up to date afterwards; where that was needed it is named last.
    WallMissing, with what an operator must run, where this login may not make the roles.
    A PostgreSQL behind pgbouncer is to be migrated through its own port: the lock lives in the session.
    """
    address = address_of(url)
    if isinstance(address, SqliteFile):
        migrations = migrations_for("sqlite", root)
        return await asyncio.to_thread(migrate_sqlite.migrate, address.path, migrations)
    return await migrate_postgres.migrate(address, migrations_for("postgres", root))


async def pending(url: str, root: Path = ROOT) -> list[str]:
    """The names of the migrations `migrate` would apply. Changes nothing, not even a missing SQLite file."""
    address = address_of(url)
    if isinstance(address, SqliteFile):
        migrations = migrations_for("sqlite", root)
        return await asyncio.to_thread(migrate_sqlite.pending, address.path, migrations)
    return await migrate_postgres.pending(address, migrations_for("postgres", root))
