"""A payment gateway as docs/payments.md describes it: a real HTTP service on loopback, which can also misbehave.

gateway.mood = "down"                        # answers 503; "refuse" 422, "die" in the middle of an answer
gateway.settle(intent, "paid")               # a customer pays; nobody is told
notice = gateway.notice(intent, at)          # what it would send: body and signed header
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from calendera.gateway import signature

SECRET = "a secret of the tests, shared with the gateway"


@dataclass
class FakeGateway:
    """What it was asked, what it has, and how it feels."""

    url: str = ""
    mood: str = "well"
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/intents", self.create, methods=["POST"]),
                Route("/v1/intents/{id}", self.fetch),
                Route("/v1/intents/{id}/refunds", self.refund, methods=["POST"]),
            ]
        )

    async def create(self, request: Request) -> Response:
        given = orjson.loads(await request.body())
        self.bodies.append(given)
        key = request.headers["idempotency-key"]
        known = next((one for one in self.intents.values() if one["reference"] == key), None)
        if known is None:
            id_ = f"in_{uuid4().hex}"
            known = {
                "id": id_, "merchant": given["merchant"], "reference": given["reference"], "state": "pending",
                "amountMinor": given["amountMinor"], "currency": given["currency"],
                "redirectUrl": f"https://pay.example/{id_}",
            }  # fmt: skip
            if self.mood not in ("down", "refuse"):
                self.intents[id_] = known
        return await self._answer(request, known)

    async def fetch(self, request: Request) -> Response:
        return await self._answer(request, self.intents[request.path_params["id"]])

    async def refund(self, request: Request) -> Response:
        given, key = orjson.loads(await request.body()), request.headers["idempotency-key"]
        if self.mood not in ("down", "refuse"):
            self.refunds.setdefault(key, {"id": f"re_{uuid4().hex}", **given})
        return await self._answer(request, self.refunds.get(key, {}))

    async def _answer(self, request: Request, value: dict[str, Any]) -> Response:
        self.asked.append(f"{request.method} {request.url.path.rpartition('/')[2].partition('_')[0]}")
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        if self.mood == "down":
            return JSONResponse({}, 503)
        if self.mood == "refuse":
            return JSONResponse({}, 422)
        if self.mood == "slow":
            await asyncio.sleep(30)
        if self.mood == "die":
            return StreamingResponse(_half(), media_type="application/json", headers={"Content-Length": "500"})
        return JSONResponse(value)

    def settle(self, intent: dict[str, Any], state: str) -> None:
        """What its customer does."""
        self.intents[intent["id"]]["state"] = state

    def notice(self, intent: dict[str, Any], at: datetime, **more: Any) -> tuple[bytes, str]:
        """A notice about an intent as it stands, or as `more` says: the body and the header."""
        body = orjson.dumps({"id": uuid4().hex, "intent": {**intent, **more}})
        return body, signature(SECRET, body, int(at.timestamp()))

    @property
    def latest(self) -> dict[str, Any]:
        """The intent that was made last."""
        return list(self.intents.values())[-1]


async def _half() -> AsyncIterator[bytes]:
    yield b'{"id": "in_'
    raise ConnectionError("The gateway dies here.")


@asynccontextmanager
async def gateway_running() -> AsyncIterator[FakeGateway]:
    """The service on a free port of loopback, until the block ends."""
    gateway = FakeGateway()
    listening = socket.create_server(("127.0.0.1", 0))
    gateway.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    config = uvicorn.Config(gateway.app(), log_config=None, lifespan="off", timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait for
        await asyncio.sleep(0.01)
    try:
        yield gateway
    finally:
        server.should_exit = server.force_exit = True
        await asyncio.wait({task}, timeout=5)
        listening.close()
