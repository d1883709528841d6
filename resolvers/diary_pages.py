"""The diary for people: every calendar of some days, with what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry
from tortoise.queryset import QuerySet

from models.account import Account
from models.booking import Booking
from models.calendar_hours import Narrowed
from models.diary_pages import Page, diary_pages
from models.engagement import Engagement
from models.location import Location
from models.resource import Resource
from models.staff import Staff
from permissions.roles import Access, Permission
from resolvers.context import Context, Info
from resolvers.searching import key_in, linked
from rules.errors import BadInput
from rules.wall_time import day_bounds, instant
from rules.zones import zone

P = Permission
LONGEST_DAYS = 31
# How long before the range an appointment can have begun that is still in it.
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The pages of the days, which `zone` counts."""

    context: Context
    zone: ZoneInfo
    first: date
    last: date
    pages: list[Page]
    narrowed: bool

    def bookings(self) -> QuerySet[Booking]:
        """Those that this viewer may see: of these pages, or of the whole business where nothing narrows it."""
        begin, end = instant(day_bounds(self.first, self.zone)[0]), instant(day_bounds(self.last, self.zone)[1])
        rows = self.context.rows(Booking, P.BOOKINGS_LIST)
        rows = rows.filter(starts_at__lt=end, starts_at__gt=begin - _A_DAY, ends_at__gt=begin)
        if self.narrowed:
            ours = Engagement.of(self.context.account_id).filter(
                calendar_id__in=[page.of.calendar_id for page in self.pages]
            )
            rows = linked(rows, ours, "booking_id")
        return rows.order_by("starts_at", "id")

    def staff(self) -> QuerySet[Staff]:
        """The people of the pages."""
        keys = [page.of.staff_id for page in self.pages if page.of.staff_id is not None]
        return self.context.rows(Staff, P.CATALOGUE_READ).filter(id__in=keys)


async def calendar_view(
    info: Info,
    from_: Annotated[date, strawberry.argument(name="from", description="First date, in the zone that `zone` says.")],
    to: Annotated[date, strawberry.argument(description=f"Last date, inclusive; at most {LONGEST_DAYS} dates.")],
    location_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="Only who and what is at this place, on the dates of its zone; null: all."),
    ] = None,
    staff_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only this person; null: all. Not with `resourceId`.")
    ] = None,
    resource_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only the units of this resource; null: all.")
    ] = None,
) -> CalendarView:
    """The diary of some days: a page for each person and each unit of a resource, with hours, what they are busy with,
    when they are free, and what contradicts itself. Whoever sees only their own diary sees their own page."""
    context = info.context
    if not 0 <= (to - from_).days < LONGEST_DAYS:
        raise BadInput(f"`to` must be on or after `from`, and at most {LONGEST_DAYS} dates are shown at once.")
    account = await Account.get(id=context.account_id)
    staff = None if staff_id is None else key_in(Staff, staff_id)
    if context.viewer.require(P.SCHEDULES_READ) is Access.OWN:
        staff = context.viewer.with_whom(staff)
    narrowed = Narrowed(
        staff,
        None if resource_id is None else key_in(Resource, resource_id),
        None if location_id is None else key_in(Location, location_id),
    )
    place = None if narrowed.location_id is None else await _place(context, narrowed.location_id)
    counted = account.zone if place is None else place.zone
    pages = await diary_pages(context.account_id, from_, to, counted, context.now, narrowed)
    return CalendarView(context, zone(counted), from_, to, pages, narrowed != Narrowed())


async def _place(context: Context, key: UUID) -> Location | None:
    return await context.rows(Location, P.CATALOGUE_READ).get_or_none(id=key)
