"""Hands each event to those who listen in its account: one reader of the tail, however many listen."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from calendera.live.pace import Pace
from calendera.logs import log
from models import event_tail
from models.event_tail import Happening

_LONGEST_PAUSE = 5.0


class FellBehind(Exception):
    """A listener took the events more slowly than they came. What it missed can be read, and is not sent again."""


class Listener:
    """The events that wait for one subscriber."""

    def __init__(self, wants: Callable[[str], bool], backlog: int) -> None:
        self._wants = wants
        self._waiting: asyncio.Queue[Happening] = asyncio.Queue(backlog)
        self._behind = False

    def offer(self, happening: Happening) -> None:
        """Queue an event whose subject is wanted. Never waits: whoever is slow loses, and is told so."""
        if self._wants(happening.subject):
            try:
                self._waiting.put_nowait(happening)
            except asyncio.QueueFull:
                self._behind = True

    async def next(self) -> Happening:
        """The next event, as soon as there is one. Raises FellBehind."""
        if self._behind:
            raise FellBehind
        return await self._waiting.get()

    def forget(self) -> None:
        """Let go of what waits."""
        self._behind = False
        while not self._waiting.empty():
            self._waiting.get_nowait()


class Relay:
    """Reads the tail while somebody listens. `run` lasts as long as the process."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._listeners: defaultdict[UUID, set[Listener]] = defaultdict(set)
        self._wanted = asyncio.Event()
        self._reading = asyncio.Event()

    @asynccontextmanager
    async def listening(self, account_id: UUID, wants: Callable[[str], bool]) -> AsyncIterator[Listener]:
        """Hear of every event of the account that commits from now on and whose subject is wanted."""
        listener = Listener(wants, self._pace.backlog)
        self._listeners[account_id].add(listener)
        self._wanted.set()
        try:
            await self._reading.wait()
            yield listener
        finally:
            self._listeners[account_id].discard(listener)
            if not self._listeners[account_id]:
                del self._listeners[account_id]
            if not self._listeners:
                self._wanted.clear()

    async def run(self) -> None:
        """Read and hand out, until cancelled."""
        while True:
            self._reading.clear()
            await self._wanted.wait()
            await self._follow()

    async def _follow(self) -> None:
        """From the present end of the tail on, until nobody listens. A database that is away costs no event: what was
        committed meanwhile is found from where the last look ended."""
        seen: str | None = None
        pause = self._pace.look
        while self._wanted.is_set():
            try:
                seen = await self._look(seen)
                pause = self._pace.look
            except Exception as error:
                log.error("the event tail cannot be read", exc_info=error)
                pause = min(max(pause, self._pace.look) * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _look(self, seen: str | None) -> str:
        if seen is None:
            end = await event_tail.position()
            self._reading.set()
            return end
        end, happenings = await event_tail.since(seen)
        for happening in happenings:
            for listener in self._listeners.get(happening.account_id, ()):
                listener.offer(happening)
        return end


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[None]:
    """The relay runs during the block, in a task that belongs to no request."""
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
