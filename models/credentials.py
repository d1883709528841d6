"""From a secret to who holds it: the doors that find their account instead of being told it. One statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from models.access_key import AccessKeyKind
from models.booking import MANAGE_LINK_KEPT
from models.calendar_feed import FeedDetail
from models.customer_session import SESSION_IDLE, mailbox
from models.membership import Role
from models.platform_access import PlatformAccessKind, SupportFields
from models.platform_staff import PlatformRole
from models.security_event import Source
from models.storage.database import Row, execute, fetch
from models.storage.instant import from_database
from models.storage.reach import Reach, bound, reaching
from rules.tokens import token_hash

# A session or key in steady use writes its last use this often, not with every request.
NOTED_EVERY = timedelta(minutes=1)

_SESSION = """
    SELECT s.id, s.user_id, m.account_id, m.role, m.staff_id, p.staff_see_contacts, p.staff_see_own_diary, s.proved_at,
           p.require_second_factor AND NOT u.second_factor AS factor_missing,
           s.expires_at, s.last_used_at < $3 AS stale,
           v.account_id AS visit_account_id, v.id AS visit_id, v.kind AS visit_kind, v.role AS visit_role,
           v.field_groups, v.expires_at AS visit_expires_at,
           EXISTS (SELECT 1 FROM platform_staff x WHERE x.user_id = s.user_id AND x.role = 'SUPPORT') AS support,
           EXISTS (
             SELECT 1 FROM platform_staff x WHERE x.user_id = s.user_id AND x.role = 'PRIVACY_OFFICER'
           ) AS privacy_officer,
           EXISTS (SELECT 1 FROM platform_staff x WHERE x.user_id = s.user_id AND x.role = 'AUDITOR') AS auditor
    FROM session s
    JOIN app_user u ON u.id = s.user_id
    LEFT JOIN membership m ON m.account_id = s.account_id AND m.user_id = s.user_id
    LEFT JOIN privacy_settings p ON p.account_id = m.account_id
    LEFT JOIN platform_access v ON v.account_id = s.visit_account_id AND v.id = s.visit_id
      AND v.ended_at IS NULL AND v.expires_at > $2
      AND EXISTS (SELECT 1 FROM platform_staff x WHERE x.user_id = s.user_id AND x.role = v.role)
      AND u.second_factor
    WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2
"""
_KEY = """
    SELECT k.id, k.account_id, k.kind, k.origins, k.scopes, k.last_used_at IS NULL OR k.last_used_at < $2 AS stale
    FROM access_key k
    WHERE k.token_hash = $1 AND k.revoked_at IS NULL
"""
# The link that was mailed proves the mailbox and reaches the customer; what the widget was given reaches the booking.
_BOOKING = """
    SELECT b.account_id, b.id, b.ends_at, CASE WHEN b.manage_hash = $1 THEN b.customer_id END AS customer_id
    FROM booking b
    WHERE b.manage_hash = $1 OR b.booker_hash = $1
"""


_ENDED = """
    SELECT s.account_id, 'app_user' AS subject, s.user_id AS subject_id FROM session s
    WHERE s.token_hash = $1 AND s.ended_at IS NOT NULL AND s.expires_at > $2 AND s.account_id IS NOT NULL
    UNION ALL
    SELECT k.account_id, 'access_key', k.id FROM access_key k WHERE k.token_hash = $1 AND k.revoked_at IS NOT NULL
    UNION ALL
    SELECT i.account_id, 'app_installation', i.id
    FROM app_token t
    JOIN app_grant g ON g.account_id = t.account_id AND g.id = t.grant_id
    JOIN app_installation i ON i.account_id = g.account_id AND i.id = g.installation_id
    WHERE t.token_hash = $1 AND t.expires_at > $2 AND i.ended_at IS NOT NULL
"""


_CUSTOMER_LINK = """
    SELECT l.account_id, l.id FROM customer_link l WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2
