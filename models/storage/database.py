"""The database of this process: connecting, transactions and handwritten SQL.

One database is connected at a time. Every verb works from any task, requests and the lifespan alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from secrets import SystemRandom
from typing import Any, Literal, TypeVar, cast

from tortoise.context import TortoiseContext
from tortoise.exceptions import ConfigurationError, TransactionManagementError

from models.storage.address import SqliteFile, address_of
from models.storage.client import Client, Row
from models.storage.counting import counting
from models.storage.engine import Engine
from models.storage.errors import Contended
from models.storage.reading import Reading
from models.storage.scope import Scope

__all__ = [
    "Row", "close", "connect", "counting", "dialect", "execute", "fetch", "forget_log", "in_transaction", "lock",
    "ping", "reading", "retrying", "transaction", "try_lock", "wait_for",
]  # fmt: skip

T = TypeVar("T")

_ALIAS = "default"
_FIRST_PAUSE = 0.01  # seconds, doubled with every further attempt
# The locks are taken row by row as the sorted rows come; OFFSET 0 keeps PostgreSQL from rearranging the two queries.
_LOCKS = """
    SELECT {lock}(hashtextextended(sorted.key, 0)) AS taken
    FROM (SELECT key FROM unnest($1::text[]) WITH ORDINALITY AS given (key, place) ORDER BY place OFFSET 0) AS sorted
"""
_LOCK = _LOCKS.format(lock="pg_advisory_xact_lock")
_TRY_LOCK = _LOCKS.format(lock="pg_try_advisory_xact_lock")
_WAIT = _LOCKS.format(lock="pg_advisory_xact_lock_shared")
_context: TortoiseContext | None = None
_random = SystemRandom()


async def connect(
    url: str, *, models: Sequence[str], pool_size: int = 10, walled: bool = False, strict: bool = False
) -> None:
    """Opens the database and tells Tortoise the modules with the models.

    `walled`: it holds accounts, and is used behind the wall between them or not at all. `strict`: WallMissing for a
    login that could look over that wall. `pool_size` is the most PostgreSQL connections of this process; SQLite has one
    writer and four readers.
    ConfigurationError for a URL that `address_of` refuses or if a database is connected already,
    DBConnectionError where it cannot be reached.
    """
    global _context
    if _context is not None:
        raise ConfigurationError("A database is connected already: close() it first.")
    context = TortoiseContext()
    with context:  # only while it is made: requests run in other tasks and find it as the global fallback
        configuration = _configuration(url, models, {"pool_size": pool_size, "walled": walled, "strict": strict})
        await context.init(configuration, _enable_global_fallback=True)
    try:
        await _engine(context).open()
    except BaseException:
        await context.close_connections()
        raise
    _context = context


async def close() -> None:
    """Waits for what is under way and closes every connection. Does nothing if none is open."""
    global _context
    if (context := _context) is None:
        return
    try:
        await _engine(context).close()  # a transaction under way still needs the context to find its connection
    finally:
        _context = None
        await context.close_connections()


@asynccontextmanager
async def reading() -> AsyncIterator[None]:
    """The loose reads of the block share a connection and what they are bound to, where that saves round trips.

    They see what is committed when each of them begins, as on their own. Writes and transactions inside stay what they
    are outside. Several tasks may read at once; the block must outlive them.
    """
    client = _client() if _context is not None else None  # an operation may need no database at all
    if isinstance(client, Engine) and (shared := client.reading()) is not None:
        async with shared:
            yield
    else:
        yield


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Commits when the block ends and rolls back when it raises or is cancelled. Inside another one: a savepoint.

    A statement that fails, fails the whole block on both engines; nest a `transaction()` around what may fail.
    TransactionFailed if such a failure was swallowed, Contended where another transaction was in the way,
    TransactionOver in a task that has outlived the transaction it was started in.
    """
    async with _client()._in_transaction():
        yield


def in_transaction() -> bool:
    """Whether this task, or the one it was started by, is inside an open `transaction()`."""
    client = _client()
    return isinstance(client, Scope) and client.is_open


