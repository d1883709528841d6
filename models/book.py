"""Booking: the transaction that turns a wish into a booking, whatever door it came through."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from uuid_utils.compat import uuid7

from models.act import Act
from models.add_on import keep_add_ons
from models.attendee import Coming, keep_attendees, refuse_crowd
from models.blocking import block_on, not_online, not_told
from models.booking import Booking, BookingSource, booker_token, local_start, manage_token
from models.busy import Ignoring
from models.chosen import Choice
from models.customer import Customer
from models.engagement import engage
from models.event import record
from models.group_session import GroupSession
from models.hold import Hold
from models.idempotency import Once, once
from models.intake import Answered, keep_answers
from models.keyring import random_nonce
from models.letters import post
from models.mail import MailTemplate
from models.occupancy import occupy, overlapped
from models.offer import Offer
from models.online import GRACE, ask_online
from models.reminder import plan_reminders
from models.seats import seat
from models.segment import Segment, add_segments, as_they_are, of_service, segments_of
from models.service import Confirmation
from models.slot_choice import Wish, offer_for, or_alternatives, take
from models.storage.database import lock, transaction
from models.storage.errors import Contended, constraint_of
from models.taken import is_duplicate
from rules.blocking import CustomerBlocked
from rules.booking_states import PENDING, BookingStatus, holds_occupancy
from rules.errors import (
    FieldProblem,
    HoldEnded,
    NotFound,
    TooManyActiveBookings,
    ValidationFailed,
)
from rules.money_errors import NotPayable
from rules.payments import PaymentProvider
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
    # How long an online payment may take; None where there is none.
    payable_for: timedelta | None = None
    answers: Sequence[Answered] = ()
    attendees: Sequence[Coming] = ()
    even_if_blocked: bool = False


async def book(act: Act, wish: Wish, particulars: Particulars, request: Repeatable) -> Booking:
    """Book the wished time: one booking, one event, one mail, and the hold used up; or nothing at all.

    SlotTaken, SeatsTaken and NotOffered with alternatives, NotFound, HoldEnded, ValidationFailed, IdempotencyKeyReused;
    Throttled after ten in an hour for one customer at widgets; CustomerBlocked.
    """

    async def work() -> Booking:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is not None:
                return await Booking.of(act.account_id).get(id=begun.done)
            booking = await book_held(act, wish, particulars)
            await begun.keep(booking.id)
            return booking

    return await or_alternatives(act, wish, work)


async def book_held(act: Act, wish: Wish, particulars: Particulars) -> Booking:
    """The same in the caller's transaction, which is undone as a whole where this refuses."""
    hold, held = None, list[UUID]()
    if particulars.hold_hash is not None:
        hold = await Hold.live(act, particulars.hold_hash)
        wish = _held(wish, hold, await segments_of(act.account_id, hold_id=hold.id))
        held = await hold.calendars()
    offer = await _offer(act, wish, hold)
    refuse_crowd(particulars.attendees, wish.party)

    async def write(choice: Choice, overridden: tuple[Unfit, ...]) -> Booking:
        if hold is not None:
            await hold.consume(act)
        customer = await customer_of(act, particulars.customer)
        although_blocked = await refuse_whom(act, particulars, customer)
        if Unfit.LIMIT_REACHED not in wish.waived:
            await refuse_more(act, offer, customer)
        session = await _seat(act, wish, offer, choice, particulars)
        booking = await _insert(act, wish, offer, choice, particulars, customer, session)
        await _keep(act, booking, particulars, offer)
        await add_segments(act, choice.legs, wish.party, booking_id=booking.id)
        await _ask_deposit(act, wish, particulars, booking)
        if session is None and booking.has_time:
            await occupy(act, choice.blocks, booking_id=booking.id, may_overlap=wish.may_overlap)
        await engage(act, booking.id, choice.places)
        traces = although_blocked | choice.told | await overriding(wish, booking, overridden)
        await _tell(act, booking, customer, traces | _crowd(particulars))
        return booking

    return await take(act, offer, wish, write, held=held)


async def _keep(act: Act, booking: Booking, particulars: Particulars, offer: Offer) -> None:
    await keep_answers(act, booking.id, booking.ends_at, particulars.answers)
    await keep_attendees(act, booking.id, particulars.attendees)
    await keep_add_ons(act, booking.id, offer.extras)


def _crowd(particulars: Particulars) -> dict[str, Any]:
    return {"attendees": len(particulars.attendees)} if particulars.attendees else {}


async def _seat(act: Act, wish: Wish, offer: Offer, choice: Choice, particulars: Particulars) -> GroupSession | None:
    if not _takes_time(act, wish, offer, particulars):
        return None
    return await seat(act, offer, choice, wish.starts_at, wish.party, may_overlap=wish.may_overlap)


