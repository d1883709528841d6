"""One SQLite connection on its own thread, for one task at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError

from models.storage.cancelling import ended
from models.storage.client import Row
from models.storage.errors import Contended, Unstorable, Walled
from models.storage.parameters import all_for_sqlite
from models.storage.reach import Binding
from models.storage.sqlite_wall import REFUSED, SqliteWall, account_tables
from models.storage.statement import statements_of

T = TypeVar("T")

BUSY_TIMEOUT = 5.0  # seconds SQLite itself waits for a program that does not stand in our queue

PRAGMAS: Mapping[str, str | int] = {
    "journal_mode": "WAL",  # readers go on while one writes
    "synchronous": "NORMAL",  # a power cut may lose the last commits but never breaks the file
    "foreign_keys": "ON",
    "recursive_triggers": "ON",  # or INSERT OR REPLACE would slip past append-only triggers
    "secure_delete": "ON",  # what is erased is overwritten
    "cache_size": -64_000,  # KiB
    "mmap_size": 256 * 1024 * 1024,
    "temp_store": "MEMORY",  # sorting never leaves copies of rows on the disk
    "wal_autocheckpoint": 4_000,  # pages
}


def connected(path: Path, pragmas: Mapping[str, str | int]) -> sqlite3.Connection:
    """An open connection with rows by name; transactions are begun by hand only."""
    if not path.exists():
        path.touch(mode=0o600)  # readable by the program alone; -wal and -shm inherit that
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, cached_statements=512)
    database.row_factory = sqlite3.Row
    try:
        for name, value in pragmas.items():
            database.execute(f"PRAGMA {name} = {value}").close()
    except BaseException:
        database.close()
        raise
    return database


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with calls that do several steps in one visit to the thread, and a say in cancellation.

    Work is handed over as a closure: aiosqlite logs what it runs, and a closure shows no parameters.
    """

    wall: SqliteWall

    def __init__(self, path: Path, *, walled: bool, writes: bool = False) -> None:
        super().__init__(partial(self._connected, path, walled, writes), iter_chunk_size=64)
        self._thread.daemon = True  # a connection somebody forgot to close cannot keep the process alive

    def _connected(self, path: Path, walled: bool, writes: bool) -> sqlite3.Connection:
        database = connected(path, PRAGMAS)
        self.wall = SqliteWall(database, account_tables(database) if walled else frozenset(), writes=writes)
        if not writes:
            database.execute("PRAGMA query_only = ON").close()
        self.wall.guard(database)
        return database

    @property
    def walled(self) -> bool:
        """Whether the database had account tables when this was opened."""
        return bool(self.wall.tables)

    async def bind(self, to: Binding) -> None:
        """See `Line`."""
        self.wall.bound = to

    def unbind(self) -> None:
        """See `Line`: nothing to do, the wall asks at every statement."""

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queues the work for the thread. It is done even if nobody waits for the future any more."""
        database = self._connection
        if database is None:
            raise DBConnectionError("The database has been closed.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, lambda: work(database)))
        return future

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Does the work. A cancelled caller interrupts it, and leaves only when the thread is through with it."""
        future = self.submit(work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await self.interrupt()
            await ended(future)
            raise
        except sqlite3.Error as error:
            raise translated(error) from error
        except (OverflowError, UnicodeEncodeError):
            raise Unstorable from None  # the original quotes the value

    async def query(self, sql: str, values: Sequence[Any]) -> tuple[int, Sequence[Row]]:
        """See `Line`. Rows affected leaves out what triggers and cascades did, as on PostgreSQL."""
        taken = all_for_sqlite(values)
        return await self.call(lambda database: _query(database, self.wall.aimed(sql), taken))

    async def insert(self, sql: str, values: Sequence[Any]) -> int | None:
        """See `Line`: the rowid."""
        taken = all_for_sqlite(values)
        return await self.call(lambda database: database.execute(self.wall.aimed(sql), taken).lastrowid)

    async def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """See `Line`."""
        taken = [all_for_sqlite(values) for values in rows]
        await self.call(lambda database: database.executemany(self.wall.aimed(sql), taken).close())

    async def script(self, sql: str) -> None:
        """See `Line`. Unlike sqlite3's own executescript it does not commit what is open."""
        await self.call(lambda database: _script(database, sql, self.wall))


def translated(error: BaseException) -> BaseException:
    """SQLite's error in Tortoise's words and ours; any other as it is. SQLite's messages name columns, never values."""
    if not isinstance(error, sqlite3.Error):
        return error
    if str(error) == REFUSED or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_AUTH:
        return Walled(f"The wall between accounts refused a statement: {error}")
    if isinstance(error, sqlite3.IntegrityError):
        return IntegrityError(str(error))
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Contended(str(error))
    return OperationalError(str(error))


def _query(database: sqlite3.Connection, sql: str, values: Sequence[Any]) -> tuple[int, list[Row]]:
    cursor = database.execute(sql, values)
    try:
        rows: list[Row] = cursor.fetchall()
        return (len(rows) if cursor.description else max(cursor.rowcount, 0)), rows
    finally:
        cursor.close()


def _script(database: sqlite3.Connection, script: str, wall: SqliteWall) -> None:
    for statement in statements_of(script):
        database.execute(wall.aimed(statement)).close()
