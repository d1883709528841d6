"""Two answers for whoever watches the process: is it alive, and can it serve?"""

import asyncio
from collections.abc import Awaitable, Callable, Sized

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from calendera.logs import log

READY_WITHIN_SECONDS = 2.0
NO_STORE = {"Cache-Control": "no-store"}

Ping = Callable[[], Awaitable[object]]
Pending = Callable[[], Awaitable[Sized]]


class NotReady(Exception):
    """The process cannot serve now. `code` is DATABASE_UNREACHABLE or MIGRATIONS_PENDING."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def health_routes(ping: Ping, pending: Pending) -> list[Route]:
    """`/healthz` and `/readyz`. `ping` asks the database anything; `pending` lists migrations not yet applied."""

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers=NO_STORE)

    async def readyz(_request: Request) -> JSONResponse:
        try:
            await check_ready(ping, pending)
        except NotReady as refusal:
            return JSONResponse({"status": "not ready", "reason": refusal.code}, 503, headers=NO_STORE)
        return JSONResponse({"status": "ready"}, headers=NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def check_ready(ping: Ping, pending: Pending, *, within: float = READY_WITHIN_SECONDS) -> None:
    """Raise NotReady unless the database answers within so many seconds and is migrated."""
    try:
        async with asyncio.timeout(within):
            behind = len(await pending())
            await ping()
    except Exception as error:
        # Whatever keeps the database from answering is the same to whoever asks; the log line says more.
        log.warning("the database does not answer", exc_info=error)
        raise NotReady("DATABASE_UNREACHABLE") from None
    if behind:
        raise NotReady("MIGRATIONS_PENDING")
