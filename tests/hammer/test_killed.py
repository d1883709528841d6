"""One of three servers is killed amid bookings: what was acknowledged is there, what was not can be sent again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from models.hold import SECONDS, expire_holds
from tests.api import Caller
from tests.bookable import BOOK, HOLD, Desk, bookable, count, events, mails, said
from tests.businesses import Business
from tests.hammer.servers import Servers, serving
from tests.hammer.test_one_slot import soon, through
from tests.hammer.test_races import straight, together

SLOTS, FEW = 48, 20


def inputs(desk: Desk) -> list[dict[str, Any]]:
    """Two visitors for each of the slots of one person, each with a key of their own."""
    first = soon(desk.business.product)
    return [
        {
            "serviceId": desk.id,
            "startsAt": said(first + timedelta(minutes=15 * (number % 16), days=number % SLOTS // 16)),
            "customer": {"name": f"Person {number}", "email": f"person{number}@example.com"},
            "idempotencyKey": f"key {number}",
        }
        for number in range(2 * SLOTS)
    ]


async def one(caller: Caller, document: str, input: dict[str, Any]) -> dict[str, Any] | None:
    """What was answered; None where the server died before it did."""
    try:
        answer = await caller(document, input=input)
    except httpx.TransportError:
        return None
    assert answer.status == 200 and not answer.errors, answer.body
    return dict(next(iter(answer.data.values())))


async def first_answers(asked: list[asyncio.Task[Any]], servers: Servers) -> list[Any]:
    """All answers; when a few of them have come, the first server is killed as the kernel kills."""
    for number, answer in enumerate(asyncio.as_completed(asked)):
        await answer
        if number == FEW:
            servers.processes[0].kill()
    return [one.result() for one in asked]


async def test_what_was_acknowledged_outlives_its_server(shop: Business) -> None:
    desk = await bookable(shop, duration_minutes=15, step_minutes=15)
    held = {"serviceId": desk.id, "startsAt": said(soon(shop.product) + timedelta(days=5))}
    async with serving(shop.product, 3) as servers:
        callers = through(shop.owner, servers)
        wanted = inputs(desk)
        holds = [asyncio.create_task(one(caller, HOLD, held)) for caller in callers]
        asked = [asyncio.create_task(one(callers[n % 3], BOOK, input)) for n, input in enumerate(wanted)]
        answers = (await first_answers([*holds, *asked], servers))[len(holds) :]
        lost = [number for number, answer in enumerate(answers) if answer is None]
        assert 0 < len(lost) < SLOTS, "the server died in the middle"
        # Everybody asks again, of whoever is left, under the same key.
        async with asyncio.timeout(10):
            again = await together([(callers[1 + n % 2], BOOK, input) for n, input in enumerate(wanted)], servers)
    for before, after in zip(answers, again, strict=True):
        if before is not None and before["__typename"] == "BookPayload":
            assert after["booking"]["id"] == before["booking"]["id"]
    assert sum(answer["__typename"] == "BookPayload" for answer in again) == SLOTS
    for table in ("booking", "customer"):
        assert await count(table, shop.account.id) == SLOTS
    assert await mails(shop) == ["BOOKING_CONFIRMED"] * SLOTS
    assert await events(shop) == ["booking_made"] * SLOTS
    await straight(shop)
    while await expire_holds(shop.product.clock.now() + timedelta(seconds=SECONDS + 60)):
        pass
    assert await count("hold", shop.account.id) == 0
    assert await count("occupancy", shop.account.id) == SLOTS
