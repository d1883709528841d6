"""A server is killed amid bookings: what was acknowledged is there, what was not can be sent again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from models.hold import expire_holds
from models.invariants import broken
from tests.api import Caller
from tests.bookable import BOOK, HOLD, bookable, count, events, mails
from tests.businesses import Business
from tests.hammer.hammering import patiently, somebody, soon
from tests.hammer.servers import Servers, serving

SEATS, PATIENCE = 5, 120.0
Asked = list[tuple[Caller, dict[str, Any]]]


async def one(caller: Caller, document: str, input: dict[str, Any]) -> dict[str, Any] | None:
    """What was answered; None where the server died before it did."""
    answer, _ = await patiently(partial(caller, document, input=input))
    if answer.status == 0:
        return None
    assert answer.status == 200 and not answer.errors, answer.body
    return dict(next(iter(answer.data.values())))


async def first_answers(asked: list[asyncio.Task[Any]], servers: Servers, few: int) -> list[Any]:
    """All answers; when a few of them have come, the first server is killed as the kernel kills."""
    for number, answer in enumerate(asyncio.as_completed(asked)):
        await answer
        if number == few:
            servers.processes[0].kill()
    return [one.result() for one in asked]


async def inputs(business: Business, slots: int) -> list[dict[str, Any]]:
    """Two visitors for each slot of one person and for each seat of a session, each with a key of their own."""
    alone, shared = await bookable(business), await bookable(business, capacity=SEATS)
    wishes = [(alone.id, number) for number in range(slots)] + [(shared.id, 0)] * SEATS
    return [
        {
            "serviceId": service, "startsAt": soon(business, hours), "customer": somebody(),
            "idempotencyKey": f"key {number} {copy}",
        }
        for copy in range(2)
        for number, (service, hours) in enumerate(wishes)
    ]  # fmt: skip


async def kill_amid(business: Business, slots: int) -> None:
    """Everybody asks at once, a server of three dies, and everybody asks again under the same key."""
    wanted = await inputs(business, slots)
    held = {"serviceId": wanted[0]["serviceId"], "startsAt": soon(business, slots + 6)}
    async with serving(business.product, 3) as servers:
        callers = [Caller(client, business.owner.path, business.owner.headers) for client in servers.clients]
        holds = [asyncio.create_task(one(caller, HOLD, held)) for caller in callers]
        asked = [asyncio.create_task(one(callers[n % 3], BOOK, input)) for n, input in enumerate(wanted)]
        answers = (await first_answers([*holds, *asked], servers, len(wanted) // 5))[len(holds) :]
        lost = sum(answer is None for answer in answers)
        assert 0 < lost < len(wanted) // 2, "the server died in the middle"
        async with asyncio.timeout(PATIENCE):
            sent = (one(callers[1 + n % 2], BOOK, input) for n, input in enumerate(wanted))
            again = await asyncio.gather(*sent)
        assert "fault" not in servers.log()
    for before, after in zip(answers, again, strict=True):
        if before is not None and before["__typename"] == "BookPayload":
            assert after is not None and after["booking"]["id"] == before["booking"]["id"]
    assert sum(answer is not None and answer["__typename"] == "BookPayload" for answer in again) == slots + SEATS
    await _nothing_is_left_over(business, slots + SEATS)
    assert await count("occupancy", business.account.id) == slots + 1


async def _nothing_is_left_over(business: Business, bookings: int) -> None:
    """As many rows of each kind as bookings were acknowledged, and no hold once its time is over."""
    for table in ("booking", "customer"):
        assert await count(table, business.account.id) == bookings
    assert await mails(business) == ["BOOKING_CONFIRMED"] * bookings
    assert await events(business) == ["booking_made"] * bookings
    while await expire_holds(business.product.clock.now() + timedelta(days=1)):
        pass
    assert await count("hold", business.account.id) == 0
    assert await broken(business.account.id) == []
