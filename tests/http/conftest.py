from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

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
async def url(server: Server) -> AsyncIterator[str]:
    """The address of the toy on a real socket."""
    async for address in serve(server):
        yield address


async def serve(server: Server) -> AsyncIterator[str]:
    import asyncio

    import uvicorn

    running = uvicorn.Server(uvicorn.Config(server.app, port=0, log_level="critical", lifespan="off"))
    task = asyncio.create_task(running.serve())
    while not running.started:
        await asyncio.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/graphql"
    running.should_exit = True
    await task
