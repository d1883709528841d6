"""Letters about bookings: queued in the transaction that gave reason to write."""

from __future__ import annotations

from models.act import Act
from models.attendee import tell_attendees
from models.booking import Booking
from models.customer import Customer
from models.mail import Mail, MailTemplate


async def post(act: Act, booking: Booking, template: MailTemplate, customer: Customer | None = None) -> None:
    """Queue a mail about a booking, as it is now, for its customer, if they have an address, and unless what this is
    part of tells them; and for its attendees."""
    await tell_attendees(act, booking, template)
    if not act.mails:
        return
    who = customer or await Customer.of(act.account_id).get(id=booking.customer_id)
    if who.email is not None:
        await Mail.post(
            template, who.email, act.at, account_id=act.account_id, about_id=booking.id, sequence=booking.sequence
        )
