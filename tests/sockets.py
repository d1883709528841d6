"""Sockets and event streams as a client has them, spoken to the application itself, below HTTP.

async with socket(salon.owner) as talk:            # greeted, with the caller's credential
    await talk.subscribe("1", "subscription { … }")
    assert (await talk.next("1"))["data"] == …
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp

from calendera.app import meter, routes
from calendera.live.messages import SUBPROTOCOL
from calendera.live.pace import Pace
from calendera.live.relay import Relay, relaying
from calendera.watching import Watch
from tests.api import Caller, asked
from tests.product import Product

OWN_ORIGIN = "http://127.0.0.1:8000"
LONGEST = 60.0
QUIET = 0.25


def without_cost(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "extensions"}


class Closed(Exception):
    """The server closed the socket, or refused to open it (then `code` is the HTTP status)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Talk:
    """One socket. What the server sent waits here until it is asked for."""

    def __init__(self) -> None:
        self.to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.subprotocol: str | None = None
        self.takes = asyncio.Event()
        self.takes.set()

    async def send(self, message: dict[str, Any] | str | bytes) -> None:
        """One frame: an object as JSON, a text as it is, bytes as a binary frame."""
        kind = "bytes" if isinstance(message, bytes) else "text"
        raw = json.dumps(message) if isinstance(message, dict) else message
        await self.to_server.put({"type": "websocket.receive", kind: raw})

    async def receive(self) -> dict[str, Any]:
        """The next message. Raises Closed."""
        async with asyncio.timeout(LONGEST):
            message = await self.from_server.get()
        if message["type"] == "websocket.close":
            raise Closed(message["code"], message["reason"])
        found: dict[str, Any] = json.loads(message["text"])
        return found

    async def closed(self) -> Closed:
        """How the server closes, whatever it sends before."""
        with suppress(TimeoutError):
            while True:
                try:
                    await self.receive()
                except Closed as closed:
                    return closed
        raise AssertionError("The socket stays open.")

    async def greet(self, payload: Mapping[str, Any] | None = None) -> None:
        await self.send({"type": "connection_init", **({} if payload is None else {"payload": dict(payload)})})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, id: str, query: str, **variables: Any) -> None:
        await self.send({"type": "subscribe", "id": id, "payload": {"query": query, "variables": variables}})

    async def told(self, type_: str, id: str) -> Any:
        """The payload of the next message, which must be of this type and operation."""
        message = await self.receive()
        assert (message["type"], message.get("id")) == (type_, id), message
        return message.get("payload")

    async def next(self, id: str) -> Any:
        """The next answer, without what it cost."""
        return without_cost(await self.told("next", id))

    async def settle(self) -> None:
        """Until the server has begun what it was sent before: it takes messages in turn, and answers a ping."""
        await self.send({"type": "ping"})
        assert (await self.receive())["type"] == "pong"

    async def until_quiet(self) -> list[dict[str, Any]]:
        """What the server sends until it has sent nothing for a while. Raises Closed."""
        found = []
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(QUIET):
                    found.append(await self.receive())
        return found

    async def nothing(self) -> None:
        """Nothing is sent for a while: several times as long as an event takes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET):
                raise AssertionError(await self.from_server.get())


@asynccontextmanager
async def opened(
    app: ASGIApp, path: str = "/graphql", headers: Mapping[str, str] | None = None, subprotocol: str = SUBPROTOCOL
) -> AsyncIterator[Talk]:
    """A socket that has said nothing yet. Raises Closed with the HTTP status where the handshake is refused."""
    talk = Talk()
    scope = {
        "type": "websocket", "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "ws",
        "query_string": b"", "client": ("192.0.2.1", 1), "server": ("127.0.0.1", 8000),
        "subprotocols": [subprotocol] if subprotocol else [], "extensions": {"websocket.http.response": {}},
        "state": {},
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
    }  # fmt: skip

    async def send(message: Any) -> None:
        await talk.takes.wait()
        await talk.from_server.put(message)

    await talk.to_server.put({"type": "websocket.connect"})
    running = asyncio.create_task(app(scope, talk.to_server.get, send))  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(LONGEST):
            first = await talk.from_server.get()
        if first["type"] == "websocket.http.response.start":
            raise Closed(first["status"], str((await talk.from_server.get())["body"]))
        assert first["type"] == "websocket.accept", first
        talk.subprotocol = first["subprotocol"]
        yield talk
    finally:
        await talk.to_server.put({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(LONGEST):
            await running


@asynccontextmanager
async def socket(product: Product, caller: Caller) -> AsyncIterator[Talk]:
    """A socket of a caller, greeted: with the cookie from a page of ours, or with the secret in the first message."""
    assert product.app is not None
    headers = dict(caller.headers)
    secret = headers.pop("Authorization", None)
    origin = {"Origin": OWN_ORIGIN} if "Cookie" in headers else {}
    async with opened(product.app, caller.path, {**origin, **headers}) as talk:
        await talk.greet({"Authorization": secret} if secret else None)
        yield talk


class Stream:
    """One event stream. `status` and `headers` are there once it has begun."""

    def __init__(self) -> None:
        self.from_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.scope: dict[str, Any] = {}
        self.status = 0
        self.headers: dict[str, str] = {}
        self._text = ""
        self.ended = False

    async def event(self) -> tuple[str, Any]:
        """The next event: its name and its data. `("", "")` for a heartbeat, `("end", None)` for the end."""
        while "\n\n" not in self._text:
            if self.ended:
                return "end", None
            async with asyncio.timeout(LONGEST):
                message = await self.from_server.get()
            self._text += message["body"].decode()
            self.ended = not message.get("more_body", False)
        head, _, self._text = self._text.partition("\n\n")
        assert "\r" not in head
        fields = dict(line.split(": ", 1) for line in head.splitlines() if not line.startswith(":"))
        data = fields.get("data", "")
        return fields.get("event", ""), without_cost(json.loads(data)) if data else ""

    async def nothing(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET):
                raise AssertionError(await self.from_server.get())


@asynccontextmanager
async def stream(
    app: ASGIApp, caller: Caller, query: str, accept: str = "text/event-stream", method: str = "POST", **variables: Any
) -> AsyncIterator[Stream]:
    """POST an operation and read what comes as it comes."""
    found = Stream()
    headers = {**caller.headers, "accept": accept, "content-type": "application/json"}
    body = json.dumps({**asked(caller.path, query), "variables": variables}).encode()
    found.scope = {
        "type": "http", "method": method, "path": caller.path, "raw_path": caller.path.encode(), "root_path": "",
        "scheme": "http", "query_string": b"", "client": ("192.0.2.1", 1), "server": ("127.0.0.1", 8000), "state": {},
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        await found.gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        await found.from_server.put(message)

    running = asyncio.create_task(app(found.scope, receive, send))  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(LONGEST):
            head = await found.from_server.get()
        found.status = head["status"]
        found.headers = {name.decode(): value.decode() for name, value in head["headers"]}
        yield found
    finally:
        found.gone.set()
        async with asyncio.timeout(LONGEST):
            await running


@asynccontextmanager
async def paced(product: Product, pace: Pace, **settings: int) -> AsyncIterator[ASGIApp]:
    """The product's endpoints at another pace, over the same database."""
    relay = Relay(pace)
    changed = product.settings.model_copy(update=settings)
    async with relaying(relay):
        yield Starlette(routes=routes(changed, product.clock, Watch(product.clock), meter(changed, None), relay, pace))
