"""The frames of graphql-transport-ws, read strictly, and the codes that a socket is closed with.

The protocol: github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. Whatever a client sends is either understood or
answered by closing with a code and a sentence; nothing of it is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from calendera.bodies import strict_json
from calendera.stopped import Stopped

SUBPROTOCOL = "graphql-transport-ws"
LONGEST_ID = 100

INVALID = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
NO_SUBPROTOCOL = 4406
TOO_SLOW_TO_GREET = 4408
DUPLICATE = 4409
FELL_BEHIND = 4413  # ours: the client took the events more slowly than they came
TOO_MANY_GREETINGS = 4429
FAULT = 1011
TRY_LATER = 1013
_LONGEST_REASON = 123  # bytes, by RFC 6455


class Closing(Exception):
    """The socket is to be closed with this code and sentence."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. `payload` is empty where the client sent none."""

    type: str
    id: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


# Which messages a client sends, whether with an id, and whether their payload may be missing.
_WITH_ID = {"subscribe", "complete"}
_KNOWN = {"connection_init", "ping", "pong", *_WITH_ID}


def read_frame(text: str | None) -> Frame:
    """The message of a text frame; None stands for a binary one. Raises Closing 4400."""
    if text is None:
        raise Closing(INVALID, "Send text frames.")
    try:
        value = strict_json(text.encode("utf-8", "surrogatepass"), "The message")
    except Stopped as stopped:
        raise Closing(INVALID, stopped.message) from None
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _KNOWN:
        raise Closing(INVALID, "A message is an object whose `type` is one that clients send.")
    payload = value.get("payload")
    if not isinstance(payload, dict | None) or (payload is None and kind == "subscribe"):
        raise Closing(INVALID, "`payload` must be an object.")
    return Frame(kind, _id(value.get("id")) if kind in _WITH_ID else "", payload or {})


def _id(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise Closing(INVALID, f"`id` must be a string of 1 to {LONGEST_ID} characters.")
    return value


def frame(type_: str, **more: Any) -> str:
    """A message of ours. Raises TypeError when it holds what JSON cannot say."""
    return orjson.dumps({"type": type_, **more}).decode()
