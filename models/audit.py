"""The audit chain of an account: its history, event by event in the order of their positions, linked by hashes.

Events are written by verbs, in the transaction of what they tell; the chain follows them a few seconds later, so that
no booking waits for the one before it. `said` holds the exact bytes that were hashed; what an event is now is compared
with them. The end of the chain is signed each time it grows, and the signatures are kept outside the database too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from tortoise import fields
from uuid_utils.compat import uuid7

from models.following import give_positions
from models.keyring import sign
from models.leases import uuid_of
from models.personal import Why, plain
from models.storage.database import Row, fetch, lock, transaction
from models.storage.instant import from_database
from models.storage.reach import Reach, reaching
from models.tenancy import Owned
from rules.audit_chain import Checkpoint, beginning, exactly, link

BATCH = 500
ACCOUNTS = 50
SIGNED_AS = "audit"

_UNSEALED = f"""
    SELECT DISTINCT t.account_id FROM event_tail t
    WHERE NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.account_id = t.account_id AND a.event_id = t.event_id)
    LIMIT {ACCOUNTS}
"""
_END = "SELECT position, link FROM audit_entry WHERE account_id = $1 ORDER BY position DESC LIMIT 1"
_NEXT = f"""
    SELECT p.position, e.id, e.created_at, e.name, e.actor_kind, e.actor_id, e.subject, e.subject_id, e.data
    FROM event_position p JOIN event e ON e.account_id = p.account_id AND e.id = p.event_id
    WHERE p.account_id = $1 AND p.position > $2 ORDER BY p.position LIMIT {BATCH}
"""


def _hash() -> Any:
    return plain(fields.CharField(max_length=64), Why.IDENTIFIER)


class AuditEntry(Owned):
    """One link. Without personal data, as events are."""

    position = plain(fields.BigIntField(), Why.STATE)
    event_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    said = plain(fields.TextField(), Why.STATE)
    link = _hash()

    class Meta:
        table = "audit_entry"


class AuditCheckpoint(Owned):
    """The end of the chain at `created_at`, signed with Ed25519 by a key derived from the server's."""

    position = plain(fields.BigIntField(), Why.STATE)
    link = _hash()
    signature = plain(fields.CharField(max_length=128), Why.IDENTIFIER)

    class Meta:
        table = "audit_checkpoint"


async def accounts_to_seal() -> list[UUID]:
    """Some of the accounts in which something happened in the last hour that is not in their chain yet."""
    with reaching(Reach.ROUNDS):
        return [uuid_of(row["account_id"]) for row in await fetch(_UNSEALED)]


async def seal(account_id: UUID, at: datetime) -> Checkpoint | None:
    """Add what has happened to the account's chain and sign its end; None where nothing has. Two at once wait."""
    await give_positions(account_id)
    async with transaction():
        await lock([f"audit:{account_id}"])
        ends = await fetch(_END, account_id)
        position, digest = (int(ends[0]["position"]), ends[0]["link"]) if ends else (0, beginning(account_id))
        grown = False
        while rows := await fetch(_NEXT, account_id, position):
            entries = _linked(account_id, digest, rows, at)
            await AuditEntry.of(account_id).bulk_create(entries)
            position, digest, grown = entries[-1].position, entries[-1].link, True
        if not grown:
            return None
        checkpoint = Checkpoint(account_id, position, digest, at)
        signature = sign(SIGNED_AS, checkpoint.message)
        await AuditCheckpoint.add(account_id, created_at=at, position=position, link=digest, signature=signature)
    return Checkpoint(account_id, position, digest, at, signature)


def _linked(account_id: UUID, digest: str, rows: Sequence[Row], at: datetime) -> list[AuditEntry]:
    entries = []
    for row in rows:
        text, position = said(row), int(row["position"])
        digest = link(digest, position, text)
        link_ = {"position": position, "event_id": uuid_of(row["id"]), "said": text, "link": digest}
        entries.append(AuditEntry(id=uuid7(), account_id=account_id, created_at=at, **link_))
    return entries


def said(row: Row) -> str:
    """An event as text, the same on both engines and each time."""
    data = row["data"]
    event = {
        "id": str(uuid_of(row["id"])),
        "at": exactly(from_database(row["created_at"])),
        "name": row["name"],
        "actorKind": row["actor_kind"],
        "actorId": None if row["actor_id"] is None else str(uuid_of(row["actor_id"])),
        "subject": row["subject"],
        "subjectId": str(uuid_of(row["subject_id"])),
        "data": orjson.loads(data) if isinstance(data, str) else data,
    }
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS).decode()
