"""Booking a series: every appointment that a rule gives, each by the ordinary verb, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from models.act import Act
from models.book import MOST_AT_WIDGETS, Particulars, Repeatable, book, customer_of, refuse_whom
from models.booking import Booking, BookingSource
from models.customer import Customer
from models.event import record
from models.mail import Mail, MailTemplate
from models.occupancy import lock_calendars
from models.offer import Offer
from models.series import BookingSeries, SeriesOccurrence, begin_series
from models.slot_choice import Wish, nearby, offer_for, provider
from models.storage.database import retrying, transaction
from models.used import lock_limits
from rules.errors import (
    FieldProblem,
    NotOffered,
    OccurrenceConflict,
    Refusal,
    SeatsTaken,
    SeriesConflicts,
    SlotTaken,
    TooManyActiveBookings,
    ValidationFailed,
)
from rules.recurrence import Rule
from rules.series import Pattern, occurrences
from rules.slot_checks import Unfit
from rules.wall_time import epoch, local
from rules.zones import zone

T = TypeVar("T")
# A refused series is told what is free instead for so many of its occurrences; the others are asked for one by one.
WITH_ALTERNATIVES = 10
ALONE = Repeatable("", "", None, None)
_IN_THE_WAY = (SlotTaken, SeatsTaken, NotOffered, TooManyActiveBookings)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a series repeats from its first start on. `zone` None: in that of the place. `skipping`: what does not fit
    is left out; otherwise all fits or nothing is booked."""

    rule: Rule
    zone: str | None = None
    left_out: frozenset[date] = frozenset()
    added: frozenset[date] = frozenset()
    skipping: bool = False

    def pattern(self, offer: Offer, wish: Wish) -> Pattern:
        """When it takes place, for a wish for its first occurrence. ValidationFailed for what no series can be."""
        person = offer.provider(wish.staff_id) if wish.staff_id else None
        place = person.at(epoch(wish.starts_at)).zone if person else offer.zone
        there = zone(self.zone) if self.zone else place
        start = local(wish.starts_at, there).date_time
        found = Pattern(self.rule, start, there, self.left_out, self.added)
        if found.at(start.date()) != wish.starts_at:
            message = "Clocks show this time twice on that day, and a series means the first. Choose that one."
            raise ValidationFailed(FieldProblem("startsAt", message))
        return found


def dates_of(pattern: Pattern, path: str = "rule") -> list[date]:
    """The dates of a series; ValidationFailed, about the input at `path`, where it can be none."""
    try:
        return occurrences(pattern)
    except ValueError as error:
        raise ValidationFailed(FieldProblem(path, str(error))) from None


async def book_series(
    act: Act, wish: Wish, plan: Plan, particulars: Particulars, request: Repeatable
) -> BookingSeries:  # fmt: skip
    """Book every occurrence from the wished one on: each is a booking with its event, all of them have one mail.

    SeriesConflicts where one cannot be booked; where such are skipped, if none can. NotFound, ValidationFailed,
    IdempotencyKeyReused; Throttled at widgets.
    """

    async def work() -> BookingSeries:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is not None:
                return await BookingSeries.of(act.account_id).get(id=begun.done)
            series = await _book(act, wish, plan, particulars)
            await begun.keep(series.id)
            return series

    return await with_alternatives(act, wish, work)


async def _book(act: Act, wish: Wish, plan: Plan, particulars: Particulars) -> BookingSeries:
    offer = await offer_for(act, wish)
    if wish.staff_id is not None:
        await provider(act, offer, wish.staff_id)
    pattern = plan.pattern(offer, wish)
    days = dates_of(pattern)
    if particulars.source is BookingSource.WIDGET and len(days) > MOST_AT_WIDGETS:
        message = f"Here a series has {MOST_AT_WIDGETS} appointments at most. Ask the business for a longer one."
        raise ValidationFailed(FieldProblem("rule", message))
    await lock_all(act, offer, wish.staff_id)
    customer = await customer_of(act, particulars.customer)
    await refuse_whom(act, particulars, customer)
    series = await begin_series(
        act, pattern, len(days), customer_id=customer.id, service_id=offer.service_id, staff_id=wish.staff_id
    )
    # Asked above, as who they said to be.
    particulars = replace(particulars, customer=customer.id, even_if_blocked=True)
    skipped = await fill(act, series, days, 1, wish, particulars, skipping=plan.skipping)
    await record(
        act, "series_booked", "booking_series", series.id, service_id=str(offer.service_id),
        customer_id=str(customer.id), occurrences=len(days), skipped=skipped,
    )  # fmt: skip
    await post_series(act, series, MailTemplate.SERIES_BOOKED, customer)
    return series


