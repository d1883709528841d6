"""A service at a place somewhere in the world, and what a visitor is shown of it.

shop = await place(salon, "Africa/Cairo", date(2026, 4, 24))    # open all day, an hour every hour
await shop.times("2026-04-24")                                  # ["24T01:00+03:00", …]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.location import Location
from models.schedule import Schedule
from models.service import Service
from models.staff import Staff
from tests.api import Caller
from tests.bookable import ADA, AVAILABILITY, BOOK
from tests.businesses import Business, id_of

ALL_DAY = ((0, 1440),)


@dataclass(slots=True)
class Place:
    """A service at a place in some zone, with one person whose hours are kept there too."""

    business: Business
    service: Service
    staff: Staff
    schedule: Schedule

    async def slots(self, first: str, last: str | None = None, caller: Caller | None = None) -> list[dict[str, Any]]:
        """What is free from one date to another, both inclusive."""
        asked = {"serviceId": id_of(self.service), "from": first, "to": last or first}
        return list((await (caller or self.business.widget).ok(AVAILABILITY, **asked))["availability"]["slots"])

    async def times(self, first: str, last: str | None = None) -> list[str]:
        """The free starts as the clock on the wall shows them: `03T09:00-06:00` is on the third of the month."""
        found = [slot["local"] for slot in await self.slots(first, last)]
        return [one["dateTime"][8:16] + one["offset"] for one in found]

    async def instants(self, first: str, last: str | None = None) -> list[str]:
        """The free starts in UTC: `03T15:00`."""
        return [slot["startsAt"][8:16] for slot in await self.slots(first, last)]

    async def book(self, starts_at: str) -> Any:
        """The answer to booking a start that is written as the API writes it."""
        wanted = {"serviceId": id_of(self.service), "startsAt": starts_at, "customer": ADA}
        return (await self.business.widget.ok(BOOK, input=wanted))["book"]


async def place(
    business: Business,
    zone: str,
    day: date,
    hours: Sequence[tuple[int, int]] = ALL_DAY,
    *,
    weekdays: Sequence[int] = range(1, 8),
    **service: Any,
) -> Place:
    """Open at these minutes on these weekdays; the clock stands at noon three days before `day`."""
    business.product.clock.stand_at(datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(days=3))
    weekly = [
        {"weekday": weekday, "start_minute": start, "end_minute": end, "valid_from": None, "valid_until": None}
        for weekday in weekdays
        for start, end in hours
    ]
    schedule = await Schedule.begin(business.act, name="Hours", zone=zone, weekly=weekly)
    where = await Location.begin(business.act, name="Shop", zone=zone)
    values = {"duration_minutes": 60, "step_minutes": 60, **service}
    what = await business.service(location_id=where.id, **values)
    return Place(business, what, await business.staff(offers=[what], schedule_id=schedule.id), schedule)
