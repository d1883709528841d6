"""Migrations on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from models.migrations import BrokenMigrations, Migration
from models.storage import postgres_wall
from models.storage.address import PostgresServer
from models.storage.cancelling import PATIENCE, settled
from models.storage.history import CREATE_ON_POSTGRES, READ, still_to_apply

WALL = "the wall between accounts"  # what stands for its roles, grants and policies in a list of migrations
_ONE_MIGRATOR = "SELECT pg_advisory_lock(hashtextextended('calendera:schema_migration', 0))"
_THIS_TRANSACTION = "SELECT pg_current_xact_id()::text"


async def migrate(server: PostgresServer, migrations: Sequence[Migration]) -> list[str]:
    """Applies what is missing."""
    async with _connected(server) as database:
        await database.execute(_ONE_MIGRATOR)  # until the connection closes
        await database.execute(CREATE_ON_POSTGRES)
        missing = still_to_apply(migrations, await database.fetch(READ))
        for migration in missing:
            await _apply(database, migration)
        built = await postgres_wall.build(database)
    return [migration.name for migration in missing] + [WALL] * bool(built)


async def pending(server: PostgresServer, migrations: Sequence[Migration]) -> list[str]:
    """What `migrate` would apply."""
    async with _connected(server) as database:
        exists = await database.fetchval("SELECT to_regclass('schema_migration') IS NOT NULL")
        applied = await database.fetch(READ) if exists else []
        unbuilt = await postgres_wall.missing(database)
    return [migration.name for migration in still_to_apply(migrations, applied)] + [WALL] * bool(unbuilt)


@asynccontextmanager
async def _connected(server: PostgresServer) -> AsyncIterator[Any]:
    database = await server.connection()
    try:
        yield database
    finally:  # the server stops what it still runs, rolls back what is open and frees the lock
        await settled(database.close(timeout=PATIENCE))


async def _apply(database: Any, migration: Migration) -> None:
    await database.execute("BEGIN")
    await postgres_wall.lower(database)
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
