"""What Tortoise and the rest of the program ask of a database, whichever engine answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient

from models.storage.counting import ran
from models.storage.reach import Binding

T = TypeVar("T")


class Row(Protocol):
    """One row, by column name (`row["at"]`), by position (`row[0]`), or unpacked in order."""

    def __getitem__(self, key: str | int, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def keys(self) -> Iterable[str]:
        """The column names."""
        ...


class Line(Protocol):
    """One connection, used by one task at a time. A cancelled call has left the connection before it raises."""

    async def bind(self, to: Binding) -> None:
        """Makes the statements that follow reach what `to` reaches, and nothing else."""
        ...

    def unbind(self) -> None:
        """Forgets what it is bound to: a savepoint has been undone, and with it perhaps the binding."""
        ...

    async def query(self, sql: str, values: Sequence[Any]) -> tuple[int, Sequence[Row]]:
        """Rows affected (or given) and the rows, those of RETURNING included."""
        ...

    async def insert(self, sql: str, values: Sequence[Any]) -> Any:
        """What this engine's Tortoise executor expects of an INSERT."""
        ...

    async def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for every row of values: all of them or none."""
        ...

    async def script(self, sql: str) -> None:
        """Several statements without values."""
        ...


class Client(BaseDBAsyncClient):
    """Runs statements somewhere: `_use` says where. Never logs a parameter, unlike Tortoise's own clients."""

    connection_name: str

    @abstractmethod
    async def _use(self, sql: str, work: Callable[[Line], Awaitable[T]]) -> T:
        """Does the work on the line that suits the statement."""

    @abstractmethod
    def handwritten(self, sql: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        """A statement with `$1` placeholders and Python values as this engine takes them."""

    async def run(self, sql: str, values: Sequence[Any]) -> tuple[int, Sequence[Row]]:
        """A handwritten statement: rows affected and rows."""
        ran(sql)
        sql, values = self.handwritten(sql, values)
        return await self._use(sql, lambda line: line.query(sql, values))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        ran(query)
        return await self._use(query, lambda line: line.query(query, values or ()))

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        ran(query)
        return await self._use(query, lambda line: line.insert(query, values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        ran(query)
        await self._use(query, lambda line: line.many(query, values))

    async def execute_script(self, query: str) -> None:
        ran(query)
        await self._use(query, lambda line: line.script(query))
