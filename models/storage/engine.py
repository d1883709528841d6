"""A database as a whole, in the one shape both engines have."""

from __future__ import annotations

from abc import abstractmethod

from tortoise.backends.base.client import TransactionContext

from models.storage.client import Client, Line
from models.storage.reading import Reading
from models.storage.scope import Boundary, Outermost


class Engine(Client):
    """Opened once, lends out lines, and begins and ends the transactions on them."""

    @abstractmethod
    async def open(self) -> None:
        """Connects, if that has not been done. DBConnectionError where the database cannot be reached."""

    @abstractmethod
    async def begin(self) -> Line:
        """A line with an open transaction on it. When it raises, nothing is held."""

    @abstractmethod
    async def end(self, line: Line, *, commit: bool) -> None:
        """Ends the transaction and gives the line back, in every case. To be run by `settled`."""

    @abstractmethod
    async def forget_log(self) -> None:
        """Removes what erased rows left in the database's log, where that can be done."""

    def reading(self) -> Reading | None:
        """What loose reads may share; None where each is best on its own."""
        return None

    async def create_connection(self, with_db: bool) -> None:
        await self.open()

    def _in_transaction(self) -> TransactionContext:
        return Boundary(Outermost(self))
