"""Who asks, as far as HTTP needs to know, and what is told about a request when it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from calendera.negotiation import JSON
from calendera.payers import Payer
from graph.rights import Rights


@dataclass(slots=True)
class Asking:
    """What the authentication found out about one request.

    `context` is what resolvers see as `info.context`; `rights` is what may be done with documents. `payer` says whose
    bucket of cost is charged where there is a meter. A resolver may add response headers (a cookie) and entries of the
    response's `extensions` (the cost): the context can hold the same two collections.
    """

    context: object
    payer: Payer | None = None
    rights: Rights = field(default_factory=Rights)
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
    """One request that is over, or one operation of a connection that stays open. `status` is 499 when the client left
    before the answer; `codes` are those of the errors in the answer, each once; `seconds` counts from the request's
    head to the finished answer; `events` are how many a subscription was sent, None for everything else."""

    visit: Visit
    status: int
    codes: tuple[str, ...]
    seconds: float
    events: int | None = None


Observe = Callable[[Served], None]
