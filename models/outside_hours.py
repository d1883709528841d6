"""Outside hours: appointments that lie outside the hours of whoever serves them, or on a closed day of their place.

They were promised, so they stay when hours, zones or closed days change; somebody has to look at them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from models.booking import Booking
from models.closed_day import ClosedDay
from models.hours import hours_of
from models.leases import uuid_of
from models.location import Location
from models.offer import NOBODY
from models.schedule import Schedule, ScheduleOverride
from models.segment import of_staff
from models.staff import Staff
from models.storage.database import dialect, fetch
from models.storage.instant import from_database
from models.travel import span_of, travels_on
from rules import opening
from rules.booking_states import PENDING
from rules.intervals import Window, coalesce
from rules.stays import Stay, in_force, is_elsewhere, itinerary
from rules.wall_time import epoch, instant, minute_of
from rules.zones import zone

# Hours that decide about an instant may be kept where it is another date, and run past midnight.
_MARGIN = timedelta(days=4)
# At home nobody asks for the clocks of the place: windows and closed days have their own.
_UNSAID = zone("UTC")
_AMONG = {"sqlite": "IN (SELECT value FROM json_each($2))", "postgres": "= ANY($2::uuid[])"}
_SERVED = """
    SELECT e.booking_id, e.staff_id, s.starts_at, s.ends_at
    FROM engagement e
    LEFT JOIN segment s ON s.account_id = e.account_id AND s.booking_id = e.booking_id AND s.staff_id = e.staff_id
    WHERE e.account_id = $1 AND e.booking_id {among}
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A part of an appointment (epoch seconds, without buffers), and who serves it."""

    staff_id: UUID
    span: Window


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The hours of everybody, and when each place is closed, around some dates."""

    people: Mapping[UUID, Sequence[Stay]]
    closed: Mapping[UUID, list[Window]]

    def holds(self, booking: Booking, served: Iterable[Served]) -> bool:
        """Whether the appointment lies inside the hours of all who serve it, each for their part of it."""
        closed = self.closed.get(booking.location_id, []) if booking.location_id else []
        return all(self._holds(booking, one, closed) for one in served)

    def _holds(self, booking: Booking, one: Served, closed: Sequence[Window]) -> bool:
        stays = self.people.get(one.staff_id)
        stay = in_force(stays, one.span[0]) if stays else None
        if stay is None or stay.hours is None or is_elsewhere(stay, booking.location_id, booking.zone):
            return False
        if stay.begun and stay.begun[0] < stay.arrives:
            closed = coalesce([*closed, (stay.begun[0], stay.arrives)])
        return opening.is_open(stay.hours, *one.span, closed, stay.begun)


async def opening_hours(account_id: UUID, first: date, last: date) -> OpeningHours:
    """Those that decide about the dates `first` to `last` of UTC. Six statements, whatever is asked of them."""
    begin, end = first - _MARGIN, last + _MARGIN
    days: dict[UUID, list[tuple[str, list[list[int]]]]] = {}
    for row in await ScheduleOverride.of(account_id).filter(on_date__gte=begin, on_date__lte=end).order_by("on_date"):
        days.setdefault(row.schedule_id, []).append((row.on_date.isoformat(), row.windows))
    schedules = {
        row.id: hours_of(row.zone, orjson.dumps(row.weekly).decode(), orjson.dumps(days.get(row.id, [])).decode())
        for row in await Schedule.of(account_id)
    }
    zones = {row.id: zone(row.zone) for row in await Location.of(account_id)}
    shut: dict[UUID, list[Window]] = {}
    for closed in await ClosedDay.of(account_id).filter(on_date__gte=begin, on_date__lte=end):
        there, day = zones[closed.location_id], closed.on_date
        window = minute_of(day, closed.start_minute, there), minute_of(day, closed.end_minute, there)
        shut.setdefault(closed.location_id, []).append(window)
    closed_then = {key: coalesce(windows) for key, windows in shut.items()}
    travels = await travels_on(account_id, begin, end)
    people: dict[UUID, Sequence[Stay]] = {}
    for person in await Staff.of(account_id):
        followed = schedules[person.schedule_id] if person.schedule_id else None
        home = Stay(_UNSAID, person.location_id, followed, tuple(closed_then.get(person.location_id or NOBODY, ())))
        people[person.id] = itinerary(home, travels[person.id]) if person.id in travels else (home,)
    return OpeningHours(people, closed_then)


async def outside_hours(account_id: UUID, now: datetime) -> list[Booking]:
    """The appointments to come that are outside hours, by their start."""
    coming = await Booking.of(account_id).filter(status__in=PENDING, starts_at__gt=now).order_by("starts_at", "id")
    return await those_outside(account_id, coming)


async def outside_hours_of(account_id: UUID, staff_id: UUID, now: datetime) -> list[Booking]:
    """Those of one staff member."""
    theirs = Booking.of(account_id).filter(of_staff(account_id, staff_id), status__in=PENDING, starts_at__gt=now)
    return await those_outside(account_id, await theirs.order_by("starts_at", "id"))


async def left_there(
    account_id: UUID, staff_id: UUID, before: Mapping[str, Any], after: Mapping[str, Any] | None, now: datetime
) -> list[Booking]:
    """The appointments to come that were made with somebody for a travel as it was `before`, on days that it does not
    last any more; `after` None: it was removed."""
    begin, end = await span_of(account_id, before)
    there = {"location_id": before["location_id"]} | ({} if before["location_id"] else {"zone": before["zone"]})
    theirs = Booking.of(account_id).filter(
        of_staff(account_id, staff_id), status__in=PENDING, starts_at__gt=now, **there
    )  # fmt: skip
    found = await theirs.filter(starts_at__gte=instant(begin), starts_at__lt=instant(end))
    since, until = await span_of(account_id, after) if after else (0, 0)
    return [booking for booking in found if not since <= epoch(booking.starts_at) < until]


async def those_outside(account_id: UUID, bookings: Sequence[Booking]) -> list[Booking]:
    """Those of `bookings` that are outside hours."""
    if not bookings:
        return []
    begins = [booking.starts_at for booking in bookings]
    hours = await opening_hours(account_id, min(begins).date(), max(begins).date())
    served = await _served(account_id, bookings)
    return [booking for booking in bookings if not hours.holds(booking, served[booking.id])]


async def _served(account_id: UUID, bookings: Sequence[Booking]) -> Mapping[UUID, list[Served]]:
    """Who serves which part of each: their services of it, or all of it where they serve it with somebody else."""
    by_id = {booking.id: booking for booking in bookings}
    found: defaultdict[UUID, list[Served]] = defaultdict(list)
    for row in await fetch(_SERVED.format(among=_AMONG[dialect()]), account_id, list(by_id)):
        if row["staff_id"] is None:
            continue
        booking = by_id[uuid_of(row["booking_id"])]
        part = booking.starts_at, booking.ends_at
        if row["starts_at"] is not None:
            part = from_database(row["starts_at"]), from_database(row["ends_at"])
        found[booking.id].append(Served(uuid_of(row["staff_id"]), (epoch(part[0]), epoch(part[1]))))
    return found
