"""The PostgreSQL backend for Tortoise: a pool whose connections come back whatever happens to the request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient as Stock
from tortoise.exceptions import DBConnectionError

from models.storage.address import PostgresServer
from models.storage.cancelling import PATIENCE, patiently, settled
from models.storage.client import Line, Row
from models.storage.engine import Engine
from models.storage.errors import TransactionFailed
from models.storage.parameters import for_postgres
from models.storage.postgres_errors import translating
from models.storage.postgres_roles import Roles, roles_for
from models.storage.reach import NOBODY, Binding, binding
from models.storage.reading import Reading
from models.storage.statement import answers_rows

T = TypeVar("T")


class PostgresLine:
    """One connection of the pool. asyncpg itself waits for the server to stop a cancelled statement."""

    def __init__(self, pool: Any, connection: Any, roles: Roles | None) -> None:
        self._pool = pool
        self._connection = connection
        self._roles = roles
        self._bound: Binding | None = NOBODY

    async def begin(self, to: Binding) -> None:
        """Begins a transaction that is bound from its first statement, in one round trip."""
        with translating():
            await self._connection.execute("BEGIN" if self._roles is None else self._roles.begin(to))
        self._bound = to

    async def bind(self, to: Binding) -> None:
        """See `Line`. Inside a transaction."""
        if to != self._bound and self._roles is not None:
            with translating():
                await self._connection.execute(self._roles.change(self._bound, to))
        self._bound = to

    def unbind(self) -> None:
        """See `Line`."""
        self._bound = None

    async def finish(self, *, commit: bool) -> None:
        """Ends the transaction and gives the connection back. A COMMIT is waited for however long it takes."""
        try:
            with translating():
                if not commit:
                    await self._connection.execute("ROLLBACK", timeout=PATIENCE)
                elif await self._connection.execute("COMMIT") != "COMMIT":
                    raise TransactionFailed("PostgreSQL rolled back: a statement of this transaction had failed.")
        finally:
            await self.release()

    async def release(self) -> None:
        """Gives the connection back, even if the waiting task is cancelled.

        asyncpg closes one that cannot be cleaned in time, and the pool opens another: nothing the caller need know.
        """
        with suppress(Exception):
            await self._pool.release(self._connection, timeout=PATIENCE)

    async def query(self, sql: str, values: Sequence[Any]) -> tuple[int, Sequence[Row]]:
        """See `Line`."""
        with translating():
            if answers_rows(sql):
                rows: list[Row] = await self._connection.fetch(sql, *values)
                return len(rows), rows
            status = await self._connection.execute(sql, *values)
        count = status.rpartition(" ")[2]  # "UPDATE 3", "INSERT 0 3", "CREATE TABLE"
        return (int(count) if count.isdigit() else 0), []

    async def insert(self, sql: str, values: Sequence[Any]) -> Any:
        """See `Line`: the row of RETURNING, if any."""
        with translating():
            return await self._connection.fetchrow(sql, *values)

    async def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """See `Line`."""
        with translating():
            await self._connection.executemany(sql, rows)

    async def script(self, sql: str) -> None:
        """See `Line`."""
        with translating():
            await self._connection.execute(sql)


class PostgresClient(Engine):
    """`pool_size` is the most connections. `walled`: a database of accounts, used behind its wall or not at all;
    `strict`: WallMissing for a login that could look over the wall."""

    executor_class = Stock.executor_class
    query_class = Stock.query_class
    schema_generator = Stock.schema_generator
    capabilities = Stock.capabilities

    def __init__(
        self,
        server: PostgresServer,
        connection_name: str,
        pool_size: int = 10,
        walled: bool = False,
        strict: bool = False,
        **_: Any,
    ) -> None:
        super().__init__(connection_name)
        self._server = server
        self._walled = walled
        self._strict = strict
        self._roles: Roles | None = None
        self._pool_size = pool_size
        self._opening = asyncio.Lock()
        self._closed = False
        self._pool: Any = None

    async def open(self) -> None:
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    await settled(self._open())

    async def _open(self) -> None:
        if self._closed:
            raise DBConnectionError("The database has been closed.")
        with translating():
            settings = await self._look()
            self._pool = await asyncpg.create_pool(
                self._server.dsn, min_size=1, max_size=self._pool_size, reset=_no_reset, server_settings=settings,
                statement_cache_size=self._server.statement_cache_size, init=_prepared,
            )  # fmt: skip
        await self._post_connect()

    async def _look(self) -> dict[str, str]:
        """Find the wall; what the connections of the pool have to say when they begin."""
        if not self._walled:
            return {}
        connection = await self._server.connection()
        try:
            self._roles, settings = await roles_for(connection, strict=self._strict)
        finally:
            await settled(connection.close(timeout=PATIENCE))
        return settings

    async def _find_wall(self) -> None:
        """The database had no account tables when it was opened: it may have been migrated since."""
        async with self._opening:
            if self._roles is not None or self._pool is None:
                return
            with translating():
                await self._look()
            if self._roles is not None:
                pool, self._pool = self._pool, None
                await settled(_drained(pool))
                await settled(self._open())

    async def close(self) -> None:
        """Waits for the statements and transactions under way, then closes every connection, for good."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            await settled(_drained(pool))

    async def begin(self) -> PostgresLine:
        line = await self._acquired()
        try:
            await line.begin(binding())
        except BaseException:
            with suppress(Exception):
                await settled(line.finish(commit=False))
            raise
        return line

    async def end(self, line: Line, *, commit: bool) -> None:
        if isinstance(line, PostgresLine):
            await line.finish(commit=commit)

    def reading(self) -> Reading | None:
        """A read on its own costs three round trips behind the wall, and one where the transaction is shared."""
        return Reading(self) if self._walled else None

    async def forget_log(self) -> None:
        """Nothing to do: PostgreSQL recycles its log by itself, and vacuuming is the operator's."""

    async def _acquired(self) -> PostgresLine:
        await self.open()
        if self._walled and self._roles is None:
            await self._find_wall()
        async with patiently("a connection of the pool"):
            with translating():
                pool = self._pool
                if pool is None:
                    raise DBConnectionError("The database has been closed.")
                return PostgresLine(pool, await pool.acquire(), self._roles)

    async def _use(self, sql: str, work: Callable[[Line], Awaitable[T]]) -> T:
        if binding() != NOBODY and self._walled:
            return await self._bound(work)
        line = await self._acquired()
        try:
            return await work(line)
        finally:
            await line.release()

    async def _bound(self, work: Callable[[Line], Awaitable[T]]) -> T:
        """A statement on its own, in a transaction of its own: that is how far a binding reaches."""
        line = await self.begin()
        try:
            result = await work(line)
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell
                await settled(line.finish(commit=False))
            raise
        await settled(line.finish(commit=True))
        return result

    def handwritten(self, sql: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        return sql, [for_postgres(value) for value in values]


async def _no_reset(connection: Any) -> None:
    """Instead of asyncpg's round trip of RESET ALL and more: nothing here leaves settings or locks on a session.

    A transaction still open is rolled back by asyncpg before it asks us.
    """


async def _prepared(connection: Any) -> None:
    """asyncpg turns the server's compiler off by `set_config` while it looks types up (`uuid[]`). Behind the wall
    nobody may call that, and looking types up is quick without."""
    connection._server_caps = connection._server_caps._replace(jit=False)


async def _drained(pool: Any) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await pool.close()
    except TimeoutError:
        pool.terminate()


client_class = PostgresClient
