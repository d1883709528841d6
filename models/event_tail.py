"""The tail of all accounts' events: what has been committed since somebody last looked, whichever process wrote it.

The one place that looks at the events of several accounts at once. It sees ids alone; what an event says, and the row
it is about, is read inside the account by whoever may see it. A trigger writes the tail, so no verb can forget it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.leases import uuid_of
from models.storage.database import Row, dialect, fetch
from models.storage.reach import Reach, reaching


@dataclass(frozen=True, slots=True)
class Happening:
    """One event by its ids. `subject` is the table that `subject_id` is in."""

    account_id: UUID
    event_id: UUID
    subject: str
    subject_id: UUID


# The row without an event brings the position where nothing has happened.
_ON_SQLITE = """
    SELECT p.position, t.account_id, t.event_id, t.subject, t.subject_id
    FROM (SELECT coalesce(max(position), 0) AS position FROM event_tail) p
    LEFT JOIN event_tail t ON t.position > CAST($1 AS INTEGER)
    ORDER BY t.position
"""
_BEGIN_ON_SQLITE = "SELECT coalesce(max(seq), 0) AS position FROM sqlite_sequence WHERE name = 'event_tail'"
# What this snapshot sees and the one before did not. The last line leaves out what a restored dump brought from another
# server, whose transactions have numbers that are still to come here.
_ON_POSTGRES = """
    SELECT p.position::text AS position, t.account_id, t.event_id, t.subject, t.subject_id
    FROM (SELECT pg_current_snapshot() AS position) p
    LEFT JOIN event_tail t ON t.transaction_id >= pg_snapshot_xmin($1::text::pg_snapshot)
      AND NOT pg_visible_in_snapshot(t.transaction_id, $1::text::pg_snapshot)
      AND pg_visible_in_snapshot(t.transaction_id, p.position)
    ORDER BY t.event_id
"""
_BEGIN_ON_POSTGRES = "SELECT pg_current_snapshot()::text AS position"


async def position() -> str:
    """Where the tail ends now, for `since`."""
    with reaching(Reach.ROUNDS):
        begins = await fetch(_BEGIN_ON_SQLITE if dialect() == "sqlite" else _BEGIN_ON_POSTGRES)
    return str(begins[0]["position"])


async def since(seen: str) -> tuple[str, Sequence[Happening]]:
    """Where the tail ends now, and every event that was committed after `seen`, each once."""
    sqlite = dialect() == "sqlite"
    with reaching(Reach.ROUNDS):
        rows = await fetch(_ON_SQLITE if sqlite else _ON_POSTGRES, seen)
    end = str(rows[0]["position"])
    # The tail may have been emptied since, and then its largest number lies before the one that was seen.
    return (max(end, seen, key=int) if sqlite else end), [_happening(row) for row in rows if row["event_id"]]


def _happening(row: Row) -> Happening:
    return Happening(uuid_of(row["account_id"]), uuid_of(row["event_id"]), row["subject"], uuid_of(row["subject_id"]))
