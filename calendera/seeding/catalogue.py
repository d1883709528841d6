"""The rows of a business before its first booking: places, hours, people, services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from calendera.seeding.around import Units, equip, terms
from calendera.seeding.chance import Chance
from calendera.seeding.days import Days, away, overrides
from calendera.seeding.plan import BusinessPlan, ServicePlan, Windows
from models import Calendar, Location, Schedule, ScheduleOverride, Service, Staff, TimeOff, Travel
from models.act import Act
from models.event import record
from rules.wall_time import instant
from rules.zones import zone


@dataclass(slots=True)
class Catalogue:
    """What bookings refer to, by the names in the plan."""

    locations: dict[str, UUID]
    staff: dict[str, Staff]
    calendars: dict[UUID, UUID]
    services: dict[str, Service]
    units: Units


async def make_catalogue(act: Act, plan: BusinessPlan, days: Days, chance: Chance) -> Catalogue:
    """Everything through the models' verbs, so that each row has its event."""
    locations = {}
    for name, address in plan.locations.items():
        row = await Location.begin(act, id=chance.key(act.at), name=name, address=address, zone=plan.zone)
        locations[name] = row.id
    schedules = {name: await _schedule(act, plan, name, days, chance) for name in plan.schedules}
    staff = {}
    for one in plan.staff:
        staff[one.name] = await Staff.begin(
            act, id=chance.key(act.at), name=one.name, title=one.title, email=one.email,
            location_id=locations[one.location], schedule_id=schedules[one.schedule],
        )  # fmt: skip
    services = {one.slug: await _service(act, plan, one, staff, chance) for one in plan.services}
    await _time_off(act, plan, staff, days, chance)
    for trip in plan.travels:
        first, last = trip.dates(days.monday)
        await Travel.enter(
            act, id=chance.key(act.at), staff_id=staff[trip.staff].id, location_id=None, zone=trip.zone,
            schedule_id=None, first_on=first, last_on=last,
        )  # fmt: skip
    calendars = {row.staff_id: row.id for row in await Calendar.of(act.account_id) if row.staff_id}
    # By a stream of its own: what is added here changes nobody's bookings.
    units = await equip(act, plan, services, Chance(f"{plan.slug}, around services"))
    return Catalogue(locations, staff, calendars, services, units)


async def _schedule(act: Act, plan: BusinessPlan, name: str, days: Days, chance: Chance) -> UUID:
    weekly = [
        {"weekday": day, "start_minute": start, "end_minute": end, "valid_from": None, "valid_until": None}
        for day, spans in plan.schedules[name].items()
        for start, end in spans
    ]
    row = await Schedule.begin(act, id=chance.key(act.at), name=name, zone=plan.zone, weekly=weekly)
    for day, windows in overrides(plan, days).items():
        await ScheduleOverride.add(
            act.account_id, id=chance.key(act.at), created_at=act.at, schedule_id=row.id, on_date=day,
            windows=_lists(windows),
        )  # fmt: skip
        await record(act, "schedule_override_set", "schedule", row.id, on=day.isoformat())
    return row.id


def _lists(windows: Windows) -> list[list[int]]:
    return [list(window) for window in windows]


async def _service(act: Act, plan: BusinessPlan, one: ServicePlan, staff: dict[str, Staff], chance: Chance) -> Service:
    money: dict[str, Any] = {} if one.price is None else {"price_minor": one.price, "currency": plan.currency}
    row = await Service.begin(
        act, id=chance.key(act.at), name=one.name, slug=one.slug, description=one.description,
        duration_minutes=one.minutes, step_minutes=one.step, slot_mode=one.mode, before_minutes=one.before,
        after_minutes=one.after, notice_minutes=one.notice, horizon_days=one.horizon, confirmation=one.confirmation,
        request_minutes=2880, cancel_cutoff_minutes=one.cutoff, reschedule_cutoff_minutes=one.cutoff,
        visibility=one.visibility, capacity=one.capacity, assignment=one.assignment, **money, **terms(plan, one),
    )  # fmt: skip
    for number, name in enumerate(one.by):
        await row.offer(act, staff[name].id, 2 if number == 0 else 1)
    if one.archived:
        await row.archive(act, row.version)
    return row


async def _time_off(act: Act, plan: BusinessPlan, staff: dict[str, Staff], days: Days, chance: Chance) -> None:
    for off in plan.time_off:
        starts, ends = away(off, days, zone(plan.zone))
        await TimeOff.begin(
            act, id=chance.key(act.at), staff_id=staff[off.staff].id if off.staff else None,
            starts_at=instant(starts), ends_at=instant(ends), reason=off.reason,
        )  # fmt: skip