async def fill(
    act: Act, series: BookingSeries, days: Sequence[date], first: int, wish: Wish, particulars: Particulars,
    *, skipping: bool,
) -> int:  # fmt: skip
    """Book the occurrences of a series on these dates, the first of them at position `first`; how many were skipped."""
    conflicts: list[OccurrenceConflict] = []
    pattern, quiet = series.pattern, replace(act, mails=False)
    for position, day in enumerate(days, first):
        starts_at = pattern.at(day)
        booking: Booking | None = None
        if position > first:  # a hold is of one slot: the first
            particulars = replace(particulars, hold_hash=None)
        try:
            booking = await book(quiet, replace(wish, starts_at=starts_at, clocks=pattern.zone.key), particulars, ALONE)
        except _IN_THE_WAY as refusal:
            conflicts.append(conflict(refusal, position, starts_at, pattern.zone.key))
        await SeriesOccurrence.add(
            act.account_id, created_at=act.at, series_id=series.id, position=position, planned_at=starts_at,
            booking_id=booking.id if booking else None, refused=None if booking else conflicts[-1].reason,
        )  # fmt: skip
    if conflicts and (not skipping or len(conflicts) == len(days)):
        raise SeriesConflicts(conflicts)
    return len(conflicts)


def conflict(refusal: Refusal, position: int, starts_at: Any, zone_name: str) -> OccurrenceConflict:
    """What stands against one occurrence, as a single booking would be refused."""
    reasons = {SlotTaken: Unfit.TAKEN, SeatsTaken: Unfit.TAKEN, TooManyActiveBookings: Unfit.LIMIT_REACHED}
    reason = refusal.reason if isinstance(refusal, NotOffered) else reasons.get(type(refusal))
    return OccurrenceConflict(position, starts_at, zone_name, refusal.code, reason, refusal.message)


async def lock_all(act: Act, offer: Offer, staff_id: UUID | None) -> None:
    """Wait once for everything that may be written, in the order in which every verb does: a transaction that waits
    for one calendar while it has another could wait for ever. None: for everybody who offers the service."""
    await lock_limits(act.account_id, offer)
    people = {one.calendar_id for team in offer.teams(staff_id) for one in team.members}
    units = {unit.calendar_id for need in offer.needs for unit in need.units}
    await lock_calendars(act.account_id, *people, *units)


async def with_alternatives(act: Act, wish: Wish, work: Callable[[], Awaitable[T]]) -> T:
    """The work, run again while others are in its way. Occurrences that it refuses name free times near them, looked
    for after everything has been rolled back."""
    try:
        return await retrying(work)
    except SeriesConflicts as refusal:
        found = [await _nearby(act, wish, one) for one in refusal.conflicts[:WITH_ALTERNATIVES]]
        raise SeriesConflicts([*found, *refusal.conflicts[WITH_ALTERNATIVES:]]) from None


async def _nearby(act: Act, wish: Wish, one: OccurrenceConflict) -> OccurrenceConflict:
    if one.reason is None:
        return one
    return replace(one, alternatives=tuple(await nearby(act, replace(wish, starts_at=one.starts_at))))


async def post_series(
    act: Act, series: BookingSeries, template: MailTemplate, customer: Customer | None = None, ids: Sequence[UUID] = ()
) -> None:
    """Queue one mail about several bookings of a series (`ids`; none: all of it), if its customer has an address."""
    who = customer or await Customer.of(act.account_id).get(id=series.customer_id)
    if who.email is not None:
        await Mail.post(
            template, who.email, act.at, account_id=act.account_id, about_id=series.id, ids=[str(one) for one in ids]
        )
