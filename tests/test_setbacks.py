"""A row that no job can deal with holds up neither the others nor the job: it is tried more and more seldom, then given
up and told to whoever runs the server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from calendera.worker import Worker
from models.backlog import Backlog, backlog
from models.booking import Booking
from models.calendar_subscription import CalendarSubscription
from models.external_busy import Whose
from models.hold import Hold
from models.mail import Mail, MailTemplate
from models.service import Confirmation
from models.setback import Setback, try_again
from models.storage.database import execute
from models.waitlist import WaitlistEntry
from rules.retrying import ATTEMPTS
from tests.bookable import HOLD, Desk, bookable, nothing_overdue, said
from tests.businesses import Business
from tests.conftest import NOW
from tests.product import Product
from tests.served import command, environment_for
from tests.test_waitlist import join

LATER = "FROM_A_LATER_VERSION"
Left = Callable[[], Awaitable[list[str]]]
# Sets two rows up for a job, of which the bad one is due before the other, and says what is left of them.
Making = Callable[[Business], Awaitable[tuple[datetime, str, Left]]]


@pytest.fixture(autouse=True)
async def nothing_else_is_due(product: Product) -> AsyncIterator[None]:
    """Nor is anything left of what these tests spoil."""
    await _clean()
    yield
    await execute("UPDATE booking SET source = 'WIDGET', version = version + 1 WHERE source = $1", LATER)
    await _clean()


async def _clean() -> None:
    await nothing_overdue(NOW + timedelta(days=400))
    await execute(
        "UPDATE booking SET request_expires_at = $1, version = version + 1"
        " WHERE id IN (SELECT subject_id FROM setback)",
        NOW + timedelta(days=4000),
    )
    for table in ("setback", "waitlist_entry", "calendar_subscription", "hold", "reminder", "mail"):
        await execute(f"DELETE FROM {table}")


async def spoil(booking: Booking) -> None:
    """Nobody can read it."""
    await execute(
        "UPDATE booking SET source = $3, version = version + 1 WHERE account_id = $1 AND id = $2",
        booking.account_id,
        booking.id,
        LATER,
    )


async def booked(desk: Desk, *hours: int) -> list[Booking]:
    for hour in hours:
        await desk.book(desk.business.owner, at=desk.at(hour))
    return list(await Booking.of(desk.business.account.id).order_by("starts_at"))


async def reminders(salon: Business) -> tuple[datetime, str, Left]:
    desk = await bookable(salon)
    bad, good = await booked(desk, 10, 11)
    await spoil(bad)

    async def left() -> list[str]:
        sent = {mail.about_id for mail in await Mail.filter(template=MailTemplate.BOOKING_REMINDER)}
        return [name for name, one in (("bad", bad), ("good", good)) if one.id not in sent]

    return desk.at(11) - timedelta(days=1), "reminders", left


async def requests(salon: Business) -> tuple[datetime, str, Left]:
    desk = await bookable(salon, confirmation=Confirmation.MANUAL, request_minutes=60)
    bad, good = await booked(desk, 10, 11)
    await spoil(bad)

    async def left() -> list[str]:
        rows = Booking.of(salon.account.id).filter(status="REQUESTED")
        return [{bad.id: "bad", good.id: "good"}[id] for (id,) in await rows.values_list("id")]

    return NOW + timedelta(hours=2), "expired requests", left


async def holds(salon: Business) -> tuple[datetime, str, Left]:
    desk = await bookable(salon, capacity=4)
    for hour in (10, 12):
        await salon.owner.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(hour))})
    rows = Hold.of(salon.account.id)
    await rows.filter(starts_at=desk.at(10)).update(party_size=40)  # more than the session has seats

    async def left() -> list[str]:
        return ["bad" if hold.starts_at == desk.at(10) else "good" for hold in await rows]

    return NOW + timedelta(hours=1), "expired holds", left


async def waiting(salon: Business) -> tuple[datetime, str, Left]:
    desk = await bookable(salon)
    for name in ("bad", "good"):
        salon.product.clock.advance(seconds=1)
        await join(salon.owner, desk, name)
    await execute("UPDATE waitlist_entry SET weekdays = '5' WHERE id = $1", (await entry(salon, "WAITING")).id)
    return NOW + timedelta(minutes=1), "waitlist", lambda: named(salon, "WAITING")


async def offered(salon: Business) -> tuple[datetime, str, Left]:
    desk = await bookable(salon, capacity=4, waitlist_minutes=30)
    for name in ("bad", "good"):
        salon.product.clock.advance(seconds=1)
        await join(salon.owner, desk, name, partySize=4)
    await only(salon, "waitlist").round()
    bad = await entry(salon, "OFFERED")
    await Hold.of(salon.account.id).filter(token_hash=bad.hold_hash).update(party_size=40)
    return NOW + timedelta(hours=3), "expired waitlist", lambda: named(salon, "OFFERED")


async def entry(salon: Business, state: str) -> WaitlistEntry:
    return (await WaitlistEntry.of(salon.account.id).filter(state=state).order_by("created_at"))[0]


async def named(salon: Business, state: str) -> list[str]:
    rows = await WaitlistEntry.of(salon.account.id).filter(state=state).order_by("created_at").values("customer_id")
    first = (await WaitlistEntry.of(salon.account.id).order_by("created_at").values("customer_id"))[0]
    return ["bad" if row == first else "good" for row in rows]


async def calendars(salon: Business) -> tuple[datetime, str, Left]:
    desk = await bookable(salon, staff=2)
    for number, person in enumerate(desk.staff):
        address = f"https://127.0.0.1:{number + 1}/a.ics"
        await CalendarSubscription.begin(salon.act, Whose(staff_id=person.id), "Elsewhere", address)
    rows = CalendarSubscription.of(salon.account.id)
    bad = (await rows.order_by("id"))[0]
    await rows.filter(id=bad.id).update(address_sealed="sealed with a key that is lost", due_at=NOW)

    async def left() -> list[str]:
        asked = await rows.exclude(asked_at=None)
        assert all(one.due_at > NOW + timedelta(minutes=10) and one.failures == 1 for one in asked)
        return [] if len(asked) == 2 else ["good"]

    return NOW + timedelta(minutes=5), "calendars", left


def only(salon: Business, *names: str) -> Worker:
    """A worker that does these jobs."""
    worker = Worker(salon.product.settings, salon.product.clock)
    worker.jobs = tuple(job for job in worker.jobs if job.name in names)
    assert len(worker.jobs) == len(names)
    return worker


async def of(job: str, now: datetime) -> Backlog:
    return next(one for one in await backlog(now, timedelta(minutes=5)) if one.job == job)


@pytest.mark.parametrize("make", [reminders, requests, holds, waiting, offered, calendars])
async def test_a_bad_row_holds_up_no_other(product: Product, salon: Business, make: Making) -> None:
    due, job, left = await make(salon)
    product.clock.stand_at(due)
    worker = only(salon, job)
    await worker.round()
    remaining = await left()
    assert "good" not in remaining
    told = await of(job, due)
    assert (told.due, told.overdue, told.again, told.given_up) == (0, 0, 2 if job == "calendars" else 1, 0)
    await worker.round()  # it is not tried at once again
    assert await of(job, due) == told and await left() == remaining


async def test_it_is_tried_more_and_more_seldom_then_given_up_until_somebody_wants_it(
    product: Product, salon: Business
) -> None:
    due, job, left = await reminders(salon)
    product.clock.stand_at(due)
    worker, pauses = only(salon, job), []
    await worker.round()
    while (row := await Setback.get(job=job)).given_up_at is None:
        pauses.append(row.retry_at - product.clock.now())
        product.clock.stand_at(row.retry_at - timedelta(seconds=1))
        await worker.round()
        assert (await Setback.get(job=job)).attempts == row.attempts
        product.clock.stand_at(row.retry_at)
        await worker.round()
    assert row.attempts == ATTEMPTS and pauses == sorted(pauses) and pauses[0] == timedelta(minutes=1)
    assert await left() == ["bad"] and (await of(job, product.clock.now())).given_up == 1
    # Its cause is mended, and whoever runs the server says so, while the appointment is still to come.
    product.clock.stand_at(due + timedelta(hours=1))
    await execute("UPDATE booking SET source = 'WIDGET', version = version + 1 WHERE source = $1", LATER)
    await worker.round()
    assert await left() == ["bad"]
    assert await try_again() == 1
    await worker.round()
    assert await left() == [] and not await Setback.exists()


async def test_what_worked_in_the_end_leaves_no_trace(product: Product, salon: Business) -> None:
    due, job, left = await reminders(salon)
    product.clock.stand_at(due)
    await only(salon, job).round()
    await execute("UPDATE booking SET source = 'WIDGET', version = version + 1 WHERE source = $1", LATER)
    product.clock.advance(minutes=1)
    await only(salon, job).round()
    assert await left() == [] and not await Setback.exists()


async def test_an_operator_reads_what_is_late_and_puts_back_what_was_given_up(
    product: Product, salon: Business
) -> None:
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    for at in (long_ago, datetime.now(UTC)):
        await Mail.post(MailTemplate.SIGN_UP, "ada@late.example", at, account_id=None, about_id=salon.account.id)
    (product.folder / "var").mkdir(exist_ok=True)
    environment = environment_for(product.folder, product.database.url)

    def jobs(*options: str) -> tuple[int, str]:
        done = command(environment, "jobs", *options)
        return done.returncode, done.stdout

    status, text = jobs()
    line = next(line for line in text.splitlines() if line.startswith("mail "))
    assert status == 1 and line.split()[:5] == ["mail", "2", "01-01", "00:00", "1"]
    assert "OVERDUE" in text and "example" not in text
    await Mail.all().update(dead_at=datetime.now(UTC))
    status, text = jobs("--json")
    (mail,) = [one for one in json.loads(text) if one["job"] == "mail"]
    assert (mail["due"], mail["given_up"], mail["leased"]) == (0, 2, 0)
    _, text = jobs("--again", "--beyond", "525600")
    assert "2 that were given up" in text
    assert await Mail.filter(dead_at=None, attempts=0).count() == 2
    await Mail.all().delete()
