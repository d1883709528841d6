"""Free/busy: when people are busy, for whatever reason, and nothing else about it. One statement, however many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from models.leases import uuid_of
from models.occupancy import LONGEST
from models.storage.database import fetch
from models.storage.instant import from_database
from rules.intervals import Window, clip, coalesce
from rules.wall_time import epoch, epoch_ceiling, instant

_LONGEST_TIME_OFF = timedelta(days=367)
# A hold counts until its last second, a request until it should have been answered. Without buffers, what a booking
# blocks is shortened by those that were promised with it.
_BUSY = """
    SELECT t.staff_id, NULL AS starts, NULL AS ends, t.starts_at, t.ends_at
    FROM time_off t
    WHERE t.account_id = $1 AND (t.staff_id IN ({people}) OR (t.staff_id IS NULL AND t.resource_id IS NULL))
      AND t.starts_at < $7 AND t.starts_at > $8 AND t.ends_at > $6
    UNION ALL
    SELECT c.staff_id, o.starts + COALESCE(b.before_minutes, 0) * {seconds},
      o.ends - COALESCE(b.after_minutes, 0) * {seconds}, NULL, NULL
    FROM calendar c JOIN occupancy o ON o.account_id = c.account_id AND o.calendar_id = c.id
    LEFT JOIN booking b ON b.account_id = o.account_id AND b.id = o.booking_id
    WHERE c.account_id = $1 AND c.staff_id IN ({people}) AND o.starts < $3 AND o.starts > $4 AND o.ends > $2
      AND (o.expires IS NULL OR o.expires > $5)
      AND (b.id IS NULL OR b.status <> 'REQUESTED' OR b.request_expires_at IS NULL OR b.request_expires_at > $9)
    UNION ALL
    SELECT c.staff_id, x.starts, x.ends, NULL, NULL
    FROM calendar c JOIN external_busy x ON x.account_id = c.account_id AND x.calendar_id = c.id
    WHERE c.account_id = $1 AND c.staff_id IN ({people}) AND x.starts < $3 AND x.starts > $4 AND x.ends > $2
"""


async def free_busy(
    account_id: UUID, people: Sequence[UUID], span: Window, now: datetime, *, buffers: bool
) -> Mapping[UUID, list[Window]]:
    """When each of them is busy in `span` (epoch seconds), in order, each stretch apart from the next."""
    if not people:
        return {}
    begin, end = span
    named = ", ".join(f"${10 + at}" for at in range(len(people)))
    rows = await fetch(
        _BUSY.format(people=named, seconds=0 if buffers else 60), account_id, begin, end, begin - LONGEST, epoch(now),
        instant(begin), instant(end), instant(begin) - _LONGEST_TIME_OFF, now, *people,
    )  # fmt: skip
    found: defaultdict[UUID | None, list[Window]] = defaultdict(list)
    for staff, starts, ends, starts_at, ends_at in rows:
        window = (starts, ends) if starts is not None else (
            epoch(from_database(starts_at)), epoch_ceiling(from_database(ends_at))
        )  # fmt: skip
        found[None if staff is None else uuid_of(staff)].append(window)
    return {one: coalesce(clip([*found[one], *found[None]], begin, end)) for one in people}
