"""Changing several bookings of a series at once."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.attempts import MOVED_BY_LINK, Attempts
from models.booking import Booking
from models.booking_changes import Change
from models.reschedule import Move
from models.series import BookingSeries, SeriesScope
from models.series_changes import Aim, Changed, change_series
from models.series_extending import Extension, extend_series
from models.series_moving import move_series
from permissions.own import NO_ROW
from permissions.roles import Access, Permission
from permissions.viewer import ViewerKind
from resolvers.book import KEY_WORDS, check_key, repeatable, source_of, start
from resolvers.booking_changes import REASON_LENGTH, VERSION_WORDS, by_customer, clean_reason
from resolvers.checking import Checks, between
from resolvers.context import Context, Info
from resolvers.holds import with_whom
from resolvers.overriding import OverridingInput, check_overriding, waived
from resolvers.series import OnConflict
from rules.booking_states import BookingStatus
from rules.series import MOST

P = Permission
_SCOPE_WORDS = "How much of the series, seen from this booking. Customers: THIS or FOLLOWING."
_BOOKING_WORDS = "A booking of the series; for more than THIS one that is to come."
_CONFLICT_WORDS = "What to do where some cannot be changed."


@strawberry.input(description="Which bookings of a series.")
class SeriesChangeInput:
    booking_id: strawberry.ID = strawberry.field(description=_BOOKING_WORDS)
    scope: SeriesScope = strawberry.field(description=_SCOPE_WORDS)
    expected_version: int | None = strawberry.field(description=VERSION_WORDS, default=None)
    on_conflict: OnConflict = strawberry.field(description=_CONFLICT_WORDS, default=OnConflict.ALL_OR_NOTHING)


@strawberry.input(description="Which bookings of a series to call off, and why.")
class SeriesReasonInput(SeriesChangeInput):
    reason: str = strawberry.field(
        description=f"Why, for whoever reads the bookings later; up to {REASON_LENGTH} characters.", default=""
    )


@strawberry.input(description="Which bookings of a series to cancel.")
class CancelBookingSeriesInput(SeriesReasonInput):
    pass


async def cancel_booking_series(info: Info, input: CancelBookingSeriesInput) -> Changed:
    """Cancel bookings of a series that are requested or confirmed and to come. Their time is free at once, and their
    customer gets one mail.

    Customers each until its `cancellableUntil`; members and partners also later, which the history shows.
    """
    return await _call_off(info, input, P.BOOKINGS_CANCEL, BookingStatus.CANCELLED)


@strawberry.input(description="Which requested bookings of a series to decline.")
class DeclineBookingSeriesInput(SeriesReasonInput):
    pass


async def decline_booking_series(info: Info, input: DeclineBookingSeriesInput) -> Changed:
    """Say no to requested bookings of a series, in one mail."""
    return await _call_off(info, input, P.BOOKINGS_DECIDE, BookingStatus.DECLINED)


@strawberry.input(description="Which requested bookings of a series to confirm.")
class ConfirmBookingSeriesInput(SeriesChangeInput):
    pass


async def confirm_booking_series(info: Info, input: ConfirmBookingSeriesInput) -> Changed:
    """Say yes to requested bookings of a series, in one mail."""
    return await _change(info, input, P.BOOKINGS_DECIDE, BookingStatus.CONFIRMED)


@strawberry.input(description="Where bookings of a series are to go.")
class RescheduleBookingSeriesInput(OverridingInput):
    booking_id: strawberry.ID = strawberry.field(description=_BOOKING_WORDS)
    scope: SeriesScope = strawberry.field(description=_SCOPE_WORDS)
    expected_version: int = strawberry.field(description="The `version` of this booking that was read.")
    starts_at: datetime | None = strawberry.field(
        description="Where this booking goes; the others go as many days further, to the same time of day on the wall "
        "clock of the series. Null: all stay when they are.",
        default=None,
    )
    staff_id: strawberry.ID | None = strawberry.field(
        description="With whom all of them are from now on; null: as they are now.", default=None
    )
    on_conflict: OnConflict = strawberry.field(description=_CONFLICT_WORDS, default=OnConflict.ALL_OR_NOTHING)
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)


async def reschedule_booking_series(info: Info, input: RescheduleBookingSeriesInput) -> Changed:
    """Move bookings of a series together, or give them to somebody else. Each stays the same booking; those that were
    moved alone before keep their time. Their customer gets one mail.

    Where something of the series comes before them, they are a series of their own from then on. Customers each until
    its `reschedulableUntil`; with a manage link, at most 20 attempts in an hour.
    """
    context = info.context
    booking = await context.find(Booking, input.booking_id, P.BOOKINGS_MOVE)
    rules = waived(context, input)
    checks = Checks()
    if input.starts_at is None and input.staff_id is None:
        checks.wrong("startsAt", "Say when, with whom, or both: `startsAt` or `staffId`.")
    starts_at = start(checks, context, input.starts_at) if input.starts_at is not None else booking.starts_at
    check_overriding(checks, context, input, starts_at, with_somebody=True)
    check_key(checks, input.idempotency_key)
    aim = _aim(context, checks, booking, input, P.BOOKINGS_MOVE)
    checks.done()
    if by_customer(context):
        await Attempts.note(MOVED_BY_LINK, str(booking.id), context.now)
    move = Move(
        starts_at=starts_at, staff_id=with_whom(context, input.staff_id) if input.staff_id is not None else None,
        expected_version=input.expected_version, by_customer=by_customer(context), waived=rules,
    )  # fmt: skip
    return await move_series(context.act, booking, aim, move, repeatable(context, "rescheduleBookingSeries", input))


@strawberry.input(description="How much further a series is to go.")
class ExtendBookingSeriesInput:
    id: strawberry.ID = strawberry.field(description="Which series.")
    expected_version: int = strawberry.field(description="The `version` of the series that was read.")
    more: int = strawberry.field(description=f"How many occurrences more; {MOST} in all at most.")
    on_conflict: OnConflict = strawberry.field(
        description="What to do where some cannot be booked.", default=OnConflict.ALL_OR_NOTHING
    )
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)


async def extend_booking_series(info: Info, input: ExtendBookingSeriesInput) -> BookingSeries:
    """Book more of a series by its rule: for its customer, at today's price, with the same person where it has one.
    Its customer gets one mail about what is new. Not for customers."""
    context = info.context
    series = await context.find(BookingSeries, input.id, P.SERIES_EXTEND)
    checks = Checks()
    more = checks("more", between(1, MOST, "occurrences"), input.more)
    check_key(checks, input.idempotency_key)
    checks.done()
    wanted = Extension(
        more, input.expected_version, source_of(context.viewer), input.on_conflict is OnConflict.SKIP_CONFLICTS
    )
    return await extend_series(context.act, series, wanted, repeatable(context, "extendBookingSeries", input))


async def _call_off(info: Info, input: SeriesReasonInput, permission: Permission, to: BookingStatus) -> Changed:
    checks = Checks()
    reason = checks("reason", clean_reason, input.reason)
    checks.done()
    return await _change(info, input, permission, to, reason)


async def _change(
    info: Info, input: SeriesChangeInput, permission: Permission, to: BookingStatus, reason: str = ""
) -> Changed:
    booking = await info.context.find(Booking, input.booking_id, permission)
    checks = Checks()
    aim = _aim(info.context, checks, booking, input, permission)
    checks.done()
    wanted = Change(to, input.expected_version, by_customer(info.context), reason)
    return await change_series(info.context.act, aim, wanted)


def _aim(
    context: Context, checks: Checks, booking: Booking, input: SeriesChangeInput | RescheduleBookingSeriesInput,
    permission: Permission,
) -> Aim:  # fmt: skip
    viewer = context.viewer
    if by_customer(context) and input.scope is SeriesScope.ALL:
        checks.wrong("scope", "Customers change THIS booking, or it and the FOLLOWING ones.")
    own_diary = viewer.kind is ViewerKind.MEMBER and viewer.access(permission) is Access.OWN
    return Aim(
        booking.id,
        input.scope,
        input.on_conflict is OnConflict.SKIP_CONFLICTS,
        (viewer.staff_id or NO_ROW) if own_diary else None,
    )
