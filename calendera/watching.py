"""Watching for attacks: what requests did is looked at when they have been answered, counted, and reported once.

Nothing of it delays an answer or can make one fail: signals wait in a queue of this process, and a flood beyond what
it holds is dropped, for its beginning has been counted. Counts and events are in the database, one for all processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from calendera.clock import Clock
from calendera.logs import log
from models import keyring
from models.act import TABLES
from models.belonging import belongings_of
from models.credentials import ended_credential
from models.security_event import PlatformAlert, SecurityEvent, Source, counted, is_first
from models.storage.reach import bound
from models.watch_sign import WatchSign
from permissions.viewer import Viewer
from resolvers.context import Context
from resolvers.seen import FailedSignIn
from rules.networks import counted_network
from rules.watching import SecurityEventKind

K = SecurityEventKind
MOST_WAITING = 1_000
SIGN_EVERY = 30.0  # seconds

Work = Callable[[], Awaitable[None]]


class Watch:
    """The watch of one process. `mail_to` is the operator's address, if there is one."""

    def __init__(self, clock: Clock, mail_to: str | None = None) -> None:
        self.clock = clock
        self.mail_to = mail_to
        self._waiting: asyncio.Queue[Work] = asyncio.Queue(MOST_WAITING)

    def operation(self, context: Context, codes: tuple[str, ...]) -> None:
        """Look at an operation that is over."""
        for one in context.seen.failed_sign_ins:
            self._put(partial(self._failed_sign_in, one, context.address))
        source = source_of(context.viewer)
        if source is not None:
            for kind, number in _signals(context, codes):
                self._put(partial(self._count, kind, source, number))

    def refused_secret(self, secret: str) -> None:
        """Look at a secret that opened nothing: it may be one that was ended."""
        self._put(partial(self._ended, secret))

    async def settle(self) -> None:
        """Wait until everything that was collected so far has been dealt with."""
        await self._waiting.join()

    async def work(self) -> None:
        """Deal with what is collected, and give a sign every half minute, until cancelled."""
        while True:
            await _tried(partial(WatchSign.give, self.clock.now()))
            with suppress(TimeoutError):
                async with asyncio.timeout(SIGN_EVERY):
                    await self._work()

    async def _work(self) -> None:
        while True:
            work = await self._waiting.get()
            try:
                await _tried(work)
            finally:
                self._waiting.task_done()

    def _put(self, work: Work) -> None:
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(work)

    async def _count(self, kind: SecurityEventKind, source: Source, number: int = 1) -> None:
        at = self.clock.now()
        full = await counted(kind, f"{source.account_id}:{source.subject}:{source.subject_id}", at, number)
        with bound(source.account_id):
            opened = full and await SecurityEvent.report(kind, source, full, at)
        if opened:
            log.warning("security event", reason=kind.value, account_id=source.account_id, count=full)

    async def _failed_sign_in(self, failed: FailedSignIn, address: str) -> None:
        if failed.user_id is not None:
            for one in await belongings_of(failed.user_id):
                await self._count(K.FAILED_SIGN_INS, Source(one.account_id, "app_user", failed.user_id))
        if address:
            await self._stuffed(failed.email, address)

    async def _stuffed(self, email: str, address: str) -> None:
        """Each address that was tried counts once for the network it was tried from."""
        at, kind = self.clock.now(), K.CREDENTIAL_STUFFING
        network = keyring.pseudonym_of_day("stuffing", counted_network(address), at)
        if not await is_first(kind, f"{network}:{email}", at):
            return
        full = await counted(kind, network, at)
        if full and await PlatformAlert.report(kind, network, full, at, self.mail_to):
            log.warning("platform alert", reason=kind.value, count=full)

    async def _ended(self, secret: str) -> None:
        source = await ended_credential(secret, self.clock.now())
        if source is not None:
            await self._count(K.ENDED_CREDENTIAL, source)


class Unwatched(Watch):
    """Collects nothing: for looking again at somebody who was let in, as for the next event of a subscription."""

    def _put(self, work: Work) -> None:
        pass


def source_of(viewer: Viewer) -> Source | None:
    """What stands for the credential in the account; None for a visitor and for whoever is in no account."""
    if viewer.account_id is None:
        return None
    table = TABLES.get(viewer.actor.kind)
    if table is not None and viewer.actor.id is not None:
        return Source(viewer.account_id, table, viewer.actor.id)
    return Source(viewer.account_id, "access_key", viewer.access_key_id) if viewer.access_key_id else None


def _signals(context: Context, codes: tuple[str, ...]) -> Iterator[tuple[SecurityEventKind, int]]:
    unknown = context.seen.unknown_ids + context.refused.count("NOT_FOUND")
    if unknown:
        yield K.ID_PROBING, unknown
    if "FORBIDDEN" in codes:
        yield K.DENIALS, 1
    if context.seen.contacts:
        yield K.MASS_READ, len(context.seen.contacts)


async def _tried(work: Work) -> None:
    try:
        with bound(None):
            await work()
    except Exception as error:
        log.error("watching failed", exc_info=error)


@asynccontextmanager
async def watching(watch: Watch) -> AsyncIterator[None]:
    """The watch works during the block; what waits at its end is dealt with first, for at most two seconds."""
    task = asyncio.create_task(watch.work())
    try:
        yield
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await watch.settle()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
