"""What availability costs, for more and more people and days.

    CALENDERA_TEST_DATABASE=sqlite python -m bench.availability
    CALENDERA_TEST_DATABASE=postgres CALENDERA_TEST_POSTGRES_URL=postgresql://… python -m bench.availability

Each person has the same week, a 15-minute grid and 6 appointments a day. *Deciding* is what this program computes from
the rows of the database, warm: what they say is brought anew each time, from memory. *Asking* is the whole request over
ASGI, without a socket. Medians of processor time of this process; PostgreSQL's own is not in it, SQLite's is.
Writes bench/results/availability-<engine>.md and .svg.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.plot import scatter
from models import busy, offer
from models.availability import free_slots
from models.booking import Booking, local_start
from models.customer import Customer
from models.occupancy import Occupancy
from models.staff import Calendar
from models.storage.database import counting, transaction
from models.storage.reach import Reach, bound, reaching
from rules.booking_states import BookingStatus
from rules.wall_time import epoch
from rules.zones import zone
from tests.bookable import AVAILABILITY, TOMORROW, ZONE, Desk, bookable
from tests.businesses import make_business
from tests.conftest import NOW
from tests.product import ENGINE, Product

PEOPLE = (1, 5, 10, 25, 50, 100)
DAYS = (7, 15, 30, 60)
A_DAY = 6
ROUNDS = 9
RESULTS = Path("bench/results")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement; milliseconds of processor time."""

    people: int
    days: int
    slots: int
    statements: int
    deciding: float
    asking: float


async def fill(desk: Desk) -> None:
    """Six appointments a day for everyone, of 45 minutes, at times that differ from person to person."""
    account = desk.business.account.id
    customer, _ = await Customer.find_or_create(desk.business.act, "Ada", "ada@example.com", None)
    for number, person in enumerate(desk.staff):
        calendar = await Calendar.of(account).get(staff_id=person.id)
        made: list[Booking] = []
        for nth in range(max(DAYS) * A_DAY):
            starts_at = desk.at(9 + nth % A_DAY, 15 * (number % 2), day=nth // A_DAY)
            made.append(_appointment(desk, person.id, customer.id, starts_at))
        async with transaction():
            await Booking.of(account).bulk_create(made)
            taken = (_occupancy(account, calendar.id, one) for one in made)
            await Occupancy.of(account).bulk_create(list(taken))


def _appointment(desk: Desk, staff_id: Any, customer_id: Any, starts_at: datetime) -> Booking:
    return Booking(
        id=uuid4(), account_id=desk.business.account.id, created_at=NOW, updated_at=NOW, reference=uuid4().hex[:12],
        status=BookingStatus.CONFIRMED, service_id=desk.service.id, staff_id=staff_id, customer_id=customer_id,
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45), zone=ZONE, source="IMPORT",
        local_start=local_start(starts_at, zone(ZONE)), ical_uid=uuid4().hex, manage_hash=uuid4().hex, manage_nonce="-",
    )  # fmt: skip


def _occupancy(account_id: Any, calendar_id: Any, one: Booking) -> Occupancy:
    return Occupancy(
        id=uuid4(), account_id=account_id, created_at=NOW, calendar_id=calendar_id, booking_id=one.id,
        starts=epoch(one.starts_at), ends=epoch(one.ends_at),
    )  # fmt: skip


@contextmanager
def remembered() -> Iterator[None]:
    """The database's answers from memory: what is left is what this program does with them."""
    fetch, known = busy.fetch, {}

    async def recall(statement: str, *values: Any) -> Any:
        key = (statement, repr(values))  # some values are lists
        if key not in known:
            known[key] = await fetch(statement, *values)
        return known[key]

    busy.fetch = offer.fetch = recall  # type: ignore[attr-defined]
    try:
        yield
    finally:
        busy.fetch = offer.fetch = fetch  # type: ignore[attr-defined]


async def median_ms(work: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds of processor time, warm."""
    await work()
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        await work()
        taken.append(time.process_time() - began)
    return statistics.median(taken) * 1000


async def measure(desk: Desk, days: int) -> Figure:
    """One range of days of one business."""
    last = TOMORROW + timedelta(days=days - 1)
    account = desk.business.account.id

    async def decide() -> int:
        read = await offer.read_offer(account, desk.service.id, TOMORROW, last)
        assert read is not None
        return len(await free_slots(account, read, TOMORROW, last, NOW))

    async def ask() -> None:
        await desk.business.owner.ok(AVAILABILITY, **{"serviceId": desk.id, "from": str(TOMORROW), "to": str(last)})

    with bound(account), remembered():
        slots, deciding = await decide(), await median_ms(decide)
    with counting() as statements:
        await ask()
    return Figure(len(desk.staff), days, slots, len(statements) - 1, deciding, await median_ms(ask))


def told(figures: list[Figure]) -> str:
    """The result as a page."""
    lines = [
        f"# Availability: {'PostgreSQL' if ENGINE == 'postgres' else 'SQLite'}", "",
        f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()};"
        f" load {os.getloadavg()[0]:.1f}: {_alone()}. `python -m bench.availability` says what is measured.", "",
        "| people | days | slots | statements | deciding, ms | for a person's day, µs | asking, ms |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for one in figures:
        each = one.deciding * 1000 / (one.people * one.days)
        lines.append(
            f"| {one.people} | {one.days} | {one.slots} | {one.statements} | {one.deciding:.2f} | {each:.1f} |"
            f" {one.asking:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _alone() -> str:
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    return "others used the machine, which makes processor time longer too" if busy else "the machine was ours"


async def main() -> list[Figure]:
    """Measure on a database of its own."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        await product.database.make()
        try:
            await product.start()
            product.clock.stand_at(NOW)
            for people in PEOPLE:
                with reaching(Reach.OPERATOR):
                    salon = await make_business(product, f"Salon {people}")
                    desk = await bookable(salon, staff=people, duration_minutes=45, step_minutes=15)
                    await fill(desk)
                for days in DAYS:
                    figures.append(await measure(desk, days))
                    print(figures[-1])
        finally:
            await product.stop()
            await product.database.drop()
    return figures


if __name__ == "__main__":
    found = asyncio.run(main())
    (RESULTS / f"availability-{ENGINE}.md").write_text(told(found), "utf-8")
    points = [(one.people * one.days, one.deciding) for one in found]
    words = ("people × days", "deciding, ms of processor time")
    (RESULTS / f"availability-{ENGINE}.svg").write_text(scatter(points, *words), "utf-8")
    print(told(found))
