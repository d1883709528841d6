"""Free/busy: when calendars are busy, for whatever reason, and nothing else about it. Two statements, however many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from models.act import Act
from models.leases import uuid_of
from models.occupancy import LONGEST
from models.offer import key_or_none
from models.storage.client import Row
from models.storage.database import dialect, fetch
from models.storage.instant import from_database
from models.teams import Place
from rules.intervals import Window, clip, coalesce
from rules.wall_time import epoch, epoch_ceiling, instant

_LONGEST_TIME_OFF = timedelta(days=367)
_AMONG = {"sqlite": "IN (SELECT value FROM json_each($2))", "postgres": "= ANY($2::uuid[])"}
# A hold counts until its last second, a request until it should have been answered. The moments are what a booking or a
# session promises, without the buffers that it blocks too.
_BUSY = """
    SELECT c.id, NULL AS starts, NULL AS ends, t.starts_at, t.ends_at
    FROM time_off t
    LEFT JOIN calendar c ON c.account_id = t.account_id AND c.id {among}
      AND (c.staff_id = t.staff_id OR c.resource_id = t.resource_id)
    WHERE t.account_id = $1 AND (c.id IS NOT NULL OR (t.staff_id IS NULL AND t.resource_id IS NULL))
      AND t.starts_at < $8 AND t.starts_at > $9 AND t.ends_at > $7
    UNION ALL
    SELECT o.calendar_id, o.starts, o.ends, COALESCE(s.starts_at, g.starts_at), COALESCE(s.ends_at, g.ends_at)
    FROM occupancy o
    LEFT JOIN booking b ON b.account_id = o.account_id AND b.id = o.booking_id
    LEFT JOIN segment s ON s.account_id = o.account_id AND s.booking_id = o.booking_id AND s.place = o.place
    LEFT JOIN group_session g ON g.account_id = o.account_id AND g.id = o.group_session_id
    WHERE o.account_id = $1 AND o.calendar_id {among} AND o.starts < $4 AND o.starts > $5 AND o.ends > $3
      AND (o.expires IS NULL OR o.expires > $6)
      AND (b.id IS NULL OR b.status <> 'REQUESTED' OR b.request_expires_at IS NULL OR b.request_expires_at > $10)
    UNION ALL
    SELECT x.calendar_id, x.starts, x.ends, NULL, NULL
    FROM external_busy x
    WHERE x.account_id = $1 AND x.calendar_id {among} AND x.starts < $4 AND x.starts > $5 AND x.ends > $3
"""
_CALENDARS = """
    SELECT c.id, c.staff_id, c.resource_id, c.unit FROM calendar c
    LEFT JOIN staff f ON f.account_id = c.account_id AND f.id = c.staff_id AND f.archived_at IS NULL
    LEFT JOIN resource r ON r.account_id = c.account_id AND r.id = c.resource_id AND r.archived_at IS NULL
    WHERE c.account_id = $1 AND (f.id {among} OR (r.id {among} AND c.unit <= r.quantity))
    ORDER BY c.unit
"""


async def places_of(account_id: UUID, keys: Sequence[UUID]) -> list[Place]:
    """The calendars of these people and resources, as far as they are in use: of each unit its own, in their order."""
    rows = await fetch(_CALENDARS.format(among=_AMONG[dialect()]), account_id, list(keys))
    return [
        Place(uuid_of(row["id"]), key_or_none(row["staff_id"]), key_or_none(row["resource_id"]), row["unit"])
        for row in rows
    ]


async def free_busy(act: Act, calendars: Sequence[UUID], span: Window, *, buffers: bool) -> Mapping[UUID, list[Window]]:
    """When each of them is busy in `span` (epoch seconds), in order, each stretch apart from the next."""
    if not calendars:
        return {}
    begin, end = span
    rows = await fetch(
        _BUSY.format(among=_AMONG[dialect()]), act.account_id, list(calendars), begin, end, begin - LONGEST,
        epoch(act.at), instant(begin), instant(end), instant(begin) - _LONGEST_TIME_OFF, act.at,
    )  # fmt: skip
    found: defaultdict[UUID | None, list[Window]] = defaultdict(list)
    for row in rows:
        found[key_or_none(row["id"])].append(_window(row, buffers=buffers))
    return {one: coalesce(clip([*found[one], *found[None]], begin, end)) for one in calendars}


def _window(row: Row, *, buffers: bool) -> Window:
    blocked: tuple[Any, Any] = row["starts"], row["ends"]
    if row["starts_at"] is None or (buffers and blocked[0] is not None):
        return blocked
    told = epoch(from_database(row["starts_at"])), epoch_ceiling(from_database(row["ends_at"]))
    return told if blocked[0] is None else (max(told[0], blocked[0]), min(told[1], blocked[1]))
