from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest
import uvicorn

from tests.http.toy import Server

Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(server.app), base_url="http://toy") as client:
        yield client


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    """Send one operation as a partner's developer would; `headers` add or replace."""

    async def ask(query: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        body = {"query": query, **more}
        return await client.post("/graphql", json=body, headers={"Authorization": "developer", **(headers or {})})

    return ask


@pytest.fixture
async def port(server: Server) -> AsyncIterator[int]:
    """The toy behind a real server and a real socket."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(server.app, log_config=None, lifespan="off"))
    task = asyncio.create_task(running.serve(sockets=[listening]))
    yield listening.getsockname()[1]
    running.should_exit = True
    await task


async def call(
    server: Server,
    method: str = "POST",
    *,
    query_string: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
    receive: Callable[[], Awaitable[dict[str, object]]] | None = None,
) -> int:
    """Call the application below HTTP, where a length can lie and a query string can be any bytes.

    Returns the status of the answer."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/graphql", "query_string": query_string, "headers": [*headers]}
    await server.app(scope, receive, send)  # type: ignore[arg-type]
    return int(sent[0]["status"])
