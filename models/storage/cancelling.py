"""Steps that must reach their end although the request that asked for them has been cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from models.storage.errors import Contended

T = TypeVar("T")

PATIENCE = 10.0  # seconds a task waits for a connection, a writer's turn or its own transaction


async def ended(future: asyncio.Future[Any]) -> None:
    """Waits until the future is done, however often the waiting task is cancelled; then raises the cancellation."""
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait({future})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not future.cancelled():
            future.exception()  # seen: asyncio need not report it as forgotten
        raise cancelled


async def settled(step: Coroutine[Any, Any, T]) -> T:
    """Runs the step to its end in a task of its own; a cancellation meanwhile is raised only after it."""
    task = asyncio.ensure_future(step)
    await ended(task)
    return task.result()


@asynccontextmanager
async def patiently(waiting_for: str) -> AsyncIterator[None]:
    """Turns a wait of more than PATIENCE seconds into Contended."""
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError as error:
        raise Contended(f"Waited {PATIENCE:g} seconds for {waiting_for}.") from error
