"""Work that ends when the client that asked for it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

Result = TypeVar("Result")

# Most operations are over sooner, and then listening for a closed connection would be half of their overhead.
PATIENCE_SECONDS = 0.2


async def unless_gone(work: Coroutine[Any, Any, Result], receive: Receive) -> Result:
    """The result of the work. When the client closes the connection, or this task is cancelled, the work is cancelled
    and awaited, so that it has given back what it held. Raises ClientDisconnect, and what the work raises."""
    task = asyncio.create_task(work)
    gone: asyncio.Task[None] | None = None
    try:
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not task.done():
            gone = asyncio.create_task(_client_gone(receive))
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        await _end(task)
        if gone is not None:
            await _end(gone)


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _end(task: asyncio.Task[Any]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
