"""Few operations of one caller run at once, and only so many of all; whoever leaves makes room."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.http.toy import Server, metering

RUNNING, EACH = 2, 4
IN_ALL = RUNNING * 5
Slow = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def server() -> Server:
    """Two operations run at once here, and a caller may have four inside."""
    return Server(meter=metering(RUNNING, EACH))


@pytest.fixture
def slow(client: httpx.AsyncClient) -> Slow:
    async def slow(caller: str, seconds: float = 0.1) -> httpx.Response:
        body = {"query": f"{{ slow(seconds: {seconds}) }}"}
        return await client.post("/graphql", json=body, headers={"Authorization": "developer", "X-Caller": caller})

    return slow


def codes(responses: list[httpx.Response]) -> list[tuple[int, str]]:
    return [(r.status_code, r.json()["errors"][0]["extensions"]["code"]) for r in responses if r.status_code != 200]


async def test_one_caller_has_few_and_others_are_not_kept_out(server: Server, slow: Slow) -> None:
    greedy = [asyncio.create_task(slow("greedy")) for _ in range(EACH + 3)]
    await asyncio.sleep(0.01)
    polite = await slow("polite", 0)
    answers = await asyncio.gather(*greedy)
    assert codes(answers) == [(429, "THROTTLED")] * 3
    refused = next(one for one in answers if one.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert polite.status_code == 200
    assert (await slow("greedy", 0)).status_code == 200


async def test_only_so_many_run_and_only_so_many_stand_in_line(server: Server, slow: Slow) -> None:
    tasks = [asyncio.create_task(slow(f"caller {n}", 0.03)) for n in range(IN_ALL + 2)]
    await asyncio.sleep(0.015)
    assert sum("began" in toy.seen for toy in server.contexts) == RUNNING
    answers = await asyncio.gather(*tasks)
    assert codes(answers) == [(503, "TRY_AGAIN")] * 2
    assert sum(answer.status_code == 200 for answer in answers) == IN_ALL
    assert (await slow("caller 0", 0)).status_code == 200


async def test_whoever_leaves_the_line_or_is_cancelled_makes_room(server: Server, slow: Slow) -> None:
    tasks = [asyncio.create_task(slow(f"caller {n}", 60)) for n in range(IN_ALL)]
    await asyncio.sleep(0.01)
    assert (await slow("late", 0)).status_code == 503
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert (await slow("late", 0)).status_code == 200
