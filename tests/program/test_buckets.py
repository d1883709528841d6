"""Buckets behave the same in memory and in Redis. Keys are random, so nothing of one run is seen by another."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import pytest
import structlog
from redis.asyncio import Redis

from calendera.buckets import Quota
from calendera.shared_buckets import Line, SharedBuckets
from tests import redis

Open = Callable[[Quota], SharedBuckets]
DAYS = Quota(1_000, 1)
QUICK = Quota(100, 500)
PATIENT = 10.0  # seconds: a machine that runs every test at once is slow, and this is not about that


@pytest.fixture(params=["memory", "redis"])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    if request.param == "memory":
        yield lambda quota: SharedBuckets(quota, None)
        return
    line = Line(redis.needed(), within=PATIENT)
    try:
        yield lambda quota: SharedBuckets(quota, line)
        assert line.up, "Redis did not answer, so this would have tested the memory"
    finally:
        await line.close()


@pytest.fixture
def key() -> str:
    return uuid4().hex


async def test_a_bucket_gives_what_it_holds_and_then_says_how_long_to_wait(opened: Open, key: str) -> None:
    buckets = opened(DAYS)
    assert await buckets.take(key, 400) == await buckets.look(key)
    assert (await buckets.take(key, 500)).remaining == 100
    refused = await buckets.take(key, 300)
    assert refused.remaining == 100
    assert 199 < refused.wait <= 200
    assert (await buckets.take(key, 100)).remaining == 0
    assert 0 < (await buckets.look(key)).wait <= 1
    assert (await buckets.take(uuid4().hex, 1)).remaining == 999


async def test_what_was_not_used_is_given_back_and_what_was_used_beyond_is_taken(opened: Open, key: str) -> None:
    buckets = opened(DAYS)
    await buckets.take(key, 700)
    assert (await buckets.settle(key, -600)).remaining == 900
    assert (await buckets.settle(key, 50)).remaining == 850
    assert (await buckets.take(key, 850)).remaining == 0


async def test_a_bucket_is_never_emptier_than_empty_nor_fuller_than_full(opened: Open, key: str) -> None:
    buckets = opened(DAYS)
    assert (await buckets.settle(key, 5_000)).remaining == 0
    assert (await buckets.take(key, 10)).wait <= 10
    assert (await buckets.settle(key, -50_000)).remaining == 1_000
    assert (await buckets.look(key)).remaining == 1_000
    assert (await buckets.take(key, 1_000)).remaining == 0


async def test_it_is_filled_up_steadily(opened: Open, key: str) -> None:
    buckets = opened(QUICK)
    await buckets.take(key, 100)
    wait = (await buckets.take(key, 40)).wait
    assert 0.05 < wait <= 0.08
    await asyncio.sleep(wait)
    assert (await buckets.take(key, 40)).wait == 0


async def test_giving_back_after_it_filled_up_by_itself_loses_nothing(opened: Open, key: str) -> None:
    buckets = opened(QUICK)
    await buckets.take(key, 30)
    await asyncio.sleep(0.04)
    assert (await buckets.settle(key, -29)).remaining == 100


async def test_of_many_at_once_as_many_get_theirs_as_there_is_for(opened: Open, key: str) -> None:
    buckets = opened(DAYS)
    levels = await asyncio.gather(*(buckets.take(key, 30) for _ in range(100)))
    assert sum(level.wait == 0 for level in levels) == 33


async def test_two_processes_share_a_bucket_in_redis_and_its_keys_end_by_themselves(key: str) -> None:
    url = redis.needed()
    one, other = Line(url, within=PATIENT), Line(url, within=PATIENT)
    await SharedBuckets(DAYS, one).take(key, 600)
    assert (await SharedBuckets(DAYS, other).take(key, 600)).remaining == 400
    await SharedBuckets(DAYS, other).settle(key, 100)
    async with aclosing(Redis.from_url(url)) as client:
        names = [name async for name in client.scan_iter(match=f"*{key}*")]
        assert len(names) == 1
        assert 690 < await client.ttl(names[0]) <= 700
    await one.close()
    await other.close()


async def test_without_redis_each_process_counts_by_itself_and_says_so_once(key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:  # takes connections, and never says a word
        line = Line(f"redis://user:secret@127.0.0.1:{listening.getsockname()[1]}/0", rests=0.05)
        buckets = SharedBuckets(DAYS, line)
        with structlog.testing.capture_logs() as logs:
            levels = await asyncio.gather(*(buckets.take(key, 300) for _ in range(5)))
            assert not line.up
            await asyncio.sleep(0.05)
            assert line.up
            levels.append(await buckets.settle(key, -100))
    assert [level.wait == 0 for level in levels] == [True, True, True, False, False, True]
    assert levels[-1].remaining == 200
    assert not line.up
    lines: list[Any] = [entry for entry in logs if "redis" in entry["event"]]
    assert len(lines) == 1
    assert "secret" not in str(lines)
    await line.close()
