"""Booking: what is asked for, checked before anything is done."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import strawberry

from models.book import Particulars, Person, Repeatable
from models.book import book as book_wish
from models.booking import Booking, BookingSource
from models.customer import Customer
from models.payment import Payment
from models.service import Service
from models.slot_choice import Wish
from permissions.classes import Requires
from permissions.roles import Access, Permission
from permissions.viewer import Viewer, ViewerKind
from resolvers.attendees import ATTENDEES_WORDS, AttendeeInput, read_attendees, within_what_is_mailed
from resolvers.availability import LONGEST_TOKEN, PARTY_WORDS
from resolvers.checking import Checks
from resolvers.choosing import CHOSEN_WORDS, AddOnChoiceInput, chosen
from resolvers.context import Context, Info
from resolvers.customer_changes import RULES as CUSTOMER_RULES
from resolvers.durations import CHOICE_WORDS
from resolvers.holds import START_WORDS, whole, with_whom
from resolvers.intake_answers import AnswerInput, read_answers
from resolvers.online import waits_for
from resolvers.overriding import OverridingInput, check_overriding, waived
from resolvers.services import sees_private
from resolvers.visits import FOLLOWED_WORDS, Following, FollowingServiceInput, steps_of
from rules.names import NOTE_LENGTH, clean_note
from rules.seats import clean_party
from rules.slot_checks import Unfit
from rules.text import clean_line
from rules.tokens import token_hash
from rules.zones import zone

P = Permission
KEY_LENGTH = 120
KEY_WORDS = (
    f"1 to {KEY_LENGTH} characters, new for each new request. The same key with the same input within 24 hours "
    "answers what was done the first time, and does nothing again."
)
# However freely: nobody means a year of 2207 who writes it.
FURTHEST = timedelta(days=5 * 366)
AT_WIDGET = (ViewerKind.WIDGET, ViewerKind.CUSTOMER)
_SOURCES = {ViewerKind.MEMBER: BookingSource.DASHBOARD, ViewerKind.PARTNER: BookingSource.PARTNER}


@strawberry.input(description="Who books. Somebody whom the business knows by this email stays as it knows them.")
class BookerInput:
    name: str = strawberry.field(description="What they are called; 1 to 120 characters.")
    email: str | None = strawberry.field(description="Where mails about the booking go; null for none.", default=None)
    phone: str | None = strawberry.field(description="In any spelling; null for none.", default=None)


@strawberry.input(description="What a booking of one service takes.")
class OneServiceInput(OverridingInput):
    service_id: strawberry.ID = strawberry.field(description="What is booked.")
    starts_at: datetime = strawberry.field(description=START_WORDS)
    staff_id: strawberry.ID | None = strawberry.field(
        description="With whom; null: with whom it is held for, else with whoever is free and has had least to do.",
        default=None,
    )
    duration_minutes: int | None = strawberry.field(
        description=CHOICE_WORDS.replace("Null:", "Null: as long as it is held for, else"), default=None
    )
    party_size: int | None = strawberry.field(
        description=f"{PARTY_WORDS} Null: as many as it is held for, else 1.", default=None
    )
    add_ons: list[AddOnChoiceInput] = strawberry.field(description=CHOSEN_WORDS, default_factory=list)
    hold_token: str | None = strawberry.field(
        description="The caller's hold of exactly this slot, which is used up.", default=None
    )
    customer: BookerInput | None = strawberry.field(description="Who books. Give this or `customerId`.", default=None)
    customer_id: strawberry.ID | None = strawberry.field(
        description="A customer whom the business knows.",
        default=None,
        directives=[Requires(permission=P.CUSTOMERS_READ)],
    )
    customer_zone: str | None = strawberry.field(
        description="IANA zone in which the customer reads clocks; null where that is not known.", default=None
    )
    note: str = strawberry.field(
        description=f"What the customer wants to say; up to {NOTE_LENGTH} characters.", default=""
    )
    answers: list[AnswerInput] = strawberry.field(
        description="To the service's `questions`. Required ones have to be there, unless a member books.",
        default_factory=list,
    )
    even_if_blocked: bool = strawberry.field(
        description="Whether it does not count that the customer is blocked; the history says so.",
        default=False,
        directives=[Requires(permission=P.CUSTOMERS_BLOCK)],
    )
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)


@strawberry.input(description="A booking to make.")
class BookInput(OneServiceInput):
    followed_by: list[FollowingServiceInput] | None = strawberry.field(description=FOLLOWED_WORDS, default=None)
    attendees: list[AttendeeInput] = strawberry.field(description=ATTENDEES_WORDS, default_factory=list)


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking, with the secret of its manage link where the viewer may have it."""

    booking: Booking
    manage_token: str | None
    payment: Payment | None


