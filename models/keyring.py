"""The server's secret key, as models need it: to derive links and to make pseudonyms. Installed once at start."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from rules.tokens import derived_token, keyed_hash

_key: bytes | None = None


def install(secret: str) -> None:
    """Install the secret key of the settings. Everything derived from it changes with it."""
    global _key
    _key = hashlib.sha256(secret.encode()).digest()


def _installed() -> bytes:
    if _key is None:
        raise RuntimeError("No secret key is installed: call models.keyring.install() at start.")
    return _key


def link_token(prefix: str, row_id: UUID, nonce: str) -> str:
    """The secret of a row's link: `mt` manages a booking, `rt` resets a password, `it` invites, `su` signs up."""
    return derived_token(_installed(), prefix, row_id, nonce)


def pseudonym(what: str, value: str) -> str:
    """A keyed hash of a value that must be counted but not known, as an email address."""
    return keyed_hash(_installed(), what, value)


def pseudonym_of_day(what: str, value: str, at: datetime) -> str:
    """The same, different on every UTC day, for network addresses: nobody can be followed from day to day."""
    return keyed_hash(_installed(), what, at.date().isoformat(), value)
