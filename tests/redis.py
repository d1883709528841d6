"""The Redis of the tests: a real one, at CALENDERA_TEST_REDIS_URL or on this machine; what needs it is skipped, and
says so, where none answers."""

from __future__ import annotations

import os

import pytest
from redis import Redis
from redis.exceptions import RedisError

URL = os.environ.get("CALENDERA_TEST_REDIS_URL") or "redis://127.0.0.1:6379/9"


def answers() -> bool:
    """Whether there is one."""
    with Redis.from_url(URL, socket_timeout=2, socket_connect_timeout=2) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def needed() -> str:
    """Its address. Skips the test that asks where none answers, and fails it where one was promised."""
    if answers():
        return URL
    if os.environ.get("CALENDERA_TEST_REDIS_URL"):
        pytest.fail("CALENDERA_TEST_REDIS_URL is set, but no Redis answers there.")
    pytest.skip("no Redis answers on this machine and CALENDERA_TEST_REDIS_URL is not set")
