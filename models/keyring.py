"""Secrets that models make: random ones, and those derived from the server's key, which is installed once at start."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rules.tokens import derived_token, keyed_hash

_key: bytes | None = None
_NONCE_BYTES = 12
_SEALED = b"\x01"  # the version of how it is sealed, for whoever changes that


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
    """The secret of a row's link: `mt` manages a booking, `rt` resets a password, `es` ends a session, `it` invites,
    `su` signs up, `cl` lets a customer in."""
    return derived_token(_installed(), prefix, row_id, nonce)


def pseudonym(what: str, value: str) -> str:
    """A keyed hash of a value that must be counted but not known, as an email address."""
    return keyed_hash(_installed(), what, value)


def pseudonym_of_day(what: str, value: str, at: datetime) -> str:
    """The same, different on every UTC day, for network addresses: nobody can be followed from day to day."""
    return keyed_hash(_installed(), what, at.date().isoformat(), value)


def seal(what: str, owner: UUID, value: bytes) -> str:
    """A value that must be read again, as text that only this server opens, and only for the same row's owner."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = _sealer(what).encrypt(nonce, value, _about(what, owner))
    return base64.b64encode(_SEALED + nonce + sealed).decode()


def unseal(what: str, owner: UUID, sealed: str) -> bytes:
    """What was sealed. InvalidTag where it was changed, moved to another's row, or sealed with another key."""
    blob = base64.b64decode(sealed)
    begin = len(_SEALED) + _NONCE_BYTES
    return _sealer(what).decrypt(blob[len(_SEALED) : begin], blob[begin:], _about(what, owner))


def sign(what: str, message: bytes) -> str:
    """An Ed25519 signature in hexadecimal, which others verify with a public key."""
    return _signer(what).sign(message).hex()


def is_signed(what: str, message: bytes, signature: str) -> bool:
    """Whether `sign` gave this signature for the message."""
    try:
        _signer(what).public_key().verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signer(what: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(f"sign {what}"))


def _sealer(what: str) -> AESGCM:
    return AESGCM(_derived(f"seal {what}"))


def _derived(what: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=what.encode()).derive(_installed())


def _about(what: str, owner: UUID) -> bytes:
    return _SEALED + f"{what}|{owner}".encode()
