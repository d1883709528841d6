"""The SQLite backend for Tortoise: one writing connection and a few that can only read, in every process."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from tortoise.backends.sqlite.client import SqliteClient as Stock
from tortoise.exceptions import ConfigurationError, DBConnectionError

from models.storage.cancelling import patiently, settled
from models.storage.client import Line
from models.storage.engine import Engine
from models.storage.reach import binding
from models.storage.sqlite_connection import Connection
from models.storage.sqlite_wall import account_tables
from models.storage.sqlite_writer import Writer
from models.storage.statement import for_sqlite, only_reads

T = TypeVar("T")

READERS = 4


class SqliteClient(Engine):
    """Reads outside a transaction run on readers, several at once; everything else waits for the writer's turn.

    A write outside a transaction is a transaction of its own. `path` is a file; ConfigurationError for `:memory:`,
    because every connection would have a memory of its own.
    """

    executor_class = Stock.executor_class
    query_class = Stock.query_class
    schema_generator = Stock.schema_generator
    capabilities = Stock.capabilities

    def __init__(self, path: str, connection_name: str, walled: bool = False, **_: Any) -> None:
        if ":memory:" in path or not path:
            raise ConfigurationError("SQLite in memory is not supported: give the path of a file.")
        super().__init__(connection_name)
        self._path = Path(path).absolute()
        self._walled = walled
        self._changing = asyncio.Lock()  # held while connections are opened or closed
        self._writer: Writer | None = None
        self._closed = False
        self._connections: list[Connection] = []
        self._readers: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()  # the last one used has the warmest cache

    async def open(self) -> None:
        await self._opened()

    async def _opened(self) -> Writer:
        if self._writer is None:
            async with self._changing:
                if self._closed:
                    raise DBConnectionError("The database has been closed.")
                if self._writer is None:
                    await settled(self._open())
        if self._walled and self._writer is not None and not self._writer.walled:
            await self._find_wall()
        return cast("Writer", self._writer)

    async def _find_wall(self) -> None:
        """The file had no account tables when it was opened: it may have been migrated since."""
        async with self._changing:
            writer = self._writer
            if writer is None or writer.walled or not await writer.call(account_tables):
                return
            self._writer = None
            await settled(self._reopened())

    async def _reopened(self) -> None:
        while not self._readers.empty():
            self._readers.get_nowait()
        await self._close_connections()
        await self._open()

    async def _open(self) -> None:
        try:
            writer = Writer(self._path, walled=self._walled)
            self._connections.append(writer)
            await writer  # first, for it makes the file and its write-ahead log
            for _ in range(READERS):
                reader = Connection(self._path, walled=self._walled)
                self._connections.append(reader)
                await reader
                self._readers.put_nowait(reader)
        except (sqlite3.Error, OSError) as error:
            await self._close_connections()
            raise DBConnectionError(f"Cannot open {self._path}: {error}") from error
        await self._post_connect()
        self._writer = writer

    async def close(self) -> None:
        """Waits for the statements and the transaction under way, then closes every connection, for good."""
        self._closed, self._writer = True, None
        await settled(self._close())

    async def _close(self) -> None:
        async with self._changing:
            await self._close_connections()

    async def _close_connections(self) -> None:
        while self._connections:
            await self._connections.pop().close()  # the readers first

    async def begin(self) -> Writer:
        writer = await self._opened()
        await writer.begin()
        return writer

    async def end(self, line: Line, *, commit: bool) -> None:
        if isinstance(line, Writer):
            await line.end(commit=commit)

    async def forget_log(self) -> None:
        await settled((await self._opened()).forget_log())

    async def _use(self, sql: str, work: Callable[[Line], Awaitable[T]]) -> T:
        return await (self._read(work) if only_reads(sql) else self._write(work))

    async def _read(self, work: Callable[[Line], Awaitable[T]]) -> T:
        await self._opened()
        async with patiently("a connection to read with"):
            reader = await self._readers.get()
        try:
            await reader.bind(binding())
            return await work(reader)
        finally:
            self._readers.put_nowait(reader)

    async def _write(self, work: Callable[[Line], Awaitable[T]]) -> T:
        writer = await self.begin()
        try:
            await writer.bind(binding())
            result = await work(writer)
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell
                await settled(writer.end(commit=False))
            raise
        await settled(writer.end(commit=True))
        return result

    def handwritten(self, sql: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        return for_sqlite(sql), values


client_class = SqliteClient
