"""Availability: which starts of an offer are free, on which days, which are next, and which are near another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from models.busy import NOTHING, Busy, Ignoring
from models.look import Hours, Look, look
from models.offer import Offer
from models.service import Assignment
from models.used import full_days
from models.visit_look import look_for_visits
from rules.errors import Alternative
from rules.limits import without_full_dates
from rules.slot_checks import can_be_joined, days_offered, nearest
from rules.slots import offers
from rules.wall_time import day_start, epoch, epoch_ceiling, instant, local_date

ALTERNATIVES = 5
_ONE_DAY = timedelta(days=1)
_NEAR = timedelta(days=7)
_A_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class SlotPart:
    """One service of a slot: when (epoch seconds), and who could do it then, the preferred first."""

    service_id: UUID
    start: int
    end: int
    staff_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Slot:
    """A start (epoch seconds) with those who are free then, and the zone of the place where the first would serve.

    `parts` are its services, each as early as it can be. `remaining` are the seats that are left then, with whoever
    has most: 1 where a service is not shared.
    """

    start: int
    zone: ZoneInfo
    staff_ids: list[UUID]
    remaining: int
    parts: tuple[SlotPart, ...] = ()

    @property
    def end(self) -> int:
        """When all of it ends."""
        return self.parts[-1].end


async def free_slots(
    account_id: UUID, offer: Offer, first: date, last: date, now: datetime,
    *, staff_id: UUID | None = None, ignoring: Ignoring = NOTHING, party: int = 1,
) -> list[Slot]:  # fmt: skip
    """The free starts on the dates `first` to `last`, inclusive, as the place of the appointment counts dates.

    Sessions with seats for the party are among them, and nothing that overlaps a session of the same person.
    """
    looking = look_for_visits if offer.parts else look
    seen = await looking(account_id, offer, first, last, now, staff_id=staff_id, ignoring=ignoring, party=party)
    if seen is None:
        return []
    found: dict[int, Slot] = {}
    for (zone, allowed), candidates in seen.groups.items():
        for start, staff_ids in offers(candidates, offer.terms, allowed).items():
            slot = found.setdefault(start, Slot(start, zone, [], offer.capacity))
            slot.staff_ids.extend(staff_ids)
    if seen.busy.sessions:
        _add_sessions(found, offer, seen.open_hours, seen.busy, party)
    if offer.assignment is Assignment.COLLECTIVE:
        _name_everybody(found.values(), seen.open_hours)
    full = await full_days(account_id, offer, first - _ONE_DAY, last + _ONE_DAY, now, ignoring)
    return [_in_parts(offer, found[start], seen) for start in without_full_dates(sorted(found), full, offer.zone)]


def _in_parts(offer: Offer, slot: Slot, seen: Look) -> Slot:
    if not seen.plans:
        end = slot.start + offer.terms.duration
        return replace(slot, parts=(SlotPart(offer.service_id, slot.start, end, slot.staff_ids),))
    found = [plan for plans in seen.plans if (plan := plans.plan(slot.start, slot.staff_ids))]
    plan = min(found, key=lambda one: one.cost)
    parts = zip(offer.parts, plan.legs, plan.people, strict=True)
    return replace(slot, parts=tuple(SlotPart(part.service_id, leg.start, leg.end, who) for part, leg, who in parts))


async def free_days(
    account_id: UUID, offer: Offer, first: date, last: date, now: datetime,
    *, staff_id: UUID | None = None, ignoring: Ignoring = NOTHING, party: int = 1,
) -> list[date]:  # fmt: skip
    """Those of the dates `first` to `last` on which something is free. Cheaper than `free_slots`: it stops at the
    first start of each day, and at the first person who settles them all."""
    looking = look_for_visits if offer.parts else look
    seen = await looking(account_id, offer, first, last, now, staff_id=staff_id, ignoring=ignoring, party=party)
    if seen is None:
        return []
    days = [first + _ONE_DAY * count for count in range((last - first).days + 1)]
    found: set[date] = set()
    for (zone, allowed), candidates in seen.groups.items():
        begins = [day_start(day, zone) for day in [*days, last + _ONE_DAY]]
        free = days_offered(candidates, offer.terms, allowed, begins)
        found.update(day for day, any_free in zip(days, free, strict=True) if any_free)
    if seen.busy.sessions:
        joined: dict[int, Slot] = {}
        _add_sessions(joined, offer, seen.open_hours, seen.busy, party)
        found.update(local_date(start, slot.zone) for start, slot in joined.items())
    return sorted(found - await full_days(account_id, offer, first, last, now, ignoring))


async def next_free(
    account_id: UUID, offer: Offer, after: datetime, now: datetime, most: int,
    *, staff_id: UUID | None = None, ignoring: Ignoring = NOTHING, party: int = 1,
) -> list[Slot]:  # fmt: skip
    """The first free starts at `after` or later, at most `most`: of the next month where it has any, or else of the
    rest of the horizon. `offer` must have been read for all of it."""
    begin = local_date(epoch(max(after, now)), offer.zone) - _ONE_DAY
    end = local_date(epoch(now), offer.zone) + timedelta(days=offer.horizon_days + 1)
    # What is full is counted once: twice would be a statement more than looking at everything.
    soon = end if offer.limits else min(begin + _A_MONTH, end)
    for first, last in ((begin, soon), (soon + _ONE_DAY, end)):
        if first <= last:
            slots = await free_slots(
                account_id, offer, first, last, now, staff_id=staff_id, ignoring=ignoring, party=party
            )
            found = [slot for slot in slots if slot.start >= epoch_ceiling(after)]
            if found:
                return found[:most]
    return []


def _name_everybody(slots: Iterable[Slot], open_hours: list[Hours]) -> None:
    """A collective service has one team: where its lead is free, all of them are."""
    everybody = list(dict.fromkeys(person.staff_id for hours in open_hours for person in hours.team.members))
    for slot in slots:
        slot.staff_ids[:] = everybody


def _add_sessions(found: dict[int, Slot], offer: Offer, open_hours: list[Hours], busy: Busy, party: int) -> None:
    """The starts of sessions that have seats for the party, beside those at which a new one can begin."""
    joined = set()
    for hours in open_hours:
        lead = hours.team.lead
        for one in busy.sessions.get(lead.calendar_id, []):
            if one.remaining >= party and can_be_joined(
                one.start, one.end, hours.stretches, busy.away_of(one), offer.terms, hours.reach
            ):
                slot = found.get(one.start) or Slot(one.start, lead.zone, [], 0)
                slot.staff_ids.append(lead.staff_id)
                found[one.start] = slot if slot.remaining >= one.remaining else replace(slot, remaining=one.remaining)
                joined.add(one.start)
    places = {hours.team.lead.staff_id: place for place, hours in enumerate(open_hours)}
    for start in joined:
        found[start].staff_ids.sort(key=places.__getitem__)


async def alternatives(
    account_id: UUID, offer: Offer, wanted: datetime, now: datetime,
    *, staff_id: UUID | None = None, ignoring: Ignoring = NOTHING, instead_of: datetime | None = None, party: int = 1,
) -> list[Alternative]:  # fmt: skip
    """The free starts nearest to `wanted` that have room for the party, at most a week before or after it.

    `instead_of` is none of them.
    """
    day = local_date(epoch(wanted), _zone_of(offer, staff_id, epoch(wanted)))
    slots = await free_slots(
        account_id, offer, day - _NEAR, day + _NEAR, now, staff_id=staff_id, ignoring=ignoring, party=party
    )  # fmt: skip
    left_out = None if instead_of is None else epoch(instead_of)
    free = {slot.start: slot for slot in slots if slot.start != left_out}
    return [
        Alternative(instant(start), instant(free[start].end), free[start].zone.key)
        for start in nearest(list(free), epoch(wanted), ALTERNATIVES)
    ]


def _zone_of(offer: Offer, staff_id: UUID | None, start: int) -> ZoneInfo:
    person = offer.provider(staff_id) if staff_id else None
    return person.at(start).zone if person else offer.zone
