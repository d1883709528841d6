"""What a calendar feed holds: the appointments of one person or place, in one statement, for who has its secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from models.calendar_feed import FeedDetail
from models.credentials import FeedHeld
from models.storage.database import Row, fetch
from models.storage.instant import from_database
from rules.booking_states import BookingStatus
from rules.ics_writing import Entry

# Whole days, so that a feed is the same all day long where nothing changed.
BEHIND, AHEAD = timedelta(days=30), timedelta(days=365)
# How long an appointment that was called off stands in the feed as such; a calendar that looks more seldom keeps it.
CALLED_OFF_KEPT = timedelta(days=30)
MOST_ENTRIES = 5_000

_OF = """
    SELECT name FROM {table} WHERE account_id = $1 AND id = $2 AND archived_at IS NULL
"""
_ROWS = """
    SELECT b.ical_uid, b.group_session_id, b.sequence, b.status, b.starts_at, b.ends_at, b.updated_at,
           COALESCE(b.title, s.name) AS service, c.name AS customer
    FROM booking b
    JOIN service s ON s.account_id = b.account_id AND s.id = b.service_id
    JOIN customer c ON c.account_id = b.account_id AND c.id = b.customer_id
    WHERE b.account_id = $1 AND b.{whose} = $2 AND b.starts_at >= $3 AND b.starts_at < $4
      AND (b.status IN ('REQUESTED', 'CONFIRMED', 'COMPLETED', 'NO_SHOW') OR b.updated_at >= $5)
    ORDER BY b.starts_at, b.id LIMIT $6
"""
_STATEMENTS = {whose: _ROWS.format(whose=whose) for whose in ("staff_id", "location_id")}
_NAMES = {"staff_id": _OF.format(table="staff"), "location_id": _OF.format(table="location")}


async def name_of(feed: FeedHeld) -> str | None:
    """Whose feed it is; None once that staff member or place is archived."""
    found = await fetch(_NAMES[feed.whose], feed.account_id, feed.of_id)
    return found[0]["name"] if found else None


async def entries_of(feed: FeedHeld, now: datetime) -> list[Entry]:
    """What the feed tells, in order of time. A group session is one entry, however many have seats in it."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await fetch(
        _STATEMENTS[feed.whose], feed.account_id, feed.of_id, day - BEHIND, day + AHEAD, day - CALLED_OFF_KEPT,
        MOST_ENTRIES,
    )  # fmt: skip
    together: dict[Any, list[Row]] = {}
    for row in rows:
        together.setdefault(row["group_session_id"] or row["ical_uid"], []).append(row)
    return [_entry(feed.detail, str(uid), group) for uid, group in together.items()]


def _entry(detail: FeedDetail, uid: str, rows: Sequence[Row]) -> Entry:
    first = rows[0]
    shared = first["group_session_id"] is not None
    summary = "Busy" if detail is FeedDetail.BUSY else first["service"]
    if detail is FeedDetail.CUSTOMERS:
        summary = f"{summary}: {', '.join(row['customer'] for row in rows)}"
    states = {BookingStatus(row["status"]) for row in rows}
    status = BookingStatus(first["status"])
    if states - {BookingStatus.REQUESTED} and shared:
        status = BookingStatus.CONFIRMED
    return Entry(
        uid, 0 if shared else first["sequence"], status, from_database(first["starts_at"]),
        from_database(first["ends_at"]), max(from_database(row["updated_at"]) for row in rows), summary,
    )  # fmt: skip
