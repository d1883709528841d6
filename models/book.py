"""Booking: the transaction that turns a wish into a booking, whatever door it came through."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from models.act import Act
from models.booking import Booking, BookingSource, booker_token, local_start, manage_token
from models.busy import Ignoring
from models.customer import Customer
from models.event import record
from models.group_session import GroupSession
from models.hold import Hold
from models.idempotency import Once, once
from models.keyring import random_nonce
from models.mail import Mail, MailTemplate
from models.occupancy import blocked, occupy
from models.offer import Offer, Provider
from models.seats import seat
from models.service import Confirmation
from models.slot_choice import Wish, offer_for, or_alternatives, take
from models.storage.database import transaction
from models.storage.errors import Contended
from models.taken import is_duplicate
from rules.booking_states import BookingStatus
from rules.errors import FieldProblem, HoldEnded, NotFound, Throttled, ValidationFailed
from rules.references import new_reference
from rules.slot_checks import Unfit
from rules.tokens import token_hash

# A hold is a promise: what was near the edge of notice or on the grid when it was made may be booked with it.
_PROMISED_BY_HOLD = frozenset({Unfit.TOO_SOON, Unfit.NOT_ON_GRID})

# Each of them mails to an address that anybody can type, so a family is served and nobody's mailbox is flooded.
MOST_AT_WIDGETS = 10
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One request that may be sent again: who sent what, under which key. Without a key every one is a new one."""

    principal: str
    operation: str
    key: str | None
    given: object

    async def begin(self, act: Act) -> Once:
        """See `models.idempotency.once`."""
        return await once(act, self.principal, self.operation, self.key, self.given)


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody says to be who books. All values are clean."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is booked beside the time. `customer` is a person, or the id of a customer whom the business knows."""

    customer: Person | UUID
    source: BookingSource
    customer_zone: str | None = None
    note: str = ""
    hold_hash: str | None = None


async def book(act: Act, wish: Wish, particulars: Particulars, request: Repeatable) -> Booking:
    """Book the wished time: one booking, one event, one mail, and the hold used up; or nothing at all.

    SlotTaken, SeatsTaken and NotOffered with alternatives, NotFound, HoldEnded, ValidationFailed, IdempotencyKeyReused;
    Throttled after ten in an hour for one customer at widgets.
    """

    async def work() -> Booking:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is not None:
                return await Booking.of(act.account_id).get(id=begun.done)
            booking = await _book(act, wish, particulars)
            await begun.keep(booking.id)
            return booking

    return await or_alternatives(act, wish, work)


async def _book(act: Act, wish: Wish, particulars: Particulars) -> Booking:
    hold = None
    if particulars.hold_hash is not None:
        hold = await Hold.live(act, particulars.hold_hash)
        wish = _held(wish, hold)
    offer = await offer_for(act, wish)
    if hold is not None and offer.provider(hold.staff_id) is None:
        raise HoldEnded  # whoever it was held with has stopped offering the service since

    async def write(who: Provider, overridden: Unfit | None) -> Booking:
        if hold is not None:
            await hold.consume(act)
        customer = await _customer(act, particulars.customer)
        if particulars.source is BookingSource.WIDGET:
            await _refuse_flood(act, customer)
        session = await seat(act, offer, who, wish.starts_at, wish.party)
        booking = await _insert(act, wish, offer, who, particulars, customer, session)
        if session is None:
            span = blocked(booking.starts_at, booking.ends_at, booking.before_minutes, booking.after_minutes)
            await occupy(act, who.calendar_id, span, booking_id=booking.id)
        await _tell(act, booking, customer, overridden)
        return booking

    return await take(act, offer, wish, write)


def _held(wish: Wish, hold: Hold) -> Wish:
    """The wish as its hold has it. ValidationFailed where the two are about different slots."""
    same = (hold.service_id, hold.starts_at) == (wish.service_id, wish.starts_at)
    if not same or wish.staff_id not in (None, hold.staff_id):
        message = "This hold is for another slot. Book exactly what is held, or leave the token out."
        raise ValidationFailed(FieldProblem("holdToken", message))
    if wish.party_size not in (None, hold.party_size):
        message = f"The hold is for {hold.party_size}. Book for as many, or leave the number or the token out."
        raise ValidationFailed(FieldProblem("partySize", message))
    return replace(
        wish, staff_id=hold.staff_id, party_size=hold.party_size, waived=wish.waived | _PROMISED_BY_HOLD,
        ignoring=Ignoring(hold_hash=hold.token_hash),
    )  # fmt: skip


