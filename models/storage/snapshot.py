"""Reading many statements from one moment of the database, while everybody else goes on writing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from models.storage.address import PostgresServer, SqliteFile, address_of
from models.storage.client import Row
from models.storage.parameters import for_postgres
from models.storage.postgres_errors import translating
from models.storage.postgres_roles import roles_for
from models.storage.reach import binding
from models.storage.sqlite_connection import Connection
from models.storage.statement import for_sqlite

Fetch: TypeAlias = Callable[..., Awaitable[Sequence[Row]]]


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[Fetch]:
    """A `fetch(sql, *params)` whose answers are all from the moment of its first statement, behind the same wall.

    It has a connection of its own, which can only read: no request waits for it, and it takes none from the pool.
    Values come as `database.fetch` gives them. While it is open SQLite's log of changes cannot be emptied.
    """
    address = address_of(url)
    opened = _of_file(address.path) if isinstance(address, SqliteFile) else _of_server(address)
    async with opened as fetch:
        yield fetch


@asynccontextmanager
async def _of_file(path: Path) -> AsyncIterator[Fetch]:
    connection = Connection(path, walled=True)
    await connection
    try:
        await connection.bind(binding())
        await connection.query("BEGIN", ())

        async def fetch(sql: str, *params: object) -> Sequence[Row]:
            return (await connection.query(for_sqlite(sql), params))[1]

        yield fetch
    finally:
        await connection.close()


@asynccontextmanager
async def _of_server(server: PostgresServer) -> AsyncIterator[Fetch]:
    with translating():
        connection = await server.connection()
    try:
        roles, _ = await roles_for(connection, strict=False)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if roles is not None:
                await connection.execute(roles.change(None, binding()))

            async def fetch(sql: str, *params: object) -> Sequence[Row]:
                with translating():
                    rows: Sequence[Row] = await connection.fetch(sql, *map(for_postgres, params))
                return rows

            yield fetch
    finally:
        await connection.close(timeout=10)
