"""Occupancy: the blocked range of a booking, a hold or a group session. The database lets no two of a calendar overlap.

Whoever writes here has locked the calendar first (`lock_calendars`), looked, and decided. The database still has the
last word: what it refuses is `SlotTaken`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.exceptions import IntegrityError

from models.act import Act
from models.booking import Booking
from models.leases import uuid_of
from models.personal import Why, plain, ref
from models.storage.database import dialect, execute, fetch, lock, transaction
from models.storage.errors import constraint_of
from models.teams import Block, Place
from models.tenancy import Owned
from rules.errors import SlotTaken
from rules.intervals import Window
from rules.wall_time import epoch

# The longest range that the database accepts, so that no overlap begins earlier than this before another.
LONGEST = 172_800

_AMONG = {"sqlite": "IN (SELECT value FROM json_each($2))", "postgres": "= ANY($2::uuid[])"}
# What holds that have ended block of these calendars; then such a hold, where nothing of it is left elsewhere.
_FREE = """
    DELETE FROM occupancy
    WHERE account_id = $1 AND calendar_id {among} AND expires <= $3 AND starts < $5 AND starts > $6 AND ends > $4
    RETURNING hold_id
"""
_FORGET = """
    DELETE FROM hold WHERE account_id = $1 AND id = $2 AND NOT EXISTS (
      SELECT 1 FROM occupancy o WHERE o.account_id = $1 AND o.hold_id = $2
    )
"""


# Whoever has seats in a session that is met is met too.
_OVERLAPPED = """
    SELECT DISTINCT COALESCE(o.booking_id, b.id) AS id
    FROM occupancy own
    JOIN occupancy o ON o.account_id = own.account_id AND o.calendar_id = own.calendar_id AND o.id <> own.id
      AND o.starts < own.ends AND o.starts > own.starts - $4 AND o.ends > own.starts
    LEFT JOIN booking b ON b.account_id = o.account_id AND b.group_session_id = o.group_session_id
    WHERE own.account_id = $1 AND own.overlapping AND (own.booking_id = $2 OR own.group_session_id = $3)
      AND COALESCE(o.booking_id, b.id) IS NOT NULL
"""
_PLACES = """
    SELECT c.id, c.staff_id, c.resource_id, c.unit
    FROM occupancy o JOIN calendar c ON c.account_id = o.account_id AND c.id = o.calendar_id
    WHERE o.account_id = $1 AND (o.booking_id = $2 OR o.hold_id = $2 OR o.group_session_id = $2)
    ORDER BY o.id
"""


class Occupancy(Owned):
    """Blocked seconds [starts, ends) of one calendar, buffers included (epoch, UTC).

    Of a booking, of a hold or of a group session; bookings and holds that have seats in a session block nothing else.

    `expires` is a hold's end (epoch): from then on it no longer blocks, and whoever needs the time removes it.
    `overlapping`: somebody who may put it over others on purpose. It blocks as all do, but these stay beside it.
    """

    calendar_id = ref("calendar")
    booking_id = ref("booking", null=True)
    hold_id = ref("hold", null=True)
    group_session_id = ref("group_session", null=True)
    starts = plain(fields.BigIntField(), Why.STATE)
    ends = plain(fields.BigIntField(), Why.STATE)
    expires = plain(fields.BigIntField(null=True), Why.STATE)
    # Which segment of the booking or the hold it is for.
    place = plain(fields.IntField(default=0), Why.STATE)
    overlapping = plain(fields.BooleanField(default=False), Why.STATE)

    class Meta:
        table = "occupancy"


def blocked(starts_at: datetime, ends_at: datetime, before_minutes: int, after_minutes: int) -> Window:
    """The range that an appointment blocks: its own time and its buffers, in epoch seconds."""
    return epoch(starts_at) - before_minutes * 60, epoch(ends_at) + after_minutes * 60


async def lock_calendars(account_id: UUID, *calendar_ids: UUID) -> None:
    """Wait for whoever writes these calendars; nobody else does until the transaction ends.

    All that a transaction needs in one call: they are taken in one order (docs/decisions/0023). The keys are those of
    the database's own guard (`occupancy_guard`), so that both are one lock.
    """
    await lock(calendar_keys(account_id, calendar_ids))


def calendar_keys(account_id: UUID, calendar_ids: Iterable[UUID]) -> list[str]:
    """What stands for these calendars where locks are taken."""
    return [f"{account_id}/{calendar_id}" for calendar_id in calendar_ids]


async def occupy(
    act: Act, blocks: Iterable[Block], *, booking_id: UUID | None = None, hold_id: UUID | None = None,
    group_session_id: UUID | None = None, expires: int | None = None, may_overlap: bool = False,
) -> None:  # fmt: skip
    """Block time of calendars for one of the three. SlotTaken (without alternatives) where something else blocks
    part of it; for who `may_overlap` only where that is a hold."""
    rows = [
        Occupancy(
            account_id=act.account_id, created_at=act.at, calendar_id=one.calendar_id, booking_id=booking_id,
            hold_id=hold_id, group_session_id=group_session_id, place=one.place, starts=one.starts, ends=one.ends,
            expires=expires,
            overlapping=may_overlap and await _meets_others(act, one.calendar_id, (one.starts, one.ends)),
        )
        for one in blocks
    ]  # fmt: skip
    try:
        async with transaction():
            await Occupancy.of(act.account_id).bulk_create(rows)
    except IntegrityError as error:
        if constraint_of(error) != "occupancy_apart":
            raise
        raise SlotTaken from None


async def vacate(account_id: UUID, booking_id: UUID) -> None:
    """Free what a booking blocks."""
    await Occupancy.of(account_id).filter(booking_id=booking_id).delete()


async def overlapped(booking: Booking) -> list[UUID]:
    """The bookings that a booking was put over on purpose, as they lie now, in the order of their ids."""
    rows = await fetch(_OVERLAPPED, booking.account_id, booking.id, booking.group_session_id, LONGEST)
    return sorted(uuid_of(row["id"]) for row in rows)


async def _meets_others(act: Act, calendar_id: UUID, span: Window) -> bool:
    """Whether something else blocks part of `span`. A hold is a promise to somebody: SlotTaken, whoever asks."""
    starts, ends = span
    others = await Occupancy.of(act.account_id).filter(
        calendar_id=calendar_id, starts__lt=ends, starts__gt=starts - LONGEST, ends__gt=starts
    )
    if any(one.hold_id is not None for one in others):
        raise SlotTaken
    return bool(others)


async def clear_ended(act: Act, calendar_ids: Iterable[UUID], span: Window) -> None:
    """Remove what holds that have ended still block of `span`. Of these calendars alone: the others are not locked."""
    starts, ends = span
    statement = _FREE.format(among=_AMONG[dialect()])
    ended = await fetch(statement, act.account_id, list(calendar_ids), epoch(act.at), starts, ends, starts - LONGEST)
    for hold_id in sorted({str(row["hold_id"]) for row in ended}):  # one order: several may forget the same ones
        await execute(_FORGET, act.account_id, UUID(hold_id))


async def places_blocked(account_id: UUID, owner_id: UUID) -> list[Place]:
    """The calendars that a booking, a hold or a group session has the time of."""
    rows = await fetch(_PLACES, account_id, owner_id)
    return [
        Place(uuid_of(row["id"]), _if_any(row["staff_id"]), _if_any(row["resource_id"]), row["unit"]) for row in rows
    ]


def _if_any(value: object) -> UUID | None:
    return None if value is None else uuid_of(value)
