"""Filling the diaries: who comes when for what, and what became of it. Starts are such as availability offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from calendera.seeding.chance import Chance
from calendera.seeding.days import Days, open_windows
from calendera.seeding.plan import BusinessPlan, ServicePlan, StaffPlan
from models import BookingSource, Confirmation
from rules.booking_states import BookingStatus, holds_occupancy
from rules.intervals import Window
from rules.wall_time import instant

_S = BookingStatus
_OVER = ((_S.COMPLETED, 0.84), (_S.NO_SHOW, 0.06), (_S.CANCELLED, 0.1))
_OVER_ASKED = ((_S.COMPLETED, 0.74), (_S.NO_SHOW, 0.05), (_S.CANCELLED, 0.08), (_S.DECLINED, 0.08), (_S.EXPIRED, 0.05))
_AHEAD = ((_S.CONFIRMED, 0.93), (_S.CANCELLED, 0.07))
_AHEAD_ASKED = ((_S.CONFIRMED, 0.4), (_S.REQUESTED, 0.45), (_S.CANCELLED, 0.07), (_S.DECLINED, 0.08))
_SOURCES = (
    (BookingSource.WIDGET, 0.58),
    (BookingSource.DASHBOARD, 0.32),
    (BookingSource.PARTNER, 0.1),
)
# Closing yesterday's bookings is what people forget.
_FORGOTTEN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking before it has a customer. Times in UTC."""

    staff: StaffPlan
    service: ServicePlan
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus
    source: BookingSource
    made_at: datetime


def visits(plan: BusinessPlan, days: Days, chance: Chance) -> list[Visit]:
    """All visits of a business, in the order in which they were booked."""
    found = [visit for staff in plan.staff for visit in _of_staff(plan, staff, days, chance)]
    return sorted(found, key=lambda visit: (visit.made_at, visit.starts_at, visit.staff.name))


def _of_staff(plan: BusinessPlan, staff: StaffPlan, days: Days, chance: Chance) -> Iterator[Visit]:
    offered = [(one, one.popular) for one in plan.services if staff.name in one.by and one.popular > 0]
    free = 0
    for day, window in open_windows(plan, staff, days):
        for service, starts in _slots(window, free, offered, _fullness(days.week_of(day), staff.busy), chance):
            if starts - service.before * 60 < free:
                continue
            visit = _visit(staff, service, starts, days, chance)
            yield visit
            if holds_occupancy(visit.status):
                free = starts + (service.minutes + service.after) * 60


def _fullness(week: int, busy: float) -> float:
    """Fullest this week and the next; thinner in the past, so that a year stays small, and in what is to come."""
    if week in (-1, 0, 1):
        return busy
    return busy * (0.32 if week < 0 else max(0.05, 0.62 - 0.09 * week))


def _slots(
    window: Window, free: int, offered: list[tuple[ServicePlan, float]], fullness: float, chance: Chance
) -> Iterator[tuple[ServicePlan, int]]:
    """Candidates in a window, each after the one before, on the grid that begins with the window."""
    begin, end = window
    at = begin
    while True:
        service = chance.weighted(offered)
        step = service.step * 60
        earliest = max(at, free + service.before * 60)
        starts = begin + -(-(earliest - begin) // step) * step
        ends = starts + service.minutes * 60
        if ends > end:
            return
        if chance.happens(fullness):
            yield service, starts
            at = ends + (service.after + service.before) * 60
        else:
            at = starts + max(step, 30 * 60)


def _visit(staff: StaffPlan, service: ServicePlan, starts: int, days: Days, chance: Chance) -> Visit:
    starts_at, ends_at = instant(starts), instant(starts + service.minutes * 60)
    source = chance.weighted(_SOURCES)
    if service.visibility.value == "PRIVATE":
        source = BookingSource.DASHBOARD
    status = _status(service, starts_at, ends_at, days, chance)
    made_at = _made_at(service, starts_at, status, days, chance)
    return Visit(staff, service, starts_at, ends_at, status, source, made_at)


def _status(service: ServicePlan, starts_at: datetime, ends_at: datetime, days: Days, chance: Chance) -> BookingStatus:
    asked = service.confirmation is Confirmation.MANUAL
    if ends_at <= days.today:
        status = chance.weighted(_OVER_ASKED if asked else _OVER)
        forgotten = status is _S.COMPLETED and ends_at > days.today - _FORGOTTEN and chance.happens(0.3)
        return _S.CONFIRMED if forgotten else status
    status = chance.weighted(_AHEAD_ASKED if asked else _AHEAD)
    # A request waits two days for an answer and never beyond the appointment: one that is still open begins later.
    too_soon = status is _S.REQUESTED and starts_at < days.today + timedelta(days=2)
    return _S.CONFIRMED if too_soon else status


def _made_at(service: ServicePlan, starts_at: datetime, status: BookingStatus, days: Days, chance: Chance) -> datetime:
    """Some time before the visit, as early as the horizon and as late as the notice allow, and always before today."""
    if status is _S.REQUESTED:
        return days.today - timedelta(minutes=chance.whole(5, 20 * 60))
    most = min(service.horizon, chance.pick((3, 7, 14, 30, 45))) * 1440
    lead = timedelta(minutes=max(chance.whole(60, most), service.notice + 60), seconds=chance.whole(0, 59))
    if status in (_S.DECLINED, _S.EXPIRED, _S.CANCELLED):
        lead += timedelta(days=2)  # time for what happened then
    latest = days.today - timedelta(minutes=chance.whole(5, 4 * 1440))
    return max(min(starts_at - lead, latest), days.opened + timedelta(days=1))
