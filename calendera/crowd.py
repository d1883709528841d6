"""How many operations run at once: of one caller few, of all together as many as the process does well."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from calendera.stopped import Stopped

# Beyond those that run, this many times as many may stand in line, and each this long.
_LINE = 4
_PATIENCE_SECONDS = 5.0
_YOURS = "{} operations of this caller are running. Wait for one to end, then send the next."
_OURS = "The server has its hands full. Nothing was done; send it again in a moment."


class Crowd:
    """Who is inside: running, or in line for it."""

    def __init__(self, running: int, each: int) -> None:
        self._each = each
        self._most = running * (1 + _LINE)
        self._running = asyncio.Semaphore(running)
        self._inside: Counter[str] = Counter()
        self._all = 0

    @asynccontextmanager
    async def place(self, caller: str) -> AsyncIterator[None]:
        """A place for one operation. Stopped with 429 where the caller has too many, with 503 where all have."""
        if self._inside[caller] >= self._each:
            raise Stopped(429, _YOURS.format(self._each), code="THROTTLED", headers={"Retry-After": "1"})
        if self._all >= self._most:
            raise _busy()
        self._inside[caller] += 1
        self._all += 1
        try:
            await self._enter()
            try:
                yield
            finally:
                self._running.release()
        finally:
            self._all -= 1
            self._inside[caller] -= 1
            if not self._inside[caller]:
                del self._inside[caller]

    async def _enter(self) -> None:
        if not self._running.locked():
            await self._running.acquire()  # at once: a timer for each request would be felt
            return
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._running.acquire()
        except TimeoutError:
            raise _busy() from None


def _busy() -> Stopped:
    return Stopped(503, _OURS, code="TRY_AGAIN", headers={"Retry-After": "1"})
