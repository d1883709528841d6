"""What can be done with a booking beside moving it."""

from __future__ import annotations

import strawberry

from models.booking import Booking
from models.booking_changes import Change, change, write_note
from models.regaining import Regain, called_off_as_request, regain
from permissions.roles import Permission
from permissions.viewer import ViewerKind
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.overriding import OverridingInput, check_overriding, waived
from rules.booking_states import BookingStatus
from rules.names import NOTE_LENGTH, clean_note

P = Permission
VERSION_WORDS = "The `version` that was read; null: whatever it is."
REASON_LENGTH = 500


def by_customer(context: Context) -> bool:
    """Whether the promised cutoffs bind this viewer. Whoever also works for the business is not bound."""
    return context.viewer.kind in (ViewerKind.WIDGET, ViewerKind.CUSTOMER)


@strawberry.input(description="Which booking.")
class BookingInput:
    id: strawberry.ID = strawberry.field(description="Which booking.")
    expected_version: int | None = strawberry.field(description=VERSION_WORDS, default=None)


@strawberry.input(description="Which booking to call off, and why.")
class BookingReasonInput(BookingInput):
    reason: str = strawberry.field(
        description=f"Why, for whoever reads the booking later; up to {REASON_LENGTH} characters.", default=""
    )


@strawberry.input(description="What to cancel.")
class CancelBookingInput(BookingReasonInput):
    pass


async def cancel_booking(info: Info, input: CancelBookingInput) -> Booking:
    """Cancel a booking that is requested or confirmed. Its time is free at once.

    Customers until `cancellableUntil`; members and partners also later, which the history shows.
    """
    return await _call_off(info, input, P.BOOKINGS_CANCEL, BookingStatus.CANCELLED)


@strawberry.input(description="What to decline.")
class DeclineBookingInput(BookingReasonInput):
    pass


async def decline_booking(info: Info, input: DeclineBookingInput) -> Booking:
    """Say no to a requested booking. Its time is free at once."""
    return await _call_off(info, input, P.BOOKINGS_DECIDE, BookingStatus.DECLINED)


@strawberry.input(description="What to confirm.")
class ConfirmBookingInput(BookingInput):
    pass


async def confirm_booking(info: Info, input: ConfirmBookingInput) -> Booking:
    """Say yes to a requested booking. One that has waited without its time (`requestsBlock` false) takes it now."""
    booking = await info.context.find(Booking, input.id, P.BOOKINGS_DECIDE)
    if not booking.requests_block:
        return await regain(info.context.act, booking, Regain(input.expected_version))
    return await change(info.context.act, booking.id, Change(BookingStatus.CONFIRMED, input.expected_version))


@strawberry.input(description="What to bring back.")
class RestoreBookingInput(OverridingInput):
    id: strawberry.ID = strawberry.field(description="Which booking.")
    expected_version: int = strawberry.field(description="The `version` that was read.")


async def restore_booking(info: Info, input: RestoreBookingInput) -> Booking:
    """Bring back a booking that was cancelled, declined or expired: the same booking, confirmed, at its own time if
    that is still free. Its customer is told.

    Notice, horizon and grid do not count; opening hours, limits and whatever has the time since do. One that nobody had
    said yes to takes BOOKINGS_DECIDE too.
    """
    context = info.context
    booking = await context.find(Booking, input.id, P.BOOKINGS_RESTORE)
    rules = waived(context, input)
    # Of what has changed since it was read, whoever asks is told that first.
    if input.expected_version == booking.version and await called_off_as_request(booking):
        context.viewer.require(P.BOOKINGS_DECIDE)
    checks = Checks()
    check_overriding(checks, context, input, booking.starts_at, with_somebody=True)
    checks.done()
    return await regain(context.act, booking, Regain(input.expected_version, restoring=True, waived=rules))


@strawberry.input(description="What took place.")
class CompleteBookingInput(BookingInput):
    pass


async def complete_booking(info: Info, input: CompleteBookingInput) -> Booking:
    """Record that the customer came, from the start of the appointment on. Also corrects a NO_SHOW."""
    return await _change(info, input, P.BOOKINGS_CLOSE, BookingStatus.COMPLETED)


@strawberry.input(description="Which customer did not come.")
class MarkNoShowInput(BookingInput):
    pass


async def mark_no_show(info: Info, input: MarkNoShowInput) -> Booking:
    """Record that the customer did not come, from the start of the appointment on. Also corrects a COMPLETED."""
    return await _change(info, input, P.BOOKINGS_CLOSE, BookingStatus.NO_SHOW)


@strawberry.input(description="The business's own note on a booking.")
class UpdateBookingNoteInput:
    id: strawberry.ID = strawberry.field(description="Which booking.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    internal_note: str = strawberry.field(
        description=f"Replaces what was noted; up to {NOTE_LENGTH} characters, may be empty. Customers never see it."
    )


async def update_booking_note(info: Info, input: UpdateBookingNoteInput) -> Booking:
    """Write the business's own note on a booking."""
    booking = await info.context.find(Booking, input.id, P.BOOKING_NOTES_MANAGE)
    checks = Checks()
    note = checks("internalNote", lambda text: clean_note(text, "note"), input.internal_note)
    checks.done()
    return await write_note(info.context.act, booking.id, input.expected_version, note)


async def _call_off(info: Info, input: BookingReasonInput, permission: Permission, to: BookingStatus) -> Booking:
    checks = Checks()
    reason = checks("reason", clean_reason, input.reason)
    checks.done()
    return await _change(info, input, permission, to, reason)


async def _change(
    info: Info, input: BookingInput, permission: Permission, to: BookingStatus, reason: str = ""
) -> Booking:
    booking = await info.context.find(Booking, input.id, permission)
    wanted = Change(to, input.expected_version, by_customer(info.context), reason)
    return await change(info.context.act, booking.id, wanted)


def clean_reason(text: str) -> str:
    """A rule for reasons."""
    cleaned = clean_note(text, "reason")
    if len(cleaned) > REASON_LENGTH:
        raise ValueError(f"The reason is too long: at most {REASON_LENGTH} characters, this has {len(cleaned)}.")
    return cleaned