async def _customer(act: Act, who: Person | UUID) -> Customer:
    if isinstance(who, Person):
        return (await Customer.find_or_create(act, who.name, who.email, who.phone))[0]
    customer = await Customer.of(act.account_id).get_or_none(id=who, archived_at=None)
    if customer is None:
        raise NotFound("customer")
    return customer


async def _refuse_flood(act: Act, customer: Customer) -> None:
    at_widgets = Booking.of(act.account_id).filter(customer_id=customer.id, source=BookingSource.WIDGET)
    latest = await at_widgets.filter(created_at__gt=act.at - _HOUR).order_by("-created_at").limit(MOST_AT_WIDGETS)
    if len(latest) == MOST_AT_WIDGETS:
        raise Throttled(int((latest[-1].created_at + _HOUR - act.at).total_seconds()) + 1)


async def _insert(
    act: Act, wish: Wish, offer: Offer, who: Provider, particulars: Particulars, customer: Customer,
    session: GroupSession | None,
) -> Booking:  # fmt: skip
    id_, nonce = uuid7(), random_nonce()
    at_widget = particulars.source is BookingSource.WIDGET
    try:
        return await Booking.add(
            act.account_id, id=id_, created_at=act.at, updated_at=act.at, reference=new_reference(secrets.choice),
            ical_uid=str(id_), service_id=offer.service_id, staff_id=who.staff_id, customer_id=customer.id,
            location_id=who.location_id, starts_at=wish.starts_at,
            ends_at=session.ends_at if session else wish.starts_at + timedelta(seconds=offer.terms.duration),
            zone=who.zone.key, party_size=wish.party, group_session_id=session.id if session else None,
            local_start=local_start(wish.starts_at, who.zone), customer_zone=particulars.customer_zone,
            source=particulars.source, customer_note=particulars.note, manage_nonce=nonce,
            manage_hash=token_hash(manage_token(id_, nonce)),
            booker_hash=token_hash(booker_token(id_, nonce)) if at_widget else None,
            **offer.promised, **_standing(act, wish, offer),
        )  # fmt: skip
    except IntegrityError as error:
        if is_duplicate(error, "booking", "reference"):  # one in a hundred thousand million: draw again
            raise Contended("The reference is in use.") from error
        raise


def _standing(act: Act, wish: Wish, offer: Offer) -> dict[str, Any]:
    if offer.confirmation is Confirmation.AUTO:
        return {"status": BookingStatus.CONFIRMED}
    return {"status": BookingStatus.REQUESTED, "request_expires_at": request_ends(act.at, offer, wish.starts_at)}


def request_ends(now: datetime, offer: Offer, starts_at: datetime) -> datetime:
    """Until when a request waits for an answer: as long as the service says, and never beyond the appointment."""
    return min(now + timedelta(minutes=offer.request_minutes), starts_at)


async def _tell(act: Act, booking: Booking, customer: Customer, overridden: Unfit | None) -> None:
    await record(
        act, "booking_made", "booking", booking.id, status=booking.status.value, source=booking.source.value,
        service_id=str(booking.service_id), staff_id=str(booking.staff_id), customer_id=str(customer.id),
        **overriding(overridden),
    )  # fmt: skip
    confirmed = booking.status is BookingStatus.CONFIRMED
    template = MailTemplate.BOOKING_CONFIRMED if confirmed else MailTemplate.BOOKING_REQUESTED
    await post(act, booking, template, customer)


def overriding(rule: Unfit | None) -> dict[str, str]:
    """The trace of a rule that did not count for whoever acted."""
    return {"overridden": rule.value} if rule is not None else {}


async def post(act: Act, booking: Booking, template: MailTemplate, customer: Customer | None = None) -> None:
    """Queue a mail about a booking, as it is now, for its customer, if they have an address."""
    who = customer or await Customer.of(act.account_id).get(id=booking.customer_id)
    if who.email is not None:
        await Mail.post(
            template, who.email, act.at, account_id=act.account_id, about_id=booking.id, sequence=booking.sequence
        )
