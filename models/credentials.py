"""From a secret to who holds it: the doors that find their account instead of being told it. One statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from models.access_key import AccessKeyKind
from models.membership import Role
from models.storage.database import execute, fetch
from rules.tokens import token_hash

# A session or key in steady use writes its last use this often, not with every request.
NOTED_EVERY = timedelta(minutes=1)

_SESSION = """
    SELECT s.id, s.user_id, m.account_id, m.role, m.staff_id, p.staff_see_contacts, s.last_used_at < $3 AS stale
    FROM session s
    LEFT JOIN membership m ON m.account_id = s.account_id AND m.user_id = s.user_id
    LEFT JOIN privacy_settings p ON p.account_id = m.account_id
    WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2
"""
_KEY = """
    SELECT k.id, k.account_id, k.kind, k.origins, k.scopes, k.last_used_at IS NULL OR k.last_used_at < $2 AS stale
    FROM access_key k
    WHERE k.token_hash = $1 AND k.revoked_at IS NULL
"""
# The link that was mailed proves the mailbox and reaches the customer; what the widget was given reaches the booking.
_BOOKING = """
    SELECT b.account_id, b.id, CASE WHEN b.manage_hash = $1 THEN b.customer_id END AS customer_id
    FROM booking b
    WHERE b.manage_hash = $1 OR b.booker_hash = $1
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session. Without a membership in the session's account, the last four are None or False."""

    session_id: UUID
    user_id: UUID
    account_id: UUID | None
    role: Role | None
    staff_id: UUID | None
    staff_see_contacts: bool


@dataclass(frozen=True, slots=True)
class KeyHeld:
    """A live access key."""

    id: UUID
    account_id: UUID
    kind: AccessKeyKind
    origins: list[str]
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class LinkHeld:
    """A booking's manage link. `customer_id` is None for one that proves nobody's mailbox."""

    account_id: UUID
    booking_id: UUID
    customer_id: UUID | None


def _key(value: Any) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(value)


def _sure(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _list(value: Any) -> list[str]:
    return list(orjson.loads(value)) if isinstance(value, str) else list(value)


async def session_of(token: str, now: datetime) -> SignedIn | None:
    """The live session of a token, noting its use."""
    hashed = token_hash(token)
    found = await fetch(_SESSION, hashed, now, now - NOTED_EVERY)
    if not found:
        return None
    row = found[0]
    if row["stale"]:
        await execute("UPDATE session SET last_used_at = $2 WHERE token_hash = $1", hashed, now)
    role = Role(row["role"]) if row["role"] else None
    return SignedIn(
        _sure(row["id"]), _sure(row["user_id"]), _key(row["account_id"]), role, _key(row["staff_id"]),
        bool(row["staff_see_contacts"]),
    )  # fmt: skip


async def access_key_of(token: str, now: datetime) -> KeyHeld | None:
    """The live access key of a token, noting its use."""
    hashed = token_hash(token)
    found = await fetch(_KEY, hashed, now - NOTED_EVERY)
    if not found:
        return None
    row = found[0]
    if row["stale"]:
        await execute("UPDATE access_key SET last_used_at = $2 WHERE token_hash = $1", hashed, now)
    return KeyHeld(
        _sure(row["id"]),
        _sure(row["account_id"]),
        AccessKeyKind(row["kind"]),
        _list(row["origins"]),
        _list(row["scopes"]),
    )


async def manage_link_of(token: str) -> LinkHeld | None:
    """The booking that a manage link belongs to."""
    found = await fetch(_BOOKING, token_hash(token))
    if not found:
        return None
    row = found[0]
    return LinkHeld(_sure(row["account_id"]), _sure(row["id"]), _key(row["customer_id"]))
