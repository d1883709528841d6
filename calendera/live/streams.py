"""GraphQL over server-sent events, the "distinct connections" mode of graphql-sse: one POST, one operation, one stream.

Asked for by `Accept: text/event-stream` and no kind of JSON: many clients name every type they know, and want JSON.
The protocol: github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calendera.admission import asked_by_post
from calendera.asked import Asked
from calendera.asking import Served, Visit
from calendera.bodies import BODY_LIMIT, BODY_SECONDS
from calendera.live.guarding import guarding
from calendera.live.identity import Changed, Door, Identity
from calendera.live.relay import FellBehind
from calendera.live.room import Full
from calendera.live.shared import Shared
from calendera.negotiation import check_content_type
from calendera.replies import reply_to_failure, send_reply
from calendera.stopped import Stopped
from graph.answers import Answer
from permissions.viewer import Viewer, ViewerKind

EVENTS = "text/event-stream"
_CROWDED = "As many connections are open as may be. Close some, or try again later."


def wants_events(headers: Headers) -> bool:
    """Whether the client asks for a stream, and cannot read an answer in JSON."""
    accept = ", ".join(headers.getlist("accept")).lower()
    return EVENTS in accept and "json" not in accept


class Over(Exception):
    """The stream is to end although the operation has not."""


@dataclass(frozen=True, slots=True)
class Streams:
    """An ASGI application for one path: streams where they are asked for; all else goes to `otherwise`."""

    shared: Shared
    door: Door
    otherwise: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if not wants_events(request.headers):
            await self.otherwise(scope, receive, send)
            return
        began = time.perf_counter()
        visit = Visit(scope.get("state", {}).get("request_id") or secrets.token_hex(16))
        try:
            asked, identity = await self._asked(request, visit)
            name = _place(identity.viewer, request)
            with (
                self.shared.room.place("all", self.shared.most),
                self.shared.room.place(name, self.shared.pace.per_credential),
            ):
                await _Stream(self.shared, request, send, visit).hold(asked, identity)
        except (ClientDisconnect, Over):
            return
        except Exception as error:
            if isinstance(error, Full):
                error = Stopped(503, _CROWDED, code="TRY_AGAIN", headers={"Retry-After": "10"})
            reply = reply_to_failure(error, visit, self.shared.answering.operations.report)
            self.shared.answering.observe(Served(visit, reply.status, reply.codes, time.perf_counter() - began))
            await send_reply(reply, visit, send)

    async def _asked(self, request: Request, visit: Visit) -> tuple[Asked, Identity]:
        if request.method != "POST":
            raise Stopped(405, "Ask for a stream by POST.", headers={"Allow": "GET, POST"})
        check_content_type(request.headers)
        asked, _ = await asked_by_post(request, visit, self.door.first, BODY_LIMIT, BODY_SECONDS)
        identity = Identity(self.door, request.scope, [*request.scope["headers"]])
        visit.asking = await identity.ask()
        return asked, identity


class _Stream:
    """One stream, from its head to its end."""

    def __init__(self, shared: Shared, request: Request, send: Send, visit: Visit) -> None:
        self._shared = shared
        self._request = request
        self._send = send
        self._visit = visit
        self._stopping = asyncio.Event()
        # The server's protocol calls it when the process is to stop (`calendera/heads.py`).
        request.scope.setdefault("state", {})["when_stopping"] = self._stopping.set

    async def hold(self, asked: Asked, identity: Identity) -> None:
        """Answer until the operation or the connection has ended. Raises Over where the client is left to ask again."""
        headers = {"content-type": f"{EVENTS}; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no"}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self._out({"type": "http.response.start", "status": 200, "headers": pairs})
        try:
            async with asyncio.TaskGroup() as tasks:
                guard = guarding(identity, self._shared.answering.relay, self._shared.pace)
                works = (guard, self._beat(), self._notice_leaving(), self._notice_stop())
                besides = [tasks.create_task(work) for work in works]
                await self._shared.answering.answer(asked, identity, self._visit, self._tell)
                await self._event("complete", b"")
                for task in besides:
                    task.cancel()
        except ExceptionGroup as group:
            error = group.exceptions[0]
            if not isinstance(error, Changed | FellBehind | Over | ClientDisconnect):
                report = self._shared.answering.operations.report
                reply_to_failure(error, self._visit, report)
        with suppress(Over):
            await self._out({"type": "http.response.body", "body": b""})

    async def _tell(self, answer: Answer) -> None:
        await self._event("next", orjson.dumps(answer.body()))

    async def _event(self, name: str, data: bytes) -> None:
        await self._body(b"event: " + name.encode() + b"\ndata: " + data + b"\n\n")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._shared.pace.beat)
            await self._body(b":\n\n")

    async def _notice_leaving(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        raise ClientDisconnect

    async def _notice_stop(self) -> None:
        await self._stopping.wait()
        raise Over

    async def _body(self, body: bytes) -> None:
        await self._out({"type": "http.response.body", "body": body, "more_body": True})

    async def _out(self, message: Message) -> None:
        """Send, as far as the client takes what was sent before."""
        try:
            async with asyncio.timeout(self._shared.pace.take):
                await self._send(message)
        except TimeoutError:
            raise Over from None


def _place(viewer: Viewer, request: Request) -> str:
    """What connections are counted by: the credential, and the address too where many people share one."""
    if viewer.kind not in (ViewerKind.VISITOR, ViewerKind.WIDGET):
        return viewer.principal
    return f"{viewer.principal} {request.client.host if request.client else ''}"
