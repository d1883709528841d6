"""Reading a request's body and its JSON, strictly: what two readers could understand differently is refused."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import orjson
from starlette.requests import Request

from calendera.stopped import Stopped

BODY_LIMIT = 256 * 1024
# Enough for the largest body over a bad telephone line; whoever takes longer means to hold the connection.
BODY_SECONDS = 15.0
_DEEPEST = 32


async def read_body(request: Request, limit: int = BODY_LIMIT, seconds: float = BODY_SECONDS) -> bytes:
    """The whole body, at most `limit` bytes within `seconds`. Raises Stopped 400, 408, 413 or 415, and starlette's
    ClientDisconnect.

    The declared length is only a reason to refuse early; what counts is what arrives.
    """
    _check_head(request, limit)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError:
        message = f"The body did not arrive within {seconds:g} seconds. Send it at once."
        raise Stopped(408, message, headers={"Connection": "close"}) from None


def _check_head(request: Request, limit: int) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Stopped(415, "Send the body without compression.", headers={"Accept-Encoding": "identity"})
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise Stopped(400, "Content-Length is not a number.")
    # Compared by digits first: int() itself takes long for a number of a million digits.
    if len(declared.lstrip("0")) > 18 or int(declared) > limit:
        raise _too_large(limit)


async def _read(request: Request, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def strict_json(raw: bytes, subject: str) -> Any:
    """The value of a JSON text. Raises Stopped 400 for anything else: bad UTF-8, NaN, infinite numbers, half of a
    surrogate pair, a key given twice, more than 32 levels. `subject` begins the sentence ("The body")."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        # The library's message is not passed on: it can quote the text.
        raise Stopped(400, f"{subject} is not valid JSON in UTF-8.") from None
    if _repeats_a_key(raw, _count_colons(value, subject)):
        raise Stopped(400, f"{subject} gives the same key twice in one object.")
    return value


def _too_large(limit: int) -> Stopped:
    message = f"The body is larger than {limit // 1024} KiB. Send less in one request."
    # The rest of the body is not read, so the connection cannot be used again.
    return Stopped(413, message, headers={"Connection": "close"})


def _count_colons(value: Any, subject: str) -> int:
    """How many colons a text of this value must contain: one for each pair, and those inside strings."""
    colons = 0
    todo = [(value, 1)]
    while todo:
        item, depth = todo.pop()
        if isinstance(item, str):
            colons += item.count(":")
            continue
        if isinstance(item, dict | list) and depth > _DEEPEST:
            raise Stopped(400, f"{subject} nests more than {_DEEPEST} levels deep.")
        if isinstance(item, dict):
            colons += len(item)
            todo.extend((key, depth) for key in item)
            todo.extend((inner, depth + 1) for inner in item.values())
        elif isinstance(item, list):
            todo.extend((inner, depth + 1) for inner in item)
    return colons


def _repeats_a_key(raw: bytes, colons: int) -> bool:
    r"""Whether an object of the text gives one key twice, of which orjson silently keeps the last.

    Outside of strings JSON has a colon only between a key and its value, so counting them is enough, and a tenth of
    the work of a second parser. Only an escape (\u003a) can write a colon differently; those texts are parsed again.
    """
    if b"\\u" not in raw:
        return raw.count(b":") != colons
    try:
        json.loads(raw, object_pairs_hook=_each_key_once, parse_int=str)
    except ValueError:
        return True
    return False


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found
