"""Closed day: a date on which nothing begins or goes on at a location, or not in some hours. What is booked stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from models.act import Act
from models.booking import Booking
from models.columns import setting
from models.event import record
from models.kept import Kept
from models.personal import Why, plain, ref
from models.storage.database import lock, transaction
from rules.booking_states import PENDING
from rules.opening import MINUTES_PER_DAY

NAME_LENGTH = 200
# A date begins and ends at most so long before or after that of UTC.
_MARGIN = timedelta(days=1)


class ClosedDay(Kept):
    """From one minute to another on the location's clocks, usually from midnight to midnight: wall time and not
    instants, so it moves with its zone."""

    location_id = ref("location")
    on_date = plain(fields.DateField(), Why.SETTING)
    name = plain(fields.CharField(max_length=NAME_LENGTH, default=""), Why.BUSINESS)
    start_minute = setting(0)
    end_minute = setting(MINUTES_PER_DAY)

    class Meta:
        table = "closed_day"

    @classmethod
    def on(cls, account_id: UUID, location_id: UUID, dates: Iterable[date]) -> QuerySet[Self]:
        """Those of these dates on which the location is closed."""
        return cls.of(account_id).filter(location_id=location_id, on_date__in=list(dates))

    @classmethod
    async def close(
        cls, act: Act, location_id: UUID, days: dict[date, str], source: str = "",
        hours: tuple[int, int] = (0, MINUTES_PER_DAY),
    ) -> int:  # fmt: skip
        """Close the location on these dates, under these names; how many were open. Those that are closed already stay
        as they are, with their names, so that doing it again changes nothing. `source` is where the days come from,
        `hours` the minutes between which it is closed."""
        async with transaction():
            # Whoever closes days of the same place waits, so that none is closed twice.
            await lock([f"{act.account_id}/closed days of/{location_id}"])
            known = {row.on_date for row in await cls.on(act.account_id, location_id, days)}
            new = [
                cls(
                    account_id=act.account_id, created_at=act.at, updated_at=act.at, location_id=location_id,
                    on_date=day, name=name, start_minute=hours[0], end_minute=hours[1],
                )
                for day, name in sorted(days.items())
                if day not in known
            ]  # fmt: skip
            if new:
                await cls.of(act.account_id).bulk_create(new)
                dates = [str(row.on_date) for row in new]
                await record(act, "days_closed", "location", location_id, source=source, dates=dates)
        return len(new)


async def appointments_on(account_id: UUID, location_id: UUID, dates: Iterable[date], now: datetime) -> int:
    """How many appointments to come begin at the location on these dates, as they were promised."""
    closed = {day.isoformat() for day in dates}
    if not closed:
        return 0
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (min(closed), max(closed)))
    coming = Booking.of(account_id).filter(
        location_id=location_id, status__in=PENDING, starts_at__gte=max(now, first - _MARGIN),
        starts_at__lt=last + 2 * _MARGIN,
    )  # fmt: skip
    begins = await coming.values_list("local_start", flat=True)
    return sum(str(begin)[:10] in closed for begin in begins)
