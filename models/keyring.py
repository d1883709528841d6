"""Secrets that models make: random ones, and those derived from the server's key, which is installed once at start."""

from __future__ import annotations

import hashlib
import secrets
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


def random_token(prefix: str) -> str:
    """A new secret of 256 bits, as `sk_…`."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def random_nonce() -> str:
    """A new nonce for a derived link: 128 bits, as hexadecimal."""
    return secrets.token_hex(16)


def link_token(prefix: str, row_id: UUID, nonce: str) -> str:
    """The secret of a row's link: `mt` manages a booking, `rt` resets a password, `it` invites, `su` signs up."""
    return derived_token(_installed(), prefix, row_id, nonce)


def pseudonym(what: str, value: str) -> str:
    """A keyed hash of a value that must be counted but not known, as an email address."""
    return keyed_hash(_installed(), what, value)


def pseudonym_of_day(what: str, value: str, at: datetime) -> str:
    """The same, different on every UTC day, for network addresses: nobody can be followed from day to day."""
    return keyed_hash(_installed(), what, at.date().isoformat(), value)
