"""The one connection of this process that writes, and its turn among the other processes."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.storage.cancelling import patiently
from models.storage.errors import Contended
from models.storage.sqlite_connection import Connection, translated


class Queue:
    """A file next to the database in which every process stands in line before it writes.

    SQLite's own waiting is polling: under load the unlucky wait long or are told that the database is locked. The
    kernel wakes those who wait for a flock at once.
    """

    def __init__(self, database: Path) -> None:
        self._file = os.open(f"{database}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def enter(self) -> None:
        """Blocks until it is our turn: for a thread, not for the event loop."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Lets the next process in. Harmless if we were not in."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leaves for good."""
        os.close(self._file)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Our turn as a block."""
        self.enter()
        try:
            yield
        finally:
            self.leave()


class Writer(Connection):
    """Lent, with BEGIN IMMEDIATE done, to one task of this process at a time, in order of arrival."""

    def __init__(self, path: Path, *, walled: bool) -> None:
        super().__init__(path, walled=walled, writes=True)
        self._queue = Queue(path)
        self._turn = asyncio.Lock()
        self._abandoned: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Waits for our turn and begins. When it raises, the turn is passed on."""
        async with patiently("the turn to write"):
            await self._turn.acquire()
            try:
                begun = self.submit(self._begin)
                await asyncio.shield(begun)
            except asyncio.CancelledError:
                self._abandon(begun)
                raise
            except BaseException as error:
                self._turn.release()
                raise translated(error) from error

    async def end(self, *, commit: bool) -> None:
        """Commits or rolls back and passes the turn on. To be run by `settled`."""
        try:
            await self.submit(lambda database: self._end(database, commit))
        except sqlite3.Error as error:
            raise translated(error) from error
        finally:
            self._turn.release()

    async def forget_log(self) -> None:
        """Empties the write-ahead log. Contended while a reader still needs what is in it. To be run by `settled`."""
        async with patiently("the turn to write"):
            await self._turn.acquire()
        try:
            busy = await self.submit(self._forget_log)
        finally:
            self._turn.release()
        if busy:
            raise Contended("The write-ahead log is still being read.")

    async def close(self) -> None:
        """Waits for the transaction under way, if it ends in time, then closes. To be run by `settled`."""
        with suppress(Contended):
            async with patiently("the last transaction"):
                await self._turn.acquire()
        try:
            await super().close()
            self._queue.close()
        finally:
            if self._turn.locked():
                self._turn.release()  # those who still wait learn that the database has been closed

    def _begin(self, database: sqlite3.Connection) -> None:
        self._queue.enter()
        try:
            database.execute("BEGIN IMMEDIATE").close()
        except BaseException:
            self._queue.leave()
            raise

    def _end(self, database: sqlite3.Connection, commit: bool) -> None:
        try:
            if commit:
                database.execute("COMMIT").close()
        finally:
            try:
                if database.in_transaction:
                    database.execute("ROLLBACK").close()
            finally:
                self._queue.leave()

    def _forget_log(self, database: sqlite3.Connection) -> bool:
        with self._queue.turn():
            return bool(database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])

    def _abandon(self, begun: asyncio.Future[None]) -> None:
        """The thread may still stand in the queue. Nobody waits for it, but the turn is kept until it is undone."""
        task = asyncio.get_running_loop().create_task(self._undo(begun))
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)

    async def _undo(self, begun: asyncio.Future[None]) -> None:
        try:
            await begun
        except sqlite3.Error:
            self._turn.release()  # it never began
        else:
            await self.end(commit=False)
