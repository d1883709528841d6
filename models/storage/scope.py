"""Transactions and savepoints: who may write into them, until when, and how they end."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from tortoise.backends.base.client import TransactionContext
from tortoise.connection import ConnectionToken, get_connections

from models.storage.cancelling import patiently, settled
from models.storage.client import Client, Line
from models.storage.errors import TransactionFailed, TransactionOver
from models.storage.reach import binding

if TYPE_CHECKING:
    from models.storage.engine import Engine

T = TypeVar("T")
_numbers = count(1)
_OVER = "This transaction has ended; a task it started must end before it does, or have a transaction of its own."


class Scope(Client):
    """A transaction or a savepoint in it, and the tasks that write into it one statement at a time.

    A nested scope holds the lock of the one around it until it has ended. So what another task writes into the outer
    scope meanwhile waits, instead of being undone together with the nested one.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.connection_name)
        self.engine = engine
        self.capabilities = engine.capabilities
        self.query_class = engine.query_class
        self.executor_class = engine.executor_class
        self.schema_generator = engine.schema_generator
        self._lock = asyncio.Lock()
        self._open = False
        self._failed = False

    @property
    def is_open(self) -> bool:
        """Whether it may still be written into."""
        return self._open

    @property
    @abstractmethod
    def _line(self) -> Line:
        """The connection it runs on. TransactionOver once that has been given back."""

    @abstractmethod
    async def begin(self) -> None:
        """Opens it. When it raises, nothing is held."""

    @abstractmethod
    async def _finish(self, commit: bool) -> None:
        """Ends it in the database and gives back what it holds, in every case."""

    async def end(self, *, commit: bool) -> None:
        """Commits or rolls back. TransactionFailed if a commit was asked for and had to become a rollback."""
        self._open = False  # from here on a task that comes too late is refused
        try:
            async with patiently("a task that still writes into this transaction"):
                await self._lock.acquire()
        except Exception:
            await self._finish(commit=False)
            raise
        try:
            await self._finish(commit=commit and not self._failed)
        finally:
            self._lock.release()
        if commit and self._failed:
            raise TransactionFailed("Rolled back: a statement of this transaction had failed or been cancelled.")

    async def _use(self, sql: str, work: Callable[[Line], Awaitable[T]]) -> T:
        if self._lock.locked():
            async with patiently("another statement of this transaction"):
                await self._lock.acquire()
        else:
            await self._lock.acquire()
        try:
            self.check_usable()
            return await self._guarded(work)
        finally:
            self._lock.release()

    async def _guarded(self, work: Callable[[Line], Awaitable[T]], *, reaches: bool = True) -> T:
        """`reaches` is False for what looks at no row and may be all that a failed transaction still takes: a binding
        would not be taken either."""
        try:
            line = self._line
            if reaches:
                await line.bind(binding())
            return await work(line)
        except BaseException:
            self._failed = True
            raise

    def check_usable(self) -> None:
        """TransactionOver or TransactionFailed where a statement must not run any more."""
        if not self.is_open:
            raise TransactionOver(_OVER)
        if self._failed:
            raise TransactionFailed("A statement of this transaction failed; nest what may fail in `transaction()`.")

    def handwritten(self, sql: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        return self.engine.handwritten(sql, values)

    def _in_transaction(self) -> TransactionContext:
        return Boundary(Savepoint(self))


class Outermost(Scope):
    """The transaction itself."""

    _held: Line | None = None

    @property
    def _line(self) -> Line:
        if self._held is None:
            raise TransactionOver(_OVER)
        return self._held

    async def begin(self) -> None:
        self._held = await self.engine.begin()
        self._open = True

    async def _finish(self, commit: bool) -> None:
        line, self._held = self._line, None  # from here on nothing can reach the connection through this scope
        await self.engine.end(line, commit=commit)


class Savepoint(Scope):
    """A part of a transaction that can be undone alone."""

    def __init__(self, around: Scope) -> None:
        super().__init__(around.engine)
        self._around = around
        self._name = f"nested_{next(_numbers)}"

    @property
    def is_open(self) -> bool:
        return self._open and self._around.is_open

    @property
    def _line(self) -> Line:
        return self._around._line

    async def begin(self) -> None:
        async with patiently("another nested transaction"):
            await self._around._lock.acquire()
        try:
            self._around.check_usable()
            await self._tell(f"SAVEPOINT {self._name}")
        except BaseException:
            self._around._lock.release()
            raise
        self._open = True

    async def _finish(self, commit: bool) -> None:
        try:
            if not commit:
                await self._tell(f"ROLLBACK TO SAVEPOINT {self._name}")
                self._line.unbind()
            await self._tell(f"RELEASE SAVEPOINT {self._name}")
        finally:
            self._around._lock.release()

    async def _tell(self, sql: str) -> None:
        """A failure here leaves the outer transaction in a state nobody asked for, so that one has failed too."""
        await self._around._guarded(lambda line: line.query(sql, ()), reaches=False)


class Boundary(TransactionContext):
    """`async with`: the scope is the current connection of this task, and of tasks started inside, until its end."""

    _token: ConnectionToken

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def __aenter__(self) -> Scope:  # type: ignore[override]  # Tortoise's type brings verbs nobody calls
        await self._scope.begin()
        self._token = get_connections().set(self._scope.connection_name, self._scope)
        return self._scope

    async def __aexit__(self, kind: Any, error: Any, traceback: Any) -> None:
        try:
            await settled(self._scope.end(commit=kind is None))
        except Exception:
            if kind is None:
                raise  # otherwise the error that led here is the one to tell
        finally:
            get_connections().reset(self._token)
