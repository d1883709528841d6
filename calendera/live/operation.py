"""One operation on a connection that stays open: what its client is told, until it has ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from graphql import OperationType

from calendera.admission import Admission
from calendera.asked import Asked
from calendera.asking import Asking, Observe, Served, Visit
from calendera.live.identity import Changed, Identity
from calendera.live.relay import FellBehind, Relay
from calendera.stopped import Stopped
from graph.answers import BUSY, Answer, fault_of, masked, refuse
from graph.execution import Operations
from graph.prepared import Prepared
from models.event_tail import Happening
from models.storage import database
from models.storage.errors import Contended
from resolvers.changes import WATCHED
from resolvers.context import Context
from resolvers.seen import Seen
from rules.errors import Denied, Throttled

_NO_MUTATION = (
    "A mutation that the session cookie vouches for is sent by POST: only the answer to a request can renew the cookie."
)
EVENTS_AT_ONCE = 8
_LEFT = 499  # as for a request whose client did not wait: a subscription ends with its client

Tell = Callable[[Answer], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answering:
    """What all operations of one endpoint share. `observe` is called once for each operation, when it has ended, and
    `look` after each event of a subscription, which may go on for days."""

    admission: Admission
    relay: Relay
    observe: Observe
    look: Callable[[Context, tuple[str, ...]], None]
    # Events wait for each other, so that however many watch, requests find a connection to the database.
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(EVENTS_AT_ONCE))

    @property
    def operations(self) -> Operations:
        return self.admission.operations

    async def answer(self, asked: Asked, identity: Identity, visit: Visit, tell: Tell) -> None:
        """Tell the answer to a query or mutation; of a subscription that of each event, or why it does not begin.

        Raises Changed and FellBehind, after which the connection is to be closed, and what `tell` raises.
        """
        one = _One(self, asked, identity, visit, tell)
        began = time.perf_counter()
        try:
            await one.run()
        finally:
            if visit.asking is not None:
                # All of them, not those of the last event: how many is all that the log wants to know.
                cast("Context", visit.asking.context).statements = range(one.statements)
            status = _LEFT if one.watching else 200
            events = one.events if one.watching else None
            self.observe(Served(visit, status, one.codes, time.perf_counter() - began, events))


@dataclass(slots=True)
class _One:
    """One operation under way."""

    shared: Answering
    asked: Asked
    identity: Identity
    visit: Visit
    tell: Tell
    watching: bool = False
    events: int = 0
    codes: tuple[str, ...] = ()
    statements: int = 0

    async def run(self) -> None:
        try:
            answer = await self._begin()
        except Exception as error:
            answer = self._answer_to(error)
        if answer is not None:
            await self._say(answer)
            return
        async with self.shared.relay.listening(self.identity.viewer.in_account(), WATCHED.__eq__) as listener:
            beginning = await self._opened()
            if beginning.errors:
                await self._say(Answer(beginning.errors))  # without data, for nothing came of it
                return
            self.watching = True
            await self._say(beginning)
            while True:
                answer = await self._executed(await listener.next())
                if answer.errors or any(value is not None for value in (answer.data or {}).values()):
                    self.events += answer.executed
                    await self._say(answer)
                if not answer.executed:
                    return

    async def _begin(self) -> Answer | None:
        """The answer; None where it is a subscription."""
        with self._counting() as statements:
            asking = await self._ask(statements)
            async with self.shared.admission.meter.place(asking):
                found = await self.shared.admission.find(self.asked, asking, self.visit, reads_only=self._reads_only)
                if isinstance(found, Answer):
                    return self._with_extensions(found, asking)
                if found.kind(self.asked.operation_name) is OperationType.SUBSCRIPTION:
                    self.identity.viewer.in_account()
                    return None
                return self._with_extensions(await self._paid(found, asking), asking)

    async def _opened(self) -> Answer:
        """Whether the subscription may begin: an answer to no event yet, paid for like a query."""
        try:
            with self._counting() as statements:
                asking = await self._ask(statements)
                async with self.shared.admission.meter.place(asking):
                    found = self.shared.admission.named(self.asked, asking, self.visit)
                    answer = found if isinstance(found, Answer) else await self._paid(found, asking, event=True)
                    return self._with_extensions(answer, asking)
        except Exception as error:
            return self._answer_to(error)

    async def _executed(self, happening: Happening) -> Answer:
        """The subscription's answer to one event. Who asks is looked up each time."""
        try:
            async with self.shared.turns:
                with self._counting() as statements:
                    asking = await self._ask(statements)
                    context = cast("Context", asking.context)
                    context.happening = happening
                    admission = self.shared.admission
                    found = admission.named(self.asked, asking, self.visit)
                    if isinstance(found, Answer):
                        return found
                    answer = await admission.execute(found, self.asked, asking, self.visit, event=True)
                    self.shared.look(context, codes_of(answer))
                    context.seen = Seen()  # has been looked at
                    return answer
        except Exception as error:
            return self._answer_to(error)

    async def _paid(self, found: Prepared, asking: Asking, *, event: bool = False) -> Answer:
        return await self.shared.admission.run(found, self.asked, asking, self.visit, event=event)

    async def _ask(self, statements: list[str]) -> Asking:
        asking = self.visit.asking = await self.identity.ask(statements)
        return asking

    @property
    def _reads_only(self) -> str:
        return _NO_MUTATION if self.identity.by_cookie else ""

    def _with_extensions(self, answer: Answer, asking: Asking) -> Answer:
        answer.extensions.update(asking.extensions)
        return answer

    @contextmanager
    def _counting(self) -> Iterator[list[str]]:
        with database.counting(apart=True) as statements:
            try:
                yield statements
            finally:
                self.statements += len(statements)

    async def _say(self, answer: Answer) -> None:
        self.codes = codes_of(answer)
        await self.tell(answer)

    def _answer_to(self, error: Exception) -> Answer:
        if isinstance(error, Changed | FellBehind):
            raise error
        if isinstance(error, Stopped | Denied):
            return refuse(error.code, error.message)
        if isinstance(error, Throttled):
            return refuse("THROTTLED", error.message)
        if isinstance(error, Contended):
            return refuse("TRY_AGAIN", BUSY)
        self.shared.operations.report(fault_of(error, self.visit.request_id, self.visit.operation))
        return masked(self.visit.request_id)


def codes_of(answer: Answer) -> tuple[str, ...]:
    """The codes of an answer's errors, each once."""
    return tuple(dict.fromkeys(str(error["extensions"]["code"]) for error in answer.errors))
