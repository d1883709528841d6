"""Series: booking what repeats, looking ahead at it, and finding it again."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import strawberry
from tortoise.queryset import QuerySet

from models.book import MOST_AT_WIDGETS
from models.customer import Customer
from models.series import BookingSeries, SeriesOccurrence
from models.series_booking import Plan, book_series
from models.series_preview import Previewed, preview
from models.service import Service
from models.slot_choice import Wish
from models.staff import Staff
from permissions.classes import Requires
from permissions.roles import Permission
from permissions.viewer import ViewerKind
from resolvers.availability import (
    PartyArgument,
    ServiceArgument,
    StaffArgument,
    refuse_party,
)
from resolvers.book import FURTHEST, OneServiceInput, no_flood, repeatable, wish_of
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.durations import DurationArgument
from resolvers.for_booking import staff_of
from resolvers.holds import whole
from resolvers.listing import Listing
from resolvers.searching import Direction, DirectionArgument, key_in, typed
from resolvers.visits import offer_of
from rules.errors import BadInput
from rules.recurrence_text import read_rule
from rules.series import LONGEST, MOST, occurrences
from rules.zones import zone

P = Permission
RULE_WORDS = (
    "How it repeats, as an RRULE of RFC 5545: FREQ (DAILY, WEEKLY, MONTHLY, YEARLY), INTERVAL, COUNT or UNTIL (one of "
    "them), BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST; as `FREQ=WEEKLY;COUNT=10`. It must give the first start. "
    f"{MOST} occurrences and two years at most. It is read on the wall clock: ten o'clock stays ten o'clock when the "
    "clocks change; what they skip takes place as much later as they are put forward."
)
ZONE_WORDS = "IANA zone whose clock counts; null: that of the place."
LEFT_OUT_WORDS = "Dates on which it does not take place although the rule gives them, as holidays."
ADDED_WORDS = "Dates on which it takes place beside those of the rule, at the same time of day."
DatesArgument = list[date]


class OnConflict(enum.Enum):
    """What becomes of a series where some of its occurrences cannot be done as asked."""

    ALL_OR_NOTHING = "ALL_OR_NOTHING"
    SKIP_CONFLICTS = "SKIP_CONFLICTS"


@strawberry.input(description="A series to book: its first appointment, and how it repeats.")
class CreateBookingSeriesInput(OneServiceInput):
    rule: str = strawberry.field(description=RULE_WORDS)
    zone: str | None = strawberry.field(description=ZONE_WORDS, default=None)
    left_out: list[date] = strawberry.field(description=LEFT_OUT_WORDS, default_factory=list)
    added: list[date] = strawberry.field(description=ADDED_WORDS, default_factory=list)
    on_conflict: OnConflict = strawberry.field(
        description="What to do where some cannot be booked.", default=OnConflict.ALL_OR_NOTHING
    )


async def create_booking_series(info: Info, input: CreateBookingSeriesInput) -> BookingSeries:
    """Book a time and its repetitions at once. Each is an ordinary booking, with its own price and cutoffs, under every
    rule that holds for a single one; its customer gets one mail about all of them.

    At widgets, 10 occurrences at most. Without `staffId` each is with whoever is free: they may differ. `holdToken` is
    of the first.
    """
    context = info.context
    checks = Checks()
    rule = checks("rule", read_rule, input.rule)
    there = checks("zone", lambda name: name and zone(name).key, input.zone)
    for name, days in (("leftOut", input.left_out), ("added", input.added)):
        if len(days) > MOST:
            checks.wrong(name, f"At most {MOST} dates.")
    checks.done()
    wish, particulars = await wish_of(context, input)
    plan = Plan(
        rule, there, frozenset(input.left_out), frozenset(input.added), input.on_conflict is OnConflict.SKIP_CONFLICTS
    )
    counted = min((rule.count or MOST_AT_WIDGETS) + len(plan.added), MOST_AT_WIDGETS)
    async with no_flood(context, particulars, counted):
        request = repeatable(context, "createBookingSeries", input)
        series = await book_series(context.act, wish, plan, particulars, request)
    if context.viewer.kind in (ViewerKind.WIDGET, ViewerKind.CUSTOMER):
        made = SeriesOccurrence.of(context.account_id).filter(series_id=series.id, booking_id__isnull=False)
        for occurrence in await made:
            context.viewer = context.viewer.with_booking(occurrence.booking_id, None)
    return series


@dataclass(frozen=True, slots=True)
class SeriesPreview:
    """What would become of a series that is booked now."""

    zone: str
    occurrences: list[Previewed]


async def preview_series(
    info: Info,
    service_id: ServiceArgument,
    starts_at: Annotated[datetime, strawberry.argument(description="Begin of the first appointment.")],
    rule: Annotated[str, strawberry.argument(description=RULE_WORDS)],
    staff_id: StaffArgument = None,
    party_size: PartyArgument = 1,
    duration_minutes: DurationArgument = None,
    zone_name: Annotated[str | None, strawberry.argument(name="zone", description=ZONE_WORDS)] = None,
    left_out: Annotated[DatesArgument | None, strawberry.argument(description=LEFT_OUT_WORDS)] = None,
    added: Annotated[DatesArgument | None, strawberry.argument(description=ADDED_WORDS)] = None,
) -> SeriesPreview | None:
    """What stands against each occurrence of a series, before it is booked: advice, for only `createBookingSeries`
    decides. Null where there is no such service that this viewer may book."""
    refuse_party(party_size)
    context, day = info.context, starts_at.date()
    if starts_at > context.now + FURTHEST:
        raise BadInput("`startsAt` is more than five years away. Check the year.")
    key, staff = key_in(Service, service_id), staff_of(info, staff_id)
    plan = Plan(
        typed(read_rule, rule), typed(lambda name: name and zone(name).key, zone_name),
        frozenset(left_out or ()), frozenset(added or ()),
    )  # fmt: skip
    offer = await offer_of(info, service_id, duration_minutes, None, day, day + LONGEST)
    if offer is None:
        return None
    if party_size > offer.capacity:
        raise BadInput(f"One appointment takes {offer.capacity} at most.")
    pattern = plan.pattern(offer, Wish(key, typed(whole, starts_at), staff))
    starts = [pattern.at(one) for one in typed(occurrences, pattern)]
    found = await preview(
        context.account_id, offer, pattern, starts, context.now, staff_id=staff, party=party_size
    )  # fmt: skip
    return SeriesPreview(pattern.zone.key, found)


@strawberry.input(description="Which series. What is left out does not narrow; ids of nothing match nothing.")
class BookingSeriesFilter:
    customer_id: strawberry.ID | None = strawberry.field(
        description="Only of this customer.", default=None, directives=[Requires(permission=P.CUSTOMERS_READ)]
    )
    service_id: strawberry.ID | None = strawberry.field(description="Only of this service.", default=None)
    staff_id: strawberry.ID | None = strawberry.field(
        description="Only those booked with this person; not those with whoever was free.", default=None
    )
    ended: bool | None = strawberry.field(
        description="Only those whose rest was called off (true), or was not (false).", default=None
    )


def occurrences_shown(context: Context) -> QuerySet[SeriesOccurrence]:
    """The occurrences that this viewer may see: of a link's holder, that of the link's booking."""
    return context.rows(SeriesOccurrence, P.BOOKINGS_READ)


async def booking_series(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
) -> QuerySet[BookingSeries]:
    """One series; null when there is none with this id."""
    return info.context.one(BookingSeries, id, P.BOOKINGS_READ)


async def booking_series_list(
    info: Info,
    filter: Annotated[BookingSeriesFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
    direction: DirectionArgument = Direction.DESCENDING,
) -> Listing:
    """The series of the business, by when they were made."""
    rows = info.context.rows(BookingSeries, P.BOOKINGS_LIST)
    if filter is not None:
        if filter.customer_id is not None:
            info.context.viewer.require(P.CUSTOMERS_READ)
            rows = rows.filter(customer_id=key_in(Customer, filter.customer_id))
        if filter.service_id is not None:
            rows = rows.filter(service_id=key_in(Service, filter.service_id))
        if filter.staff_id is not None:
            rows = rows.filter(staff_id=key_in(Staff, filter.staff_id))
        if filter.ended is not None:
            rows = rows.filter(ended_at__isnull=not filter.ended)
    return Listing(rows, order="id", descending=direction is Direction.DESCENDING)
