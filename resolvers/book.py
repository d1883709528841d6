"""Booking: what is asked for, checked before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import strawberry

from models.book import Particulars, Person, Repeatable
from models.book import book as book_wish
from models.booking import Booking, BookingSource
from models.customer import Customer
from models.service import Service
from models.slot_choice import Wish
from models.staff import Staff
from permissions.roles import Access, Permission
from permissions.viewer import ViewerKind
from resolvers.availability import LONGEST_TOKEN, PARTY_WORDS
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.customer_changes import RULES as CUSTOMER_RULES
from resolvers.holds import START_WORDS, whole
from resolvers.services import sees_private
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
FREELY_WORDS = (
    "Whether opening hours, notice, horizon and grid do not count; the history says which did not. Other bookings, "
    "holds and time off always count. Needs BOOKINGS_MAKE_FREELY."
)
FREELY = frozenset({Unfit.TOO_SOON, Unfit.TOO_FAR, Unfit.OUTSIDE_OPENING_HOURS, Unfit.NOT_ON_GRID})
# However freely: nobody means a year of 2207 who writes it.
FURTHEST = timedelta(days=5 * 366)
_AT_WIDGET = (ViewerKind.WIDGET, ViewerKind.CUSTOMER)
_SOURCES = {ViewerKind.MEMBER: BookingSource.DASHBOARD, ViewerKind.PARTNER: BookingSource.PARTNER}


@strawberry.input(description="Who books. Somebody whom the business knows by this email stays as it knows them.")
class BookerInput:
    name: str = strawberry.field(description="What they are called; 1 to 120 characters.")
    email: str | None = strawberry.field(description="Where mails about the booking go; null for none.", default=None)
    phone: str | None = strawberry.field(description="In any spelling; null for none.", default=None)


@strawberry.input(description="A booking to make.")
class BookInput:
    service_id: strawberry.ID = strawberry.field(description="What is booked.")
    starts_at: datetime = strawberry.field(description=START_WORDS)
    staff_id: strawberry.ID | None = strawberry.field(
        description="With whom; null: with whom it is held for, else with whoever is free and has had least to do.",
        default=None,
    )
    party_size: int | None = strawberry.field(
        description=f"{PARTY_WORDS} Null: as many as it is held for, else 1.", default=None
    )
    hold_token: str | None = strawberry.field(
        description="The caller's hold of exactly this slot, which is used up.", default=None
    )
    customer: BookerInput | None = strawberry.field(description="Who books. Give this or `customerId`.", default=None)
    customer_id: strawberry.ID | None = strawberry.field(
        description="A customer whom the business knows. Needs CUSTOMERS_READ.", default=None
    )
    customer_zone: str | None = strawberry.field(
        description="IANA zone in which the customer reads clocks; null where that is not known.", default=None
    )
    note: str = strawberry.field(
        description=f"What the customer wants to say; up to {NOTE_LENGTH} characters.", default=""
    )
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)
    even_if_not_offered: bool = strawberry.field(description=FREELY_WORDS, default=False)


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking, with the secret of its manage link where the viewer may have it."""

    booking: Booking
    manage_token: str | None


async def book(info: Info, input: BookInput) -> Booked:
    """Book a time. All or nothing: with the booking its hold is used up, its customer known and its mail under way.

    At widgets, at most 10 in an hour for one customer.
    """
    context = info.context
    wish, particulars = await _read(context, input)
    booking = await book_wish(context.act, wish, particulars, repeatable(context, "book", input))
    if context.viewer.kind in _AT_WIDGET:
        context.viewer = context.viewer.with_booking(booking.id, None)
    return Booked(booking, _token_for(context, booking))


async def _read(context: Context, input: BookInput) -> tuple[Wish, Particulars]:
    checks = Checks()
    starts_at = start(checks, context, input.starts_at)
    note = checks("note", lambda text: clean_note(text, "note"), input.note)
    customer_zone = checks("customerZone", lambda name: name and zone(name).key, input.customer_zone)
    check_key(checks, input.idempotency_key)
    party_size = checks("partySize", lambda size: size if size is None else clean_party(size), input.party_size)
    customer = _customer(checks, input)
    checks.done()
    return Wish(
        service_id=context.key(Service, input.service_id),
        starts_at=starts_at,
        staff_id=context.key(Staff, input.staff_id) if input.staff_id is not None else None,
        private=sees_private(context.viewer),
        waived=waived(context, input.even_if_not_offered),
        party_size=party_size,
    ), Particulars(
        customer=customer or (await context.find(Customer, input.customer_id or "", P.CUSTOMERS_READ)).id,
        source=_SOURCES.get(context.viewer.kind, BookingSource.WIDGET),
        customer_zone=customer_zone,
        note=note,
        hold_hash=token_hash(input.hold_token[:LONGEST_TOKEN]) if input.hold_token is not None else None,
    )


def _customer(checks: Checks, input: BookInput) -> Person | None:
    if (input.customer is None) == (input.customer_id is None):
        checks.wrong("customer", "Say who books: give exactly one of `customer` and `customerId`.")
    if input.customer is None:
        return None
    columns = ("name", "email", "phone")
    given = {name: getattr(input.customer, name) for name in columns}
    return Person(**{name: checks(f"customer.{name}", CUSTOMER_RULES[name], given[name]) for name in columns})


def start(checks: Checks, context: Context, starts_at: datetime) -> datetime:
    """A begin as a booking may have it; what is wrong with it is noted."""
    if starts_at > context.now + FURTHEST:
        checks.wrong("startsAt", "That is more than five years away. Check the year.")
    return checks("startsAt", whole, starts_at)


def check_key(checks: Checks, key: str | None) -> None:
    """Note what is wrong with an idempotency key."""
    if key is not None:
        checks("idempotencyKey", lambda text: clean_line(text, "idempotency key", most=KEY_LENGTH), key)


def waived(context: Context, freely: bool) -> frozenset[Unfit]:
    """The rules that do not count for this request; `Denied` for whoever may not ask for that."""
    if not freely:
        return frozenset()
    context.viewer.require(P.BOOKINGS_MAKE_FREELY)
    return FREELY


def repeatable(context: Context, operation: str, input: Any) -> Repeatable:
    """The request under its idempotency key. Everything else in the input must be the same for it to be the same."""
    given = {name: value for name, value in strawberry.asdict(input).items() if name != "idempotency_key"}
    return Repeatable(context.viewer.principal, operation, input.idempotency_key, given)


def _token_for(context: Context, booking: Booking) -> str | None:
    """Never a secret that opens more than its receiver may see anyway."""
    if context.viewer.kind in _AT_WIDGET:
        return booking.booker_token
    return booking.manage_token if context.viewer.access(P.CUSTOMER_CONTACT_READ) is Access.READ else None
