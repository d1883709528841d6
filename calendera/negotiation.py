"""Which media type a request brings and which it wants back (GraphQL over HTTP, RFC 9110)."""

from __future__ import annotations

import re
from functools import lru_cache

from starlette.datastructures import Headers

from calendera.stopped import Stopped

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"

_SENT = re.compile(r'application/json[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?', re.IGNORECASE)
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_LONGEST = 1_000


def check_content_type(headers: Headers) -> None:
    """Only JSON in UTF-8 is read. Raises Stopped 415.

    Exactly this type, because a browser sends it across origins only after asking; form types it sends unasked.
    """
    sent = headers.getlist("content-type")
    if len(sent) != 1 or not _SENT.fullmatch(sent[0].strip()):
        raise Stopped(415, "Send the body with Content-Type: application/json.", headers={"Accept-Post": JSON})


def response_type(headers: Headers) -> str:
    """`JSON` or `GRAPHQL`, whichever the caller prefers. Raises Stopped 406."""
    accept = headers.getlist("accept")
    chosen = _chosen(", ".join(accept)) if accept else JSON
    if chosen is None:
        raise Stopped(406, f"Answers are {JSON} or {GRAPHQL}. Accept one of them.")
    return chosen


@lru_cache(maxsize=256)
def _chosen(accept: str) -> str | None:
    """The offered type of the highest quality; of two equals the one named first, and JSON when neither is named."""
    if not accept.strip():
        return JSON
    ranges = _ranges(accept) if len(accept) <= _LONGEST else {}
    wild = ranges.get("application/*", ranges.get("*/*", 0.0))
    quality = {type_: ranges.get(type_, wild) for type_ in (JSON, GRAPHQL)}
    order = [*(type_ for type_ in ranges if type_ in quality), JSON, GRAPHQL]
    best = max(order, key=lambda type_: quality[type_])
    return best if quality[best] > 0 else None


def _ranges(accept: str) -> dict[str, float]:
    """Media ranges and their qualities, in their order. Ranges that ask for another charset match nothing here."""
    found: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                quality = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
            elif key.strip() == "charset" and value.strip().strip('"') != "utf-8":
                quality = 0.0
        found.setdefault(name, quality)
    return found
