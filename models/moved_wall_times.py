"""Moved wall times: appointments to come that a newer zone database reads at another time of day than was promised.

A booking keeps its instant, and beside it the wall time and zone that were promised. When a country changes its clocks,
the two part. Then either the wall time is kept, and the booking moves, or the instant is, and its wall time changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import F

from models.act import Act
from models.book import Repeatable
from models.booking import Booking, local_start
from models.event import record
from models.letters import post
from models.mail import MailTemplate
from models.reschedule import Move, reschedule
from models.storage.database import transaction
from models.transitions import current
from rules.booking_states import PENDING
from rules.errors import VersionConflict
from rules.slot_checks import Unfit
from rules.wall_time import to_instant
from rules.zones import zone

# The time was promised: no rule of the service stands against it, but nobody is booked twice.
_WAIVED = frozenset(Unfit) - {Unfit.TAKEN}


@dataclass(frozen=True, slots=True)
class MovedWallTime:
    """A booking as it stands, what the clocks will show when it begins, and when they will show what was promised."""

    booking: Booking
    reads: str
    kept_at: datetime


async def moved_wall_times(account_id: UUID, now: datetime) -> list[MovedWallTime]:
    """The appointments to come whose wall time has moved, by their start."""
    coming = Booking.of(account_id).filter(status__in=PENDING, starts_at__gt=now).order_by("starts_at", "id")
    found = []
    for booking in await coming:
        there = zone(booking.zone)
        reads = local_start(booking.starts_at, there)
        # Read on the wall, so that the second of two equal wall times has not moved to the first.
        if reads != booking.local_start:
            promised = datetime.fromisoformat(booking.local_start)
            found.append(MovedWallTime(booking, reads, to_instant(promised, there)))
    return found


async def keep_wall_time(act: Act, moved: MovedWallTime) -> Booking:
    """Move the booking to when the clocks show what was promised, and tell its customer. SlotTaken or SeatsTaken where
    others are there, and the refusals of a booking that somebody has changed meanwhile: then nothing is done."""
    booking = moved.booking
    move = Move(moved.kept_at, None, booking.version, by_customer=False, waived=_WAIVED)
    return await reschedule(act, booking, move, Repeatable("retz", "reschedule", None, None))


async def keep_instant(act: Act, moved: MovedWallTime) -> Booking:
    """Leave the booking where it is, promise the wall time that it has now, and tell its customer. VersionConflict."""
    booking = moved.booking
    rows = Booking.of(act.account_id).filter(id=booking.id, version=booking.version, status=booking.status)
    async with transaction():
        written = await rows.update(
            local_start=moved.reads, version=F("version") + 1, sequence=F("sequence") + 1, updated_at=act.at
        )
        now = await current(act, booking.id)
        if written == 0:
            raise VersionConflict(now.version)
        await record(act, "booking_wall_time_changed", "booking", booking.id)
        await post(act, now, MailTemplate.BOOKING_RESCHEDULED)
    return now


def in_safe_order(found: Iterable[MovedWallTime]) -> list[MovedWallTime]:
    """So that neighbours that move by the same hour make room for one another: the furthest ahead goes first."""
    later = [one for one in found if one.kept_at > one.booking.starts_at]
    earlier = [one for one in found if one.kept_at <= one.booking.starts_at]
    return [*reversed(later), *earlier]
