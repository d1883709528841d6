"""Insights: which appointments are added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry

from models.account import Account
from models.insights import Insights, Narrowed
from models.insights import insights as add_up
from models.occupancy_share import OccupancyShare, Share, occupancy_share
from models.service import Service
from models.staff import Staff
from permissions.roles import Permission
from resolvers.context import Info
from resolvers.searching import key_in
from rules.errors import BadInput
from rules.figures import Figures, Span, buckets
from rules.zones import zone

P = Permission
LONGEST_OCCUPANCY = 366
LONGEST = {Span.DAY: 92, Span.WEEK: 731, Span.MONTH: 1830}
_LONGEST_WORDS = ", ".join(f"{days} for {span}" for span, days in LONGEST.items())


@dataclass(frozen=True, slots=True)
class Found:
    """The figures with the range of dates of each bucket, as `zone` counts them."""

    account_id: UUID
    zone: ZoneInfo
    ranges: Sequence[tuple[date, date]]
    narrowed: Narrowed
    insights: Insights

    @property
    def buckets(self) -> list[tuple[tuple[date, date], Figures]]:
        """Each range with its figures."""
        return list(zip(self.ranges, self.insights.buckets, strict=True))


@dataclass(frozen=True, slots=True)
class Occupied:
    """Occupancy shares with the range of dates of each bucket."""

    ranges: Sequence[tuple[date, date]]
    share: OccupancyShare

    @property
    def buckets(self) -> list[tuple[tuple[date, date], Share]]:
        """Each range with its share."""
        return list(zip(self.ranges, self.share.buckets, strict=True))


async def occupied(root: Found) -> Occupied:
    """How much of its open time the business has booked: each person and each unit of a resource counts by itself, so
    that what two serve together takes an hour of each. Open time is hours as they are kept now, of who and what is in
    use now, less closed days and time off. Booked is what took place, was missed or is to come (confirmed), without
    buffers, on the date on which it begins. Of at most 366 dates; of one service, its booked time of all open time."""
    if (root.ranges[-1][1] - root.ranges[0][0]).days >= LONGEST_OCCUPANCY:
        raise BadInput(f"`occupancy` is told of at most {LONGEST_OCCUPANCY} dates; ask for fewer, or leave it out.")
    return Occupied(root.ranges, await occupancy_share(root.account_id, root.ranges, root.zone, root.narrowed))


async def insights(
    info: Info,
    from_: Annotated[date, strawberry.argument(name="from", description="First date, in the business's zone.")],
    to: Annotated[date, strawberry.argument(description=f"Last date, inclusive. At most so many: {_LONGEST_WORDS}.")],
    per: Annotated[Span, strawberry.argument(description="How long a bucket is.")] = Span.WEEK,
    staff_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="Only what this person serves, with their part of it; null: all of everybody."),
    ] = None,
    service_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only of this service; null: of all.")
    ] = None,
) -> Found:
    """What the appointments of a range of dates add up to. An appointment counts on the date on which it begins, as the
    business's zone has it."""
    info.context.viewer.require(P.INSIGHTS_READ)
    if to < from_:
        raise BadInput("`to` must not be before `from`.")
    if (to - from_).days >= LONGEST[per]:
        raise BadInput(f"At most {LONGEST[per]} dates by {per}; ask for fewer, or for longer buckets.")
    account = await Account.get(id=info.context.account_id)
    narrowed = Narrowed(
        None if staff_id is None else key_in(Staff, staff_id),
        None if service_id is None else key_in(Service, service_id),
    )
    place, ranges = zone(account.zone), buckets(per, from_, to)
    figures = await add_up(account.id, ranges, place, narrowed)
    return Found(account.id, place, ranges, narrowed, figures)
