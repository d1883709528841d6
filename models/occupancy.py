"""Occupancy: the blocked range of a booking, a hold or a group session. The database lets no two of a calendar overlap.

Whoever writes here has locked the calendar first (`lock_calendars`), looked, and decided. The database still has the
last word: what it refuses is `SlotTaken`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.exceptions import IntegrityError

from models.act import Act
from models.group_session import clear_seats
from models.personal import Why, plain, ref
from models.storage.database import execute, lock, transaction
from models.storage.errors import constraint_of
from models.tenancy import Owned
from rules.errors import SlotTaken
from rules.intervals import Window
from rules.wall_time import epoch

# The longest range that the database accepts, so that no overlap begins earlier than this before another.
LONGEST = 172_800

_REMOVE_EXPIRED = """
    DELETE FROM hold WHERE account_id = $1 AND id IN (
      SELECT o.hold_id FROM occupancy o
      WHERE o.account_id = $1 AND o.calendar_id = $2 AND o.expires <= $3
        AND o.starts < $5 AND o.starts > $6 AND o.ends > $4
    )
"""


class Occupancy(Owned):
    """Blocked seconds [starts, ends) of one calendar, buffers included (epoch, UTC).

    Of a booking, of a hold or of a group session; bookings and holds that have seats in a session block nothing else.

    `expires` is a hold's end (epoch): from then on it no longer blocks, and whoever needs the time removes it.
    """

    calendar_id = ref("calendar")
    booking_id = ref("booking", null=True)
    hold_id = ref("hold", null=True)
    group_session_id = ref("group_session", null=True)
    starts = plain(fields.BigIntField(), Why.STATE)
    ends = plain(fields.BigIntField(), Why.STATE)
    expires = plain(fields.BigIntField(null=True), Why.STATE)

    class Meta:
        table = "occupancy"


def blocked(starts_at: datetime, ends_at: datetime, before_minutes: int, after_minutes: int) -> Window:
    """The range that an appointment blocks: its own time and its buffers, in epoch seconds."""
    return epoch(starts_at) - before_minutes * 60, epoch(ends_at) + after_minutes * 60


async def lock_calendars(account_id: UUID, *calendar_ids: UUID) -> None:
    """Wait for whoever writes these calendars; nobody else does until the transaction ends.

    The keys are those of the database's own guard (`occupancy_guard`), so that both are one lock.
    """
    await lock([f"{account_id}/{calendar_id}" for calendar_id in calendar_ids])


async def occupy(
    act: Act, calendar_id: UUID, span: Window, *, booking_id: UUID | None = None,
    hold_id: UUID | None = None, group_session_id: UUID | None = None, expires: int | None = None,
) -> None:  # fmt: skip
    """Block `span` for one of the three. SlotTaken (without alternatives) where something else blocks part of it."""
    async with _acquiring(act, calendar_id, span):
        await Occupancy.add(
            act.account_id, created_at=act.at, calendar_id=calendar_id, booking_id=booking_id, hold_id=hold_id,
            group_session_id=group_session_id, starts=span[0], ends=span[1], expires=expires,
        )  # fmt: skip


async def relocate(act: Act, booking_id: UUID, calendar_id: UUID, span: Window) -> None:
    """Move what a booking blocks, perhaps to another calendar. SlotTaken where something else blocks part of it."""
    async with _acquiring(act, calendar_id, span):
        rows = Occupancy.of(act.account_id).filter(booking_id=booking_id)
        await rows.update(calendar_id=calendar_id, starts=span[0], ends=span[1])


async def vacate(account_id: UUID, booking_id: UUID) -> None:
    """Free what a booking blocks."""
    await Occupancy.of(account_id).filter(booking_id=booking_id).delete()


@asynccontextmanager
async def _acquiring(act: Act, calendar_id: UUID, span: Window) -> AsyncIterator[None]:
    starts, ends = span
    await clear_seats(act, calendar_id, span, LONGEST)
    await execute(_REMOVE_EXPIRED, act.account_id, calendar_id, epoch(act.at), starts, ends, starts - LONGEST)
    try:
        async with transaction():
            yield
    except IntegrityError as error:
        if constraint_of(error) != "occupancy_apart":
            raise
        raise SlotTaken from None
