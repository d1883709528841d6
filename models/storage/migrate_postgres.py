"""Migrations on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from models.migrations import BrokenMigrations, Migration
from models.storage.cancelling import PATIENCE, settled
from models.storage.history import CREATE_ON_POSTGRES, READ, still_to_apply

_ONE_MIGRATOR = "SELECT pg_advisory_lock(hashtextextended('calendera:schema_migration', 0))"
_THIS_TRANSACTION = "SELECT pg_current_xact_id()::text"


async def migrate(dsn: str, migrations: Sequence[Migration]) -> list[str]:
    """Applies what is missing."""
    async with _connected(dsn) as database:
        await database.execute(_ONE_MIGRATOR)  # until the connection closes
        await database.execute(CREATE_ON_POSTGRES)
        missing = still_to_apply(migrations, await database.fetch(READ))
        for migration in missing:
            await _apply(database, migration)
    return [migration.name for migration in missing]


async def pending(dsn: str, migrations: Sequence[Migration]) -> list[str]:
    """What `migrate` would apply."""
    async with _connected(dsn) as database:
        exists = await database.fetchval("SELECT to_regclass('schema_migration') IS NOT NULL")
        applied = await database.fetch(READ) if exists else []
    return [migration.name for migration in still_to_apply(migrations, applied)]


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[Any]:
    database = await asyncpg.connect(dsn)
    try:
        yield database
    finally:  # the server stops what it still runs, rolls back what is open and frees the lock
        await settled(database.close(timeout=PATIENCE))


async def _apply(database: Any, migration: Migration) -> None:
    await database.execute("BEGIN")
    begun = await database.fetchval(_THIS_TRANSACTION)
    await database.execute(migration.sql)
    if await database.fetchval(_THIS_TRANSACTION) != begun:
        raise BrokenMigrations(f"{migration.name} must not begin or end a transaction: it runs in one.")
    await database.execute(
        "INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)",
        migration.version,
        migration.name,
        migration.checksum,
    )
    await database.execute("COMMIT")
