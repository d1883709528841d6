"""Servers that share a Redis share the buckets; without it they go on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from tests import redis
from tests.api import Answer, Caller
from tests.businesses import Business, make_business
from tests.product import Product

FEW = {"CALENDERA_OPERATION_COST": "100", "CALENDERA_COST_BUCKET": "100", "CALENDERA_COST_RESTORED": "1"}
RENAME = 'mutation { updateAccount(input: {expectedVersion: 99, name: "X"}) { __typename } }'
NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
async def salon(product: Product) -> Business:
    """Buckets outlive a test in Redis, so this business is new to it."""
    return await make_business(product, f"Salon {uuid4().hex[:6]}")


@pytest.fixture
async def servers(product: Product, request: pytest.FixtureRequest) -> AsyncIterator[list[Any]]:
    """Two servers on one database, each with a line of its own to the same Redis."""
    url = request.param or redis.needed()
    async with AsyncExitStack() as stack:
        found: list[Any] = [product.limited(**FEW, CALENDERA_REDIS_URL=url) for _ in range(2)]
        for app in found:
            stack.push_async_callback(app.state.line.close)
        yield found


def at(caller: Caller, server: Any, product: Product, address: str = "127.0.0.1") -> Caller:
    return Caller(product.http(server, address), caller.path, caller.headers)


def left(answer: Answer) -> int:
    return int(answer.body["extensions"]["cost"]["throttle"]["remaining"])


@pytest.mark.parametrize("servers", [None], ids=["redis"], indirect=True)
async def test_what_is_spent_at_one_server_is_gone_at_the_other(
    salon: Business, servers: list[Any], product: Product
) -> None:
    one, other = (at(salon.owner, server, product) for server in servers)
    for _ in range(5):
        await one(RENAME)
        await other(RENAME)
    while (refused := await other(RENAME)).status == 200:  # what came back meanwhile, on a busy machine
        pass
    assert (refused.status, refused.codes) == (429, ["THROTTLED"])
    assert left(await at(salon.partner, servers[0], product)("{ viewer { kind } }")) >= 99


@pytest.mark.parametrize("servers", [None], ids=["redis"], indirect=True)
async def test_the_keys_in_redis_say_nothing_about_anybody(
    salon: Business, servers: list[Any], product: Product
) -> None:
    address = "203.0.113.99"
    async with aclosing(Redis.from_url(redis.URL, decode_responses=True)) as client:
        await at(salon.owner, servers[0], product, address)(RENAME)
        await at(salon.widget, servers[1], product, address)("{ nonsense }")
        names = [name async for name in client.scan_iter(match="calendera:*")]
        values = [await client.get(name) for name in names]
    shown = " ".join(names)
    assert all(re.fullmatch(r"calendera:v1:gcra:[0-9a-f]{32,64}", name) for name in names), shown
    for secret in (address, salon.widget_key, salon.account.id.hex, str(salon.account.id), str(salon.owner_user.id)):
        assert secret not in shown
    assert all(value is None or float(value) > 0 for value in values)


@pytest.mark.parametrize("servers", [NOBODY], ids=["no redis"], indirect=True)
async def test_without_redis_every_server_counts_by_itself_and_nobody_is_turned_away_for_it(
    salon: Business, servers: list[Any], product: Product
) -> None:
    one, other = (at(salon.owner, server, product) for server in servers)
    for _ in range(10):
        assert (await one(RENAME)).status == 200
    while (await one(RENAME)).status == 200:
        pass
    assert left(await other("{ viewer { kind } }")) >= 99
