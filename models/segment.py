"""Segment: one service of a booking or a hold: with whom and when. Of a visit there are several, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery

from models.act import Act
from models.booking import Booking
from models.chosen import Leg
from models.columns import setting
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.storage.database import fetch
from models.storage.instant import Instant, from_database
from models.tenancy import Owned
from rules.retention import RetentionClass
from rules.wall_time import elapsed, instant

_TOLD = """
    SELECT v.name AS service, w.name AS staff, s.starts_at, s.ends_at
    FROM segment s
    JOIN service v ON v.account_id = s.account_id AND v.id = s.service_id
    JOIN staff w ON w.account_id = s.account_id AND w.id = s.staff_id
    WHERE s.account_id = $1 AND s.booking_id = $2 ORDER BY s.place
"""


def _time() -> Instant[datetime]:
    return personal(Instant(), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)


class Segment(Owned):
    """The `place`-th service, from 0, with whoever leads it. The next one begins `gap_minutes` after it ends, or up to
    `wait_minutes` later. That, the price and the buffers are as promised; of the buffers those towards another segment
    of the same person may not be kept."""

    booking_id = ref("booking", null=True)
    hold_id = ref("hold", null=True)
    place = plain(fields.IntField(), Why.STATE)
    service_id = ref("service")
    staff_id = ref("staff")
    starts_at = _time()
    ends_at = _time()
    price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    currency = plain(fields.CharField(max_length=3, null=True), Why.BUSINESS)
    before_minutes = setting(0)
    after_minutes = setting(0)
    gap_minutes = setting(0)
    wait_minutes = setting(0)

    class Meta:
        table = "segment"

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return elapsed(self.starts_at, self.ends_at) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised about the time around a service, in minutes: see `Segment`."""

    before: int
    after: int
    gap: int
    wait: int


@dataclass(frozen=True, slots=True)
class Step:
    """One service that is wanted. `duration_minutes` None: as long as it takes as a rule; `staff_id` None: with anyone.

    `kept` is who is preferred because they have it already. `promised` stands in the place of what the service says,
    and `gap` is exactly so many minutes until the next one, where the time is kept already.
    """

    service_id: UUID
    duration_minutes: int | None = None
    staff_id: UUID | None = None
    kept: UUID | None = None
    promised: Promised | None = None
    gap: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One service of a visit as its customer is told of it."""

    service: str
    staff: str
    starts_at: datetime
    ends_at: datetime


async def segments_of(account_id: UUID, **whose: UUID) -> list[Segment]:
    """Those of a booking or a hold in order, as `segments_of(account, booking_id=…)`."""
    return await Segment.of(account_id).filter(**whose).order_by("place")


def of_service(account_id: UUID, service_id: UUID | None) -> Q:
    """The bookings of a service: of it alone, or as a part of a visit."""
    segments = Segment.of(account_id).filter(service_id=service_id, booking_id__isnull=False)
    return Q(id__in=Subquery(segments.values("booking_id")))


def of_staff(account_id: UUID, staff_id: UUID) -> Q:
    """The bookings that are with somebody, or a part of which is."""
    segments = Segment.of(account_id).filter(staff_id=staff_id, booking_id__isnull=False)
    return Q(id__in=Subquery(segments.values("booking_id")))


async def steps_of(booking: Booking, *, exactly: bool = False) -> tuple[Step, ...]:
    """What was booked, as it would be asked for: of a visit, each service for as long as it was booked, preferably with
    whom it was; `exactly` with them and at these distances."""
    segments = await segments_of(booking.account_id, booking_id=booking.id)
    if len(segments) < 2:
        return (Step(booking.service_id),)
    return as_they_are(segments) if exactly else tuple(_kept(segment) for segment in segments)


def as_they_are(segments: Sequence[Segment]) -> tuple[Step, ...]:
    """The services of a visit with whom they are, at the distances that they have."""
    gaps = [elapsed(one.ends_at, other.starts_at) // timedelta(minutes=1) for one, other in pairwise(segments)]
    return tuple(
        Step(one.service_id, one.minutes, one.staff_id, promised=_promised(one), gap=gap)
        for one, gap in zip(segments, [*gaps, 0], strict=True)
    )


def _kept(one: Segment) -> Step:
    return Step(one.service_id, one.minutes, kept=one.staff_id, promised=_promised(one))


def _promised(one: Segment) -> Promised:
    return Promised(one.before_minutes, one.after_minutes, one.gap_minutes, one.wait_minutes)


async def told_of(account_id: UUID, booking_id: UUID) -> list[Told]:
    """The services of a visit in order, in words."""
    return [
        Told(row["service"], row["staff"], from_database(row["starts_at"]), from_database(row["ends_at"]))
        for row in await fetch(_TOLD, account_id, booking_id)
    ]


async def add_segments(act: Act, legs: Sequence[Leg], party: int, **whose: UUID) -> None:
    """Write those of a new booking or hold."""
    await Segment.of(act.account_id).bulk_create(
        [
            Segment(
                account_id=act.account_id, created_at=act.at, place=place, service_id=leg.part.service_id,
                **_serving(leg), price_minor=leg.part.price.total(party, leg.part.extras),
                currency=leg.part.price.currency, before_minutes=leg.part.terms.before // 60,
                after_minutes=leg.part.terms.after // 60, gap_minutes=leg.part.gap_minutes,
                wait_minutes=leg.part.wait_minutes, **whose,
            )
            for place, leg in enumerate(legs)
        ]
    )  # fmt: skip


async def move_segments(act: Act, booking_id: UUID, legs: Sequence[Leg]) -> None:
    """Those of a booking are served otherwise from now on."""
    for place, leg in enumerate(legs):
        await Segment.of(act.account_id).filter(booking_id=booking_id, place=place).update(**_serving(leg))


def _serving(leg: Leg) -> dict[str, object]:
    return {"staff_id": leg.team.lead.staff_id, "starts_at": instant(leg.starts), "ends_at": instant(leg.ends)}