async def _ask_deposit(act: Act, wish: Wish, particulars: Particulars, booking: Booking) -> None:
    """Ask for what has to be paid online before it is binding; nothing where nothing has."""
    if booking.awaits_payment and booking.deposit_minor is not None and booking.currency is not None:
        until = _payable_until(act, wish, particulars)
        await ask_online(act, booking, booking.deposit_minor, booking.currency, until)


async def _offer(act: Act, wish: Wish, hold: Hold | None) -> Offer:
    """What is booked. HoldEnded where the service is no longer offered as it was when it was held."""
    try:
        offer = await offer_for(act, wish)
    except ValidationFailed:
        if hold is None:
            raise
        raise HoldEnded from None
    if hold is not None and offer.provider(hold.staff_id) is None:
        raise HoldEnded
    return offer


def _held(wish: Wish, hold: Hold, segments: list[Segment]) -> Wish:
    """The wish as its hold has it. ValidationFailed where the two are about different slots."""
    services = [segment.service_id for segment in segments]
    same = (services, hold.starts_at) == ([step.service_id for step in wish.steps], wish.starts_at)
    people = zip(wish.steps, segments, strict=False)
    if not same or any(step.staff_id not in (None, segment.staff_id) for step, segment in people):
        message = "This hold is for another slot. Book exactly what is held, or leave the token out."
        raise ValidationFailed(FieldProblem("holdToken", message))
    if wish.party_size not in (None, hold.party_size):
        message = f"The hold is for {hold.party_size}. Book for as many, or leave the number or the token out."
        raise ValidationFailed(FieldProblem("partySize", message))
    held = [segment.minutes for segment in segments] if len(segments) > 1 else [hold.minutes]
    for step, minutes in zip(wish.steps, held, strict=True):
        if step.duration_minutes not in (None, minutes):
            message = f"The hold is for {minutes} minutes. Book as many, or leave the number or the token out."
            raise ValidationFailed(FieldProblem("durationMinutes", message))
    # A session keeps its length, whatever the service has become; nobody chooses it.
    first = held[0] if hold.group_session_id is None else None
    steps = as_they_are(segments)
    return replace(
        wish, staff_id=hold.staff_id, party_size=hold.party_size, duration_minutes=first, gap=steps[0].gap,
        followed_by=steps[1:], waived=wish.waived | _PROMISED_BY_HOLD, ignoring=Ignoring(hold_hash=hold.token_hash),
    )  # fmt: skip


async def customer_of(act: Act, who: Person | UUID) -> Customer:
    """The customer that somebody is, or says to be. NotFound for an id of nobody."""
    if isinstance(who, Person):
        return (await Customer.find_or_create(act, who.name, who.email, who.phone))[0]
    customer = await Customer.of(act.account_id).get_or_none(id=who, archived_at=None)
    if customer is None:
        raise NotFound("customer")
    return customer


async def refuse_whom(act: Act, particulars: Particulars, customer: Customer) -> dict[str, Any]:
    """At a widget both are asked, and answered alike: no stranger is to tell the one from the other. The trace, where
    a block did not count."""
    if particulars.source is BookingSource.WIDGET:
        await _refuse_flood(act, customer)
    typed = particulars.customer if isinstance(particulars.customer, Person) else None
    blocked_by = await block_on(act, customer, typed.phone if typed else None)
    if blocked_by is None:
        return {}
    if particulars.even_if_blocked:
        return {"even_if_blocked": True}
    if typed is None or particulars.source is not BookingSource.WIDGET:
        raise CustomerBlocked
    raise not_told(act, blocked_by)


async def _refuse_flood(act: Act, customer: Customer) -> None:
    at_widgets = Booking.of(act.account_id).filter(customer_id=customer.id, source=BookingSource.WIDGET)
    latest = await at_widgets.filter(created_at__gt=act.at - _HOUR).order_by("-created_at").limit(MOST_AT_WIDGETS)
    if len(latest) == MOST_AT_WIDGETS:
        raise not_online(latest[-1].created_at + _HOUR - act.at)


async def refuse_more(act: Act, offer: Offer, customer: Customer) -> None:
    """TooManyActiveBookings for a customer who has as many of a service as one may.

    Counted under a lock, or a customer who books twice at once would get both."""
    limited = [part for part in offer.services if part.most_active_per_customer is not None]
    if limited:
        await lock([f"{act.account_id}/bookings of/{customer.id}"])
    for part in limited:
        await _refuse_more_of(act, part, customer)


async def _refuse_more_of(act: Act, offer: Offer, customer: Customer) -> None:
    most = offer.most_active_per_customer or 0
    active = Booking.of(act.account_id).filter(of_service(act.account_id, offer.service_id), customer_id=customer.id)
    waits = Q(request_expires_at=None) | Q(request_expires_at__gt=act.at)
    if await active.filter(waits, status__in=PENDING, ends_at__gt=act.at).count() >= most:
        raise TooManyActiveBookings(most)


