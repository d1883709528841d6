"""Rescheduling: moving a booking in place."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.attempts import MOVED_BY_LINK, Attempts
from models.booking import Booking
from models.reschedule import Move
from models.reschedule import reschedule as move_booking
from models.staff import Staff
from permissions.roles import Permission
from resolvers.book import FREELY_WORDS, KEY_WORDS, check_key, repeatable, start, waived
from resolvers.booking_changes import by_customer
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.holds import START_WORDS


@strawberry.input(description="Where a booking is to go.")
class RescheduleBookingInput:
    id: strawberry.ID = strawberry.field(description="Which booking.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    starts_at: datetime = strawberry.field(description=START_WORDS)
    staff_id: strawberry.ID | None = strawberry.field(
        description="With whom from now on; null: as it is now.", default=None
    )
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)
    even_if_not_offered: bool = strawberry.field(description=FREELY_WORDS, default=False)


async def reschedule_booking(info: Info, input: RescheduleBookingInput) -> Booking:
    """Move a booking that is requested or confirmed. It stays the same booking, as long and at the same price.

    Customers until `reschedulableUntil`; members and partners also later, which the history shows.
    With a manage link, at most 20 attempts in an hour.
    """
    context = info.context
    booking = await context.find(Booking, input.id, Permission.BOOKINGS_MOVE)
    checks = Checks()
    starts_at = start(checks, context, input.starts_at)
    check_key(checks, input.idempotency_key)
    checks.done()
    if by_customer(context):
        await Attempts.note(MOVED_BY_LINK, str(booking.id), context.now)
    move = Move(
        starts_at=starts_at,
        staff_id=context.key(Staff, input.staff_id) if input.staff_id is not None else None,
        expected_version=input.expected_version,
        by_customer=by_customer(context),
        waived=waived(context, input.even_if_not_offered),
    )
    return await move_booking(context.act, booking, move, repeatable(context, "rescheduleBooking", input))
