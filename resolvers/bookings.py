"""Bookings: finding them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.dataloader import DataLoader
from tortoise.queryset import QuerySet

from models.booking import Booking
from models.customer import Customer
from models.engagement import served_by
from models.moved_wall_times import moved_wall_times
from models.outside_hours import outside_hours, those_outside
from models.segment import of_service
from models.service import Service
from models.staff import Staff
from permissions.classes import Requires
from permissions.roles import Access, Permission
from permissions.viewer import ViewerKind
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
    staff_id: strawberry.ID | None = strawberry.field(
        description="Only what this person serves, alone or with others.", default=None
    )
    service_id: strawberry.ID | None = strawberry.field(
        description="Only of this service, alone or in a visit.", default=None
    )
    customer_id: strawberry.ID | None = strawberry.field(
        description="Only of this customer.", default=None, directives=[Requires(permission=P.CUSTOMERS_READ)]
    )
    status: list[BookingStatus] | None = strawberry.field(
        description="Only in one of these states; an empty list is refused.", default=None
    )
    changed_since: datetime | None = strawberry.field(
        description="Only what was made or changed then or later. To keep a copy, follow `changes` instead, which "
        "misses nothing: a change may be stored a little after its `updatedAt`.",
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
        rows = rows.filter(id__in=served_by(info.context.account_id, key_in(Staff, filter.staff_id)))
    if filter.service_id is not None:
        rows = rows.filter(of_service(info.context.account_id, key_in(Service, filter.service_id)))
    if filter.customer_id is not None:
        info.context.viewer.require(P.CUSTOMERS_READ)
        rows = rows.filter(customer_id=key_in(Customer, filter.customer_id))
    return rows


async def bookings_outside_hours(info: Info) -> Listing:
    """The appointments to come that lie outside the hours of whoever serves them, on a closed day of their location, or
    on a travel that takes that person elsewhere. They were promised and stay; move or cancel them yourself."""
    rows = info.context.rows(Booking, P.BOOKINGS_LIST)
    found = await outside_hours(info.context.account_id, info.context.now)
    return Listing(rows.filter(id__in=[booking.id for booking in found]), order="starts_at")


async def is_outside_hours(info: Info, booking: Booking) -> bool:
    """Whether one booking is outside hours; all that one operation asks about are looked at together."""
    account_id = info.context.account_id

    async def load(asked: list[Booking]) -> list[bool]:
        outside = {id(one) for one in await those_outside(account_id, asked)}
        return [id(one) in outside for one in asked]

    loader = info.context.loaders.setdefault("outside_hours", DataLoader(load_fn=load, cache=False))
    return bool(await loader.load(booking))


async def bookings_with_moved_wall_time(info: Info) -> Listing:
    """The appointments to come that clocks now show at another time of day than was promised: after a country changed
    its rules, and the server got a newer zone database. Move them with `rescheduleBooking`, or let the operator."""
    rows = info.context.rows(Booking, P.BOOKINGS_LIST)
    moved = await moved_wall_times(info.context.account_id, info.context.now)
    return Listing(rows.filter(id__in=[one.booking.id for one in moved]), order="starts_at")


async def booking(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
) -> QuerySet[Booking]:
    """One booking; null when there is none with this id. The holder of a manage link sees only theirs."""
    return info.context.one(Booking, id, P.BOOKINGS_READ)


async def booking_of_link(info: Info) -> QuerySet[Booking] | None:
    """The booking whose manage link was sent, for whoever has nothing but the link; null for every other viewer."""
    viewer = info.context.viewer
    by_link = viewer.kind in (ViewerKind.WIDGET, ViewerKind.CUSTOMER) and viewer.customer_session_id is None
    held = by_link and viewer.access(P.BOOKINGS_READ) is Access.OWN
    return info.context.rows(Booking, P.BOOKINGS_READ) if held else None
