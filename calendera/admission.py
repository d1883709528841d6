"""Admitting one operation, the same for every transport: which document is meant, whether this credential may run it,
and what the caller is told when not."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from graphql import OperationType
from starlette.requests import Request

from calendera.asked import Asked, from_body
from calendera.asking import Asking, Authenticate, Visit
from calendera.bodies import read_body
from calendera.metering import Meter
from calendera.stopped import Stopped
from graph.answers import Answer, refuse
from graph.execution import Operations
from graph.prepared import Prepared
from graph.weights import Tally

# Whoever takes longer over the body is asked again who they are.
_FRESH_SECONDS = 1.0
_TRUSTED_ONLY = (
    "This credential runs trusted documents only: send the `documentId` of one instead of `query`. `calendera "
    "documents` lists them, and docs/documents.md says how a page of your own adds its documents."
)
# Clients of automatic persisted queries look for exactly this word, and then send the text.
_SEND_THE_TEXT = "PersistedQueryNotFound"
_TRUSTED_BY_GET = "GET is answered for trusted documents only. Send the operation by POST."
_NO_MUTATION_BY_GET = "A mutation cannot be sent by GET. Send it by POST."


async def asked_by_post(
    request: Request, visit: Visit, authenticate: Authenticate, body_limit: int, body_seconds: float
) -> tuple[Asked, Asking]:
    """What is asked and by whom, as they are when the last byte is there: a credential that ended while the body
    trickled in opens nothing, and the clock of the operation does not lag behind."""
    asking = visit.asking = await authenticate(request)
    began = time.perf_counter()
    body = await read_body(request, body_limit, body_seconds)
    if time.perf_counter() - began > _FRESH_SECONDS:
        asking = visit.asking = await authenticate(request)
    return from_body(body), asking


async def plainly(run: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end."""
    return await run


@dataclass(frozen=True, slots=True)
class Admission:
    """Admits operations, and has them paid: at most what one may cost is taken before, and settled after."""

    operations: Operations
    meter: Meter

    async def find(
        self, asked: Asked, asking: Asking, visit: Visit, *, by_get: bool = False, reads_only: str = ""
    ) -> Prepared | Answer:
        """The document of an operation; see `named`. An answer where it is not to be run."""
        if asked.text is not None and (empty := await self.meter.look(asking)):
            return empty
        try:
            prepared = self.named(asked, asking, visit, by_get=by_get, reads_only=reads_only)
        except Stopped:
            if visit.kind is not None:  # it was read all the same
                await self.meter.in_vain(asking)
            raise
        if isinstance(prepared, Answer):
            await self.meter.in_vain(asking, prepared)
        elif prepared.reading:
            await self.meter.charge(asking, prepared.reading)
        return prepared

    def named(
        self, asked: Asked, asking: Asking, visit: Visit, *, by_get: bool = False, reads_only: str = ""
    ) -> Prepared | Answer:
        """The document that is meant, as far as this credential and this method may name it; kept in the visit for
        the log. `reads_only` is the sentence that refuses a mutation, where one may not be sent. Raises Stopped."""
        prepared = _find(self.operations, asked, asking, by_get=by_get)
        operation = None if isinstance(prepared, Answer) else prepared.find(asked.operation_name)
        if operation is not None:
            visit.operation = operation.name.value if operation.name else None
            visit.kind = operation.operation.value
            if operation.operation is OperationType.MUTATION and (by_get or reads_only):
                raise Stopped(405, reads_only or _NO_MUTATION_BY_GET, headers={"Allow": "POST"})
        return prepared

    async def run(
        self,
        prepared: Prepared,
        asked: Asked,
        asking: Asking,
        visit: Visit,
        *,
        event: bool = False,
        until: Callable[[Coroutine[Any, Any, Answer]], Awaitable[Answer]] = plainly,
    ) -> Answer:
        """The answer, paid for. `until` may end the run early, as when the client has left."""
        tally = self.operations.cost(prepared, asked.operation_name, asked.variables)
        if isinstance(tally, Answer):
            await self.meter.in_vain(asking, tally)
            return tally
        if refused := await self.meter.take(asking, tally):
            return refused
        try:
            return await until(self.execute(prepared, asked, asking, visit, event=event, tally=tally))
        finally:
            await self.meter.settle(asking, tally)

    async def execute(
        self,
        prepared: Prepared,
        asked: Asked,
        asking: Asking,
        visit: Visit,
        *,
        event: bool = False,
        tally: Tally | None = None,
    ) -> Answer:
        """The answer, for nothing: an event is paid by whoever causes it."""
        return await self.operations.run(
            prepared,
            context=asking.context,
            request_id=visit.request_id,
            sees=asking.rights.sees,
            operation_name=asked.operation_name,
            variables=asked.variables,
            tally=tally,
            event=event,
        )


def _find(operations: Operations, asked: Asked, asking: Asking, *, by_get: bool) -> Prepared | Answer:
    rights = asking.rights
    if asked.document_id is not None:
        trusted_only = by_get and not rights.own_by_get
        found = operations.recall(asked.document_id, rights, trusted_only=trusted_only)
        if asked.by_hash and isinstance(found, Answer) and found.code == "PERSISTED_QUERY_NOT_FOUND":
            return refuse(found.code, _SEND_THE_TEXT)
        return found
    if not rights.own:
        raise Stopped(403, _TRUSTED_ONLY, code="FORBIDDEN")
    if by_get and not rights.own_by_get:
        raise Stopped(405, _TRUSTED_BY_GET, headers={"Allow": "POST"})
    return operations.prepare(asked.text or "", rights)
