"""What an operation may reach in the database: its viewer's account, whatever a resolver asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.storage.database import reading
from models.storage.reach import bound, following
from resolvers.context import Context


@asynccontextmanager
async def behind_the_wall(context: object) -> AsyncIterator[None]:
    """For the length of an operation. What it reads outside of transactions, it reads with one connection.

    Who signs in or changes accounts on the way is followed. A context that has no viewer reaches nothing.
    """
    if not isinstance(context, Context):
        with bound(None):
            yield
        return
    with following(lambda: context.viewer.account_id):
        async with reading():
            yield
