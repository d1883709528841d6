"""Preview of a series: what stands against each occurrence now, without booking or locking anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.explanation import explain
from models.offer import Offer
from models.used import used_days
from rules.explaining import BRIEFLY, FREE
from rules.limits import Used, full_dates
from rules.series import Pattern
from rules.slot_checks import OUT_OF_REACH, Unfit
from rules.wall_time import epoch, local_date

_DAY = timedelta(days=1)


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
    minutes = offer.terms.duration // 60
    found: list[Previewed] = []
    for position, starts_at in enumerate(starts, 1):
        seen = await explain(account_id, offer, starts_at, now, staff_id=staff_id, party=party)
        reason = seen.refused
        day = local_date(epoch(starts_at), offer.zone)
        if reason not in OUT_OF_REACH and day in full_dates(offer.limits, used, minutes, day, day):
            reason = Unfit.LIMIT_REACHED
        if reason is None:
            before = used.get(day, Used(0, 0))
            used[day] = Used(before.count + 1, before.minutes + minutes)
        found.append(Previewed(position, starts_at, reason, FREE if reason is None else BRIEFLY[reason]))
    return found
