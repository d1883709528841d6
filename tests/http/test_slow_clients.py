"""Clients that take their time, or never come to an end: they neither hold the server nor stop the clock."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
import uvicorn

from calendera.graphql_http import graphql_endpoint
from calendera.heads import BoundedHeads
from tests.businesses import Business
from tests.http.conftest import call
from tests.http.toy import Server, metering

ASK = b'{"query": "{ customers(first: 5) { nodes { email } } }"}'
JSON_TYPE = (b"content-type", b"application/json")
Open = Callable[..., Awaitable[bytes]]


class Hasty(BoundedHeads):
    head_seconds = 0.2


@pytest.fixture
async def send(server: Server) -> AsyncIterator[Open]:
    """Send bytes to the toy behind a server of little patience; gives what it answers before it hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(server.app, http=Hasty, log_config=None, lifespan="off"))
    task = asyncio.create_task(running.serve(sockets=[listening]))

    async def exchange(*pieces: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        try:
            async with asyncio.timeout(10):
                for piece in pieces:
                    writer.write(piece)
                    await asyncio.sleep(0.05)
                return await reader.read()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    yield exchange
    running.should_exit = True
    await task


async def test_a_credential_that_ends_while_the_body_arrives_opens_nothing(salon: Business) -> None:
    await salon.customer(email="canary@example.com")
    caller = salon.owner

    async def trickle() -> AsyncIterator[bytes]:
        yield ASK[:9]
        await caller.did("mutation { signOut { __typename } }")
        await asyncio.sleep(1.1)
        yield ASK[9:]

    headers = {**caller.headers, "Content-Type": "application/json"}
    answer = await caller.http.post(caller.path, content=trickle(), headers=headers)
    assert "canary" not in answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_body_that_does_not_arrive_is_given_up(server: Server) -> None:
    server.app = graphql_endpoint(server.operations, server.authenticate, metering(), body_seconds=0.1)  # type: ignore[assignment]

    async def receive() -> dict[str, object]:
        await asyncio.sleep(0.03)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async with asyncio.timeout(10):
        assert await call(server, headers=[JSON_TYPE], receive=receive) == 408


HEAD = b"GET / HTTP/1.1\r\n"
CHUNKED = b"POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "endless"),
    [
        (b"GET /", b"a" * 70_000),
        (HEAD + b"X: ", b"a" * 70_000),
        (HEAD, b"".join(b"X-%d: a\r\n" % number for number in range(10_000))),
        (CHUNKED + b"1;", b"a" * 70_000),
        (CHUNKED + b"0\r\n", b"".join(b"X-%d: a\r\n" % number for number in range(10_000))),
    ],
    ids=["path", "header", "headers", "chunk", "trailers"],
)
async def test_a_head_without_end_is_refused(send: Open, begin: bytes, endless: bytes) -> None:
    assert (await send(begin, endless)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: toy\r\n"])
async def test_a_head_that_does_not_arrive_is_given_up(send: Open, begun: bytes) -> None:
    assert await send(begun) == b""


async def test_usual_requests_are_answered_one_after_the_other(send: Open) -> None:
    body = json.dumps({"query": "{ hello }"}).encode()
    head = (
        b"POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nAccept: */*\r\nCookie: "
        + b"a" * 9_000
    )
    request = head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    closing = request.replace(b"Host: toy", b"Host: toy\r\nConnection: close")
    assert (await send(request + closing)).count(b'{"data":{"hello":"hello world"}}') == 2
