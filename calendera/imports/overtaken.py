"""Imports look first and write then; meanwhile somebody else may write the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tortoise.exceptions import IntegrityError

from models.storage.database import retrying

T = TypeVar("T")
_TRIES = 3


async def unless_overtaken(work: Callable[[], Awaitable[T]]) -> T:
    """Runs `work`, a whole transaction, anew where a constraint or another transaction was in the way: it looks again.

    IntegrityError if that happens three times.
    """
    for _ in range(_TRIES - 1):
        try:
            return await retrying(work)
        except IntegrityError:
            continue
    return await retrying(work)
