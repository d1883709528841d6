"""Busy: when the calendars that an offer may need are taken. One statement, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from models.leases import uuid_of
from models.occupancy import LONGEST
from models.offer import NOBODY
from models.storage.client import Row
from models.storage.database import dialect, fetch
from models.storage.instant import from_database
from rules.intervals import Window
from rules.wall_time import epoch, epoch_ceiling, instant

# The longest time off that can be entered, with a day to spare.
_LONGEST_TIME_OFF = timedelta(days=367)

# $2 are the calendars. What blocks one whatever happens is one text, "starts,ends,starts,ends,…": an eighth of the work
# of a row for each. A hold counts until its last second, and never for whoever has its token; a request until it should
# have been answered; the booking that is being moved is not in its own way.
# `others` have to be looked at one by one: [[starts, ends, start and end of the session, owner, capacity, taken], …].
# A session is joined where it has its first staff member: $13 is its service. `owner` is what still has its row there
# although `taken` is 0.
_BUSY = """
    SELECT c.id, NULL AS blocked, NULL AS others, t.starts_at, t.ends_at
    FROM time_off t
    LEFT JOIN calendar c ON c.account_id = t.account_id AND c.id {among}
      AND (c.staff_id = t.staff_id OR c.resource_id = t.resource_id)
    WHERE t.account_id = $1 AND t.starts_at < $10 AND t.starts_at > $11 AND t.ends_at > $9
      AND (c.id IS NOT NULL OR (t.staff_id IS NULL AND t.resource_id IS NULL))
    UNION ALL
    SELECT o.calendar_id, {ranges_o} FILTER (WHERE {plain}), {others} FILTER (WHERE NOT ({plain})), NULL, NULL
    FROM occupancy o
    LEFT JOIN group_session g ON g.account_id = o.account_id AND g.id = o.group_session_id
    WHERE o.account_id = $1 AND o.calendar_id {among} AND o.starts < $4 AND o.starts > $5 AND o.ends > $3
      AND (o.booking_id IS NULL OR o.booking_id <> $7)
      AND (o.hold_id IS NULL OR o.hold_id NOT IN (
        SELECT h.id FROM hold h WHERE h.account_id = $1 AND h.token_hash = $8))
    GROUP BY o.calendar_id
    UNION ALL
    SELECT e.calendar_id, {ranges_e}, NULL, NULL, NULL
    FROM external_busy e
    WHERE e.account_id = $1 AND e.calendar_id {among} AND e.starts < $4 AND e.starts > $5 AND e.ends > $3
    GROUP BY e.calendar_id
"""
_OVERDUE = """
    SELECT b.id FROM booking b WHERE b.account_id = $1 AND b.status = 'REQUESTED' AND b.request_expires_at <= $12
"""
_ENDED = f"(o.expires <= $6 OR o.booking_id IN ({_OVERDUE}))"
_PLAIN = f"o.group_session_id IS NULL AND {_ENDED} IS NOT TRUE"
# Of a session's seats: those of holds that have ended or are the asker's own, of requests that nobody answered in time,
# and of the booking that is being moved.
_GIVEN_BACK = """(
    (SELECT COALESCE(SUM(x.party_size), 0) FROM hold x WHERE x.account_id = g.account_id AND x.group_session_id = g.id
      AND (x.expires_at <= $12 OR x.token_hash = $8))
    + (SELECT COALESCE(SUM(b.party_size), 0) FROM booking b
      WHERE b.account_id = g.account_id AND b.group_session_id = g.id
        AND (b.id = $7 OR (b.status = 'REQUESTED' AND b.request_expires_at <= $12)))
    )"""
_OTHER = f"""
    o.starts, o.ends, {{epoch_starts}}, {{epoch_ends}}, COALESCE(g.id, o.booking_id),
    CASE WHEN g.service_id = $13 AND g.staff_id = (
      SELECT c.staff_id FROM calendar c WHERE c.account_id = o.account_id AND c.id = o.calendar_id
    ) THEN g.capacity END,
    CASE WHEN g.id IS NULL THEN 0 ELSE g.taken - {_GIVEN_BACK} END
"""
_RANGE = "{0}.starts || ',' || {0}.ends"


def _statement(among: str, ranges: str, others: str, second: str) -> str:
    other = _OTHER.format(epoch_starts=second.format("g.starts_at"), epoch_ends=second.format("g.ends_at"))
    return _BUSY.format(
        among=among, plain=_PLAIN, others=others.format(other),
        ranges_o=ranges.format(_RANGE.format("o")), ranges_e=ranges.format(_RANGE.format("e")),
    )  # fmt: skip


_STATEMENTS = {
    "sqlite": _statement(
        "IN (SELECT value FROM json_each($2))",
        "group_concat({})",
        "json_group_array(json_array({}))",
        "CAST(strftime('%s', {}) AS INTEGER)",
    ),
    "postgres": _statement(
        "= ANY($2::uuid[])",
        "string_agg({}, ',')",
        "json_agg(json_build_array({}))",
        "CAST(extract(epoch FROM {}) AS bigint)",
    ),
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
    own: defaultdict[UUID, list[Window]] = defaultdict(list)
    away: defaultdict[UUID, list[Window]] = defaultdict(list)
    sessions: defaultdict[UUID, list[Joinable]] = defaultdict(list)
    taking: defaultdict[UUID, list[UUID]] = defaultdict(list)
    everybody: list[Window] = []
    over: list[tuple[UUID, Window]] = []
    holds_ended = False
    for key, blocked, others, starts_at, ends_at in rows:
        calendar = None if key is None else uuid_of(key)
        if calendar is None:
            everybody.append(_window(starts_at, ends_at))
            continue
        if starts_at is not None:
            away[calendar].append(_window(starts_at, ends_at))
        if blocked is not None:
            own[calendar] += _ranges(blocked)
        for starts, ends, begins, finishes, owner, capacity, taken in orjson.loads(others or "[]"):
            if taken == 0:  # a hold or a request that has ended, or a session of nothing but such
                holds_ended = holds_ended or owner is None
                over += [(UUID(owner), (starts, ends))] if owner is not None else []
                continue
            own[calendar].append((starts, ends))
            taking[UUID(owner)].append(calendar)
            if capacity is not None:
                sessions[calendar].append(Joinable(UUID(owner), begins, finishes, capacity - taken))
    for calendar, windows in away.items():
        own[calendar] += windows
    return Busy(dict(own), everybody, dict(away), dict(sessions), dict(taking), over, holds_ended)


def _ranges(text: str) -> list[Window]:
    seconds = orjson.loads(f"[{text}]")
    return list(zip(seconds[::2], seconds[1::2], strict=True))


def _window(starts_at: Any, ends_at: Any) -> Window:
    return epoch(from_database(starts_at)), epoch_ceiling(from_database(ends_at))
