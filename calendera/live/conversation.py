"""One socket after its greeting: operations begin and end on it, until it or its credential does."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from calendera.asked import from_value
from calendera.asking import Visit
from calendera.live import messages
from calendera.live.guarding import guarding
from calendera.live.identity import Changed, Identity
from calendera.live.messages import Closing, Frame, frame, read_frame
from calendera.live.operation import Answering
from calendera.live.pace import Pace
from calendera.live.relay import FellBehind
from calendera.stopped import Stopped
from graph.answers import BUSY, Answer, refuse
from models.storage.errors import Contended

_CLOSE_SECONDS = 5.0
_CHANGED = "The credential has ended, or its rights have changed. Connect again."
_BEHIND = "Events came faster than they were taken. Connect again, and read what changed since."


class Conversation:
    """What is under way on one socket. `hold` lasts until it ends; it raises Closing where we are to end it."""

    def __init__(self, socket: WebSocket, identity: Identity, answering: Answering, pace: Pace) -> None:
        self._socket = socket
        self._identity = identity
        self._answering = answering
        self._pace = pace
        self._operations: dict[str, asyncio.Task[None]] = {}

    async def hold(self) -> None:
        await self._send("connection_ack")
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(guarding(self._identity, self._answering.relay, self._pace))
                await self._listen(tasks)
        except ExceptionGroup as group:
            # The first to fail cancelled the others; it is the reason.
            raise _ending(group.exceptions[0]) from None

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            received = read_frame(await next_text(self._socket))
            match received.type:
                case "subscribe":
                    await self._begin(received, tasks)
                case "complete":
                    if (task := self._operations.pop(received.id, None)) is not None:
                        task.cancel()
                case "ping":
                    await self._send("pong", **({"payload": received.payload} if received.payload else {}))
                case "connection_init":
                    raise Closing(messages.TOO_MANY_GREETINGS, "connection_init was sent before.")

    async def _begin(self, received: Frame, tasks: asyncio.TaskGroup) -> None:
        if received.id in self._operations:
            raise Closing(messages.DUPLICATE, "An operation with that id is under way.")
        most = self._pace.operations
        if len(self._operations) >= most:
            # Told from here, so that whoever floods a socket is read no further until they have taken the answer.
            await self._tell(received.id, refuse("THROTTLED", f"{most} operations are under way here. End one first."))
            return
        self._operations[received.id] = tasks.create_task(self._operate(received))

    async def _operate(self, received: Frame) -> None:
        try:
            await self._answer(received)
        finally:
            # Unless the client has ended it, and has given its id to another since.
            if self._operations.get(received.id) is asyncio.current_task():
                del self._operations[received.id]

    async def _answer(self, received: Frame) -> None:
        ended = False

        async def tell(answer: Answer) -> None:
            nonlocal ended
            ended = not answer.executed  # an `error` ends an operation by itself
            await self._tell(received.id, answer)

        try:
            asked = from_value(dict(received.payload))
        except Stopped as stopped:
            await tell(refuse(stopped.code, stopped.message))
            return
        visit = Visit(request_id_of(self._socket))
        await self._answering.answer(asked, self._identity, visit, tell)
        if not ended:
            await self._send("complete", id=received.id)

    async def _tell(self, id: str, answer: Answer) -> None:
        if answer.executed:
            await self._send("next", id=id, payload=answer.body())
        else:
            await self._send("error", id=id, payload=answer.errors)

    async def _send(self, type_: str, **more: Any) -> None:
        """Send a message, as far as the client takes what was sent before."""
        try:
            async with asyncio.timeout(self._pace.take):
                await self._socket.send_text(frame(type_, **more))
        except TimeoutError:
            raise FellBehind from None


def _ending(error: Exception) -> Exception:
    if isinstance(error, Changed):
        return Closing(messages.FORBIDDEN, _CHANGED)
    if isinstance(error, FellBehind):
        return Closing(messages.FELL_BEHIND, _BEHIND)
    if isinstance(error, Contended):
        return Closing(messages.TRY_LATER, BUSY)
    return error


async def next_text(socket: WebSocket) -> str | None:
    """The next text frame; None for a binary one. Raises WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text: str | None = message.get("text")
    return text


def request_id_of(socket: WebSocket) -> str:
    """The id that a socket's log lines carry, and its answers where something fails."""
    return str(socket.scope.get("state", {}).get("request_id") or secrets.token_hex(16))


async def close(socket: WebSocket, closing: Closing) -> None:
    """Close, and do not wait for a client that takes nothing any more."""
    with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await socket.close(closing.code, closing.reason)
