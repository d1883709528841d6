"""Leases: how several workers share a queue without a job being done twice, and without one being lost.

Whoever takes a row owns it until `lease_until`, and takes one attempt from it. The number of the attempt is the proof
of ownership: what is written back names it, so that a worker that was too slow changes nothing any more.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models.storage.database import Row, dialect, execute, fetch


def unlocked() -> str:
    """Ends a SELECT of rows to be changed: on PostgreSQL those that another worker is changing are passed over.

    SQLite has one writer at a time, so there is nothing to pass over.
    """
    return " FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""


async def take_one(
    table: str, key: str, due: str, order: str, now: datetime, until: datetime, sets: str = ""
) -> Row | None:
    """Take the first row of `table` that is `due` (a condition on `$1`, the present moment), until `until`.

    `key` are the columns of its primary key. Answers the whole row as it is now, or None when nothing is due.
    """
    found = f"SELECT {key} FROM {table} WHERE {due} ORDER BY {order} LIMIT 1"
    # Asked for first where reading costs nothing: most rounds find nothing, and need not stand in the writers' queue.
    if not await fetch(found, now):
        return None
    rows = await fetch(
        f"UPDATE {table} SET attempts = attempts + 1, lease_until = $2{sets} WHERE ({key}) = ({found}{unlocked()})"
        " RETURNING *",
        now,
        until,
    )
    return rows[0] if rows else None


async def remove(table: str, key: str, gone: str, moment: datetime | int, batch: int) -> int:
    """Delete rows for which `gone` holds (a condition on `$1`, which is `moment`), at most `batch`; how many."""
    found = f"SELECT {key} FROM {table} WHERE {gone} LIMIT {int(batch)}"
    if not await fetch(found, moment):
        return 0
    return await execute(f"DELETE FROM {table} WHERE ({key}) IN ({found}{unlocked()})", moment)


def uuid_of(value: object) -> UUID:
    """A key as the engine gives it (text on SQLite) as a UUID."""
    return value if isinstance(value, UUID) else UUID(str(value))
