"""Verifying an audit chain: every link, event and signed checkpoint, and that the database still guards them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from uuid import UUID

from models.audit import SIGNED_AS, AuditCheckpoint, said
from models.keyring import is_signed
from models.storage.database import dialect, fetch
from rules.audit_chain import Broken, Checkpoint, Tampering, beginning, link

_BATCH = 1_000
_LINKS = f"""
    SELECT a.position, a.said, a.link, a.event_id, e.id, e.created_at, e.name, e.actor_kind, e.actor_id, e.subject,
           e.subject_id, e.data
    FROM audit_entry a LEFT JOIN event e ON e.account_id = a.account_id AND e.id = a.event_id
    WHERE a.account_id = $1 AND a.position > $2 ORDER BY a.position LIMIT {_BATCH}
"""
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgres": "SELECT t.tgname::text AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE t.tgenabled <> 'D' AND c.relnamespace = current_schema()::regnamespace",
}
_GUARDS = {
    "sqlite": {
        f"{table}_append_only_{change}"
        for table in ("event", "audit_entry", "audit_checkpoint")
        for change in ("update", "delete")
    }
    | {"event_placed"},
    "postgres": {f"{table}_append_only" for table in ("event", "audit_entry", "audit_checkpoint")} | {"event_placed"},
}


async def guards_missing() -> list[Broken]:
    """What the database no longer refuses."""
    there = {row["name"] for row in await fetch(_TRIGGERS[dialect()])}
    return [Broken(Tampering.TRIGGER_MISSING) for _ in _GUARDS[dialect()] - there]


async def verify(account_id: UUID, elsewhere: Iterable[Checkpoint] = ()) -> list[Broken]:
    """What is wrong with the chain of an account. `elsewhere` are its checkpoints that were kept outside the database,
    in the order in which they were written."""
    kept = [*await _checkpoints(account_id)]
    found = [*_signatures(kept), *_signatures(elsewhere := [*elsewhere])]
    awaited = {(one.position, one.digest) for one in (*kept, *elsewhere)}
    position, digest = 0, beginning(account_id)
    while rows := await fetch(_LINKS, account_id, position):
        for row in rows:
            if int(row["position"]) != position + 1:
                found.append(Broken(Tampering.ENTRY_MISSING, position + 1))
            position = int(row["position"])
            if link(digest, position, row["said"]) != row["link"]:
                found.append(Broken(Tampering.ENTRY_EDITED, position))
            digest = row["link"]
            awaited.discard((position, digest))
            if row["id"] is None:
                found.append(Broken(Tampering.EVENT_GONE, position))
            elif said(row) != row["said"]:
                found.append(Broken(Tampering.EVENT_CHANGED, position))
    return [*found, *(Broken(Tampering.TAIL_CUT, at) for at, _ in sorted(awaited))]


async def _checkpoints(account_id: UUID) -> list[Checkpoint]:
    rows = await AuditCheckpoint.of(account_id).order_by("position", "id")
    return [Checkpoint(account_id, row.position, row.link, row.created_at, row.signature) for row in rows]


def _signatures(checkpoints: list[Checkpoint]) -> list[Broken]:
    forged = [one for one in checkpoints if not is_signed(SIGNED_AS, one.message, one.signature)]
    back = [new for old, new in pairwise(checkpoints) if new.signed_at < old.signed_at]
    return [
        *(Broken(Tampering.CHECKPOINT_FORGED, one.position) for one in forged),
        *(Broken(Tampering.CLOCK_WENT_BACK, one.position) for one in back),
    ]
