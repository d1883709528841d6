"""Attendees: who comes along, checked before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

import strawberry

from models.attendee import Attendee, Coming
from models.booking import Booking
from models.booking_changes import write_attendees
from models.floods import within_the_day
from permissions.roles import Permission
from permissions.viewer import ViewerKind
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.customer_changes import RULES
from rules.attendees import MOST_ATTENDEES

P = Permission
ATTENDEES_WORDS = (
    f"Who comes beside who books: at most `partySize` - 1, and at most {MOST_ATTENDEES}; each address once. Who has an "
    "address gets a mail with the appointment once it is binding, when it moves and when it is cancelled; it names "
    "nobody and opens nothing."
)


@strawberry.input(description="A person who comes along.")
class AttendeeInput:
    name: str = strawberry.field(description="What they are called; 1 to 120 characters.")
    email: str | None = strawberry.field(description="Where mails about the booking go; null for none.", default=None)


@strawberry.input(description="Who comes along from now on.")
class UpdateBookingAttendeesInput:
    id: strawberry.ID = strawberry.field(description="Which booking; one that is requested or confirmed.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    attendees: list[AttendeeInput] = strawberry.field(
        description=f"{ATTENDEES_WORDS} In place of everybody named before; whoever is left out is not told."
    )


def read_attendees(checks: Checks, given: Sequence[AttendeeInput]) -> list[Coming]:
    """The clean attendees of an input; what is wrong with them is noted."""
    if len(given) > MOST_ATTENDEES:
        checks.wrong("attendees", f"At most {MOST_ATTENDEES}.")
        return []
    found: list[Coming] = []
    for place, one in enumerate(given):
        name = checks(f"attendees.{place}.name", RULES["name"], one.name)
        email = checks(f"attendees.{place}.email", RULES["email"], one.email)
        if email is not None and email in {other.email for other in found}:
            checks.wrong(f"attendees.{place}.email", "This address is there twice; name it once.")
        found.append(Coming(name, email))
    return found


def within_what_is_mailed(
    context: Context, people: Sequence[Coming], bookings: int = 0
) -> AbstractAsyncContextManager[None]:
    """Who books at a widget, or for themselves, makes us mail to addresses that they typed: each counts as a booking of
    their network's day, beside the `bookings` that do."""
    by_themselves = context.viewer.kind in (ViewerKind.WIDGET, ViewerKind.CUSTOMER)
    mails = sum(one.email is not None for one in people) if by_themselves else 0
    count = bookings + mails
    return within_the_day(context.account_id, context.address, context.now, count) if count else nullcontext()


async def update_booking_attendees(info: Info, input: UpdateBookingAttendeesInput) -> Booking:
    """Say who else comes with a booking, as its customer or for them. Seats and price stay: they are the party's."""
    context = info.context
    booking = await context.find(Booking, input.id, P.ATTENDEES_WRITE)
    checks = Checks()
    people = read_attendees(checks, input.attendees)
    checks.done()
    known = {one.email for one in await Attendee.of(context.account_id).filter(booking_id=booking.id)}
    async with within_what_is_mailed(context, [one for one in people if one.email not in known]):
        return await write_attendees(context.act, booking.id, input.expected_version, people)
