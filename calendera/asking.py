"""Who asks, as far as HTTP needs to know, and what is told about a request when it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from calendera.negotiation import JSON


@dataclass(slots=True)
class Asking:
    """What the authentication found out about one request.

    `context` is what resolvers see as `info.context`. `may_introspect` opens the schema, and documents of the
    caller's own by GET; `documents_only` allows nothing but trusted documents. A resolver may add response headers
    (a cookie) and entries of the response's `extensions` (the cost): the context can hold the same two collections.
    """

    context: object
    may_introspect: bool = False
    documents_only: bool = False
    headers: list[tuple[str, str]] = field(default_factory=list)
    extensions: dict[str, object] = field(default_factory=dict)


# Raises Denied (401 or 403), Throttled (429) or Stopped when the request must not go on.
Authenticate = Callable[[Request], Awaitable[Asking]]


@dataclass(slots=True)
class Visit:
    """What is known so far about one request."""

    request_id: str
    media_type: str = JSON
    asking: Asking | None = None
    operation: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """One request that is over. `status` is 499 when the client left before the answer; `codes` are those of the
    errors in the answer, each once; `seconds` counts from the request's head to the finished answer."""

    visit: Visit
    status: int
    codes: tuple[str, ...]
    seconds: float


Observe = Callable[[Served], None]
