"""Feeds: appointments for calendar programs elsewhere, by an address with a secret in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from math import ceil

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from calendera.authentication import LONGEST_SECRET, Authentication, address_of
from calendera.logs import log
from calendera.metering import Meter
from calendera.payers import payer_of
from models import keyring
from models.credentials import FeedHeld, feed_of
from models.feed_content import entries_of, name_of
from models.storage.reach import bound
from permissions.roles import ROLES, Permission
from permissions.viewer import VISITOR
from rules.ics_writing import Entry, beginning, ending, event

# Programs ask every few minutes at most: a network's bucket and a feed's own pay this for each answer.
_COST = 50
# Written between two looks at other requests.
_AT_ONCE = 50
_PRIVATE = {
    "Cache-Control": "private, no-cache",  # kept, and asked about each time: mostly answered 304
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
_NOT_THERE = "There is no such calendar, or it has ended. Ask the business for a new address.\n"


def feed_route(authentication: Authentication, meter: Meter) -> Route:
    """`GET /feeds/{token}.ics`. No cookie is read or set. Whatever is wrong with an address, the answer is one and the
    same: unknown, revoked, of somebody archived, or made by somebody who may no longer."""

    async def feed(request: Request) -> Response:
        now = authentication.clock.now()
        if wait := await _throttled(meter, payer_of(VISITOR, address_of(request), now).key):
            return wait
        token = request.path_params["token"][:LONGEST_SECRET]
        held = await feed_of(token, now)
        if held is None or Permission.CALENDAR_FEEDS_MANAGE not in ROLES[held.maker]:
            return _answer(404, _NOT_THERE)
        if wait := await _throttled(meter, keyring.pseudonym("cost", f"feed {held.id}")):
            return wait
        with bound(held.account_id):
            name = await name_of(held)
            entries = await entries_of(held, now) if name is not None else []
        if name is None:
            return _answer(404, _NOT_THERE)
        return _told(request, held, name, entries)

    return Route("/feeds/{token}.ics", feed, methods=["GET"])


def _told(request: Request, held: FeedHeld, name: str, entries: Sequence[Entry]) -> Response:
    tag = f'"{sha256(repr((held.id, name, entries)).encode()).hexdigest()[:32]}"'
    headers = {**_PRIVATE, "ETag": tag}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    log.info("feed read", entries=len(entries))
    headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return StreamingResponse(_written(name, entries), media_type="text/calendar", headers=headers)


async def _written(name: str, entries: Sequence[Entry]) -> AsyncIterator[bytes]:
    yield beginning(name=name)
    for at in range(0, len(entries), _AT_ONCE):
        yield b"".join(event(entry) for entry in entries[at : at + _AT_ONCE])
        await asyncio.sleep(0)
    yield ending()


async def _throttled(meter: Meter, key: str) -> Response | None:
    level = await meter.own.take(key, _COST)
    if not level.wait:
        return None
    seconds = max(1, ceil(level.wait))
    return _answer(429, f"Too many requests. Ask again in {seconds} seconds.\n", {"Retry-After": str(seconds)})


def _answer(status: int, words: str, more: dict[str, str] | None = None) -> Response:
    log.info("feed refused", status=status)
    return PlainTextResponse(words, status, headers={**_PRIVATE, "Cache-Control": "no-store", **(more or {})})
