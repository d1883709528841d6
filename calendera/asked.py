"""What a request asks for, read from a body or from a query string."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from calendera.bodies import strict_json
from calendera.stopped import Stopped

_HASH = re.compile(r"[0-9a-f]{64}")
_PARAMETERS = ("query", "documentId", "variables", "operationName", "extensions")


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation: exactly one of `text` and `document_id` is given.

    `by_hash`: the id came as that of an automatic persisted query.
    """

    text: str | None
    document_id: str | None
    operation_name: str | None
    variables: dict[str, Any] | None
    by_hash: bool = False


def from_body(raw: bytes) -> Asked:
    """Read a POST body. Raises Stopped 400; unknown keys are passed over, as the specification asks."""
    value = strict_json(raw, "The body")
    if isinstance(value, list):
        raise Stopped(400, "Batches are not served. Send one operation in one request.")
    if not isinstance(value, dict):
        raise Stopped(400, 'The body is not a JSON object. Send {"query": "…"} or {"documentId": "…"}.')
    return from_value(value)


def from_query_string(raw: bytes) -> Asked:
    """Read the parameters of a GET. Raises Stopped 400."""
    try:
        # ASCII, because everything else must be percent-encoded; strict, because a replaced byte changes the text.
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise Stopped(400, "The query string is not valid: percent-encode UTF-8, at most 50 parameters.") from None
    value: dict[str, Any] = {}
    for name, text in pairs:
        if name in value:
            raise Stopped(
                400, f"The parameter {name} is given twice." if name in _PARAMETERS else "A repeated parameter."
            )
        value[name] = text
    for name in ("variables", "extensions"):
        if name in value:
            value[name] = strict_json(value[name].encode(), f"The parameter {name}")
    value["operationName"] = value.get("operationName") or None
    return from_value(value)


def from_value(value: dict[str, Any]) -> Asked:
    """Read what a body, a query string or a socket's message holds. Raises Stopped 400."""
    text = _typed(value, "query", str, "a string")
    document_id = _typed(value, "documentId", str, "a string")
    variables = _typed(value, "variables", dict, "an object")
    name = _typed(value, "operationName", str, "a string")
    digest = _persisted(_typed(value, "extensions", dict, "an object"))
    by_hash = digest is not None and document_id is None and text is None
    if by_hash:
        document_id = f"sha256:{digest}"
    elif digest and text and document_id is None and hashlib.sha256(text.encode()).hexdigest() != digest:
        raise Stopped(400, "The persisted query's hash is not the hash of `query`.")
    if (text is None) == (document_id is None):
        raise Stopped(400, "Send exactly one of `query` (the document's text) and `documentId`.")
    return Asked(text, document_id, name, variables, by_hash)


def _typed(value: dict[str, Any], name: str, type_: type, words: str) -> Any:
    given = value.get(name)
    if given is not None and not isinstance(given, type_):
        raise Stopped(400, f"`{name}` must be {words}.")
    return given


def _persisted(extensions: dict[str, Any] | None) -> str | None:
    """The hash of an automatic persisted query, as Apollo's clients send it."""
    given = (extensions or {}).get("persistedQuery")
    if given is None:
        return None
    digest = given.get("sha256Hash") if isinstance(given, dict) and given.get("version") == 1 else None
    if not isinstance(digest, str) or not _HASH.fullmatch(digest):
        raise Stopped(400, "`extensions.persistedQuery` must have `version` 1 and a `sha256Hash` in lowercase.")
    return digest
