"""Pages of the diary: every calendar of a business with its hours and whatever is in it. Two statements in all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from models.hours import closed_of, hours_of
from models.leases import uuid_of
from models.occupancy import LONGEST
from models.offer import key_or_none
from models.storage.client import Row
from models.storage.database import dialect, fetch
from models.storage.instant import from_database
from rules.diary_pages import Busy, Conflict, Piece, conflicts, free_of, within
from rules.intervals import Window, remaining
from rules.opening import Schedule, windows_between
from rules.wall_time import day_bounds, epoch, epoch_ceiling, instant
from rules.zones import zone

_ONE_DAY = timedelta(days=1)
_MARGIN = timedelta(days=4)
_LONGEST_TIME_OFF = timedelta(days=367)

# Those in use, by name, people before things. $4 narrows to one person, $5 to one place; the nil key to none.
_CALENDARS = """
    SELECT c.id, c.staff_id, c.resource_id, c.unit, h.zone AS schedule_zone, h.weekly, {overrides} AS overrides,
      COALESCE(l.zone, a.zone) AS place_zone, {closed} AS closed
    FROM calendar c
    JOIN account a ON a.id = c.account_id
    LEFT JOIN staff f ON f.account_id = c.account_id AND f.id = c.staff_id AND f.archived_at IS NULL
    LEFT JOIN resource r ON r.account_id = c.account_id AND r.id = c.resource_id AND r.archived_at IS NULL
      AND c.unit <= r.quantity
    LEFT JOIN location l ON l.account_id = c.account_id AND l.id = COALESCE(f.location_id, r.location_id)
    LEFT JOIN schedule h ON h.account_id = c.account_id AND h.id = COALESCE(f.schedule_id, r.schedule_id)
    WHERE c.account_id = $1 AND (f.id IS NOT NULL OR r.id IS NOT NULL) {narrowed}
    ORDER BY CASE WHEN f.id IS NULL THEN 1 ELSE 0 END, COALESCE(f.search_name, r.search_name),
      COALESCE(f.id, r.id), c.unit
"""
_FROM_OVERRIDES = """
    FROM schedule_override v
    WHERE v.account_id = h.account_id AND v.schedule_id = h.id AND v.on_date >= $2 AND v.on_date <= $3
"""
_CLOSURE = "d.on_date, d.start_minute, d.end_minute"
_FROM_CLOSED = """
    FROM closed_day d WHERE d.account_id = c.account_id AND d.location_id = l.id AND d.on_date >= $2 AND d.on_date <= $3
"""
_JSON = {
    "sqlite": {
        "overrides": f"(SELECT json_group_array(json_array(v.on_date, json(v.windows))) {_FROM_OVERRIDES})",
        "closed": f"(SELECT json_group_array(json_array({_CLOSURE})) {_FROM_CLOSED})",
    },
    "postgres": {
        "overrides": f"""
          (SELECT COALESCE(json_agg(json_build_array(v.on_date, v.windows)), '[]') {_FROM_OVERRIDES})::text
        """,
        "closed": f"(SELECT COALESCE(json_agg(json_build_array({_CLOSURE})), '[]') {_FROM_CLOSED})::text",
    },
}
_AMONG = {"sqlite": "IN (SELECT value FROM json_each($2))", "postgres": "= ANY($2::uuid[])"}
# Holds until they end, requests until they should have been answered. The first two are seconds, the others moments.
_PIECES = """
    SELECT c.id AS calendar_id, CASE WHEN o.hold_id IS NOT NULL THEN 'HOLD' WHEN g.id IS NOT NULL THEN 'SESSION'
        ELSE 'BOOKING' END AS kind,
      o.starts, o.ends, COALESCE(o.booking_id, g.id) AS about, COALESCE(b.starts_at, g.starts_at) AS starts_at,
      COALESCE(b.ends_at, g.ends_at) AS ends_at
    FROM calendar c
    JOIN occupancy o ON o.account_id = c.account_id AND o.calendar_id = c.id
    LEFT JOIN booking b ON b.account_id = o.account_id AND b.id = o.booking_id
    LEFT JOIN group_session g ON g.account_id = o.account_id AND g.id = o.group_session_id
    WHERE c.account_id = $1 AND c.id {among} AND o.starts < $4 AND o.starts > $5 AND o.ends > $3
      AND (o.expires IS NULL OR o.expires > $6) AND (g.id IS NULL OR g.taken > 0)
      AND (b.id IS NULL OR b.status <> 'REQUESTED' OR b.request_expires_at > $7)
    UNION ALL
    SELECT c.id, 'TIME_OFF', NULL, NULL, t.id, t.starts_at, t.ends_at
    FROM time_off t
    LEFT JOIN calendar c ON c.account_id = t.account_id AND c.id {among}
      AND (c.staff_id = t.staff_id OR c.resource_id = t.resource_id)
    WHERE t.account_id = $1 AND t.starts_at < $9 AND t.starts_at > $10 AND t.ends_at > $8
      AND (c.id IS NOT NULL OR (t.staff_id IS NULL AND t.resource_id IS NULL))
    UNION ALL
    SELECT x.calendar_id, 'EXTERNAL', x.starts, x.ends, NULL, NULL, NULL
    FROM external_busy x
    WHERE x.account_id = $1 AND x.calendar_id {among} AND x.starts < $4 AND x.starts > $5 AND x.ends > $3
