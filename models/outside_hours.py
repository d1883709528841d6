"""Outside hours: appointments that lie outside the hours of whoever serves them, or on a closed day of their place.

They were promised, so they stay when hours, zones or closed days change; somebody has to look at them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

import orjson

from models.booking import Booking
from models.closed_day import ClosedDay
from models.hours import hours_of
from models.location import Location
from models.schedule import Schedule, ScheduleOverride
from models.staff import Staff
from rules import opening
from rules.booking_states import PENDING
from rules.intervals import Window, coalesce
from rules.wall_time import epoch, minute_of
from rules.zones import zone

# Hours that decide about an instant may be kept where it is another date, and run past midnight.
_MARGIN = timedelta(days=4)


class Placed(Protocol):
    """What has to be known of an appointment."""

    staff_id: UUID
    location_id: UUID | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The hours of everybody, and when each place is closed, around some dates."""

    people: Mapping[UUID, opening.Schedule]
    closed: Mapping[UUID, list[Window]]

    def holds(self, booking: Placed) -> bool:
        """Whether the appointment lies inside hours from begin to end."""
        hours = self.people.get(booking.staff_id)
        closed = self.closed.get(booking.location_id, []) if booking.location_id else []
        return hours is not None and opening.is_open(hours, epoch(booking.starts_at), epoch(booking.ends_at), closed)


async def opening_hours(account_id: UUID, first: date, last: date) -> OpeningHours:
    """Those that decide about the dates `first` to `last` of UTC. Five statements, whatever is asked of them."""
    begin, end = first - _MARGIN, last + _MARGIN
    days: dict[UUID, list[tuple[str, list[list[int]]]]] = {}
    for row in await ScheduleOverride.of(account_id).filter(on_date__gte=begin, on_date__lte=end).order_by("on_date"):
        days.setdefault(row.schedule_id, []).append((row.on_date.isoformat(), row.windows))
    schedules = {
        row.id: hours_of(row.zone, orjson.dumps(row.weekly).decode(), orjson.dumps(days.get(row.id, [])).decode())
        for row in await Schedule.of(account_id)
    }
    people = {row.id: schedules[row.schedule_id] for row in await Staff.of(account_id) if row.schedule_id is not None}
    zones = {row.id: zone(row.zone) for row in await Location.of(account_id)}
    shut: dict[UUID, list[Window]] = {}
    for closed in await ClosedDay.of(account_id).filter(on_date__gte=begin, on_date__lte=end):
        there, day = zones[closed.location_id], closed.on_date
        window = minute_of(day, closed.start_minute, there), minute_of(day, closed.end_minute, there)
        shut.setdefault(closed.location_id, []).append(window)
    return OpeningHours(people, {key: coalesce(windows) for key, windows in shut.items()})


async def outside_hours(account_id: UUID, now: datetime) -> list[Booking]:
    """The appointments to come that are outside hours, by their start."""
    coming = await Booking.of(account_id).filter(status__in=PENDING, starts_at__gt=now).order_by("starts_at", "id")
    return await those_outside(account_id, coming)


async def those_outside(account_id: UUID, bookings: Sequence[Booking]) -> list[Booking]:
    """Those of `bookings` that are outside hours."""
    if not bookings:
        return []
    begins = [booking.starts_at for booking in bookings]
    hours = await opening_hours(account_id, min(begins).date(), max(begins).date())
    return [booking for booking in bookings if not hours.holds(booking)]
