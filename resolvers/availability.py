"""Availability: when a service can be booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry

from models.availability import Slot, alternatives, free_days, free_slots, next_free
from models.explained import Explained
from models.explanation import explain
from models.offer import Offer
from permissions.roles import Access, Permission
from resolvers.choosing import AddOnsArgument
from resolvers.context import Info
from resolvers.durations import DurationArgument
from resolvers.for_booking import Asked, ForBookingArgument, Wanted, asked_for
from resolvers.service_terms import NUMBERS
from resolvers.visits import FollowingArgument
from rules.errors import Alternative, BadInput
from rules.explaining import BRIEFLY, FREE
from rules.ids import global_id
from rules.payments import DepositRefund, PaymentProvider
from rules.seats import clean_party
from rules.slot_checks import Unfit
from rules.tokens import token_hash
from rules.wall_time import epoch, local_date

P = Permission
LONGEST_DAYS = 62
LONGEST_TOKEN = 200
LONGEST_HORIZON = NUMBERS["horizon_days"].most + 1
MOST_NEXT = 20
PARTY_WORDS = "How many come together, who all need a seat: from 1 to the capacity of the service."
# Alternatives lie at most a week away, on local dates that may differ from those in UTC.
_AROUND = timedelta(days=8)

ServiceArgument = Annotated[strawberry.ID, strawberry.argument(description="Which service.")]
FromArgument = Annotated[
    date, strawberry.argument(name="from", description="First date, as the place of the appointment counts dates.")
]
ToArgument = Annotated[
    date, strawberry.argument(description=f"Last date, inclusive; at most {LONGEST_DAYS} dates, not all past.")
]
StaffArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="With this person alone; null: with anyone.")
]
PartyArgument = Annotated[int, strawberry.argument(description=PARTY_WORDS)]


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A slot with the ids by which clients know who may be free in it."""

    slot: Slot
    known_as: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class DepositAsked:
    """What would be asked of a booking before, under the names of a booking's columns."""

    deposit_minor: int
    currency: str | None
    deposit_provider: PaymentProvider
    deposit_refund: DepositRefund


@dataclass(frozen=True, slots=True)
class Availability:
    """What is free in a range of dates that `zone` counts, and what a booking then costs: minor units, currency."""

    zone: ZoneInfo
    slots: list[FreeSlot]
    price: tuple[int | None, str | None]
    deposit: DepositAsked | None

    @classmethod
    def of(cls, offer: Offer, slots: list[Slot], party: int) -> Availability:
        """What was found of an offer, for a party."""
        price = offer.price.total(party, offer.extras), offer.price.currency
        terms, asked = offer.deposit, offer.deposit.of(price[0])
        deposit = None if asked is None else DepositAsked(asked, price[1], terms.provider, terms.refund)
        known_as = {person.staff_id: global_id("staff", person.staff_id) for person in offer.providers}
        return cls(offer.zone, [FreeSlot(slot, known_as) for slot in slots], price, deposit)


async def availability(
    info: Info,
    service_id: ServiceArgument,
    from_: FromArgument,
    to: ToArgument,
    staff_id: StaffArgument = None,
    hold_token: Annotated[
        str | None, strawberry.argument(description="The caller's own hold, whose slot is then shown as free.")
    ] = None,
    party_size: PartyArgument = 1,
    duration_minutes: DurationArgument = None,
    add_ons: AddOnsArgument = None,
    followed_by: FollowingArgument = None,
    for_booking: ForBookingArgument = None,
) -> Availability | None:
    """The free starts of a service; null where there is no such service that this viewer may book.

    Of a shared service also those of sessions that have seats left for the party. Advice, not a promise: only
    `holdSlot` and `book` decide.
    """
    wanted = Wanted(service_id, staff_id, party_size, duration_minutes, add_ons, followed_by, for_booking)
    asked = await _asked_on(info, wanted, from_, to)
    if asked is None:
        return None
    hold = token_hash(hold_token[:LONGEST_TOKEN]) if hold_token and for_booking is None else None
    slots = await free_slots(
        info.context.account_id, asked.offer, from_, to, info.context.now, staff_id=asked.staff_id,
        ignoring=replace(asked.ignoring, hold_hash=hold), party=asked.party,
    )  # fmt: skip
    return Availability.of(asked.offer, slots, asked.party)


@dataclass(frozen=True, slots=True)
class FreeDays:
    """The dates with something free, as `zone` counts them."""

    zone: ZoneInfo
    dates: list[date]


async def days_with_availability(
    info: Info,
    service_id: ServiceArgument,
    from_: FromArgument,
    to: ToArgument,
    staff_id: StaffArgument = None,
    party_size: PartyArgument = 1,
    duration_minutes: DurationArgument = None,
    add_ons: AddOnsArgument = None,
    followed_by: FollowingArgument = None,
    for_booking: ForBookingArgument = None,
) -> FreeDays | None:
    """The dates on which a service has any free start, for a calendar to choose from: cheaper than `availability`.
    Null where there is no such service that this viewer may book."""
    wanted = Wanted(service_id, staff_id, party_size, duration_minutes, add_ons, followed_by, for_booking)
    asked = await _asked_on(info, wanted, from_, to)
    if asked is None:
        return None
    dates = await free_days(
        info.context.account_id, asked.offer, from_, to, info.context.now, staff_id=asked.staff_id,
        ignoring=asked.ignoring, party=asked.party,
    )  # fmt: skip
    return FreeDays(asked.offer.zone, dates)


