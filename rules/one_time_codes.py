"""One-time codes of authenticator apps (TOTP, RFC 6238), with the parameters that every app knows."""

from __future__ import annotations

import base64
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from rules.second_factors import ISSUER

DIGITS = 6
SECONDS = 30
SECRET_BYTES = 20
# A clock may be half a minute off, and typing takes time.
_STEPS_OFF = (0, -1, 1)


def matching_step(secret: bytes, code: str, at: datetime) -> int | None:
    """The step of time whose code this is, if it is one of the three around `at`; None for every other text.

    Who accepts a step remembers it, and never accepts it or an earlier one again.
    """
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    now = int(at.timestamp()) // SECONDS
    found = None
    for step in (now + off for off in _STEPS_OFF):  # all three, so that time tells nothing
        try:
            _totp(secret).verify(typed.encode(), step * SECONDS)
        except InvalidToken:
            continue
        found = step if found is None else found
    return found


def written(secret: bytes) -> str:
    """The secret as people type it into an app: base 32."""
    return base64.b32encode(secret).decode()


def uri(secret: bytes, email: str) -> str:
    """The `otpauth://` address that an app reads from a QR code."""
    return _totp(secret).get_provisioning_uri(email, ISSUER)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), SECONDS)  # noqa: S303 - HMAC-SHA-1 is what the apps compute
