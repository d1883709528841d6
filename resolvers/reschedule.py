"""Rescheduling: moving a booking in place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from models.attempts import MOVED_BY_LINK, Attempts
from models.booking import Booking
from models.reschedule import Move
from models.reschedule import reschedule as move_booking
from models.visit import MOST_SERVICES
from permissions.roles import Permission
from resolvers.book import KEY_WORDS, check_key, repeatable, start
from resolvers.booking_changes import by_customer
from resolvers.checking import Checks, between
from resolvers.context import Context, Info
from resolvers.holds import START_WORDS, with_whom
from resolvers.overriding import OverridingInput, check_overriding, waived
from resolvers.service_terms import A_DAY


@strawberry.input(description="Where a booking is to go.")
class RescheduleBookingInput(OverridingInput):
    id: strawberry.ID = strawberry.field(description="Which booking.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    starts_at: datetime = strawberry.field(description=START_WORDS)
    staff_id: strawberry.ID | None = strawberry.field(
        description="With whom from now on; null: as it is now. Of a visit: all of whoever does the first service.",
        default=None,
    )
    segment_staff_ids: list[strawberry.ID | None] | None = strawberry.field(
        description="Of a visit, with whom each of its `segments` is from now on, in order; null: with whom it is, or "
        "where they cannot, as the service assigns its bookings. Leave out `staffId` then.",
        default=None,
    )
    duration_minutes: int | None = strawberry.field(
        description=f"How long it is from now on, at the price that was promised; 1 to {A_DAY} minutes, whatever the "
        "service's `durations`. Null: as long as it is. Customers leave it out; a group session keeps its length.",
        default=None,
    )
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)


async def reschedule_booking(info: Info, input: RescheduleBookingInput) -> Booking:
    """Move a booking that is requested or confirmed. It stays the same booking at the same price, and as
    long unless a member or a partner gives it another `durationMinutes`.

    Customers until `reschedulableUntil`; members and partners also later, which the history shows.
    With a manage link, at most 20 attempts in an hour.
    """
    context = info.context
    booking = await context.find(Booking, input.id, Permission.BOOKINGS_MOVE)
    rules = waived(context, input)
    checks = Checks()
    starts_at = start(checks, context, input.starts_at)
    check_overriding(checks, context, input, starts_at, with_somebody=True)
    check_key(checks, input.idempotency_key)
    minutes = checks("durationMinutes", _minutes, input.duration_minutes)
    _check_together(checks, context, input)
    checks.done()
    if by_customer(context):
        await Attempts.note(MOVED_BY_LINK, str(booking.id), context.now)
    move = Move(
        starts_at=starts_at,
        staff_id=None if input.staff_id is None else with_whom(context, input.staff_id),
        people=people(context, input.segment_staff_ids),
        expected_version=input.expected_version,
        duration_minutes=minutes,
        by_customer=by_customer(context),
        waived=rules,
    )
    return await move_booking(context.act, booking, move, repeatable(context, "rescheduleBooking", input))


def _check_together(checks: Checks, context: Context, input: RescheduleBookingInput) -> None:
    if input.duration_minutes is not None and by_customer(context):
        checks.wrong(
            "durationMinutes", "Only the business can make it longer or shorter. Leave this out, or ask there."
        )
    if input.segment_staff_ids is not None and input.staff_id is not None:
        checks.wrong("segmentStaffIds", "Say with whom in one way: give this or `staffId`.")


def people(context: Context, given: list[strawberry.ID | None] | None) -> tuple[UUID | None, ...] | None:
    """With whom each service is to be, as an input says it."""
    if given is None:
        return None
    return tuple(None if one is None else with_whom(context, one) for one in given[: MOST_SERVICES + 1])


def _minutes(minutes: int | None) -> int | None:
    return minutes if minutes is None else between(1, A_DAY, "minutes")(minutes)