"""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Whose calendars; None: everybody's and everything's."""

    staff_id: UUID | None = None
    location_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One calendar in a range of time (epoch seconds). `open_hours` None: always open."""

    calendar_id: UUID
    staff_id: UUID | None
    resource_id: UUID | None
    unit: int | None
    span: Window
    open_hours: list[Window] | None
    pieces: list[Piece]

    @property
    def opens(self) -> list[Window]:
        """When it is open, also where it always is."""
        return [self.span] if self.open_hours is None else self.open_hours

    @property
    def free(self) -> list[Window]:
        """When it is open and nothing has it."""
        return free_of(self.opens, self.pieces)

    @property
    def conflicts(self) -> list[Conflict]:
        """What in it contradicts itself."""
        return conflicts(self.open_hours, self.pieces)


async def diary_pages(
    account_id: UUID, first: date, last: date, zone_name: str, now: datetime, narrowed: Narrowed
) -> list[Page]:
    """The calendars in use on the dates `first` to `last` as the zone counts them: people by name, then things."""
    only, values = _narrowing(narrowed)
    text = _CALENDARS.format(**_JSON[dialect()], narrowed=only)
    rows = await fetch(text, account_id, first - _MARGIN, last + _MARGIN, *values)
    span = day_bounds(first, zone(zone_name))[0], day_bounds(last, zone(zone_name))[1]
    keys = [uuid_of(row["id"]) for row in rows]
    pieces = await _pieces(account_id, keys, span, now) if keys else {}
    everywhere = pieces.get(None, [])
    return [_page(row, key, span, [*pieces.get(key, []), *everywhere]) for row, key in zip(rows, keys, strict=True)]


def _narrowing(narrowed: Narrowed) -> tuple[str, list[UUID]]:
    given = {"c.staff_id": narrowed.staff_id, "l.id": narrowed.location_id}
    wanted = [(column, value) for column, value in given.items() if value is not None]
    text = " ".join(f"AND {column} = ${place}" for place, (column, _) in enumerate(wanted, 4))
    return text, [value for _, value in wanted]


def _page(row: Row, key: UUID, span: Window, pieces: list[Piece]) -> Page:
    staff_id, resource_id = key_or_none(row["staff_id"]), key_or_none(row["resource_id"])
    open_hours = _open(row, span)
    if open_hours is None and staff_id is not None:
        open_hours = []  # somebody without a schedule takes no bookings; a thing without one is always there
    return Page(key, staff_id, resource_id, row["unit"], span, open_hours, sorted(pieces, key=lambda one: one.start))


def _open(row: Row, span: Window) -> list[Window] | None:
    if row["schedule_zone"] is None:
        return None
    weekly = row["weekly"] if isinstance(row["weekly"], str) else orjson.dumps(row["weekly"]).decode()
    hours: Schedule = hours_of(row["schedule_zone"], weekly, row["overrides"])
    first, last = (instant(moment).astimezone(hours.zone).date() for moment in (span[0], span[1] - 1))
    found = within(windows_between(hours, first - _ONE_DAY, last + _ONE_DAY), *span)
    return remaining(found, closed_of(row["place_zone"], row["closed"]))


async def _pieces(
    account_id: UUID, keys: Sequence[UUID], span: Window, now: datetime
) -> dict[UUID | None, list[Piece]]:
    begin, end = span
    listed: Any = orjson.dumps([str(key) for key in keys]).decode() if dialect() == "sqlite" else list(keys)
    rows = await fetch(
        _PIECES.format(among=_AMONG[dialect()]), account_id, listed, begin, end, begin - LONGEST, epoch(now), now,
        instant(begin), instant(end), instant(begin) - _LONGEST_TIME_OFF,
    )  # fmt: skip
    found: defaultdict[UUID | None, list[Piece]] = defaultdict(list)
    for row in rows:
        found[key_or_none(row["calendar_id"])].append(_piece(row))
    return found


def _piece(row: Row) -> Piece:
    core = None
    if row["starts_at"] is not None:
        core = epoch(from_database(row["starts_at"])), epoch_ceiling(from_database(row["ends_at"]))
    start, end = (row["starts"], row["ends"]) if row["starts"] is not None else core or (0, 0)
    return Piece(Busy(row["kind"]), start, end, key_or_none(row["about"]), core)
