"""Following: everything that happened in an account, in an order in which nothing is ever passed over.

Each event has a position, counted within its account. On SQLite it is given where the event is written, by one writer
at a time. On PostgreSQL writers do not wait for each other: whoever reads first gives positions to what can be seen and
has none, under a lock. So what commits late, however long its transaction took, comes after everything that was read
before, and what is still under way holds nobody up.

A place names its event beside its position: in a database that was restored to an earlier day, or whose history was
cleared, it is noticed that a place is not there any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from models.leases import uuid_of
from models.storage.database import Row, dialect, execute, fetch, lock, transaction
from models.storage.instant import from_database
from rules.following import CursorGone

# How many positions one look goes on at most, whatever is wanted of them, and how many it gives at most.
SPAN = 5_000
GIVEN_AT_ONCE = 20_000

_WAITS = "SELECT 1 FROM event_position WHERE account_id = $1 AND position IS NULL LIMIT 1"
_GIVE = """
    UPDATE event_position p SET position = given.position
    FROM (
      SELECT w.event_id, row_number() OVER (ORDER BY w.serial) + (
        SELECT coalesce(max(e.position), 0) FROM event_position e WHERE e.account_id = $1
      ) AS position
      FROM event_position w WHERE w.account_id = $1 AND w.position IS NULL ORDER BY w.serial LIMIT $2
    ) AS given
    WHERE p.account_id = $1 AND p.event_id = given.event_id
"""
# Where the reader stands, where this look ends, and the present end.
_PLACES = """
    SELECT p.position, p.event_id FROM event_position p
    WHERE p.account_id = $1 AND p.position IN (
      $2,
      (SELECT max(m.position) FROM event_position m WHERE m.account_id = $1 AND m.position < $3 + (
        SELECT min(f.position) FROM event_position f WHERE f.account_id = $1 AND f.position > $2)),
      (SELECT max(m.position) FROM event_position m WHERE m.account_id = $1)
    )
    ORDER BY p.position
"""
_CHANGES = """
    SELECT p.position, e.id, e.created_at, e.name, e.subject, e.subject_id, e.data
    FROM event_position p JOIN event e ON e.account_id = p.account_id AND e.id = p.event_id
    WHERE p.account_id = $1 AND p.position > $2 AND p.position <= $3 AND e.subject IN ({subjects})
    ORDER BY p.position LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stands: after this event."""

    position: int
    event_id: UUID


BEGINNING = Place(0, UUID(int=0))


@dataclass(frozen=True, slots=True)
class Change:
    """One event. `subject` is the table that `subject_id` is in."""

    place: Place
    at: datetime
    name: str
    subject: str
    subject_id: UUID
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Following:
    """What follows a place: `next` is where to go on, `end` where everything that is committed now has been seen."""

    changes: Sequence[Change]
    next: Place
    end: Place
    more: bool


async def follow(account_id: UUID, after: Place, subjects: Iterable[str], most: int) -> Following:
    """At most `most` events of these tables that come after a place. CursorGone for a place that is not there."""
    await give_positions(account_id)
    places = await _places(account_id, after)
    end, last = places[-1], places[1] if len(places) > 1 else after
    changes = await _changes(account_id, after, last, sorted(subjects), most + 1)
    if len(changes) > most:
        last, changes = changes[most - 1].place, changes[:most]
    return Following(changes, last, end, more=last.position < end.position)


async def give_positions(account_id: UUID) -> None:
    """Give positions to what can be seen and has none."""
    if dialect() == "sqlite" or not await fetch(_WAITS, account_id):
        return
    async with transaction():
        # The statement after the lock sees what whoever had it before has given.
        await lock([f"event_position:{account_id}"])
        await execute(_GIVE, account_id, GIVEN_AT_ONCE)


async def _places(account_id: UUID, after: Place) -> list[Place]:
    rows = await fetch(_PLACES, account_id, after.position, SPAN)
    found = [Place(int(row["position"]), uuid_of(row["event_id"])) for row in rows]
    if after == BEGINNING:
        return [BEGINNING, *found]
    if not found or found[0] != after:
        raise CursorGone
    return found


async def _changes(account_id: UUID, after: Place, last: Place, subjects: Sequence[str], most: int) -> list[Change]:
    if not subjects or after == last:
        return []
    named = ", ".join(f"${5 + at}" for at in range(len(subjects)))
    rows = await fetch(
        _CHANGES.format(subjects=named), account_id, after.position, last.position, most, *subjects
    )  # fmt: skip
    return [_change(row) for row in rows]


def _change(row: Row) -> Change:
    data = row["data"]
    return Change(
        Place(int(row["position"]), uuid_of(row["id"])), from_database(row["created_at"]), row["name"], row["subject"],
        uuid_of(row["subject_id"]), orjson.loads(data) if isinstance(data, str) else data,
    )  # fmt: skip
