"""Clients that close their page in the middle of a request cost the server no connection and no lock."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.api import asked
from tests.bookable import ADA, AVAILABILITY, BOOK, Desk, bookable
from tests.businesses import make_business
from tests.product import UNLIMITED, Product
from tests.served import environment_for, server

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

    few = {"CALENDERA_POOL_SIZE": "4", "CALENDERA_RUN_WORKER": "false", **UNLIMITED}
    (tmp_path / "var").mkdir()
    with server(environment_for(tmp_path, product.database.url, **few)) as url:
        await asyncio.gather(*(one(url) for _ in range(LEAVING)))
        async with httpx.AsyncClient(base_url=url, timeout=20) as http:
            # More at once than the pool has connections: each of them must still be there.
            answers = await asyncio.gather(*(http.post(path, json=body) for body in requests(desk, path)))
            assert {answer.status_code for answer in answers} == {200}
            assert all("errors" not in answer.json() for answer in answers), [a.json() for a in answers]
            assert (await http.get("/readyz")).json() == {"status": "ready"}
