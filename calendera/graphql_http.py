"""The GraphQL endpoint over HTTP: one request, one operation, one answer.

Follows the GraphQL-over-HTTP specification for both of its media types. Whatever is sent, the answer is 2xx or 4xx
with a code and a sentence; only our own failure is a 500, and then it is masked.
"""

from __future__ import annotations

import secrets
import time
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from calendera.admission import Admission, asked_by_post
from calendera.asked import Asked, from_query_string
from calendera.asking import Asking, Authenticate, Observe, Served, Visit
from calendera.bodies import BODY_LIMIT, BODY_SECONDS
from calendera.disconnects import unless_gone
from calendera.metering import Meter
from calendera.negotiation import check_content_type, response_type
from calendera.replies import Reply, reply_to, reply_to_failure, send_reply
from calendera.stopped import Stopped
from graph.answers import Answer
from graph.execution import Operations

_GONE = 499  # what proxies write into their logs when a client did not wait for the answer


def graphql_endpoint(
    operations: Operations,
    authenticate: Authenticate,
    meter: Meter,
    *,
    observe: Observe | None = None,
    body_limit: int = BODY_LIMIT,
    body_seconds: float = BODY_SECONDS,
) -> ASGIApp:
    """An ASGI application for one path: `Route(path, endpoint=…)`, not `Mount`, which redirects a POST.

    `authenticate` sees the request before its body is read, and once more where that took long. `meter` charges
    whoever it names as payer. `observe` is called once for each request, after the answer is ready. `body_limit` is in
    bytes.
    """
    return _Endpoint(operations, authenticate, meter, observe, body_limit, body_seconds)


class _Endpoint:
    def __init__(
        self,
        operations: Operations,
        authenticate: Authenticate,
        meter: Meter,
        observe: Observe | None,
        body_limit: int,
        body_seconds: float,
    ) -> None:
        self._admission = Admission(operations, meter)
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
        except Exception as error:
            return reply_to_failure(error, visit, self._admission.operations.report)

    async def _answer(self, request: Request, visit: Visit) -> tuple[Answer, Asking]:
        """The cheap refusals come first, and nothing is read from a caller whom the authentication turns away."""
        visit.media_type = response_type(request.headers)
        by_get = request.method == "GET"
        if not by_get:
            if request.method != "POST":
                raise Stopped(405, "Send GraphQL by POST.", headers={"Allow": "GET, POST"})
            check_content_type(request.headers)
        asked, asking = await self._asked(request, visit, by_get=by_get)
        async with self._admission.meter.place(asking):
            found = await self._admission.find(asked, asking, visit, by_get=by_get)
            if isinstance(found, Answer):
                answer = found
            else:
                until = partial(unless_gone, receive=request.receive)
                answer = await self._admission.run(found, asked, asking, visit, until=until)
        answer.extensions.update(asking.extensions)
        return answer, asking

    async def _asked(self, request: Request, visit: Visit, *, by_get: bool) -> tuple[Asked, Asking]:
        if not by_get:
            return await asked_by_post(request, visit, self._authenticate, self._body_limit, self._body_seconds)
        visit.asking = await self._authenticate(request)
        return from_query_string(request.scope["query_string"]), visit.asking
