"""Pages of the diary: every calendar of a business with its hours and whatever is in it. Two statements in all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from models.calendar_hours import CalendarHours, Narrowed, calendar_hours, span_of
from models.occupancy import LONGEST
from models.offer import key_or_none
from models.storage.client import Row
from models.storage.database import dialect, fetch
from models.storage.instant import from_database
from rules.diary_pages import Busy, Conflict, Piece, conflicts, free_of
from rules.intervals import Window
from rules.stays import Stay, in_force, is_elsewhere
from rules.wall_time import epoch, epoch_ceiling, instant

_LONGEST_TIME_OFF = timedelta(days=367)

_AMONG = {"sqlite": "IN (SELECT value FROM json_each($2))", "postgres": "= ANY($2::uuid[])"}
# Holds until they end, requests until they should have been answered. The first two are seconds, the others moments.
_PIECES = """
    SELECT c.id AS calendar_id, CASE WHEN o.hold_id IS NOT NULL THEN 'HOLD' WHEN g.id IS NOT NULL THEN 'SESSION'
        ELSE 'BOOKING' END AS kind,
      o.starts, o.ends, COALESCE(o.booking_id, g.id) AS about, COALESCE(s.starts_at, g.starts_at) AS starts_at,
      COALESCE(s.ends_at, g.ends_at) AS ends_at, s.place, b.location_id, b.zone
    FROM calendar c
    JOIN occupancy o ON o.account_id = c.account_id AND o.calendar_id = c.id
    LEFT JOIN booking b ON b.account_id = o.account_id AND b.id = o.booking_id
    LEFT JOIN segment s ON s.account_id = o.account_id AND s.booking_id = o.booking_id AND s.place = o.place
    LEFT JOIN group_session g ON g.account_id = o.account_id AND g.id = o.group_session_id
    WHERE c.account_id = $1 AND c.id {among} AND o.starts < $4 AND o.starts > $5 AND o.ends > $3
      AND (o.expires IS NULL OR o.expires > $6) AND (g.id IS NULL OR g.taken > 0)
      AND (b.id IS NULL OR b.status <> 'REQUESTED' OR b.request_expires_at > $7)
    UNION ALL
    SELECT c.id, 'TIME_OFF', NULL, NULL, t.id, t.starts_at, t.ends_at, NULL, NULL, NULL
    FROM time_off t
    LEFT JOIN calendar c ON c.account_id = t.account_id AND c.id {among}
      AND (c.staff_id = t.staff_id OR c.resource_id = t.resource_id)
    WHERE t.account_id = $1 AND t.starts_at < $9 AND t.starts_at > $10 AND t.ends_at > $8
      AND (c.id IS NOT NULL OR (t.staff_id IS NULL AND t.resource_id IS NULL))
    UNION ALL
    SELECT x.calendar_id, 'EXTERNAL', x.starts, x.ends, NULL, NULL, NULL, NULL, NULL, NULL
    FROM external_busy x
    WHERE x.account_id = $1 AND x.calendar_id {among} AND x.starts < $4 AND x.starts > $5 AND x.ends > $3
"""

# With the place and zone of a booking.
_Found = tuple[Piece, UUID | None, str | None]


@dataclass(frozen=True, slots=True)
class Page:
    """One calendar in a range of time (epoch seconds), with what is in it."""

    of: CalendarHours
    span: Window
    pieces: list[Piece]

    @property
    def opens(self) -> list[Window]:
        """When it is open, also where it always is."""
        return [self.span] if self.of.open_hours is None else self.of.open_hours

    @property
    def free(self) -> list[Window]:
        """When it is open and nothing has it."""
        return free_of(self.opens, self.pieces)

    @property
    def conflicts(self) -> list[Conflict]:
        """What in it contradicts itself."""
        return conflicts(self.of.open_hours, self.pieces)


async def diary_pages(
    account_id: UUID, first: date, last: date, zone_name: str, now: datetime, narrowed: Narrowed
) -> list[Page]:
    """The calendars in use on the dates `first` to `last` as the zone counts them: people by name, then things."""
    calendars = await calendar_hours(account_id, first, last, zone_name, narrowed)
    span = span_of(first, last, zone_name)
    pieces = await _pieces(account_id, [one.calendar_id for one in calendars], span, now) if calendars else {}
    everywhere = pieces.get(None, [])
    return [_page(one, span, [*pieces.get(one.calendar_id, []), *everywhere]) for one in calendars]


def _page(of: CalendarHours, span: Window, found: Sequence[_Found]) -> Page:
    return Page(of, span, sorted((_placed(one, of.turns) for one in found), key=lambda piece: piece.start))


def _placed(found: _Found, turns: Sequence[Stay]) -> Piece:
    """What is in a calendar, knowing where whoever it is works then."""
    piece, location_id, zone_name = found
    if len(turns) < 2 or piece.core is None or zone_name is None:
        return piece
    return replace(piece, elsewhere=is_elsewhere(in_force(turns, piece.core[0]), location_id, zone_name))


async def _pieces(
    account_id: UUID, keys: Sequence[UUID], span: Window, now: datetime
) -> dict[UUID | None, list[_Found]]:
    begin, end = span
    listed: Any = orjson.dumps([str(key) for key in keys]).decode() if dialect() == "sqlite" else list(keys)
    rows = await fetch(
        _PIECES.format(among=_AMONG[dialect()]), account_id, listed, begin, end, begin - LONGEST, epoch(now), now,
        instant(begin), instant(end), instant(begin) - _LONGEST_TIME_OFF,
    )  # fmt: skip
    found: defaultdict[UUID | None, list[_Found]] = defaultdict(list)
    for row in rows:
        one = (_piece(row), key_or_none(row["location_id"]), row["zone"])
        found[key_or_none(row["calendar_id"])].append(one)
    return found


def _piece(row: Row) -> Piece:
    core = None
    if row["starts_at"] is not None:
        core = epoch(from_database(row["starts_at"])), epoch_ceiling(from_database(row["ends_at"]))
    start, end = (row["starts"], row["ends"]) if row["starts"] is not None else core or (0, 0)
    if core is not None:  # of what several people do one after the other, the part that is in this calendar
        core = max(core[0], start), min(core[1], end)
    return Piece(Busy(row["kind"]), start, end, key_or_none(row["about"]), core, row["place"])
