"""Buckets of cost: each holds so many points and is filled up steadily; whoever has emptied it waits.

The counting is throttled-py's GCRA, a bucket that is filled by the passing of time alone. What it lacks is giving back
what an operation did not use; `SettleInMemory` and `SettleInRedis` add that, and must say the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from throttled.asyncio import BaseStore, MemoryStore, RedisStore, per_duration
from throttled.asyncio.rate_limiter.gcra import GCRARateLimiter
from throttled.asyncio.store import BaseMemoryAtomicAction, BaseRedisAtomicAction

PREFIX = "calendera"
# In the memory of one process; beyond, whoever was seen least lately begins with a full one. About 20 MB.
_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Quota:
    """A bucket holds `maximum` points, of which `restored` come back each second."""

    maximum: int
    restored: int


@dataclass(frozen=True, slots=True)
class Level:
    """What a bucket holds. `wait` are the seconds until what was asked for can be had; 0: it was taken."""

    remaining: int
    wait: float = 0.0


class Buckets:
    """All buckets of one quota in one store, by key."""

    def __init__(self, quota: Quota, store: BaseStore) -> None:
        rate = per_duration(timedelta(seconds=1), quota.restored, quota.maximum)
        self._limiter = GCRARateLimiter(rate, store, key_prefix=PREFIX)
        self._settle = store.make_atomic(SettleInRedis if isinstance(store, RedisStore) else SettleInMemory)
        self._terms = (rate.emission_interval, rate.burst)

    async def take(self, key: str, cost: int) -> Level:
        """Take that many points; or none, and say how long to wait for them."""
        result = await self._limiter.limit(key, cost)
        return Level(result.state.remaining, result.state.retry_after if result.limited else 0.0)

    async def settle(self, key: str, points: int) -> Level:
        """Take that many more, or give them back where it is negative. No bucket is emptier than empty."""
        place = f"{PREFIX}:{GCRARateLimiter.KEY_SCHEMA_VERSION}:{GCRARateLimiter.Meta.type}:{key}"
        (remaining,) = await self._settle.do([place], [*self._terms, points])
        return Level(int(remaining))

    async def look(self, key: str) -> Level:
        """What it holds; `wait` is until it holds anything at all."""
        state = await self._limiter.peek(key)
        return Level(state.remaining, state.retry_after)


class SettleInMemory(BaseMemoryAtomicAction):
    """Moves the moment at which a bucket will be full again."""

    TYPE = "settle"

    @classmethod
    def _do(cls, backend: Any, keys: Sequence[str], args: Sequence[float] | None) -> tuple[int]:
        interval, capacity, points = args or ()
        now = time.monotonic()
        debt = min(max(now, backend.get(keys[0]) or now) + points * interval - now, capacity * interval)
        if debt > 0:
            backend.set(keys[0], now + debt, math.ceil(debt))
        else:
            backend.delete(keys[0])
        return (int(capacity) - math.ceil(max(0.0, debt) / interval),)


class SettleInRedis(BaseRedisAtomicAction):
    """The same by Redis's clock, in seconds since 2025 as throttled-py writes them."""

    TYPE = "settle"
    _SCRIPT = """
    local interval, capacity, points = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local time = redis.call("TIME")
    local now = (time[1] - 1735660800) + (time[2] / 1000000)
    local full_at = math.max(now, tonumber(redis.call("GET", KEYS[1]) or now)) + points * interval
    local debt = math.min(full_at - now, capacity * interval)
    if debt > 0 then
        redis.call("SET", KEYS[1], now + debt, "EX", math.ceil(debt))
    else
        redis.call("DEL", KEYS[1])
    end
    return {capacity - math.ceil(math.max(0, debt) / interval)}
    """

    def __init__(self, backend: Any) -> None:
        super().__init__(backend)
        self._script = self._register_script(self._SCRIPT)

    async def do(self, keys: Sequence[str], args: Sequence[float] | None) -> tuple[int]:
        return cast("tuple[int]", tuple(await self._script(keys, args)))


def in_memory() -> BaseStore:
    """A store for this process alone."""
    return MemoryStore(options={"MAX_SIZE": _MOST})
