"""Segment: one service of a visit. A booking or a hold of several services that follow each other has one for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery

from models.act import Act
from models.booking import Booking
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.storage.instant import Instant
from models.tenancy import Owned
from rules.retention import RetentionClass
from rules.wall_time import elapsed


def _time() -> Instant[datetime]:
    return personal(Instant(), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)


class Segment(Owned):
    """The `place`-th service of a visit, from 0. Each begins where the one before it ends; the price is as promised.

    What is of one service has none: then the booking or the hold says it all.
    """

    booking_id = ref("booking", null=True)
    hold_id = ref("hold", null=True)
    place = plain(fields.IntField(), Why.STATE)
    service_id = ref("service")
    starts_at = _time()
    ends_at = _time()
    price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    currency = plain(fields.CharField(max_length=3, null=True), Why.BUSINESS)

    class Meta:
        table = "segment"

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return elapsed(self.starts_at, self.ends_at) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One service that is wanted, and for how long; `duration_minutes` None: as long as it takes as a rule."""

    service_id: UUID
    duration_minutes: int | None = None


async def segments_of(account_id: UUID, **whose: UUID) -> list[Segment]:
    """Those of a booking or a hold in order, as `segments_of(account, booking_id=…)`; none where it is no visit."""
    return await Segment.of(account_id).filter(**whose).order_by("place")


def of_service(account_id: UUID, service_id: UUID | None) -> Q:
    """The bookings of a service: of it alone, or as a part of a visit."""
    visits = Segment.of(account_id).filter(service_id=service_id, booking_id__isnull=False)
    return Q(service_id=service_id) | Q(id__in=Subquery(visits.values("booking_id")))


async def steps_of(booking: Booking) -> tuple[Step, ...]:
    """What was booked, as it would be asked for: of a visit, each service for as long as it was booked."""
    segments = await segments_of(booking.account_id, booking_id=booking.id)
    steps = tuple(Step(segment.service_id, segment.minutes) for segment in segments)
    return steps or (Step(booking.service_id),)


async def shift(act: Act, booking_id: UUID, by: timedelta) -> None:
    """Move the segments of a booking with it."""
    for segment in await segments_of(act.account_id, booking_id=booking_id):
        rows = Segment.of(act.account_id).filter(id=segment.id)
        await rows.update(starts_at=segment.starts_at + by, ends_at=segment.ends_at + by)


async def add_segments(
    act: Act, starts_at: datetime, parts: Sequence[tuple[UUID, int, Mapping[str, object]]], **whose: UUID
) -> None:  # fmt: skip
    """Write those of a new booking or hold: the service, the seconds and the price of each."""
    for place, (service_id, seconds, price) in enumerate(parts):
        ends_at = starts_at + timedelta(seconds=seconds)
        await Segment.add(
            act.account_id, created_at=act.at, place=place, service_id=service_id, starts_at=starts_at,
            ends_at=ends_at, **price, **whose,
        )  # fmt: skip
        starts_at = ends_at
