"""Engagement: a calendar that a booking has. All that it has are locked together before it is changed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery

from models.act import Act
from models.personal import Why, plain, ref
from models.teams import Place
from models.tenancy import Owned


class Engagement(Owned):
    """A staff member who serves a booking, or the `unit`-th unit of a resource that was given to it.

    Kept when it is called off, as who it was with is; what it blocks is in `Occupancy`.
    """

    booking_id = ref("booking")
    calendar_id = ref("calendar")
    staff_id = ref("staff", null=True)
    resource_id = ref("resource", null=True)
    unit = plain(fields.IntField(null=True), Why.STATE)

    class Meta:
        table = "engagement"


def engagement(act: Act, booking_id: UUID, place: Place) -> Engagement:
    """The row of one calendar of a booking."""
    return Engagement(
        account_id=act.account_id, created_at=act.at, booking_id=booking_id, calendar_id=place.calendar_id,
        staff_id=place.staff_id, resource_id=place.resource_id, unit=place.unit,
    )  # fmt: skip


async def engage(act: Act, booking_id: UUID, places: Iterable[Place]) -> None:
    """Give a new booking its calendars."""
    await Engagement.of(act.account_id).bulk_create([engagement(act, booking_id, place) for place in places])


async def reengage(act: Act, booking_id: UUID, places: Iterable[Place]) -> None:
    """Give a booking that was moved these calendars, in place of those that it had."""
    wanted = {place.calendar_id: place for place in places}
    had = Engagement.of(act.account_id).filter(booking_id=booking_id)
    kept = {row.calendar_id for row in await had} & wanted.keys()
    await had.exclude(calendar_id__in=list(kept)).delete()
    await engage(act, booking_id, [place for key, place in wanted.items() if key not in kept])


async def calendars_of(account_id: UUID, booking_id: UUID) -> set[UUID]:
    """The calendars of a booking."""
    return {row.calendar_id for row in await Engagement.of(account_id).filter(booking_id=booking_id)}


def served_by(account_id: UUID, staff_id: UUID) -> Subquery:
    """The ids of the bookings that somebody serves or served, alone or with others."""
    return Subquery(Engagement.of(account_id).filter(staff_id=staff_id).values("booking_id"))


async def people_of(account_id: UUID, booking_id: UUID) -> frozenset[UUID]:
    """The staff who serve a booking."""
    rows = Engagement.of(account_id).filter(booking_id=booking_id, staff_id__isnull=False)
    return frozenset([row.staff_id for row in await rows])
