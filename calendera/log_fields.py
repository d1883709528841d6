"""What a log line may hold. Everything that is not listed here is dropped, so that nobody's data slips in unnoticed.

A new field is one line in FIELDS. Its values are numbers, times, ids and codes; a value that looks like a name, an
address or a sentence is replaced by `[redacted]`, and the names of dropped fields are listed under `dropped`.
"""

import re
from collections.abc import Iterable, MutableMapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

FIELDS = {
    # every line
    "timestamp": "when, UTC",
    "level": "how bad",
    "event": "what happened, a fixed sentence",
    "logger": "the library that says it, when it is not Calendera",
    "request_id": "the request, as the caller sees it in X-Request-Id",
    # one line per operation
    "operation": "the operation's name in the document, if it has one",
    "kind": "query, mutation, subscription",
    "credential": "visitor, session, widget, partner, manage: the kind, never the key",
    "status": "HTTP or SMTP status",
    "ms": "how long it took, in milliseconds",
    "statements": "SQL statements sent",
    "errors": "codes of the errors and refusals answered",
    # background work
    "account_id": "the business, never a person",
    "job": "kind of job",
    "job_id": "which one",
    "attempt": "how often it was tried",
    "template": "registered mail template",
    "count": "how many",
    "reason": "a code",
    # the process
    "pid": "process",
    "host": "the address that the server listens on",
    "port": "and its port",
    "workers": "server processes",
    "database": "sqlite or postgresql",
    "migration": "file name of a migration",
    "folder": "a folder of the program's own",
    "version": "of the program",
    # faults
    "error_types": "classes of the exception and its causes, outermost first",
    "frames": "where it was raised, as module:line function",
    "dropped": "names of fields that are not in this list",
}

HIDDEN = "[redacted]"
TEXT_LENGTH = 200
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9_.:/+<>-]{0,120}")
LISTENING = "Uvicorn running on "
_EMAIL = r"[^\s@<>\"']+@[^\s@<>\"']+"
_IPV4 = r"\b\d{1,3}(?:\.\d{1,3}){3}\b"
_IPV6 = r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])"
_PHONE = r"\+?\d(?:[ ().-]?\d){6,}"
_PERSONAL = re.compile("|".join((_EMAIL, _IPV4, _IPV6, _PHONE)))
# What the program itself makes, or has checked (request ids are hexadecimal): not judged again.
_OWN = {"timestamp", "level", "request_id", "host", "folder", "frames"}


def only_known(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the fields of the list, in its order and with harmless values. A structlog processor."""
    strangers = sorted(name for name in line if name not in FIELDS and name != "exc_info")
    known = {name: _fit(name, line[name]) for name in FIELDS if name in line}
    if strangers:
        known["dropped"] = strangers
    # Left only on a developer's console, whose renderer prints it.
    return known | {"exc_info": line["exc_info"]} if "exc_info" in line else known


def _fit(field: str, value: object) -> object:
    if field == "event":
        # The address in this one is the server's own, which whoever starts it looks for.
        return value if str(value).startswith(LISTENING) else harmless_text(str(value))
    return value if field in _OWN else harmless(value)


def harmless(value: object) -> object:
    """The value if it is a number, a time, an id or a code, else `[redacted]`; lists by their items."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UUID | datetime | date):
        return str(value)
    if isinstance(value, str | Path):
        return _harmless_code(str(value))
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | MutableMapping):
        return [harmless(item) for item in list(value)[:20]]
    return HIDDEN


def _harmless_code(text: str) -> str:
    if _UUID.fullmatch(text):
        return text
    return HIDDEN if _PERSONAL.search(text) or not _CODE.fullmatch(text) else text


def harmless_text(text: str) -> str:
    """The first line, cut to 200 characters, without anything like a mail address, an IP address or a phone number."""
    first = text.strip().split("\n", 1)[0]
    return _PERSONAL.sub(HIDDEN, first)[:TEXT_LENGTH]
