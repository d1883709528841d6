"""Busy: when the calendars that an offer may need are taken. One statement, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from models.occupancy import LONGEST
from models.offer import NOBODY
from models.storage.client import Row
from models.storage.database import dialect, fetch
from models.storage.instant import from_database
from rules.intervals import Window
from rules.wall_time import epoch, epoch_ceiling, instant

T = TypeVar("T")

# The longest time off that can be entered, with a day to spare.
_LONGEST_TIME_OFF = timedelta(days=367)

# $2 are the calendars. A hold counts until its last second, and never for whoever has its token; a request until it
# should have been answered; the booking that is being moved is not in its own way. A session is joined where it has its
# first staff member: $13 is its service. `owner` is what still has its row there although `taken` is 0.
_BUSY = """
    SELECT c.id, o.starts, o.ends, g.starts_at, g.ends_at, COALESCE(g.id, o.booking_id) AS owner,
      CASE WHEN g.service_id = $13 AND g.staff_id = c.staff_id THEN g.capacity END AS capacity,
      CASE WHEN g.id IS NOT NULL THEN g.taken - {given_back}
        WHEN o.expires <= $6 OR o.booking_id IN ({overdue}) THEN 0 END AS taken
    FROM calendar c
    JOIN occupancy o ON o.account_id = c.account_id AND o.calendar_id = c.id
    LEFT JOIN hold h ON h.account_id = o.account_id AND h.id = o.hold_id
    LEFT JOIN group_session g ON g.account_id = o.account_id AND g.id = o.group_session_id
    WHERE c.account_id = $1 AND c.id {among} AND o.starts < $4 AND o.starts > $5 AND o.ends > $3
      AND (o.booking_id IS NULL OR o.booking_id <> $7)
      AND (h.token_hash IS NULL OR h.token_hash <> $8)
    UNION ALL
    SELECT e.calendar_id, e.starts, e.ends, NULL, NULL, NULL, NULL, NULL
    FROM external_busy e
    WHERE e.account_id = $1 AND e.calendar_id {among} AND e.starts < $4 AND e.starts > $5 AND e.ends > $3
    UNION ALL
    SELECT c.id, NULL, NULL, t.starts_at, t.ends_at, NULL, NULL, NULL
    FROM time_off t
    LEFT JOIN calendar c ON c.account_id = t.account_id AND c.id {among}
      AND (c.staff_id = t.staff_id OR c.resource_id = t.resource_id)
    WHERE t.account_id = $1 AND t.starts_at < $10 AND t.starts_at > $11 AND t.ends_at > $9
      AND (c.id IS NOT NULL OR (t.staff_id IS NULL AND t.resource_id IS NULL))
"""
_OVERDUE = """
    SELECT b.id FROM booking b WHERE b.account_id = $1 AND b.status = 'REQUESTED' AND b.request_expires_at <= $12
"""
# Of a session's seats: those of holds that have ended or are the asker's own, of requests that nobody answered in time,
# and of the booking that is being moved.
_GIVEN_BACK = """(
    (SELECT COALESCE(SUM(x.party_size), 0) FROM hold x WHERE x.account_id = g.account_id AND x.group_session_id = g.id
      AND (x.expires_at <= $12 OR x.token_hash = $8))
    + (SELECT COALESCE(SUM(b.party_size), 0) FROM booking b
      WHERE b.account_id = g.account_id AND b.group_session_id = g.id
        AND (b.id = $7 OR (b.status = 'REQUESTED' AND b.request_expires_at <= $12)))
    )"""
_AMONG = {"sqlite": "IN (SELECT value FROM json_each($2))", "postgres": "= ANY($2::uuid[])"}
_STATEMENTS = {
    engine: _BUSY.format(among=among, given_back=_GIVEN_BACK, overdue=_OVERDUE) for engine, among in _AMONG.items()
}


@dataclass(frozen=True, slots=True)
class Ignoring:
    """What is not in the way: the booking that is being moved, and the hold with this token's hash."""

    booking_id: UUID | None = None
    hold_hash: str | None = None


