"""Busy: when the people of a service cannot be booked, whatever their hours. One statement, however many people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from models.occupancy import LONGEST
from models.offer import NOBODY
from models.storage.client import Row
from models.storage.database import fetch
from models.storage.instant import from_database
from rules.intervals import Window
from rules.wall_time import epoch, epoch_ceiling, instant

T = TypeVar("T")

# The longest time off that can be entered, with a day to spare.
_LONGEST_TIME_OFF = timedelta(days=367)

# One text for everybody who offers a service and one for a single person; $2 is the one or the other. A hold counts
# until its last second, and never for whoever has its token; the booking that is being moved is not in its own way.
_WHOSE = {
    "service": "JOIN offering x ON x.account_id = c.account_id AND x.service_id = $2 AND x.staff_id = c.staff_id",
    "staff": "JOIN staff x ON x.account_id = c.account_id AND x.id = $2 AND x.id = c.staff_id",
}
_BUSY = """
    SELECT c.staff_id, o.starts, o.ends, g.starts_at, g.ends_at,
      CASE WHEN g.service_id = $13 THEN g.capacity END AS capacity,
      CASE WHEN g.id IS NOT NULL THEN g.taken - {given_back} END AS taken
    FROM calendar c
    {whose}
    JOIN occupancy o ON o.account_id = c.account_id AND o.calendar_id = c.id
    LEFT JOIN hold h ON h.account_id = o.account_id AND h.id = o.hold_id
    LEFT JOIN group_session g ON g.account_id = o.account_id AND g.id = o.group_session_id
    WHERE c.account_id = $1 AND o.starts < $4 AND o.starts > $5 AND o.ends > $3
      AND (o.expires IS NULL OR o.expires > $6) AND (o.booking_id IS NULL OR o.booking_id <> $7)
      AND (h.token_hash IS NULL OR h.token_hash <> $8)
    UNION ALL
    SELECT t.staff_id, NULL, NULL, t.starts_at, t.ends_at, NULL, NULL
    FROM time_off t
    WHERE t.account_id = $1 AND t.starts_at < $10 AND t.starts_at > $11 AND t.ends_at > $9
"""
# Of a session's seats: those of holds that have ended or are the asker's own, and of the booking that is being moved.
_GIVEN_BACK = """(
    (SELECT COALESCE(SUM(x.party_size), 0) FROM hold x WHERE x.account_id = g.account_id AND x.group_session_id = g.id
      AND (x.expires_at <= $12 OR x.token_hash = $8))
    + (SELECT COALESCE(SUM(b.party_size), 0) FROM booking b
      WHERE b.account_id = g.account_id AND b.id = $7 AND b.group_session_id = g.id)
    )"""
_STATEMENTS = {whose: _BUSY.format(whose=join, given_back=_GIVEN_BACK) for whose, join in _WHOSE.items()}


@dataclass(frozen=True, slots=True)
class Ignoring:
    """What is not in the way: the booking that is being moved, and the hold with this token's hash."""

    booking_id: UUID | None = None
    hold_hash: str | None = None


NOTHING = Ignoring()


@dataclass(frozen=True, slots=True)
class Joinable:
    """A session of the service that is asked for: its time in epoch seconds, and how many seats are left."""

    start: int
    end: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Busy intervals of each person, in no order and with their buffers, and those of the whole business.

    `away` are those of each person that are time off; `sessions` are those that can be joined while seats are left.
    """

    own: dict[UUID, list[Window]]
    everybody: list[Window]
    away: dict[UUID, list[Window]]
    sessions: dict[UUID, list[Joinable]]

    def of(self, staff_id: UUID) -> list[Window]:
        """Every interval in which this person cannot be booked."""
        return self.own.get(staff_id, []) + self.everybody

    def away_of(self, staff_id: UUID) -> list[Window]:
        """Every interval in which this person does not serve a session that has been begun either."""
        return self.away.get(staff_id, []) + self.everybody


async def read_busy(
    account_id: UUID, span: Window, now: datetime, ignoring: Ignoring = NOTHING,
    *, service_id: UUID | None = None, staff_id: UUID | None = None, shared: UUID | None = None,
) -> Busy:  # fmt: skip
    """What meets `span` (epoch seconds), of everybody who offers `service_id` or of `staff_id` alone.

    `shared` is the service whose sessions can be joined.
    """
    begin, end = span
    whose, id_ = ("staff", staff_id) if staff_id else ("service", service_id)
    rows = await fetch(
        _STATEMENTS[whose], account_id, id_, begin, end, begin - LONGEST, epoch(now), ignoring.booking_id or NOBODY,
        ignoring.hold_hash or "", instant(begin), instant(end), instant(begin) - _LONGEST_TIME_OFF,
        now, shared or NOBODY,
    )  # fmt: skip
    return _sorted(rows)


def _sorted(rows: list[Row]) -> Busy:
    # By the key as the engine has it: thousands of rows name the same few people.
    own: defaultdict[Any, list[Window]] = defaultdict(list)
    away: defaultdict[Any, list[Window]] = defaultdict(list)
    sessions: defaultdict[Any, list[Joinable]] = defaultdict(list)
    for staff, starts, ends, starts_at, ends_at, capacity, taken in rows:
        if starts is None:
            away[staff].append(_window(starts_at, ends_at))
        elif taken != 0:  # a session of ended holds alone blocks nothing
            own[staff].append((starts, ends))
            if capacity is not None:
                sessions[staff].append(Joinable(*_window(starts_at, ends_at), capacity - taken))
    everybody = away.pop(None, [])
    for staff, windows in away.items():
        own[staff] += windows
    return Busy(_by_key(own), everybody, _by_key(away), _by_key(sessions))


def _by_key(found: Mapping[Any, T]) -> dict[UUID, T]:
    return {_key(staff): value for staff, value in found.items()}


def _window(starts_at: Any, ends_at: Any) -> Window:
    return epoch(from_database(starts_at)), epoch_ceiling(from_database(ends_at))


def _key(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