async def book(info: Info, input: BookInput) -> Booked:
    """Book a time. All or nothing: with the booking its hold is used up, its customer known and its mail under way.

    At widgets, at most 10 in an hour for one customer, and 40 in a day from one network by those who only say who they
    are; a customer who signed in books with their `customerId`.
    """
    context = info.context
    checks = Checks()
    people = read_attendees(checks, input.attendees)
    wish, particulars = await wish_of(context, input, input.followed_by, checks)
    particulars = replace(particulars, attendees=people)
    async with no_flood(context, particulars):
        booking = await book_wish(context.act, wish, particulars, repeatable(context, "book", input))
    if context.viewer.kind in AT_WIDGET:
        context.viewer = context.viewer.with_booking(booking.id, None)
    waiting = await waits_for(context, booking)
    return Booked(booking, _token_for(context, booking), waiting)


def no_flood(context: Context, particulars: Particulars, bookings: int = 1) -> AbstractAsyncContextManager[None]:
    """Whoever proves nothing books only so much in a day, and makes us mail only so many others."""
    unproved = context.viewer.kind in AT_WIDGET and isinstance(particulars.customer, Person)
    return within_what_is_mailed(context, particulars.attendees, bookings if unproved else 0)


async def wish_of(
    context: Context, input: OneServiceInput, followed_by: Following = None, checks: Checks | None = None
) -> tuple[Wish, Particulars]:
    """What is wished for, checked. ValidationFailed, Denied; NotFound for ids of nothing."""
    rules = _rules(context, input)
    checks = checks or Checks()
    starts_at = start(checks, context, input.starts_at)
    check_overriding(checks, context, input, starts_at)
    told = _told(checks, input)
    check_key(checks, input.idempotency_key)
    party_size = checks("partySize", lambda size: size if size is None else clean_party(size), input.party_size)
    customer = read_customer(checks, input)
    answers = await read_answers(context, checks, _services(input, followed_by), input.answers)
    add_ons = chosen(checks, "addOns", input.add_ons)
    checks.done()
    return Wish(
        service_id=context.key(Service, input.service_id),
        starts_at=starts_at,
        staff_id=with_whom(context, input.staff_id),
        private=sees_private(context.viewer),
        waived=rules,
        party_size=party_size,
        duration_minutes=input.duration_minutes,
        add_ons=add_ons,
        followed_by=steps_of(context, followed_by),
    ), Particulars(
        customer=customer or (await context.find(Customer, input.customer_id or "", P.CUSTOMERS_READ)).id,
        source=source_of(context.viewer),
        **told,
        even_if_blocked=input.even_if_blocked,
        hold_hash=token_hash(input.hold_token[:LONGEST_TOKEN]) if input.hold_token is not None else None,
        payable_for=context.payments.lasting if context.payments is not None else None,
        answers=answers,
    )


def _rules(context: Context, input: OneServiceInput) -> frozenset[Unfit]:
    if input.even_if_blocked:
        context.viewer.require(P.CUSTOMERS_BLOCK)
    return waived(context, input)


def _told(checks: Checks, input: OneServiceInput) -> dict[str, Any]:
    return {
        "note": checks("note", lambda text: clean_note(text, "note"), input.note),
        "customer_zone": checks("customerZone", lambda name: name and zone(name).key, input.customer_zone),
    }


def _services(input: OneServiceInput, followed_by: Following) -> list[str]:
    return [input.service_id, *(one.service_id for one in followed_by or ())]


def read_customer(checks: Checks, input: Any) -> Person | None:
    """The person that an input names in `customer`; None where it gives `customer_id` instead."""
    if (input.customer is None) == (input.customer_id is None):
        checks.wrong("customer", "Say who books: give exactly one of `customer` and `customerId`.")
    if input.customer is None:
        return None
    columns = ("name", "email", "phone")
    given = {name: getattr(input.customer, name) for name in columns}
    return Person(**{name: checks(f"customer.{name}", CUSTOMER_RULES[name], given[name]) for name in columns})


def source_of(viewer: Viewer) -> BookingSource:
    """Through which door this viewer books."""
    return _SOURCES.get(viewer.kind, BookingSource.WIDGET)


def start(checks: Checks, context: Context, starts_at: datetime) -> datetime:
    """A begin as a booking may have it; what is wrong with it is noted."""
    if starts_at > context.now + FURTHEST:
        checks.wrong("startsAt", "That is more than five years away. Check the year.")
    return checks("startsAt", whole, starts_at)


def check_key(checks: Checks, key: str | None) -> None:
    """Note what is wrong with an idempotency key."""
    if key is not None:
        checks("idempotencyKey", lambda text: clean_line(text, "idempotency key", most=KEY_LENGTH), key)


def repeatable(context: Context, operation: str, input: Any) -> Repeatable:
    """The request under its idempotency key. Everything else in the input must be the same for it to be the same."""
    given = {name: value for name, value in strawberry.asdict(input).items() if name != "idempotency_key"}
    return Repeatable(context.viewer.principal, operation, input.idempotency_key, given)


def _token_for(context: Context, booking: Booking) -> str | None:
    """Never a secret that opens more than its receiver may see anyway."""
    if context.viewer.kind in AT_WIDGET:
        return booking.booker_token
    return booking.manage_token if context.viewer.access(P.CUSTOMER_CONTACT_READ) is Access.READ else None
