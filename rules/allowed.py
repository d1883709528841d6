"""What would be accepted instead of a start that a rule stands against, as far as anybody may be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.explaining import BRIEFLY
from rules.limits import Limit, Period, period_bounds
from rules.notice import UNBOUNDED, Reach
from rules.slot_checks import Unfit
from rules.wall_time import instant, local, local_date

_SOON = (Unfit.IN_THE_PAST, Unfit.TOO_SOON)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The first start that notice allows, the last date that can be booked, and of a limit that is reached for how long
    it counts and the date from which it counts anew. None where that is not what stands against it."""

    earliest: datetime | None = None
    last_date: date | None = None
    limit: Period | None = None
    again_on: date | None = None


NOTHING_SAID: Allowed = Allowed()


def allowed(reason: Unfit, at: int, reaches: Iterable[Reach], zone: ZoneInfo, limit: Limit | None) -> Allowed:
    """Of those who could serve it, each with their reach: what the nearest of them would accept."""
    if reason in _SOON:
        return Allowed(earliest=min((instant(one.earliest) for one in reaches), default=None))
    if reason is Unfit.TOO_FAR:
        until = max((one.until for one in reaches), default=UNBOUNDED)
        return NOTHING_SAID if until == UNBOUNDED else Allowed(last_date=local_date(until - 1, zone))
    if reason is Unfit.LIMIT_REACHED and limit is not None:
        last = period_bounds(local_date(at, zone), limit.period)[1]
        return Allowed(limit=limit.period, again_on=last + timedelta(days=1))
    return NOTHING_SAID


def words(reason: Unfit, said: Allowed, zone: ZoneInfo) -> str:
    """The same in a sentence, in the zone of the place."""
    if said.earliest is not None:
        first = local(said.earliest, zone).date_time
        return f"{BRIEFLY[reason]} It can be booked from {first:%Y-%m-%d %H:%M} on."
    if said.last_date is not None:
        return f"{BRIEFLY[reason]} It can be booked until {said.last_date}, that day included."
    if said.limit is not None:
        period = said.limit.value.lower()
        return f"The service takes no more bookings in that {period}. Choose a time from {said.again_on} on."
    return BRIEFLY[reason]
