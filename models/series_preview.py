"""Preview of a series: what stands against each occurrence now, without booking or locking anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from models.busy import Busy
from models.explanation import explain
from models.judging import busy_around
from models.offer import Offer
from models.used import used_days
from rules.explaining import BRIEFLY, FREE
from rules.limits import Used, full_dates
from rules.series import Pattern
from rules.slot_checks import OUT_OF_REACH, Unfit
from rules.wall_time import epoch, local_date

# What is busy is asked for so many days at once: a statement for each occurrence would be a hundred.
_AT_ONCE = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Previewed:
    """One occurrence: `reason` is None where somebody can serve it."""

    position: int
    starts_at: datetime
    reason: Unfit | None
    message: str


async def preview(
    account_id: UUID, offer: Offer, pattern: Pattern, starts: list[datetime], now: datetime,
    *, staff_id: UUID | None, party: int,
) -> list[Previewed]:  # fmt: skip
    """Each occurrence as if those before it were booked: they count for the service's limits."""
    first, last = (local_date(epoch(at), offer.zone) for at in (starts[0], starts[-1]))
    used = await used_days(account_id, offer, first, last, now) if offer.limits else {}
    minutes, unlimited = offer.terms.duration // 60, replace(offer, limits=())
    found: list[Previewed] = []
    known: Busy | None = None
    until = starts[0]
    for position, starts_at in enumerate(starts, 1):
        if known is None or starts_at >= until:
            until = starts_at + _AT_ONCE
            some = [epoch(one) for one in starts[position - 1 :] if one < until]
            known = await busy_around(account_id, offer, offer.teams(staff_id), some, now)
        then = unlimited.at(epoch(starts_at)).on_clocks(pattern.zone.key)
        seen = await explain(account_id, then, starts_at, now, staff_id=staff_id, party=party, known=known)
        reason = seen.refused
        day = local_date(epoch(starts_at), offer.zone)
        if reason not in OUT_OF_REACH and day in full_dates(offer.limits, used, minutes, day, day):
            reason = Unfit.LIMIT_REACHED
        if reason is None:
            before = used.get(day, Used(0, 0))
            used[day] = Used(before.count + 1, before.minutes + minutes)
        found.append(Previewed(position, starts_at, reason, FREE if reason is None else BRIEFLY[reason]))
    return found
