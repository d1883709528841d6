"""The GraphQL endpoint over HTTP: one request, one operation, one answer.

Follows the GraphQL-over-HTTP specification for both of its media types. Whatever is sent, the answer is 2xx or 4xx
with a code and a sentence; only our own failure is a 500, and then it is masked.
"""

from __future__ import annotations

import secrets
import time

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from calendera.asked import Asked, from_body, from_query_string
from calendera.asking import Asking, Authenticate, Observe, Served, Visit
from calendera.bodies import BODY_LIMIT, BODY_SECONDS, read_body
from calendera.disconnects import unless_gone
from calendera.negotiation import check_content_type, response_type
from calendera.replies import Reply, reply_to, reply_to_refusal, reply_when_busy, send_reply
from calendera.stopped import Stopped
from graph.answers import Answer, fault_of, masked
from graph.execution import Operations
from graph.prepared import Prepared
from models.storage.errors import Contended
from rules.errors import Denied, Throttled

# Whoever takes longer over the body is asked again who they are.
_FRESH_SECONDS = 1.0
_GONE = 499  # what proxies write into their logs when a client did not wait for the answer
_TRUSTED_ONLY = "This key runs trusted documents only. Send `documentId` instead of `query`."
_TRUSTED_BY_GET = "GET is answered for trusted documents only. Send the operation by POST."
_NO_MUTATION_BY_GET = "A mutation cannot be sent by GET. Send it by POST."


def graphql_endpoint(
    operations: Operations,
    authenticate: Authenticate,
    *,
    observe: Observe | None = None,
    body_limit: int = BODY_LIMIT,
    body_seconds: float = BODY_SECONDS,
) -> ASGIApp:
    """An ASGI application for one path: `Route(path, endpoint=…)`, not `Mount`, which redirects a POST.

    `authenticate` sees the request before its body is read, and once more where that took long. `observe` is called
    once for each request, after the answer is ready. `body_limit` is in bytes.
    """
    return _Endpoint(operations, authenticate, observe, body_limit, body_seconds)


class _Endpoint:
    def __init__(
        self,
        operations: Operations,
        authenticate: Authenticate,
        observe: Observe | None,
        body_limit: int,
        body_seconds: float,
    ) -> None:
        self._operations = operations
        self._authenticate = authenticate
        self._observe = observe
        self._body_limit = body_limit
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        visit = Visit(scope.get("state", {}).get("request_id") or secrets.token_hex(16))
        try:
            reply: Reply | None = await self._reply(Request(scope, receive), visit)
        except ClientDisconnect:
            reply = None
        if self._observe is not None:
            status, codes = (reply.status, reply.codes) if reply else (_GONE, ())
            self._observe(Served(visit, status, codes, time.perf_counter() - began))
        if reply is not None:
            await send_reply(reply, visit, send)

    async def _reply(self, request: Request, visit: Visit) -> Reply:
        try:
            answer, asking = await self._answer(request, visit)
            return reply_to(answer, visit.media_type, asking.headers)
        except ClientDisconnect:
            raise
        except (Stopped, Denied, Throttled) as refusal:
            return reply_to_refusal(refusal, visit.media_type)
        except Contended:
            return reply_when_busy(visit.media_type)
        except Exception as error:
            self._operations.report(fault_of(error, visit.request_id, visit.operation))
            return reply_to(masked(visit.request_id), visit.media_type)

    async def _answer(self, request: Request, visit: Visit) -> tuple[Answer, Asking]:
        """The cheap refusals come first, and nothing is read from a caller whom the authentication turns away."""
        visit.media_type = response_type(request.headers)
        by_get = request.method == "GET"
        if not by_get:
            if request.method != "POST":
                raise Stopped(405, "Send GraphQL by POST.", headers={"Allow": "GET, POST"})
            check_content_type(request.headers)
        asked, asking = await self._asked(request, visit, by_get=by_get)
        prepared = self._find(asked, asking, by_get=by_get)
        if isinstance(prepared, Answer):
            return prepared, asking
        _note(visit, prepared, asked, by_get=by_get)
        run = self._operations.run(
            prepared,
            context=asking.context,
            request_id=visit.request_id,
            operation_name=asked.operation_name,
            variables=asked.variables,
        )
        answer = await unless_gone(run, request.receive)
        answer.extensions.update(asking.extensions)
        return answer, asking

    async def _asked(self, request: Request, visit: Visit, *, by_get: bool) -> tuple[Asked, Asking]:
        """What is asked and by whom, as they are when the last byte is there: a credential that ended while the body
        trickled in opens nothing, and the clock of the operation does not lag behind."""
        asking = visit.asking = await self._authenticate(request)
        if by_get:
            return from_query_string(request.scope["query_string"]), asking
        began = time.perf_counter()
        body = await read_body(request, self._body_limit, self._body_seconds)
        if time.perf_counter() - began > _FRESH_SECONDS:
            asking = visit.asking = await self._authenticate(request)
        return from_body(body), asking

    def _find(self, asked: Asked, asking: Asking, *, by_get: bool) -> Prepared | Answer:
        """The document that is meant, as far as this credential and this method may name it."""
        may = asking.may_introspect
        if asked.document_id is not None:
            trusted_only = asking.documents_only or (by_get and not may)
            return self._operations.recall(asked.document_id, may_introspect=may, trusted_only=trusted_only)
        if asking.documents_only:
            raise Stopped(403, _TRUSTED_ONLY, code="FORBIDDEN")
        if by_get and not may:
            raise Stopped(405, _TRUSTED_BY_GET, headers={"Allow": "POST"})
        return self._operations.prepare(asked.text or "", may_introspect=may)


def _note(visit: Visit, prepared: Prepared, asked: Asked, *, by_get: bool) -> None:
    """Keep for the log which operation this is, and refuse by GET what changes something."""
    operation = prepared.find(asked.operation_name)
    if operation is None:
        return
    visit.operation = operation.name.value if operation.name else None
    visit.kind = operation.operation.value
    if by_get and operation.operation is OperationType.MUTATION:
        raise Stopped(405, _NO_MUTATION_BY_GET, headers={"Allow": "POST"})
