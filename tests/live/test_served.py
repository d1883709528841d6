"""Real servers on real connections: events cross processes, oversized frames close, and a stop is told."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from calendera.live.messages import SUBPROTOCOL
from tests.bookable import bookable
from tests.businesses import Business
from tests.product import Product
from tests.served import PATIENCE, environment_for, server

WATCH = "subscription { bookingChanged { bookingId event { name } } }"


async def greeted(url: str, salon: Business) -> ClientConnection:
    talk = await connect(f"{url.replace('http', 'ws')}/graphql", subprotocols=[Subprotocol(SUBPROTOCOL)])
    await talk.send(json.dumps({"type": "connection_init", "payload": dict(salon.partner.headers)}))
    assert json.loads(await talk.recv()) == {"type": "connection_ack"}
    return talk


def by_gql(url: str, salon: Business) -> Client:
    """The client of somebody else, who reads our documentation and no more."""
    return Client(
        transport=WebsocketsTransport(
            f"{url.replace('http', 'ws')}/graphql",
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            init_payload=dict(salon.partner.headers),
        )
    )


async def close_code(talk: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        await talk.recv()
    return closed.value.rcvd.code if closed.value.rcvd else None


async def next_event(talk: ClientConnection) -> Any:
    async with asyncio.timeout(PATIENCE):
        return json.loads(await talk.recv())["payload"]["data"]["bookingChanged"]


async def next_line(stream: Any) -> Any:
    async with asyncio.timeout(PATIENCE):
        async for line in stream:
            if line.startswith("data: {"):
                return json.loads(line.removeprefix("data: "))["data"]["bookingChanged"]
    return "ended"


async def test_events_of_another_process_arrive_and_a_stop_is_told(
    product: Product, salon: Business, rival: Business, tmp_path: Path
) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    (tmp_path / "var").mkdir()
    environment = environment_for(tmp_path, product.database.url, CALENDERA_RUN_WORKER="false")
    async with AsyncExitStack() as stack:
        with server(environment) as url:
            talk = await greeted(url, salon)
            await talk.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": WATCH}}))
            assert await next_event(talk) is None
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, headers=salon.partner.headers))
            asked = client.stream("POST", "/graphql", json={"query": WATCH}, headers={"Accept": "text/event-stream"})
            lines = (await stack.enter_async_context(asked)).aiter_lines()
            assert await next_line(lines) is None
            session = await stack.enter_async_context(by_gql(url, salon))
            assert (await session.execute(gql("{ viewer { kind } }")))["viewer"] == {"kind": "PARTNER"}
            events = session.subscribe(gql(WATCH))
            assert await anext(events) == {"bookingChanged": None}

            await theirs.book(rival.widget, at=theirs.at(10))
            began = time.perf_counter()
            booking = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
            told = {"bookingId": booking["id"], "event": {"name": "booking_made"}}
            assert await next_event(talk) == told
            assert await next_line(lines) == told
            assert await anext(events) == {"bookingChanged": told}
            # 0.3 s is what is aimed at; machines that test are busy.
            assert time.perf_counter() - began < 3
            await events.aclose()
            await session.client.close_async()

            for frame, code in (("x" * 262_145, 1009), (b"\xff", 4400)):
                other = await greeted(url, salon)
                await other.send(frame)
                assert await close_code(other) == code
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{url.replace('http', 'ws')}/graphql", origin="https://evil.example")  # type: ignore[arg-type]
            assert refused.value.response.status_code == 403
            began = time.perf_counter()
        assert time.perf_counter() - began < 6  # it did not wait for who still watches
        assert await close_code(talk) == 1012
        assert await next_line(lines) == "ended"  # in order: httpx raises where a stream is cut off
    log = (tmp_path / "var" / "server.log").read_text()
    assert {json.loads(line)["level"] for line in log.splitlines()} == {"info"}
    ended = [line for line in map(json.loads, log.splitlines()) if line.get("kind") == "subscription"]
    assert [line["count"] for line in ended] == [1, 1, 1]