async def _insert(
    act: Act, wish: Wish, offer: Offer, choice: Choice, particulars: Particulars, customer: Customer,
    session: GroupSession | None,
) -> Booking:  # fmt: skip
    who = choice.lead
    id_, nonce = uuid7(), random_nonce()
    at_widget = particulars.source is BookingSource.WIDGET
    try:
        return await Booking.add(
            act.account_id, id=id_, created_at=act.at, updated_at=act.at, reference=new_reference(secrets.choice),
            ical_uid=str(id_), service_id=offer.service_id, staff_id=who.staff_id, customer_id=customer.id,
            location_id=who.location_id, starts_at=wish.starts_at,
            ends_at=choice.ends_at,
            zone=who.zone.key, party_size=wish.party, group_session_id=session.id if session else None,
            local_start=local_start(wish.starts_at, who.zone), customer_zone=particulars.customer_zone,
            source=particulars.source, customer_note=particulars.note, manage_nonce=nonce,
            manage_hash=token_hash(manage_token(id_, nonce)),
            booker_hash=token_hash(booker_token(id_, nonce)) if at_widget else None,
            **{**offer.promised, **offer.money_columns(wish.party), **_standing(act, wish, offer, particulars)},
        )  # fmt: skip
    except IntegrityError as error:
        if is_duplicate(error, "booking", "reference"):  # one in a hundred thousand million: draw again
            raise Contended("The reference is in use.") from error
        if constraint_of(error) == "booking_account_id_customer_id_fkey":  # merged into another one this moment
            raise Contended("The customer is another one since.") from error
        raise


def _takes_time(act: Act, wish: Wish, offer: Offer, particulars: Particulars) -> bool:
    known = {**offer.promised, **_standing(act, wish, offer, particulars)}
    return holds_occupancy(known["status"], requests_block=known["requests_block"])


def _standing(act: Act, wish: Wish, offer: Offer, particulars: Particulars) -> dict[str, Any]:
    if _pays_first(offer, wish, particulars):
        until = _payable_until(act, wish, particulars)
        ends = min(until + GRACE, wish.starts_at)
        waits = {"status": BookingStatus.REQUESTED, "request_expires_at": ends, "awaits_payment": True}
        return {**waits, "requests_block": True}  # nobody pays for a time that others may take
    # Who enters what has begun decides about it: nobody can be asked in time.
    if offer.confirmation is Confirmation.AUTO or _has_begun(act, wish.starts_at):
        return {"status": BookingStatus.CONFIRMED}
    return {"status": BookingStatus.REQUESTED, "request_expires_at": request_ends(act.at, offer, wish.starts_at)}


def _pays_first(offer: Offer, wish: Wish, particulars: Particulars) -> bool:
    """Whether the time is kept only until a deposit is paid online. Whom a member enters has the member's word."""
    online = offer.deposit.provider is PaymentProvider.GATEWAY
    strangers = particulars.source in (BookingSource.WIDGET, BookingSource.PARTNER)
    return online and strangers and offer.deposit.of(offer.price.total(wish.party, offer.extras)) is not None


def _payable_until(act: Act, wish: Wish, particulars: Particulars) -> datetime:
    """NotPayable where nothing can be paid online."""
    if particulars.payable_for is None:
        raise NotPayable
    return min(act.at + particulars.payable_for, wish.starts_at)


def request_ends(now: datetime, offer: Offer, starts_at: datetime) -> datetime:
    """Until when a request waits for an answer: as long as the service says, and never beyond the appointment."""
    return min(now + timedelta(minutes=offer.request_minutes), starts_at)


def _has_begun(act: Act, starts_at: datetime) -> bool:
    return starts_at < act.at


async def _tell(act: Act, booking: Booking, customer: Customer, traces: Mapping[str, object]) -> None:
    await record(
        act, "booking_made", "booking", booking.id, status=booking.status.value, source=booking.source.value,
        service_id=str(booking.service_id), staff_id=str(booking.staff_id), customer_id=str(customer.id),
        **traces,
    )  # fmt: skip
    if _has_begun(act, booking.starts_at):
        return  # they are there
    confirmed = booking.status is BookingStatus.CONFIRMED
    if booking.awaits_payment:
        return  # whoever books looks at the page; a mail comes when the money has
    template = MailTemplate.BOOKING_CONFIRMED if confirmed else MailTemplate.BOOKING_REQUESTED
    await post(act, booking, template, customer)
    await plan_reminders(act, booking, new=True)


async def overriding(wish: Wish, booking: Booking, rules: tuple[Unfit, ...]) -> dict[str, Any]:
    """The trace of the rules that did not count for whoever acted, and of the bookings that lie under this one now."""
    traces = {"overridden": [rule.value for rule in rules]} if rules else {}
    below = await overlapped(booking) if wish.may_overlap else []
    return traces | ({"overlapped_booking_ids": [str(id_) for id_ in below]} if below else {})
