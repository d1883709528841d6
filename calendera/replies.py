"""Answers as HTTP: status, headers, bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson
from starlette.types import Send

from calendera.asking import Visit
from calendera.negotiation import GRAPHQL
from calendera.stopped import Stopped
from graph.answers import BUSY, Answer, ReportFault, fault_of, masked, refuse
from models.storage.errors import Contended
from rules.errors import Denied, Throttled

# These say something about the request as such. Others are about the document, for which `application/json` promises
# 200 to clients that look at nothing else.
_STATUS = {
    "BAD_REQUEST": 400,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "THROTTLED": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "TRY_AGAIN": 503,
}
_CHALLENGE = ("WWW-Authenticate", 'Bearer realm="calendera"')


@dataclass(frozen=True, slots=True)
class Reply:
    """A response that is ready to be sent."""

    status: int
    body: bytes
    codes: tuple[str, ...] = ()
    headers: list[tuple[str, str]] = field(default_factory=list)


def reply_to(answer: Answer, media_type: str, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """The reply that carries a GraphQL answer. Raises TypeError when the data holds what JSON cannot say."""
    body = orjson.dumps(answer.body())
    if not answer.errors:
        return Reply(200, body, headers=[*headers])
    codes = tuple(dict.fromkeys(str(error["extensions"]["code"]) for error in answer.errors))
    status = 200 if answer.executed else _STATUS.get(codes[0], 400 if media_type == GRAPHQL else 200)
    return Reply(status, body, codes, [*headers, _CHALLENGE] if status == 401 else [*headers])


def reply_to_refusal(refusal: Stopped | Denied | Throttled, media_type: str) -> Reply:
    """The reply to a request that ended before its operation ran."""
    if isinstance(refusal, Stopped):
        answer = refuse(refusal.code, refusal.message)
        return Reply(refusal.status, orjson.dumps(answer.body()), (refusal.code,), [*refusal.headers.items()])
    if isinstance(refusal, Throttled):
        wait = [("Retry-After", str(refusal.retry_after_seconds))]
        return reply_to(refuse("THROTTLED", refusal.message), media_type, wait)
    return reply_to(refuse(refusal.code, refusal.message), media_type)


def reply_when_busy(media_type: str) -> Reply:
    """The reply to a request that could not even begin, because everything that it needs is in use."""
    return reply_to(refuse("TRY_AGAIN", BUSY), media_type, [("Retry-After", "1")])


def reply_to_failure(error: Exception, visit: Visit, report: ReportFault) -> Reply:
    """The reply to a request whose operation did not run. What nobody foresaw is reported and masked."""
    if isinstance(error, Stopped | Denied | Throttled):
        return reply_to_refusal(error, visit.media_type)
    if isinstance(error, Contended):
        return reply_when_busy(visit.media_type)
    report(fault_of(error, visit.request_id, visit.operation))
    return reply_to(masked(visit.request_id), visit.media_type)


async def send_reply(reply: Reply, visit: Visit, send: Send) -> None:
    """Send a reply. Nothing of this API may be stored by a cache on the way: answers depend on the credential."""
    headers = [
        ("content-type", f"{visit.media_type}; charset=utf-8"),
        ("content-length", str(len(reply.body))),
        ("cache-control", "no-store"),
        ("x-request-id", visit.request_id),
        *reply.headers,
    ]
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": reply.body})
