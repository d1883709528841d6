"""Thousands of random operations on a diary: what each answers and what is stored after it is what a model says.

Every walk is the same on every machine; where one fails, its number and its last steps are told.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from models.booking import Booking
from models.location import Location
from models.occupancy import Occupancy
from models.service import Confirmation
from models.staff import Calendar
from models.storage.database import fetch
from rules.slots import SlotMode
from tests.bookable import opened
from tests.businesses import Business
from tests.diary.model import BLOCKING, ZONE, Diary, Terms
from tests.diary.walk import Walk, first_act

WALKS, STEPS = 8, 260
FIRST = date(2026, 10, 31)  # in New York clocks go back on the night after
_COUNTED = """
    SELECT (SELECT count(*) FROM event WHERE account_id = $1 AND subject IN ('booking', 'hold')) AS events,
      (SELECT count(*) FROM mail WHERE account_id = $1) AS mails
"""
HOURS = [(540, 790), (790, 900)]


def terms() -> list[Terms]:
    """Three services that share three people: with buffers, on request, and one right after the other."""
    return [
        Terms([0, 1], 60, 30, after=15, notice=60, cancel_cutoff=120, move_cutoff=60),
        Terms([1, 2], 30, 15, before=10, after=5, waits=90, horizon=2),
        Terms([0, 2], 20, 20, packed=True, cancel_cutoff=30),
    ]


async def begin(business: Business, seed: int) -> Walk:
    """A walk that stands before its first step, in the morning of the first day."""
    where = await Location.begin(business.act, name="Shop", zone=ZONE.key)
    services = [
        await business.service(
            f"Service {number}", location_id=where.id, duration_minutes=one.duration,
            step_minutes=one.step, before_minutes=one.before, after_minutes=one.after,
            slot_mode=SlotMode.PACKED if one.packed else SlotMode.GRID,
            notice_minutes=one.notice, horizon_days=one.horizon, cancel_cutoff_minutes=one.cancel_cutoff,
            reschedule_cutoff_minutes=one.move_cutoff, request_minutes=one.waits or 1440,
            confirmation=Confirmation.MANUAL if one.waits else Confirmation.AUTO,
        ) for number, one in enumerate(terms())
    ]  # fmt: skip
    schedule = await opened(business, zone=ZONE.key)
    staff = [await business.staff(f"Person {number}", schedule_id=schedule.id) for number in range(3)]
    for service, one in zip(services, terms(), strict=True):
        for number in one.who:
            await service.offer(business.act, staff[number].id, 1)
    diary = Diary(terms(), {}, datetime(2026, 10, 31, 10, tzinfo=UTC).timestamp())
    walk = Walk(random.Random(seed), first_act(business.account.id, diary.now), diary, services, staff, schedule)
    for number in range(3):
        day = FIRST + timedelta(days=number)
        diary.days[day] = [(0, 180), (540, 900)] if number == 1 else HOURS  # with four hours in the night of the change
        await schedule.set_override(walk.act, day, [list(window) for window in diary.days[day]])
    return walk


class Watch:
    """What only grows or never changes, as it was seen last."""

    def __init__(self) -> None:
        self.kept: dict[UUID, tuple[str, str]] = {}

    async def compare(self, walk: Walk) -> None:
        """The database holds exactly what the model does."""
        account = walk.act.account_id
        rows = await Booking.of(account).all()
        assert {row.id for row in rows} == set(walk.diary.bookings)
        for row in rows:
            one = walk.diary.bookings[row.id]
            found = (row.status, row.staff_id, int(row.starts_at.timestamp()) // 60, row.version, row.sequence)
            assert found == (one.status, walk.staff[one.staff].id, one.start, one.version, one.sequence)
            assert self.kept.setdefault(row.id, (row.reference, row.ical_uid)) == (row.reference, row.ical_uid)
        await self._compare_blocked(walk)
        (numbers,) = await fetch(_COUNTED, account)
        assert (numbers["events"], numbers["mails"]) == (walk.events, walk.mails)

    async def _compare_blocked(self, walk: Walk) -> None:
        account = walk.act.account_id
        calendars = await Calendar.of(account).all()
        whose = {calendar.id: calendar.staff_id for calendar in calendars}
        rows = await Occupancy.of(account).all()
        booked = {(row.booking_id, whose[row.calendar_id], row.starts, row.ends) for row in rows if row.booking_id}
        assert booked == {
            (key, walk.staff[one.staff].id, one.blocked[0] * 60, one.blocked[1] * 60)
            for key, one in walk.diary.bookings.items() if one.status in BLOCKING
        }  # fmt: skip
        now = walk.diary.now
        held = Counter((row.starts, row.ends, row.expires) for row in rows if row.expires and row.expires > now)
        live = [one for _, one in walk.diary.live_holds()]
        assert held == Counter((one.blocked[0] * 60, one.blocked[1] * 60, one.ends_by) for one in live)
        for calendar in calendars:
            spans = {(row.starts, row.ends) for row in rows if row.calendar_id == calendar.id}
            ordered = sorted(spans)
            assert all(first[1] <= second[0] for first, second in pairwise(ordered))


@pytest.mark.parametrize("seed", range(WALKS))
async def test_a_diary_is_what_its_model_says(salon: Business, seed: int) -> None:
    walk, watch = await begin(salon, seed), Watch()
    steps: list[str] = []
    try:
        for _ in range(STEPS):
            steps.append(await walk.step())
            await watch.compare(walk)
            await walk.look()
    except AssertionError as error:
        raise AssertionError(f"walk {seed}, step {len(steps)}, after {steps[-8:]}: {error}") from error
    for what in ("book: done", "book: SlotTaken", "hold: done", "move: done"):
        assert walk.did.get(what, 0) >= 3, f"this walk says little about {what}"
