"""How soon and how far ahead a service can be booked."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.wall_time import day_start, epoch_ceiling, local_date

UNBOUNDED = 2**62  # later than any instant that can be written


@dataclass(frozen=True, slots=True)
class Reach:
    """Starts are allowed in [earliest, until), epoch seconds. `now` is rounded up to a whole second."""

    now: int
    earliest: int
    until: int

    def within(self, begin: int, end: int) -> "Reach":
        """The same reach, narrowed to starts in [begin, end): what one query asks for."""
        return replace(self, earliest=max(self.earliest, begin), until=min(self.until, end))


def reach(
    now: datetime,
    zone: ZoneInfo,
    *,
    notice_minutes: int = 0,
    horizon_days: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Reach:
    """When a start is neither too soon nor too far away for a service, seen at `now` from the business's `zone`.

    Notice is elapsed time and inclusive. `horizon_days` counts local dates after today and includes the last one; None
    is no limit. `first_day` and `last_day` are a fixed range of local dates, both inclusive.
    """
    present = epoch_ceiling(now)
    earliest = present + notice_minutes * 60
    if first_day is not None:
        earliest = max(earliest, day_start(first_day, zone))
    until = UNBOUNDED
    if horizon_days is not None:
        until = _after(local_date(present, zone) + timedelta(days=horizon_days), zone)
    if last_day is not None:
        until = min(until, _after(last_day, zone))
    return Reach(now=present, earliest=earliest, until=until)


def _after(day: date, zone: ZoneInfo) -> int:
    return day_start(day + timedelta(days=1), zone)
