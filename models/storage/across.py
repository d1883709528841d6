"""A connection for queries that look across accounts, whatever their task is bound to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from tortoise.backends.base.client import TransactionContext

from models.storage import database
from models.storage.client import Client, Line
from models.storage.reach import Reach, reaching

T = TypeVar("T")


class Across(Client):
    """Runs each statement where it would run anyway, transactions included, with another reach."""

    def __init__(self, reach: Reach) -> None:
        now = database._client()
        super().__init__(now.connection_name)
        self._reach = reach
        self.capabilities = now.capabilities
        self.query_class = now.query_class
        self.executor_class = now.executor_class
        self.schema_generator = now.schema_generator

    async def _use(self, sql: str, work: Callable[[Line], Awaitable[T]]) -> T:
        with reaching(self._reach):
            return await database._client()._use(sql, work)

    def handwritten(self, sql: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        return database._client().handwritten(sql, values)

    def _in_transaction(self) -> TransactionContext:
        return database._client()._in_transaction()
