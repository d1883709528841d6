"""Secrets that travel in links, keys and cookies: how they are derived and stored. Only hashes are stored.

Links in mails are *derived*: HMAC-SHA256 under the server's key over what the link is for, the row and a nonce of the
row. So a waiting mail holds no secret, a leaked database alone opens nothing, and a new nonce revokes the link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID


def derived_token(key: bytes, prefix: str, row_id: UUID, nonce: str) -> str:
    """The secret of a link that belongs to a row, as `mt_…`. The same arguments give the same secret."""
    digest = hmac.digest(key, f"{prefix}:{row_id}:{nonce}".encode(), "sha256")
    return f"{prefix}_{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def token_hash(token: str) -> str:
    """What is stored of a secret: SHA-256, hexadecimal. Secrets have 256 bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_hash(key: bytes, *parts: str) -> str:
    """A pseudonym of a value (an address, an email) that only this server can make, as hexadecimal."""
    return hmac.digest(key, "\x1f".join(parts).encode("utf-8", "surrogatepass"), "sha256").hex()
