import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from calendera import logs
from calendera.health import NotReady, check_ready, health_routes
from calendera.settings import Settings


async def answers() -> None:
    return None


async def nothing_pending() -> list[str]:
    return []


def ask_postgres(port: int) -> Callable[[], Awaitable[object]]:
    """A ping to a database server at that port of this machine."""

    async def ping() -> object:
        return await asyncpg.connect(host="127.0.0.1", port=port, user="calendera", ssl=False, timeout=60)

    return ping


async def get(path: str, ping: Callable[[], Awaitable[object]], pending: list[str]) -> httpx.Response:
    async def missing() -> list[str]:
        return pending

    app = Starlette(routes=health_routes(ping, missing))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        return await http.get(path)


async def test_alive_does_not_ask_the_database() -> None:
    answer = await get("/healthz", ask_postgres(1), ["0001_start"])
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


async def test_ready_when_the_database_answers_and_is_migrated() -> None:
    answer = await get("/readyz", answers, [])
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_not_ready_before_migrating() -> None:
    answer = await get("/readyz", answers, ["0001_start"])
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "reason": "MIGRATIONS_PENDING"})


async def test_not_ready_when_nobody_listens_and_nothing_internal_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings())
    answer = await get("/readyz", ask_postgres(1), [])
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "reason": "DATABASE_UNREACHABLE"})
    assert "ConnectionRefusedError" in capsys.readouterr().err


async def test_a_database_that_accepts_and_stays_silent_is_given_up_in_time() -> None:
    logs.configure(Settings())
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        writer.close()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        with pytest.raises(NotReady, match="DATABASE_UNREACHABLE"):
            await check_ready(ask_postgres(server.sockets[0].getsockname()[1]), nothing_pending, within=0.2)
        async with asyncio.timeout(10):
            await gone.wait()