async def next_available(
    info: Info,
    service_id: ServiceArgument,
    after: Annotated[
        datetime | None, strawberry.argument(description="Not before this instant; null: from now on.")
    ] = None,
    count: Annotated[int, strawberry.argument(description=f"How many starts, from 1 to {MOST_NEXT}.")] = 1,
    staff_id: StaffArgument = None,
    party_size: PartyArgument = 1,
    duration_minutes: DurationArgument = None,
    add_ons: AddOnsArgument = None,
    followed_by: FollowingArgument = None,
    for_booking: ForBookingArgument = None,
) -> Availability | None:
    """The first free starts of a service, as far ahead as it can be booked; none where everything is taken.
    Null where there is no such service that this viewer may book."""
    if not 1 <= count <= MOST_NEXT:
        raise BadInput(f"`count` must be from 1 to {MOST_NEXT}.")
    refuse_party(party_size)
    now = info.context.now
    today = now.date()
    last = today + timedelta(days=LONGEST_HORIZON)
    wanted = Wanted(service_id, staff_id, party_size, duration_minutes, add_ons, followed_by, for_booking)
    asked = await asked_for(info, wanted, today, last)
    if asked is None:
        return None
    slots = await next_free(
        info.context.account_id, asked.offer, after or now, now, count, staff_id=asked.staff_id,
        ignoring=asked.ignoring, party=asked.party,
    )  # fmt: skip
    return Availability.of(asked.offer, slots, asked.party)


@dataclass(frozen=True, slots=True)
class PersonExplained:
    """What stands against one person. `message` names hours and times only for whoever may see schedules."""

    staff_id: UUID
    reason: Unfit | None
    message: str
    step: int


@dataclass(frozen=True, slots=True)
class SlotExplained:
    """What stands against a start: of all people the reason nearest to a free one; None where it is offered."""

    reason: Unfit | None
    message: str
    people: list[PersonExplained]
    alternatives: list[Alternative]
    step: int | None = None


async def explain_slot(
    info: Info,
    service_id: ServiceArgument,
    starts_at: Annotated[datetime, strawberry.argument(description="The start to be explained; a whole minute.")],
    staff_id: StaffArgument = None,
    party_size: PartyArgument = 1,
    duration_minutes: DurationArgument = None,
    add_ons: AddOnsArgument = None,
    followed_by: FollowingArgument = None,
    for_booking: ForBookingArgument = None,
) -> SlotExplained | None:
    """Why a start is offered or not, for each person who could serve it, and what is free near it.
    Null where there is no such service that this viewer may book."""
    refuse_party(party_size)
    account, now, day = info.context.account_id, info.context.now, starts_at.date()
    wanted = Wanted(service_id, staff_id, party_size, duration_minutes, add_ons, followed_by, for_booking)
    asked = await asked_for(info, wanted, day - _AROUND, day + _AROUND)
    if asked is None:
        return None
    offer, staff = asked.offer, asked.staff_id
    found = await explain(
        account, offer, starts_at, now, staff_id=staff, ignoring=asked.ignoring, party=asked.party
    )  # fmt: skip
    # Whoever reads only their own hours is only told about themselves.
    inside = info.context.viewer.access(P.SCHEDULES_READ) in (Access.READ, Access.OWN)
    people = [PersonExplained(one.staff_id, one.refused, _told(one, inside=inside), one.step) for one in found.people]
    if found.refused is None:
        return SlotExplained(None, FREE, people, [])
    near = await alternatives(
        account, offer, starts_at, now, staff_id=staff, ignoring=asked.ignoring, instead_of=asked.instead_of,
        party=asked.party,
    )  # fmt: skip
    return SlotExplained(found.refused, BRIEFLY[found.refused], people, near, found.step)


def _told(one: Explained, *, inside: bool) -> str:
    return one.message if inside or one.refused is None else BRIEFLY[one.refused]


async def _asked_on(info: Info, wanted: Wanted, first: date, last: date) -> Asked | None:
    """What is asked for on a range of dates."""
    _refuse_range(first, last)
    refuse_party(wanted.party)
    asked = await asked_for(info, wanted, first, last)
    if asked is not None and last < _today(asked.offer, info.context.now):
        raise BadInput("All of these dates have passed. Ask from today on.")
    return asked


def _refuse_range(first: date, last: date) -> None:
    if last < first:
        raise BadInput("`to` lies before `from`. Give the first date and the last one.")
    if last - first >= timedelta(days=LONGEST_DAYS):
        raise BadInput(f"At most {LONGEST_DAYS} dates can be asked for at once. Ask again for the rest.")


def refuse_party(size: int) -> None:
    """BadInput for a number that no party has."""
    try:
        clean_party(size)
    except ValueError as error:
        raise BadInput(f"`partySize` {error}") from None


def _today(offer: Offer, now: datetime) -> date:
    """The earliest date that any of its places still has: where its people serve in several zones, not the first."""
    zones = {stay.zone for person in offer.providers for stay in person.itinerary or (person.stay,)}
    return min(local_date(epoch(now), zone) for zone in {offer.zone, *zones})
