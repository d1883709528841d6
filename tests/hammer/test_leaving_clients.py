"""Clients that close their page in the middle of a request cost the server no connection and no lock."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.api import Answer, asked
from tests.bookable import ADA, AVAILABILITY, BOOK, Desk, bookable
from tests.businesses import make_business
from tests.hammer.hammering import patiently
from tests.product import UNLIMITED, Product
from tests.served import PATIENCE, environment_for, server

LEAVING = 300
AT_ONCE = 20


def requests(desk: Desk, path: str) -> list[dict[str, Any]]:
    """What the clients ask: half of them read, half of them write."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    reading = {"serviceId": desk.id, "from": str(day), "to": str(day + timedelta(days=20))}
    start = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    writing = [
        {
            "input": {
                "serviceId": desk.id,
                "startsAt": f"{start + timedelta(days=n):%Y-%m-%dT%H:%M:%SZ}",
                "customer": ADA,
            }
        }
        for n in range(40)
    ]
    sent = [{**asked(path, BOOK), "variables": variables} for variables in writing]
    return [*sent, *({**asked(path, AVAILABILITY), "variables": reading} for _ in sent)]


async def leave(url: str, path: str, body: dict[str, Any], after: float) -> None:
    """Send a request and close the connection after so many seconds, answered or not."""
    content = json.dumps(body).encode()
    there = urlsplit(url)
    _, writer = await asyncio.open_connection(there.hostname, there.port)
    head = f"POST {path} HTTP/1.1\r\nHost: {there.netloc}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
    await writer.drain()
    await asyncio.sleep(after)
    writer.transport.abort()


async def ask(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Answer:
    response = await http.post(path, json=body)
    return Answer(response.status_code, response.json(), response.headers)


async def test_clients_that_leave_cost_no_connection_and_no_lock(product: Product, tmp_path: Path) -> None:
    product.clock.stand_at(datetime.now(UTC))
    salon = await make_business(product, "Salon")
    desk = await bookable(salon)
    path = salon.widget.path
    chance = random.Random(20261122)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> None:
        async with turns:
            await leave(url, path, chance.choice(requests(desk, path)), chance.uniform(0, 0.03))

    few = {
        "CALENDERA_POOL_SIZE": "4",
        "CALENDERA_RUN_WORKER": "false",
        "CALENDERA_OPERATION_TIMEOUT_SECONDS": "60",
        **UNLIMITED,
    }
    (tmp_path / "var").mkdir()
    with server(environment_for(tmp_path, product.database.url, **few)) as url:
        await asyncio.gather(*(one(url) for _ in range(LEAVING)))
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as http:
            # More at once than the pool has connections: each of them must still be there.
            # On a slow machine some are told to come again; where connections were lost, all would be for ever.
            sent = [partial(ask, http, path, body) for body in requests(desk, path)]
            answers = [answer for answer, _ in await asyncio.gather(*(patiently(one) for one in sent))]
            assert {answer.status for answer in answers} == {200}
            assert [answer.errors for answer in answers if answer.errors] == []
            assert (await http.get("/readyz")).json() == {"status": "ready"}
