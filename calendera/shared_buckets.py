"""Buckets that several server processes share, in Redis; in the process itself while Redis does not answer."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from throttled.asyncio import BaseStore, RedisStore
from throttled.exceptions import StoreUnavailableError

from calendera.buckets import Buckets, Level, Quota, in_memory
from calendera.logs import log

# Each request asks twice. Redis answers within a millisecond or is in trouble, and nobody waits for its recovery.
_ANSWERS_WITHIN = 0.25
_RESTS = 2.0
_TELLS_EVERY = 60.0
_CONNECTIONS = 32


class Line:
    """The way to Redis. Once it fails, nobody tries for `rests` seconds; the log has a line a minute. `within` is how
    many seconds it may take to answer."""

    def __init__(self, url: str, rests: float = _RESTS, within: float = _ANSWERS_WITHIN) -> None:
        self._rests = rests
        self.store: BaseStore = RedisStore(
            url,
            {
                "SOCKET_TIMEOUT": within,
                "SOCKET_CONNECT_TIMEOUT": within,
                "CONNECTION_POOL_CLASS": "redis.asyncio.BlockingConnectionPool",
                "CONNECTION_POOL_KWARGS": {
                    "max_connections": _CONNECTIONS,
                    "timeout": within,
                    "retry": Retry(NoBackoff(), 0),
                },
            },
        )
        self._resting_until = self._silent_until = 0.0

    @property
    def up(self) -> bool:
        """Whether it is worth trying."""
        return time.monotonic() >= self._resting_until

    def failed(self, error: StoreUnavailableError) -> None:
        """Note that it did not answer."""
        now = time.monotonic()
        self._resting_until = now + self._rests
        if now >= self._silent_until:
            self._silent_until = now + _TELLS_EVERY
            kind = type(error.__cause__ or error).__name__
            log.warning("redis does not answer; each process counts costs by itself meanwhile", error_types=[kind])

    async def close(self) -> None:
        """Close its connections. The client is not told of otherwise by the library."""
        client: Redis = self.store._backend.get_client()  # type: ignore[attr-defined]
        await client.aclose()
        await client.connection_pool.disconnect()


class SharedBuckets:
    """The same as `Buckets`, and never out of order: what Redis does not count, this process does."""

    def __init__(self, quota: Quota, line: Line | None) -> None:
        self.quota = quota
        self._line = line
        self._own = Buckets(quota, in_memory())
        self._shared = Buckets(quota, line.store) if line else None

    async def take(self, key: str, cost: int) -> Level:
        """See `Buckets.take`."""
        return await self._ask(lambda buckets: buckets.take(key, cost))

    async def settle(self, key: str, points: int) -> Level:
        """See `Buckets.settle`."""
        return await self._ask(lambda buckets: buckets.settle(key, points))

    async def look(self, key: str) -> Level:
        """See `Buckets.look`."""
        return await self._ask(lambda buckets: buckets.look(key))

    async def _ask(self, work: Callable[[Buckets], Awaitable[Level]]) -> Level:
        if self._shared is not None and self._line is not None and self._line.up:
            try:
                return await work(self._shared)
            except StoreUnavailableError as error:
                self._line.failed(error)
        return await work(self._own)