"""
_WAITLIST = "SELECT w.account_id, w.id FROM waitlist_entry w WHERE w.token_hash = $1"
_CUSTOMER_SESSION = """
    SELECT s.account_id, s.id, s.customer_id, s.mailbox_hash, s.expires_at, s.last_used_at < $4 AS stale
    FROM customer_session s
    WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.last_used_at > $3
"""
_MAILBOX = "SELECT c.email FROM customer c WHERE c.account_id = $1 AND c.id = $2"

_FEED = """
    SELECT f.id, f.account_id, f.staff_id, f.location_id, f.resource_id, f.detail, m.role,
           f.last_used_at IS NULL OR f.last_used_at < $2 AS stale
    FROM calendar_feed f
    JOIN membership m ON m.account_id = f.account_id AND m.user_id = f.made_by_id
    WHERE f.token_hash = $1 AND f.revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class VisitHeld:
    """An account that somebody of the platform has entered, for as long as they may."""

    account_id: UUID
    id: UUID
    kind: PlatformAccessKind
    role: PlatformRole
    field_groups: tuple[SupportFields, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session. Without a membership in the session's account, role and staff are None.

    `proved_at` is when its person last proved who they are; `factor_missing` that the account wants a second factor of
    its members, which they lack.
    """

    session_id: UUID
    user_id: UUID
    account_id: UUID | None
    role: Role | None
    staff_id: UUID | None
    staff_see_contacts: bool
    proved_at: datetime
    staff_see_own_diary: bool = False
    factor_missing: bool = False
    expires_at: datetime | None = None
    platform_roles: tuple[PlatformRole, ...] = ()
    visit: VisitHeld | None = None


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
    """A booking's manage link, which works until some days after the appointment has ended. `customer_id` is None for
    one that proves nobody's mailbox."""

    account_id: UUID
    booking_id: UUID
    customer_id: UUID | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerLinkHeld:
    """A mailed link by which a customer signs in."""

    account_id: UUID
    id: UUID


@dataclass(frozen=True, slots=True)
class CustomerSignedIn:
    """A customer's live session at one business."""

    account_id: UUID
    session_id: UUID
    customer_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FeedHeld:
    """A live feed, by its secret. `maker` is the role that who made it has now."""

    id: UUID
    account_id: UUID
    whose: str
    of_id: UUID
    detail: FeedDetail
    maker: Role


def _key(value: Any) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(value)


def sure(value: Any) -> UUID:
    """The key in a value of either engine."""
    return value if isinstance(value, UUID) else UUID(value)


def listed(value: Any) -> list[str]:
    """The list in a JSON value of either engine."""
    return list(orjson.loads(value)) if isinstance(value, str) else list(value)


async def by_secret(sql: str, *params: Any) -> list[Row]:
    """The rows behind a secret, whichever account they are in."""
    with reaching(Reach.SECRETS):
        return await fetch(sql, *params)


async def note_use(sql: str, *params: Any) -> None:
    """Write down the use of what was found by its secret."""
    with reaching(Reach.SECRETS):
        await execute(sql, *params)


async def session_of(token: str, now: datetime) -> SignedIn | None:
    """The live session of a token, noting its use."""
    hashed = token_hash(token)
    found = await by_secret(_SESSION, hashed, now, now - NOTED_EVERY)
    if not found:
        return None
    row = found[0]
    if row["stale"]:
        await note_use("UPDATE session SET last_used_at = $2 WHERE token_hash = $1", hashed, now)
    role = Role(row["role"]) if row["role"] else None
    return SignedIn(
        sure(row["id"]), sure(row["user_id"]), _key(row["account_id"]), role, _key(row["staff_id"]),
        bool(row["staff_see_contacts"]), from_database(row["proved_at"]), bool(row["staff_see_own_diary"]),
        bool(row["factor_missing"]),
        from_database(row["expires_at"]), tuple(one for one in PlatformRole if row[one.value.lower()]), _visit(row),
    )  # fmt: skip


def _visit(row: Any) -> VisitHeld | None:
    if row["visit_id"] is None:
        return None
    return VisitHeld(
        sure(row["visit_account_id"]), sure(row["visit_id"]), PlatformAccessKind(row["visit_kind"]),
        PlatformRole(row["visit_role"]), tuple(SupportFields(one) for one in listed(row["field_groups"])),
        from_database(row["visit_expires_at"]),
    )  # fmt: skip


async def access_key_of(token: str, now: datetime) -> KeyHeld | None:
    """The live access key of a token, noting its use."""
    hashed = token_hash(token)
    found = await by_secret(_KEY, hashed, now - NOTED_EVERY)
    if not found:
        return None
    row = found[0]
    if row["stale"]:
        await note_use("UPDATE access_key SET last_used_at = $2 WHERE token_hash = $1", hashed, now)
    return KeyHeld(
        sure(row["id"]),
        sure(row["account_id"]),
        AccessKeyKind(row["kind"]),
        listed(row["origins"]),
        listed(row["scopes"]),
    )


async def ended_credential(token: str, now: datetime) -> Source | None:
    """Whom a session, key or app's token stood for that somebody ended before its time; None for every other secret."""
    hashed = token_hash(token)
    for row in await by_secret(_ENDED, hashed, now):
        return Source(sure(row["account_id"]), row["subject"], sure(row["subject_id"]))
    return None


async def manage_link_of(token: str) -> LinkHeld | None:
    """The booking that a manage link belongs to."""
    found = await by_secret(_BOOKING, token_hash(token))
    if not found:
        return None
    row = found[0]
    ends_at = from_database(row["ends_at"])
    return LinkHeld(sure(row["account_id"]), sure(row["id"]), _key(row["customer_id"]), ends_at + MANAGE_LINK_KEPT)


async def customer_link_of(token: str, now: datetime) -> CustomerLinkHeld | None:
    """The unused mailed link of a token."""
    for row in await by_secret(_CUSTOMER_LINK, token_hash(token), now):
        return CustomerLinkHeld(sure(row["account_id"]), sure(row["id"]))
    return None


async def waitlist_entry_of(token: str) -> CustomerLinkHeld | None:
    """The entry of a waitlist that a mailed link opens."""
    for row in await by_secret(_WAITLIST, token_hash(token)):
        return CustomerLinkHeld(sure(row["account_id"]), sure(row["id"]))
    return None


async def customer_session_of(token: str, now: datetime) -> CustomerSignedIn | None:
    """The live session of a customer's token, noting its use. None also once they have another email address: what
    was proved is the mailbox."""
    hashed = token_hash(token)
    found = await by_secret(_CUSTOMER_SESSION, hashed, now, now - SESSION_IDLE, now - NOTED_EVERY)
    if not found:
        return None
    row = found[0]
    with bound(sure(row["account_id"])):
        known = await fetch(_MAILBOX, row["account_id"], row["customer_id"])
    if not known or not known[0]["email"] or mailbox(known[0]["email"]) != row["mailbox_hash"]:
        return None
    if row["stale"]:
        await note_use("UPDATE customer_session SET last_used_at = $2 WHERE token_hash = $1", hashed, now)
    return CustomerSignedIn(
        sure(row["account_id"]), sure(row["id"]), sure(row["customer_id"]), from_database(row["expires_at"])
    )


async def feed_of(token: str, now: datetime) -> FeedHeld | None:
    """The live feed of a token, noting its use. None once who made it is no member any more."""
    hashed = token_hash(token)
    for row in await by_secret(_FEED, hashed, now - NOTED_EVERY):
        if row["stale"]:
            await note_use("UPDATE calendar_feed SET last_used_at = $2 WHERE token_hash = $1", hashed, now)
        whose = next(name for name in ("staff_id", "location_id", "resource_id") if row[name])
        return FeedHeld(
            sure(row["id"]), sure(row["account_id"]), whose, sure(row[whose]), FeedDetail(row["detail"]),
            Role(row["role"]),
        )  # fmt: skip
    return None
