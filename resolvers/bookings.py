"""Bookings: finding them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated

import strawberry
from tortoise.queryset import QuerySet

from models.booking import Booking
from models.customer import Customer
from models.service import Service
from models.staff import Staff
from permissions.roles import Access, Permission
from resolvers.context import Info
from resolvers.listing import Listing
from resolvers.searching import Direction, DirectionArgument, key_in
from rules.booking_states import BookingStatus
from rules.errors import BadInput
from rules.references import read_reference

P = Permission


class BookingOrder(enum.Enum):
    """What bookings are sorted by."""

    STARTS_AT = "starts_at"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@strawberry.input(description="Which bookings. What is left out does not narrow; ids of nothing match nothing.")
class BookingFilter:
    starts_from: datetime | None = strawberry.field(description="Only what starts then or later.", default=None)
    starts_before: datetime | None = strawberry.field(description="Only what starts before this.", default=None)
    staff_id: strawberry.ID | None = strawberry.field(description="Only with this person.", default=None)
    service_id: strawberry.ID | None = strawberry.field(description="Only of this service.", default=None)
    customer_id: strawberry.ID | None = strawberry.field(
        description="Only of this customer. Needs CUSTOMERS_READ.", default=None
    )
    status: list[BookingStatus] | None = strawberry.field(
        description="Only in one of these states; an empty list is refused.", default=None
    )
    changed_since: datetime | None = strawberry.field(
        description="Only what was made or changed then or later. To follow changes, ask again from a minute before "
        "the last `updatedAt` that was seen and compare `version`: a change may be stored a little after it.",
        default=None,
    )
    reference: str | None = strawberry.field(
        description="Only with this reference, in any spelling of it.", default=None
    )


async def bookings(
    info: Info,
    filter: Annotated[BookingFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
    order_by: Annotated[BookingOrder, strawberry.argument(description="What to sort by.")] = BookingOrder.STARTS_AT,
    direction: DirectionArgument = Direction.ASCENDING,
) -> Listing:
    """The diary of the business: every booking, also those that were called off."""
    rows = info.context.rows(Booking, P.BOOKINGS_LIST)
    if filter is not None:
        rows = _by_time(rows, filter)
        rows = _by_whom(info, rows, filter)
        if filter.status is not None:
            if not filter.status:
                raise BadInput("`status` names no state. Name at least one, or leave it out for all.")
            rows = rows.filter(status__in=filter.status)
        if filter.reference is not None:
            rows = rows.filter(reference=read_reference(filter.reference))
    return Listing(rows, order=order_by.value, descending=direction is Direction.DESCENDING)


def _by_time(rows: QuerySet[Booking], filter: BookingFilter) -> QuerySet[Booking]:
    begin, end = filter.starts_from, filter.starts_before
    if begin is not None and end is not None and end <= begin:
        raise BadInput("`startsBefore` must be after `startsFrom`.")
    if begin is not None:
        rows = rows.filter(starts_at__gte=begin)
    if end is not None:
        rows = rows.filter(starts_at__lt=end)
    if filter.changed_since is not None:
        rows = rows.filter(updated_at__gte=filter.changed_since)
    return rows


def _by_whom(info: Info, rows: QuerySet[Booking], filter: BookingFilter) -> QuerySet[Booking]:
    if filter.staff_id is not None:
        rows = rows.filter(staff_id=key_in(Staff, filter.staff_id))
    if filter.service_id is not None:
        rows = rows.filter(service_id=key_in(Service, filter.service_id))
    if filter.customer_id is not None:
        info.context.viewer.require(P.CUSTOMERS_READ)
        rows = rows.filter(customer_id=key_in(Customer, filter.customer_id))
    return rows


async def booking(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
) -> QuerySet[Booking]:
    """One booking; null when there is none with this id. The holder of a manage link sees only theirs."""
    return info.context.one(Booking, id, P.BOOKINGS_READ)


async def booking_of_link(info: Info) -> QuerySet[Booking] | None:
    """The booking whose manage link was sent, for whoever has nothing but the link; null for every other viewer."""
    own = info.context.viewer.access(P.BOOKINGS_READ) is Access.OWN
    return info.context.rows(Booking, P.BOOKINGS_READ) if own else None
