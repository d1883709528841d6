"""The loose reads of one operation: one connection, begun with the first and given back with the last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from tortoise.backends.base.client import TransactionContext
from tortoise.connection import ConnectionToken, get_connections

from models.storage.cancelling import patiently, settled
from models.storage.client import Client, Line
from models.storage.errors import TransactionOver
from models.storage.reach import NOBODY, binding
from models.storage.scope import Boundary, Outermost
from models.storage.statement import only_reads

if TYPE_CHECKING:
    from models.storage.engine import Engine

T = TypeVar("T")


class Reading(Client):
    """`async with`: the current connection of this task, and of tasks started inside, for what is no transaction.

    A read that fails takes its transaction with it and nobody else's answer: the next one begins another. Whatever
    writes gives the connection back first and has one of its own, so that nobody waits for a second one with a first
    in hand.
    """

    _token: ConnectionToken

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.connection_name)
        self.engine = engine
        self.capabilities = engine.capabilities
        self.query_class = engine.query_class
        self.executor_class = engine.executor_class
        self.schema_generator = engine.schema_generator
        self._turn = asyncio.Lock()
        self._held: Line | None = None
        self._over = False

    async def __aenter__(self) -> None:
        self._token = get_connections().set(self.connection_name, self)

    async def __aexit__(self, *_: object) -> None:
        self._over = True  # a task that has outlived the block would begin what nobody ends
        get_connections().reset(self._token)
        await settled(self._last())

    async def _last(self) -> None:
        async with patiently("the last read of an operation"), self._turn:
            await self._give_back()

    async def take_turn(self) -> None:
        """Waits until nobody reads, and gives the connection back."""
        async with patiently("another read of this operation"):
            await self._turn.acquire()
        try:
            await settled(self._give_back())
        except BaseException:
            self._turn.release()
            raise

    def leave(self) -> None:
        """Lets the others read again."""
        self._turn.release()

    async def _give_back(self) -> None:
        line, self._held = self._held, None
        if line is not None:
            await self.engine.end(line, commit=True)

    async def _use(self, sql: str, work: Callable[[Line], Awaitable[T]]) -> T:
        if binding() == NOBODY or not only_reads(sql):
            await self.take_turn()
            try:
                return await self.engine._use(sql, work)
            finally:
                self.leave()
        async with patiently("another read of this operation"):
            await self._turn.acquire()
        try:
            return await self._read(work)
        finally:
            self.leave()

    async def _read(self, work: Callable[[Line], Awaitable[T]]) -> T:
        if self._over:
            raise TransactionOver("The operation that this read belongs to has ended.")
        if self._held is None:
            self._held = await self.engine.begin()
        try:
            await self._held.bind(binding())
            return await work(self._held)
        except BaseException:
            line, self._held = self._held, None
            with suppress(Exception):  # the first error is the one to tell
                await settled(self.engine.end(line, commit=False))
            raise

    def handwritten(self, sql: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        return self.engine.handwritten(sql, values)

    def _in_transaction(self) -> TransactionContext:
        return Boundary(_Between(self))


class _Between(Outermost):
    """A transaction inside a block of reads: these wait until it has ended."""

    def __init__(self, around: Reading) -> None:
        super().__init__(around.engine)
        self._around = around

    async def begin(self) -> None:
        await self._around.take_turn()
        try:
            await super().begin()
        except BaseException:
            self._around.leave()
            raise

    async def _finish(self, commit: bool) -> None:
        try:
            await super()._finish(commit)
        finally:
            self._around.leave()
