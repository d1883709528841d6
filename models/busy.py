"""Busy: when the people of a service cannot be booked, whatever their hours. One statement, however many people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.occupancy import LONGEST
from models.offer import NOBODY
from models.storage.database import fetch
from models.storage.instant import from_database
from rules.intervals import Window
from rules.wall_time import epoch, epoch_ceiling, instant

# The longest time off that can be entered, with a day to spare.
_LONGEST_TIME_OFF = timedelta(days=367)

# One text for everybody who offers a service and one for a single person; $2 is the one or the other. A hold counts
# until its last second, and never for whoever has its token; the booking that is being moved is not in its own way.
_WHOSE = {
    "service": "JOIN offering x ON x.account_id = c.account_id AND x.service_id = $2 AND x.staff_id = c.staff_id",
    "staff": "JOIN staff x ON x.account_id = c.account_id AND x.id = $2 AND x.id = c.staff_id",
}
_BUSY = """
    SELECT c.staff_id, o.starts, o.ends, NULL AS starts_at, NULL AS ends_at
    FROM calendar c
    {whose}
    JOIN occupancy o ON o.account_id = c.account_id AND o.calendar_id = c.id
    LEFT JOIN hold h ON h.account_id = o.account_id AND h.id = o.hold_id
    WHERE c.account_id = $1 AND o.starts < $4 AND o.starts > $5 AND o.ends > $3
      AND (o.expires IS NULL OR o.expires > $6) AND (o.booking_id IS NULL OR o.booking_id <> $7)
      AND (h.token_hash IS NULL OR h.token_hash <> $8)
    UNION ALL
    SELECT t.staff_id, NULL, NULL, t.starts_at, t.ends_at
    FROM time_off t
    WHERE t.account_id = $1 AND t.starts_at < $10 AND t.starts_at > $11 AND t.ends_at > $9
"""
_STATEMENTS = {whose: _BUSY.format(whose=join) for whose, join in _WHOSE.items()}


@dataclass(frozen=True, slots=True)
class Ignoring:
    """What is not in the way: the booking that is being moved, and the hold with this token's hash."""

    booking_id: UUID | None = None
    hold_hash: str | None = None


NOTHING = Ignoring()


@dataclass(frozen=True, slots=True)
class Busy:
    """Busy intervals of each person, in no order and with their buffers, and those of the whole business."""

    own: dict[UUID, list[Window]]
    everybody: list[Window]

    def of(self, staff_id: UUID) -> list[Window]:
        """Every interval in which this person cannot be booked."""
        return self.own.get(staff_id, []) + self.everybody


async def read_busy(
    account_id: UUID, span: Window, now: datetime, ignoring: Ignoring = NOTHING,
    *, service_id: UUID | None = None, staff_id: UUID | None = None,
) -> Busy:  # fmt: skip
    """What meets `span` (epoch seconds), of everybody who offers `service_id` or of `staff_id` alone."""
    begin, end = span
    whose, id_ = ("staff", staff_id) if staff_id else ("service", service_id)
    rows = await fetch(
        _STATEMENTS[whose], account_id, id_, begin, end, begin - LONGEST, epoch(now), ignoring.booking_id or NOBODY,
        ignoring.hold_hash or "", instant(begin), instant(end), instant(begin) - _LONGEST_TIME_OFF,
    )  # fmt: skip
    # By the key as the engine has it: thousands of rows name the same few people.
    found: defaultdict[Any, list[Window]] = defaultdict(list)
    for staff, starts, ends, starts_at, ends_at in rows:
        found[staff].append((starts, ends) if starts_at is None else _away(starts_at, ends_at))
    everybody = found.pop(None, [])
    return Busy({_key(staff): windows for staff, windows in found.items()}, everybody)


def _away(starts_at: Any, ends_at: Any) -> Window:
    return epoch(from_database(starts_at)), epoch_ceiling(from_database(ends_at))


def _key(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
