"""`calendera seed`: three businesses that could be real, the same every time, within every rule of the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from calendera.open_database import open_database
from calendera.seeding import BUSINESSES, demo, seed
from calendera.seeding.days import WEEKS_AHEAD, WEEKS_BACK, Days, open_windows
from calendera.settings import Settings
from models import (
    Account,
    Booking,
    Cancellation,
    Customer,
    Event,
    Occupancy,
    Service,
    Staff,
    TimeOff,
    Travel,
    User,
    passwords,
)
from models.storage.database import fetch
from models.storage.reach import Reach, reaching
from rules.booking_states import TRANSITIONS, BookingStatus, holds_occupancy
from rules.wall_time import epoch
from rules.zones import zone
from tests.clock import FrozenClock
from tests.product import Product, TestDatabase, settings_for

ROOT = Path(__file__).parents[1]
# A Thursday: Monday is the 22nd.
NOW = datetime(2027, 3, 25, 15, 30, tzinfo=UTC)


@dataclass(slots=True)
class Seeded:
    """A database of its own with the seed in it."""

    database: TestDatabase
    settings: Settings

    @classmethod
    async def make(cls, folder: Path, now: datetime = NOW) -> Seeded:
        database = TestDatabase(folder)
        await database.make()
        settings = settings_for(folder, database.url)
        await seed(settings, FrozenClock(now))
        return cls(database, settings)


@pytest.fixture(scope="session")
async def _seeded(_product: Product, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seeded]:
    await _product.stop()
    made = await Seeded.make(tmp_path_factory.mktemp("seed"))
    yield made
    await made.database.drop()


@pytest.fixture
async def seeded(_seeded: Seeded, product: Product) -> AsyncIterator[Seeded]:
    """The seeded database, connected."""
    await product.stop()
    async with open_database(_seeded.settings):
        with reaching(Reach.OPERATOR):
            yield _seeded
    await product.start()


async def test_there_are_three_businesses_with_enough_in_them(seeded: Seeded) -> None:
    accounts = await Account.all().order_by("created_at", "slug")
    assert sorted((one.slug, one.zone, one.currency) for one in accounts) == [
        ("auckland-tutor", "Pacific/Auckland", "NZD"),
        ("austin-hair", "America/Chicago", "USD"),
        ("praxis-linden", "Europe/Berlin", "EUR"),
    ]
    assert sum([await Customer.of(one.id).count() for one in accounts]) >= 500
    assert sum([await Booking.of(one.id).count() for one in accounts]) >= 5000
    for one in accounts:
        states = Counter(row.status for row in await Booking.of(one.id).only("status"))
        assert set(states) == set(BookingStatus), one.slug
        assert await TimeOff.of(one.id).count() >= 2
    assert await Service.of(accounts[0].id).count() >= 4
    assert sum([await Travel.of(one.id).count() for one in accounts]) == 1


async def test_this_week_has_a_diary(seeded: Seeded) -> None:
    salon = await Account.get(slug="austin-hair")
    week = Booking.of(salon.id).filter(
        starts_at__gte=datetime(2027, 3, 22, 5, tzinfo=UTC), starts_at__lt=datetime(2027, 3, 29, 5, tzinfo=UTC)
    )
    assert await week.count() >= 50
    assert await week.filter(status=BookingStatus.CONFIRMED, starts_at__gt=NOW).count() >= 20


async def test_no_two_blocked_times_of_a_calendar_overlap(seeded: Seeded) -> None:
    overlaps = await fetch(
        "SELECT count(*) AS found FROM occupancy a JOIN occupancy b ON a.account_id = b.account_id"
        " AND a.calendar_id = b.calendar_id AND a.id < b.id AND a.starts < b.ends AND b.starts < a.ends"
    )
    assert overlaps[0]["found"] == 0


async def test_exactly_the_active_bookings_block_their_time_with_buffers(seeded: Seeded) -> None:
    for account in await Account.all():
        blocked = {row.booking_id: (row.starts, row.ends) for row in await Occupancy.of(account.id)}
        expected = {
            row.id: (epoch(row.starts_at) - row.before_minutes * 60, epoch(row.ends_at) + row.after_minutes * 60)
            for row in await Booking.of(account.id)
            if holds_occupancy(row.status)
        }
        assert blocked == expected


async def test_every_booking_is_inside_opening_hours_and_on_the_grid(seeded: Seeded) -> None:
    days = Days.of(NOW)
    for plan in BUSINESSES:
        account = await Account.get(slug=plan.slug)
        names = dict(await Staff.of(account.id).values_list("id", "name"))
        steps = {row.id: row.step_minutes * 60 for row in await Service.of(account.id)}
        hours = {staff.name: [window for _, window in open_windows(plan, staff, days)] for staff in plan.staff}
        for row in await Booking.of(account.id):
            starts, ends = epoch(row.starts_at), epoch(row.ends_at)
            window = next((one for one in hours[names[row.staff_id]] if one[0] <= starts and ends <= one[1]), None)
            assert window is not None, (plan.slug, row.local_start)
            assert (starts - window[0]) % steps[row.service_id] == 0


async def test_both_clock_changes_of_every_zone_are_lived_through_at_the_same_local_hours(seeded: Seeded) -> None:
    for plan in BUSINESSES:
        account, place = await Account.get(slug=plan.slug), zone(plan.zone)
        offsets = {}
        for row in await Booking.of(account.id):
            local = row.starts_at.astimezone(place)
            assert row.local_start == f"{local:%Y-%m-%dT%H:%M}"
            assert 7 <= local.hour < 21, (plan.slug, row.local_start)
            offsets[row.starts_at] = local.utcoffset()
        ordered = [offsets[at] for at in sorted(offsets)]
        changes = sum(before != after for before, after in pairwise(ordered))
        assert changes == 2, plan.slug


@pytest.mark.parametrize("month", range(1, 13))
def test_the_year_holds_both_clock_changes_whenever_the_seed_is_made(month: int) -> None:
    days = Days.of(datetime(2027, month, 17, tzinfo=UTC)).dates()
    assert len(days) == 7 * (WEEKS_BACK + WEEKS_AHEAD)
    for plan in BUSINESSES:
        offsets = [datetime(day.year, day.month, day.day, 12, tzinfo=zone(plan.zone)).utcoffset() for day in days]
        assert sum(before != after for before, after in pairwise(offsets)) >= 2


async def test_histories_tell_how_each_booking_came_to_its_state(seeded: Seeded) -> None:
    for account in await Account.all():
        events: dict[object, list[Event]] = {}
        for event in await Event.of(account.id).filter(subject="booking").order_by("created_at", "id"):
            events.setdefault(event.subject_id, []).append(event)
        for row in await Booking.of(account.id):
            first, *later = events[row.id]
            assert (first.name, first.created_at, first.data["source"]) == (
                "booking_made", row.created_at, row.source.value,
            )  # fmt: skip
            status = BookingStatus(first.data["status"])
            for event in later:
                assert BookingStatus(event.data["previous"]) is status
                target = BookingStatus(event.name.removeprefix("booking_").upper())
                assert target in TRANSITIONS[status]
                status = target
            assert (status, row.version) == (row.status, 1 + len(later))
            assert row.updated_at == events[row.id][-1].created_at <= NOW


async def test_nothing_happened_in_the_future_or_too_early(seeded: Seeded) -> None:
    for account in await Account.all():
        for row in await Booking.of(account.id):
            assert row.created_at < row.starts_at and row.created_at < NOW
            if row.status in (BookingStatus.COMPLETED, BookingStatus.NO_SHOW):
                assert row.ends_at <= NOW
            assert (row.status is BookingStatus.REQUESTED) == (row.request_expires_at is not None)
            if row.request_expires_at is not None:
                assert NOW < row.request_expires_at <= row.starts_at
        reasons = {row.booking_id for row in await Cancellation.of(account.id)}
        called_off = (BookingStatus.CANCELLED, BookingStatus.DECLINED)
        assert reasons == {row.id for row in await Booking.of(account.id) if row.status in called_off}


async def test_nobody_in_it_can_be_a_real_person(seeded: Seeded) -> None:
    kept_free = ("+15125550", "+17375550", "+12545550", "+18305550", "+493023125", "+6495550")
    unusual = 0
    for account in await Account.all():
        for row in await Customer.of(account.id):
            assert row.email is None or row.email.endswith(("@example.com", "@example.org", "@example.net"))
            assert row.phone is None or row.phone.startswith(kept_free)
            unusual += any(ord(char) > 0x590 for char in row.name) or len(row.name) > 80
    for user in await User.all():
        assert user.email.endswith(("@example.com", "@example.org", "@example.net"))
    assert unusual >= 10


async def test_the_password_is_everybodys(seeded: Seeded) -> None:
    passwords.install("cheapest")
    users = await User.all()
    assert len(users) == 8
    for user in users:
        assert await passwords.matches(user.password_hash, demo.PASSWORD)


def test_days_count_from_the_monday_of_this_week() -> None:
    assert Days.of(NOW).monday == date(2027, 3, 22)
    assert Days.of(datetime(2027, 3, 21, 23, 59, tzinfo=UTC)).monday == date(2027, 3, 15)
    assert Days.of(datetime(2027, 3, 22, tzinfo=UTC)) == Days.of(datetime(2027, 3, 22, 23, tzinfo=UTC))
