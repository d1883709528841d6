"""GraphQL over WebSocket: the endpoint of graphql-transport-ws, for `WebSocketRoute`.

A socket belongs to one credential, from its first message to its end. Whatever comes in, the socket is answered or
closed with a code and a sentence; one that is opened by a page of another site is not opened at all.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from calendera.live import messages
from calendera.live.conversation import Conversation, close, next_text, request_id_of
from calendera.live.identity import Door, Identity, request_of_socket
from calendera.live.messages import Closing
from calendera.live.room import Full
from calendera.live.shared import Shared
from graph.answers import MASKED, fault_of, refuse
from permissions.viewer import ViewerKind
from rules.errors import Denied, Throttled

_LONGEST_CREDENTIAL = 4_000
_OTHER_SITE = "This socket was opened by a page of another site. Open it from a page of this server's own address."
_NOBODY = (
    'Send a credential: {"authorization": "Bearer …"} as the payload of connection_init, or, from a page of this '
    "server, its session cookie."
)
_CROWDED = "As many connections are open as may be. Close some, or try again later."


@dataclass(frozen=True, slots=True)
class Sockets:
    """The endpoint of one path. `own_origin` is that of our own pages, whose cookies count; None at a widget's path,
    where the key says which origins may connect, and where no cookie counts."""

    shared: Shared
    door: Door
    own_origin: str | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        with ExitStack() as places:
            try:
                await self._serve(socket, places)
            except Closing as closing:
                await close(socket, closing)
            except WebSocketDisconnect:
                return
            except Exception as error:
                self.shared.answering.operations.report(fault_of(error, request_id_of(socket)))
                await close(socket, Closing(messages.FAULT, MASKED))

    async def _serve(self, socket: WebSocket, places: ExitStack) -> None:
        await socket.receive()  # websocket.connect
        try:
            places.enter_context(self.shared.room.place("all", self.shared.most))
            await self._check_origin(socket)
        except (Denied, Full) as error:
            await _turn_away(socket, error)
            return
        if messages.SUBPROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            raise Closing(messages.NO_SUBPROTOCOL, f"Speak the subprotocol {messages.SUBPROTOCOL}.")
        await socket.accept(messages.SUBPROTOCOL)
        identity = await self._greet(socket)
        try:
            places.enter_context(self.shared.room.place(identity.viewer.principal, self.shared.pace.per_credential))
        except Full:
            raise Closing(messages.TRY_LATER, _CROWDED) from None
        await Conversation(socket, identity, self.shared.answering, self.shared.pace).hold()

    async def _check_origin(self, socket: WebSocket) -> None:
        origin = socket.headers.get("origin")
        if self.own_origin is not None and origin not in (None, self.own_origin):
            raise Denied(_OTHER_SITE)
        if self.own_origin is None:
            # The key in the path, and whether it allows this origin.
            await Identity(self.door, socket.scope, [*socket.scope["headers"]]).ask()

    async def _greet(self, socket: WebSocket) -> Identity:
        """Wait for the first message, and find out who it is."""
        address = socket.client.host if socket.client else ""
        try:
            with self.shared.room.place(f"ungreeted {address}", self.shared.pace.ungreeted):
                async with asyncio.timeout(self.shared.pace.greet):
                    payload = await _first_message(socket)
        except TimeoutError:
            raise Closing(messages.TOO_SLOW_TO_GREET, "Send connection_init at once.") from None
        except Full:
            raise Closing(messages.TRY_LATER, _CROWDED) from None
        own_page = self.own_origin is not None and socket.headers.get("origin") == self.own_origin
        headers = request_of_socket(socket.scope, _given(socket, payload), own_page=own_page)
        identity = Identity(self.door, socket.scope, headers)
        try:
            await identity.ask()
        except Denied as denied:
            code = messages.UNAUTHORIZED if denied.code == "UNAUTHENTICATED" else messages.FORBIDDEN
            raise Closing(code, denied.message) from None
        except Throttled as throttled:
            raise Closing(messages.TRY_LATER, throttled.message) from None
        if identity.viewer.kind in (ViewerKind.VISITOR, ViewerKind.WIDGET):
            raise Closing(messages.UNAUTHORIZED, _NOBODY)
        return identity


async def _first_message(socket: WebSocket) -> dict[str, Any]:
    frame = messages.read_frame(await next_text(socket))
    if frame.type != "connection_init":
        raise Closing(messages.UNAUTHORIZED, "Send connection_init first.")
    return dict(frame.payload)


def _given(socket: WebSocket, payload: dict[str, Any]) -> dict[str, str]:
    """The credential in a first message, as the header that it would have been."""
    found = [value for name, value in payload.items() if name.lower() == "authorization"]
    if not found:
        return {}
    if len(found) > 1 or "authorization" in socket.headers:
        raise Closing(messages.INVALID, "Send `authorization` once.")
    if not isinstance(found[0], str) or not found[0].isascii() or len(found[0]) > _LONGEST_CREDENTIAL:
        raise Closing(messages.INVALID, "`authorization` must be a string like `Bearer …`.")
    return {"authorization": found[0]}


async def _turn_away(socket: WebSocket, error: Denied | Full) -> None:
    """Refuse the handshake as a request would be refused."""
    if isinstance(error, Full):
        body, status = refuse("TRY_AGAIN", _CROWDED).body(), 503
    else:
        body, status = refuse(error.code, error.message).body(), 401 if error.code == "UNAUTHENTICATED" else 403
    await socket.send_denial_response(JSONResponse(body, status, headers={"Cache-Control": "no-store"}))
