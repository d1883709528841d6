"""Free times as a booking that is to be moved sees them: exactly those that `rescheduleBooking` accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from models.booking import Booking
from models.busy import NOTHING, Ignoring
from models.offer import Offer
from models.reschedule import offer_to_move
from models.service import Service
from models.staff import Staff
from permissions.classes import Requires
from permissions.roles import Permission
from resolvers.booking_changes import by_customer
from resolvers.choosing import AddOnChoiceInput, with_chosen
from resolvers.context import Info
from resolvers.searching import key_in
from resolvers.service_terms import A_DAY
from resolvers.visits import Following, offer_of
from rules.errors import BadInput, ValidationFailed

P = Permission
ForBookingArgument = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="The booking that is to be moved, which this credential may move: then the answer is what "
        "`rescheduleBooking` would accept, with the booking's own services, length, add-ons, party and buffers, and "
        "with its own time free. `serviceId` is its service; `staffId` null: with whom it is; `durationMinutes`, not "
        "for customers: another length. What is not said of it is its own: leave the rest out. Null: a new booking.",
        directives=[Requires(permission=P.BOOKINGS_MOVE)],
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What free times are asked for: of which offer, with whom (None: anybody), for how many, beside what.
    `instead_of` is the start of the booking that is to be moved; where it cannot be any more, the offer has nobody."""

    offer: Offer
    staff_id: UUID | None
    party: int
    ignoring: Ignoring = NOTHING
    instead_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The arguments of a query about free times."""

    service_id: str
    staff_id: str | None
    party: int
    minutes: int | None
    add_ons: Sequence[AddOnChoiceInput] | None
    followed_by: Following
    for_booking: str | None


async def asked_for(info: Info, wanted: Wanted, first: date, last: date) -> Asked | None:
    """What is asked for on these dates; None where this viewer may book no such service, or may not move such a
    booking, whatever the reason. BadInput for what does not go together."""
    with_whom = staff_of(info, wanted.staff_id)
    if wanted.for_booking is None:
        offer = await offer_of(info, wanted.service_id, wanted.minutes, wanted.followed_by, first, last)
        if offer is None:
            return None
        offer = await with_chosen(info, offer, wanted.add_ons)
        return Asked(offer, with_whom, wanted.party)
    booking = await info.context.one(Booking, wanted.for_booking, P.BOOKINGS_MOVE).get_or_none()
    if booking is None or booking.service_id != key_in(Service, wanted.service_id):
        return None
    _refuse_more(info, wanted, booking)
    try:
        offer, staff_id = await offer_to_move(
            info.context.act, booking, first, last, staff_id=with_whom, minutes=wanted.minutes,
            by_customer=by_customer(info.context),
        )  # fmt: skip
    except ValidationFailed as refusal:
        raise BadInput("; ".join(f"`{one.path}`: {one.message}" for one in refusal.fields)) from None
    return Asked(offer, staff_id, booking.party_size, Ignoring(booking_id=booking.id), booking.starts_at)


def staff_of(info: Info, staff_id: str | None) -> UUID | None:
    """Whose time a query asks for; None: anybody's."""
    return info.context.viewer.with_whom(key_in(Staff, staff_id) if staff_id is not None else None)


def _refuse_more(info: Info, wanted: Wanted, booking: Any) -> None:
    if wanted.party not in (1, booking.party_size) or wanted.add_ons or wanted.followed_by:
        raise BadInput("With `forBooking`, party, add-ons and further services are the booking's own. Leave them out.")
    if wanted.minutes is None:
        return
    if by_customer(info.context):
        raise BadInput("`durationMinutes`: only the business can make it longer or shorter. Leave this out.")
    if not 1 <= wanted.minutes <= A_DAY:
        raise BadInput(f"`durationMinutes` must be from 1 to {A_DAY}.")