NOTHING = Ignoring()


@dataclass(frozen=True, slots=True)
class Joinable:
    """A session of the service that is asked for: its time in epoch seconds, and how many seats are left."""

    id: UUID
    start: int
    end: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Busy intervals of each calendar, in no order and with their buffers, and those of the whole business.

    `away` are those of each calendar that are time off; `sessions` are those that can be joined while seats are left;
    `taking` are the calendars, of those asked for, that each session has. `over` are sessions all of whose seats are
    given back and requests that nobody answered in time, and `ended` says whether holds have: they block nothing any
    more, but still have their rows.
    """

    own: dict[UUID, list[Window]]
    everybody: list[Window]
    away: dict[UUID, list[Window]]
    sessions: dict[UUID, list[Joinable]]
    taking: dict[UUID, list[UUID]]
    over: list[tuple[UUID, Window]]
    ended: bool

    def of(self, *calendar_ids: UUID) -> list[Window]:
        """Every interval in which one of these calendars cannot be booked."""
        return [*self.everybody, *(window for key in calendar_ids for window in self.own.get(key, ()))]

    def away_of(self, session: Joinable) -> list[Window]:
        """Every interval in which somebody or something that serves a session is away, for those who join it."""
        return [*self.everybody, *(one for key in self.taking[session.id] for one in self.away.get(key, ()))]


async def read_busy(
    account_id: UUID, calendar_ids: Iterable[UUID], span: Window, now: datetime, ignoring: Ignoring = NOTHING,
    *, shared: UUID | None = None,
) -> Busy:  # fmt: skip
    """What meets `span` (epoch seconds) of these calendars. `shared` is the service whose sessions can be joined."""
    begin, end = span
    rows = await fetch(
        _STATEMENTS[dialect()], account_id, list(calendar_ids), begin, end, begin - LONGEST, epoch(now),
        ignoring.booking_id or NOBODY, ignoring.hold_hash or "", instant(begin), instant(end),
        instant(begin) - _LONGEST_TIME_OFF, now, shared or NOBODY,
    )  # fmt: skip
    return _sorted(rows)


def _sorted(rows: list[Row]) -> Busy:
    # By the key as the engine has it: thousands of rows name the same few calendars.
    own: defaultdict[Any, list[Window]] = defaultdict(list)
    away: defaultdict[Any, list[Window]] = defaultdict(list)
    sessions: defaultdict[Any, list[Joinable]] = defaultdict(list)
    taking: defaultdict[Any, list[UUID]] = defaultdict(list)
    over: list[tuple[UUID, Window]] = []
    holds_ended = False
    for calendar, starts, ends, starts_at, ends_at, owner, capacity, taken in rows:
        if starts is None:
            away[calendar].append(_window(starts_at, ends_at))
        elif taken == 0:  # a hold or a request that has ended, or a session of nothing but such
            holds_ended = holds_ended or owner is None
            over += [(_key(owner), (starts, ends))] if owner is not None else []
        else:
            own[calendar].append((starts, ends))
            if starts_at is not None:
                taking[owner].append(_key(calendar))
            if capacity is not None:
                sessions[calendar].append(Joinable(_key(owner), *_window(starts_at, ends_at), capacity - taken))
    everybody = away.pop(None, [])
    for calendar, windows in away.items():
        own[calendar] += windows
    return Busy(_by_key(own), everybody, _by_key(away), _by_key(sessions), _by_key(taking), over, holds_ended)


def _by_key(found: Mapping[Any, T]) -> dict[UUID, T]:
    return {_key(calendar): value for calendar, value in found.items()}


def _window(starts_at: Any, ends_at: Any) -> Window:
    return epoch(from_database(starts_at)), epoch_ceiling(from_database(ends_at))


def _key(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
