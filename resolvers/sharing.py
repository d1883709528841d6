"""With whom the platform shares data, and how much left: for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

import strawberry

from models.egress_flow import EgressFlow, FlowSum
from models.processor import Processor
from resolvers.context import Info
from rules.errors import BadInput

MOST_DAYS = 366
USUAL = timedelta(days=29)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Flows:
    """What left, and was refused, from the first day to the last."""

    first_day: date
    last_day: date
    flows: list[FlowSum]


async def processors(
    info: Info,
    ended: Annotated[bool, strawberry.argument(description="Also those that get nothing any more.")] = False,
) -> list[Processor]:
    """Who gets personal data from this platform to do a task with it, those announced first at the beginning: the whole
    register. A server that hands its data to nobody has none."""
    return await (Processor.all().order_by("created_at", "id") if ended else Processor.live(info.context.now))


FirstDay = Annotated[
    date | None, strawberry.argument(description="The first day (UTC) that counts; 29 before the last if left out.")
]
LastDay = Annotated[
    date | None,
    strawberry.argument(description="The last day (UTC) that counts; yesterday at the latest, and if left out."),
]


async def data_flows(info: Info, first_day: FirstDay = None, last_day: LastDay = None) -> Flows:
    """How many messages left this platform, to whom, for what and into which region: counts of whole days, and of
    nobody's. Each message passes one egress that refuses whatever the register does not cover; refusals are counted
    too. What there was none of is not listed. At most 366 days."""
    yesterday = info.context.now.date() - _ONE_DAY
    last = min(last_day or yesterday, yesterday)
    first = first_day or last - USUAL
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise BadInput(f"From 1 to {MOST_DAYS} days can be asked for, and none after yesterday.")
    return Flows(first, last, await EgressFlow.sums(first, last))
