"""What a calendar feed holds: the appointments of one person, place or resource, and when it is away, for who has its
secret. Four statements at most, however many appointments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from models.calendar_feed import FeedDetail
from models.credentials import FeedHeld
from models.storage.client import Row
from models.storage.database import fetch
from models.storage.instant import from_database
from rules.booking_states import BookingStatus
from rules.ics_writing import Entry
from rules.intervals import Window, coalesce
from rules.wall_time import epoch, instant

# Whole days, so that a feed is the same all day long where nothing changed.
BEHIND, AHEAD = timedelta(days=30), timedelta(days=365)
# How long an appointment that was called off stands in the feed as such; a calendar that looks more seldom keeps it.
CALLED_OFF_KEPT = timedelta(days=30)
MOST_ENTRIES = 5_000
_MOST_AWAY = 1_000
_LONGEST_TIME_OFF = timedelta(days=367)

_OF = "SELECT name FROM {table} WHERE account_id = $1 AND id = $2 AND archived_at IS NULL"
_ROWS = """
    SELECT b.ical_uid, b.group_session_id, b.sequence, b.status, b.starts_at, b.ends_at, b.updated_at,
           COALESCE(b.title, s.name) AS service, c.name AS customer, {part}
    FROM booking b
    JOIN service s ON s.account_id = b.account_id AND s.id = b.service_id
    JOIN customer c ON c.account_id = b.account_id AND c.id = b.customer_id
    {engaged}
    WHERE b.account_id = $1 AND {whose} = $2 AND b.starts_at >= $3 AND b.starts_at < $4
      AND (b.status IN ('REQUESTED', 'CONFIRMED', 'COMPLETED', 'NO_SHOW') OR b.updated_at >= $5)
    ORDER BY b.starts_at {direction}, b.id LIMIT $6
"""
# Whoever serves a part of an appointment is there for that part.
_ENGAGED = """
    JOIN engagement e ON e.account_id = b.account_id AND e.booking_id = b.id
    LEFT JOIN occupancy o ON o.account_id = e.account_id AND o.booking_id = e.booking_id
      AND o.calendar_id = e.calendar_id
"""
_AWAY = """
    SELECT t.id, t.starts_at, t.ends_at, t.updated_at, t.version, t.staff_id, t.resource_id
    FROM time_off t
    WHERE t.account_id = $1
      AND (t.staff_id = $2 OR t.resource_id = $2 OR (t.staff_id IS NULL AND t.resource_id IS NULL))
      AND t.starts_at < $4 AND t.starts_at > $5 AND t.ends_at > $3
    ORDER BY t.starts_at, t.id LIMIT $6
"""
_CUT = "From here on appointments are missing: there are more than a feed tells"


def _statement(whose: str, direction: str) -> str:
    if whose == "location_id":
        return _ROWS.format(
            whose="b.location_id", engaged="", part="NULL AS begins, NULL AS until", direction=direction
        )
    return _ROWS.format(
        whose=f"e.{whose}", engaged=_ENGAGED, part="o.starts AS begins, o.ends AS until", direction=direction
    )


_TABLES = {"staff_id": "staff", "location_id": "location", "resource_id": "resource"}
_NAMES = {whose: _OF.format(table=table) for whose, table in _TABLES.items()}
_COMING = {whose: _statement(whose, "ASC") for whose in _TABLES}
_GONE = {whose: _statement(whose, "DESC") for whose in _TABLES}


async def name_of(feed: FeedHeld) -> str | None:
    """Whose feed it is; None once that staff member, place or resource is archived."""
    found = await fetch(_NAMES[feed.whose], feed.account_id, feed.of_id)
    return found[0]["name"] if found else None


async def entries_of(feed: FeedHeld, now: datetime) -> list[Entry]:
    """What the feed tells, in order of time. A group session is one entry, however many have seats in it.

    Of more than `MOST_ENTRIES` what is to come counts first, the nearest before the others, and the last entry says so.
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    called_off = day - CALLED_OFF_KEPT
    of = (feed.account_id, feed.of_id)
    rows = list(await fetch(_COMING[feed.whose], *of, day, day + AHEAD, called_off, MOST_ENTRIES + 1))
    cut = [_cut(feed, rows.pop(), day)] if len(rows) > MOST_ENTRIES else []
    gone = await fetch(_GONE[feed.whose], *of, day - BEHIND, day, called_off, MOST_ENTRIES - len(rows))
    together: dict[Any, list[Row]] = {}
    for row in [*reversed(gone), *rows]:
        together.setdefault(row["group_session_id"] or row["ical_uid"], []).append(row)
    told = [entry for uid, group in together.items() for entry in _entries(feed.detail, str(uid), group)]
    return sorted([*told, *await _away(feed, day), *cut], key=lambda entry: (entry.starts_at, entry.uid))


def _cut(feed: FeedHeld, first: Row, day: datetime) -> Entry:
    begin = from_database(first["starts_at"])
    until = begin + timedelta(hours=1)
    return Entry(f"{feed.id}-cut", 0, BookingStatus.CONFIRMED, begin, until, day, _CUT, blocks=False)


async def _away(feed: FeedHeld, day: datetime) -> Iterable[Entry]:
    begin = day - BEHIND
    rows = await fetch(
        _AWAY, feed.account_id, feed.of_id, begin, day + AHEAD, begin - _LONGEST_TIME_OFF, _MOST_AWAY
    )  # fmt: skip
    return [_time_off(feed.detail, row) for row in rows]


def _time_off(detail: FeedDetail, row: Row) -> Entry:
    # Never why: that is for members.
    everybody = row["staff_id"] is None and row["resource_id"] is None
    summary = "Busy" if detail is FeedDetail.BUSY else "Closed" if everybody else "Time off"
    return Entry(
        str(row["id"]), row["version"] - 1, BookingStatus.CONFIRMED, from_database(row["starts_at"]),
        from_database(row["ends_at"]), from_database(row["updated_at"]), summary,
    )  # fmt: skip


def _entries(detail: FeedDetail, uid: str, rows: Sequence[Row]) -> Iterable[Entry]:
    """One, or one for each part of an appointment that is apart from the others."""
    whole = _entry(detail, uid, rows)
    for number, (begin, end) in enumerate(coalesce(_part(row) for row in rows)):
        apart = uid if number == 0 else f"{uid}-{number + 1}"
        yield replace(whole, uid=apart, starts_at=instant(begin), ends_at=instant(end))


def _part(row: Row) -> Window:
    begin, end = epoch(from_database(row["starts_at"])), epoch(from_database(row["ends_at"]))
    return (begin, end) if row["begins"] is None else (max(begin, row["begins"]), min(end, row["until"]))


def _entry(detail: FeedDetail, uid: str, rows: Sequence[Row]) -> Entry:
    first = rows[0]
    shared = first["group_session_id"] is not None
    summary = "Busy" if detail is FeedDetail.BUSY else first["service"]
    if detail is FeedDetail.CUSTOMERS:
        summary = f"{summary}: {', '.join({row['ical_uid']: row['customer'] for row in rows}.values())}"
    states = {BookingStatus(row["status"]) for row in rows}
    status = BookingStatus(first["status"])
    if states - {BookingStatus.REQUESTED} and shared:
        status = BookingStatus.CONFIRMED
    return Entry(
        uid, 0 if shared else first["sequence"], status, from_database(first["starts_at"]),
        from_database(first["ends_at"]), max(from_database(row["updated_at"]) for row in rows), summary,
    )  # fmt: skip