async def retrying(work: Callable[[], Awaitable[T]], *, attempts: int = 5) -> T:
    """Runs the work and, where it raises Contended, runs it again after a short random pause.

    The work must hold its own `transaction()` and change nothing else. Inside a transaction it runs only once: the
    outermost one has to be run again as a whole.
    """
    if in_transaction():
        return await work()
    for attempt in range(attempts - 1):
        try:
            return await work()
        except Contended:
            await asyncio.sleep(_random.uniform(0, _FIRST_PAUSE * 2**attempt))
    return await work()


async def fetch(sql: str, *params: Any) -> list[Row]:
    """The rows of a statement with `$1` placeholders, RETURNING included.

    Runs in the current transaction, if there is one. Values come as the engine has them: on SQLite a UUID and a moment
    are text (`instant.from_database` reads both forms) and a boolean is 0 or 1.
    """
    _, rows = await _client().run(sql, params)
    return rows if isinstance(rows, list) else list(rows)


async def execute(sql: str, *params: Any) -> int:
    """Runs a statement with `$1` placeholders and says how many rows it changed, triggers and cascades left out."""
    affected, _ = await _client().run(sql, params)
    return affected


async def lock(keys: Sequence[str]) -> None:
    """Until the transaction ends, no other transaction holds a lock on any of the keys.

    Taken in sorted order, so that two transactions with the same keys never wait for each other. On SQLite a
    transaction excludes every other writer anyway. TransactionManagementError outside a transaction.
    """
    if not in_transaction():
        raise TransactionManagementError("A lock lasts until the transaction ends: take it inside `transaction()`.")
    if keys and dialect() == "postgres":
        await fetch(_LOCK, sorted(set(keys)))


async def try_lock(keys: Sequence[str]) -> bool:
    """Like `lock`, but waits for nobody: False where another transaction holds one of them.

    Those that it got all the same it keeps: call it in a nested `transaction()`, and undo that.
    """
    if not in_transaction():
        raise TransactionManagementError("A lock lasts until the transaction ends: take it inside `transaction()`.")
    if not keys or dialect() == "sqlite":
        return True
    return all(row["taken"] for row in await fetch(_TRY_LOCK, sorted(set(keys))))


async def wait_for(keys: Sequence[str]) -> None:
    """Until each of the keys was free once, holding none of them afterwards; many may wait and go on together.

    Nothing on SQLite, where whoever is in a transaction has waited already.
    """
    if not keys or dialect() == "sqlite":
        return
    try:
        async with transaction():
            await fetch(_WAIT, sorted(set(keys)))
            raise _Waited
    except _Waited:
        return


class _Waited(Exception):
    """Undoes the savepoint in which locks were waited for, and with it the locks."""


def dialect() -> Literal["sqlite", "postgres"]:
    """Which engine is connected."""
    return "sqlite" if _client().capabilities.dialect == "sqlite" else "postgres"


async def ping() -> None:
    """DBConnectionError or OperationalError unless the database answers."""
    await fetch("SELECT 1")


async def forget_log() -> None:
    """Removes the copies of erased rows that are left in SQLite's write-ahead log; nothing on PostgreSQL.

    Contended while another process still reads from the log. Not inside a transaction.
    """
    if in_transaction():
        raise TransactionManagementError("The log can be emptied only outside a transaction.")
    await _engine(_connected()).forget_log()


def _configuration(url: str, models: Sequence[str], options: dict[str, Any]) -> dict[str, Any]:
    address = address_of(url)
    if isinstance(address, SqliteFile):
        where: dict[str, Any] = {"path": str(address.path)}
        connection = {"engine": "models.storage.sqlite", "credentials": where | options}
    else:
        connection = {"engine": "models.storage.postgres", "credentials": {"server": address} | options}
    apps = {"models": {"models": list(models), "default_connection": _ALIAS}}
    return {"connections": {_ALIAS: connection}, "apps": apps, "use_tz": True, "timezone": "UTC"}


def _connected() -> TortoiseContext:
    if _context is None:
        raise ConfigurationError("No database is connected: call connect() first.")
    return _context


def _client() -> Client:
    return cast("Client", _connected().connections.get(_ALIAS))


def _engine(context: TortoiseContext) -> Engine:
    client = context.connections.get(_ALIAS)
    return client.engine if isinstance(client, Scope | Reading) else cast("Engine", client)
