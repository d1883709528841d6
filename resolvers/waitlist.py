"""The waitlist: joining it, and what the business does with it. What mailed links do is in `waitlist_links.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import strawberry

from models.attempts import MAILED_ADDRESS, WAITLIST_EMAIL, Attempts
from models.book import Person
from models.customer import Customer
from models.service import Service
from models.slot_choice import Wish
from models.staff import Staff
from models.waitlist import Waiting, WaitlistEntry
from models.waitlist_offers import offer_by_hand
from permissions.classes import Requires
from permissions.roles import Permission
from resolvers.book import AT_WIDGET, BookerInput, read_customer
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.holds import START_WORDS, whole, with_whom
from resolvers.listing import Listing
from resolvers.searching import key_in
from resolvers.services import sees_private
from rules.errors import BadInput, FieldProblem, ValidationFailed, VersionConflict
from rules.seats import clean_party
from rules.waitlist import A_DAY, LONGEST_WISH, MOST_WAITING, TooManyWaiting, WaitlistState, Wished, check_wished
from rules.zones import zone

P = Permission


@strawberry.input(description="Who waits, and for what. At least one time of it is offered as soon as it is free.")
class JoinWaitlistInput:
    service_id: strawberry.ID = strawberry.field(description="What is wished for.")
    from_date: date = strawberry.field(description="The first day that suits, as the place counts days.")
    until_date: date = strawberry.field(
        description=f"The last day that suits, inclusive; at most {LONGEST_WISH.days} days from today."
    )
    from_minute: int = strawberry.field(
        description=f"Earliest begin on a day, in minutes after midnight there; 0 to {A_DAY}.", default=0
    )
    until_minute: int = strawberry.field(
        description=f"The begin must be before this minute of the day; {A_DAY}: the day's end.", default=A_DAY
    )
    weekdays: list[int] = strawberry.field(
        description="Days that suit, 1 (Monday) to 7 (Sunday); empty: all.", default_factory=list
    )
    staff_id: strawberry.ID | None = strawberry.field(description="With whom; null: with anyone.", default=None)
    party_size: int = strawberry.field(description="How many come; all of them get seats, or none.", default=1)
    customer: BookerInput | None = strawberry.field(
        description="Who waits, with an email: offers come by mail. Give this or `customerId`.", default=None
    )
    customer_id: strawberry.ID | None = strawberry.field(
        description="A customer whom the business knows.", default=None,
        directives=[Requires(permission=P.CUSTOMERS_READ)],
    )  # fmt: skip
    customer_zone: str | None = strawberry.field(
        description="IANA zone in which the customer reads clocks; null where that is not known.", default=None
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """The entry, where the viewer may see it."""

    entry: WaitlistEntry | None
    mailed: bool = True


async def join_waitlist(info: Info, input: JoinWaitlistInput) -> Joined:
    """Wait for a time that is taken. What becomes free is offered to one after the other, by a mail with a link.

    Waiting for the same thing twice is waiting once; for at most 5 things at a time. A widget is answered the same
    whatever is known of the address. Its network may cause 20 mails in an hour, and one address joins 10 times a day.
    """
    context = info.context
    waiting = await _read(context, input)
    at_widget = context.viewer.kind in AT_WIDGET
    if at_widget:
        await Attempts.note_address(MAILED_ADDRESS, context.address, context.now)
        if isinstance(waiting.customer, Person) and waiting.customer.email:
            await Attempts.note(WAITLIST_EMAIL, waiting.customer.email, context.now)
    entry = await WaitlistEntry.join(context.act, waiting)
    if at_widget:
        return Joined(None)
    if entry is None:
        raise TooManyWaiting(MOST_WAITING)
    return Joined(entry)


async def _read(context: Context, input: JoinWaitlistInput) -> Waiting:
    checks = Checks()
    wished = Wished(
        input.from_date, input.until_date, input.from_minute, input.until_minute, tuple(sorted(set(input.weekdays)))
    )
    checks("untilDate", lambda wish: check_wished(wish, context.now.date()), wished)
    party = checks("partySize", clean_party, input.party_size)
    customer_zone = checks("customerZone", lambda name: name and zone(name).key, input.customer_zone)
    customer = read_customer(checks, input)
    checks.done()
    known = None if customer else await context.find(Customer, input.customer_id or "", P.CUSTOMERS_READ)
    return Waiting(
        service_id=context.key(Service, input.service_id),
        staff_id=with_whom(context, input.staff_id),
        wished=wished,
        party_size=party,
        customer=customer or known.id,  # type: ignore[union-attr]  # one of the two is there
        customer_zone=customer_zone,
        private=sees_private(context.viewer),
    )


@strawberry.input(description="Which of those who wait. What is left out does not narrow.")
class WaitlistFilter:
    service_id: strawberry.ID | None = strawberry.field(description="Only for this service.", default=None)
    customer_id: strawberry.ID | None = strawberry.field(
        description="Only this customer.", default=None, directives=[Requires(permission=P.CUSTOMERS_READ)]
    )
    state: list[WaitlistState] | None = strawberry.field(
        description="Only in one of these states; an empty list is refused.", default=None
    )


async def waitlist(
    info: Info,
    filter: Annotated[WaitlistFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
) -> Listing:
    """Who waits or waited, in the order in which they are served."""
    rows = info.context.rows(WaitlistEntry, P.WAITLIST_READ)
    if filter is not None and filter.service_id is not None:
        rows = rows.filter(service_id=key_in(Service, filter.service_id))
    if filter is not None and filter.customer_id is not None:
        info.context.viewer.require(P.CUSTOMERS_READ)
        rows = rows.filter(customer_id=key_in(Customer, filter.customer_id))
    if filter is not None and filter.state is not None:
        if not filter.state:
            raise BadInput("`state` names no state. Name at least one, or leave it out for all.")
        rows = rows.filter(state__in=filter.state)
    return Listing(rows, order="created_at")


@strawberry.input(description="Which time to offer to somebody who waits, whoever else does.")
class OfferFromWaitlistInput:
    id: strawberry.ID = strawberry.field(description="Who waits.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    starts_at: datetime = strawberry.field(description=START_WORDS)
    staff_id: strawberry.ID | None = strawberry.field(
        description="With whom; null: as they wish, or whoever is free.", default=None
    )


async def offer_from_waitlist(info: Info, input: OfferFromWaitlistInput) -> WaitlistEntry:
    """Offer a free time by hand, also one that was not wished for. It is kept and mailed as any offer."""
    context, checks = info.context, Checks()
    entry = await context.find(WaitlistEntry, input.id, P.WAITLIST_MANAGE)
    starts_at = checks("startsAt", whole, input.starts_at)
    checks.done()
    if entry.version != input.expected_version:
        raise VersionConflict(entry.version)
    if entry.state is not WaitlistState.WAITING:
        raise ValidationFailed(FieldProblem("id", "This customer does not wait any more, or has an offer already."))
    staff_id = entry.staff_id if input.staff_id is None else context.key(Staff, input.staff_id)
    wish = Wish(entry.service_id, starts_at, staff_id, private=True, party_size=entry.party_size)
    return await offer_by_hand(context.act, entry, wish)


@strawberry.input(description="Whom to take off the waitlist.")
class RemoveFromWaitlistInput:
    id: strawberry.ID = strawberry.field(description="Who waits.")
    expected_version: int = strawberry.field(description="The `version` that was read.")


async def remove_from_waitlist(info: Info, input: RemoveFromWaitlistInput) -> WaitlistEntry:
    """Let somebody wait no longer. What is offered to them is free at once. They are not told."""
    entry = await info.context.find(WaitlistEntry, input.id, P.WAITLIST_MANAGE)
    if entry.version != input.expected_version:
        raise VersionConflict(entry.version)
    return await entry.stop(info.context.act, WaitlistState.REMOVED)
