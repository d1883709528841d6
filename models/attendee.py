"""Attendee: a person who comes to a booking beside the customer who made it.

Who has an address is mailed once the booking is binding, when it moves and when it is called off: what the business
says, and nothing that anybody typed, for whoever books may type anybody's address.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F

from models.act import Act
from models.booking import Booking
from models.columns import setting
from models.mail import Mail, MailTemplate
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.tenancy import Owned
from rules.attendees import MOST_MAILS, MOST_OF_ADDRESS
from rules.booking_states import BookingStatus
from rules.errors import FieldProblem, ValidationFailed
from rules.retention import RetentionClass

_T = MailTemplate
# What attendees are told where the customer is told something. Of a request they know nothing.
_MAILS: Mapping[MailTemplate, MailTemplate] = MappingProxyType(
    {
        _T.BOOKING_CONFIRMED: _T.ATTENDEE_CONFIRMED,
        _T.BOOKING_RESCHEDULED: _T.ATTENDEE_MOVED,
        _T.BOOKING_CANCELLED: _T.ATTENDEE_CANCELLED,
    }
)


class Attendee(Owned):
    """The `place`-th of a booking, from 0. `mailed`: how many mails about it were queued for them."""

    booking_id = ref("booking")
    place = setting(0)
    name = personal(
        fields.CharField(max_length=120), "user.name", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING
    )
    email = personal(
        fields.CharField(max_length=254, null=True), "user.contact.email", Subject.CUSTOMER, Purpose.COMMUNICATION,
        RetentionClass.BOOKING,
    )  # fmt: skip
    mailed = plain(fields.IntField(default=0), Why.STATE)

    class Meta:
        table = "attendee"


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes, as it was said. All values are clean."""

    name: str
    email: str | None = None


def refuse_crowd(people: Collection[Coming], party: int) -> None:
    """ValidationFailed for more than a party has beside the customer."""
    if len(people) >= party > 0 and people:
        room = f"at most {party - 1} come beside who books" if party > 1 else "nobody comes beside who books"
        message = f"The party is {party}: {room}. Book for a larger party, or name fewer."
        raise ValidationFailed(FieldProblem("attendees", message))


async def keep_attendees(act: Act, booking_id: UUID, people: Sequence[Coming]) -> int:
    """Put these in the place of a booking's attendees; how many there were. Whoever is told something by mail stays
    the same one. In the caller's transaction."""
    rows = Attendee.of(act.account_id).filter(booking_id=booking_id)
    had = await rows
    known = {one.email: one.id for one in had if one.email is not None}
    kept = {known[one.email] for one in people if one.email in known}
    await rows.exclude(id__in=list(kept)).delete()
    for place, one in enumerate(people):
        if one.email in known:
            await rows.filter(id=known[one.email]).update(name=one.name, place=place)
        else:
            values = {"booking_id": booking_id, "place": place, "name": one.name, "email": one.email}
            await Attendee.add(act.account_id, created_at=act.at, **values)
    return len(had)


async def tell_attendees(act: Act, booking: Booking, about: MailTemplate, *, new_alone: bool = False) -> None:
    """Queue the mails for attendees of what the customer is told `about`; `new_alone`: for whom none was queued yet.

    Only of a booking that is or was binding: whoever hears that it is moved or off has heard of it before.
    """
    template = _MAILS.get(about)
    first = template is _T.ATTENDEE_CONFIRMED
    if template is None or (booking.status is not BookingStatus.CONFIRMED and about is not _T.BOOKING_CANCELLED):
        return
    rows = Attendee.of(act.account_id).filter(booking_id=booking.id, email__isnull=False)
    rows = rows.filter(mailed=0) if new_alone else rows if first else rows.filter(mailed__gt=0)
    for one in await rows.order_by("place"):
        ending = template is _T.ATTENDEE_CANCELLED
        if (one.mailed >= MOST_MAILS and not ending) or (one.mailed == 0 and await _is_flooded(act, one)):
            continue
        await Attendee.of(act.account_id).filter(id=one.id).update(mailed=F("mailed") + 1)
        await Mail.post(
            template, str(one.email), act.at, account_id=act.account_id, about_id=one.id, sequence=booking.sequence
        )


async def _is_flooded(act: Act, one: Attendee) -> bool:
    """Whether this address was named so often within the hour that more would be a nuisance. Nobody is told so."""
    alike = Attendee.of(act.account_id).filter(email=one.email, created_at__gt=act.at - timedelta(hours=1))
    return await alike.count() > MOST_OF_ADDRESS
