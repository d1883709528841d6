"""The worker as a whole: what expires goes at its time, an error stays where it is, processes share the work."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from starlette.applications import Starlette
from uuid_utils.compat import uuid7

from calendera.app import build
from calendera.worker import Job, Worker
from models.challenge import Challenge, ChallengePurpose
from models.hold import Hold
from models.idempotency import KEPT, IdempotencyKey
from models.keyring import link_token, random_nonce
from models.mail import LEASE, Mail, MailTemplate
from models.membership import Invitation, Role
from models.session import Session
from models.storage.database import execute
from models.storage.reach import Reach
from models.tenancy import across_accounts
from models.totp import Totp
from models.user import PasswordReset, SignUp
from permissions.roles import may_assign
from rules.tokens import token_hash
from tests.appointments import appointment
from tests.businesses import Business, make_user
from tests.conftest import NOW
from tests.product import Product
from tests.served import PATIENCE

# In the past for the clock of this machine, so that a process of its own finds it due.
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
COMMAND = [sys.executable, "-c", "from calendera.cli import main; main()", "worker"]
Present = Callable[[], Awaitable[int]]


@pytest.fixture(autouse=True)
async def empty_queue(product: Product) -> None:
    await Mail.all().delete()


@pytest.fixture
def worker(product: Product) -> Worker:
    return Worker(product.settings, product.clock)


async def waiting_mail(to: str, due: datetime = LONG_AGO) -> None:
    """A mail that has something to tell at any time: a sign-up that can be confirmed for years."""
    id, nonce = uuid7(), random_nonce()
    await SignUp.create(
        id=id, created_at=due, email=to, name="Ada", business_name="Salon", slug="ada", currency="EUR",
        zone="Europe/Berlin", locale="de-DE", password_hash="!", nonce=nonce,
        token_hash=token_hash(link_token("su", id, nonce)), expires_at=datetime(2036, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    await Mail.post(MailTemplate.SIGN_UP, to, due, account_id=None, about_id=id)


def delivered(product: Product) -> list[str]:
    """The recipients of every mail in the spool."""
    files = product.settings.mail_spool.glob("*.eml")
    return [str(message_from_bytes(file.read_bytes(), policy=policy.default)["To"]) for file in files]


async def an_idempotency_key(salon: Business) -> tuple[Present, timedelta]:
    asked = {"principal": "p", "operation": "book", "key": f"{uuid7()}", "digest": "0" * 64}
    row = await IdempotencyKey.add(salon.account.id, created_at=NOW, expires_at=NOW + KEPT, **asked)
    return lambda: IdempotencyKey.of(salon.account.id).filter(id=row.id).count(), timedelta(hours=24)


async def a_sign_up(salon: Business) -> tuple[Present, timedelta]:
    email = f"{uuid7()}@example.com"
    values = {"name": "A", "business_name": "B", "slug": "c", "zone": "UTC", "currency": "EUR", "locale": "de"}
    await SignUp.ask(NOW, email=email, password_hash="!", **values)
    return lambda: SignUp.filter(email=email).count(), timedelta(hours=24)


async def an_unused_reset(salon: Business) -> tuple[Present, timedelta]:
    await PasswordReset.ask(salon.owner_user.email, NOW)
    return lambda: PasswordReset.filter(user_id=salon.owner_user.id).count(), timedelta(hours=1 + 24)


async def an_ended_session(salon: Business) -> tuple[Present, timedelta]:
    user = await make_user(NOW)
    await Session.begin(user.id, None, "Test", NOW, 30)
    await Session.filter(user_id=user.id).update(ended_at=NOW)
    return lambda: Session.filter(user_id=user.id).count(), timedelta(days=30)


async def a_session_that_ran_out(salon: Business) -> tuple[Present, timedelta]:
    user = await make_user(NOW)
    await Session.begin(user.id, None, "Test", NOW, 10)
    return lambda: Session.filter(user_id=user.id).count(), timedelta(days=10 + 30)


async def an_invitation(salon: Business) -> tuple[Present, timedelta]:
    row = await Invitation.send(salon.act, f"{uuid7()}@example.com", Role.STAFF, None, may_assign)
    return lambda: Invitation.of(salon.account.id).filter(id=row.id).count(), row.expires_at - NOW + timedelta(days=30)


async def a_begun_sign_in(salon: Business) -> tuple[Present, timedelta]:
    await Challenge.begin(ChallengePurpose.SECOND_FACTOR, NOW, user_id=salon.owner_user.id)
    return lambda: Challenge.filter(user_id=salon.owner_user.id).count(), timedelta(minutes=5)


async def an_app_that_was_never_confirmed(salon: Business) -> tuple[Present, timedelta]:
    await Totp.set_up(salon.owner_user.id, NOW)
    return lambda: Totp.filter(user_id=salon.owner_user.id).count(), timedelta(hours=1)


async def a_hold(salon: Business) -> tuple[Present, timedelta]:
    booking = (await appointment(salon)).booking
    row = await Hold.add(
        salon.account.id, created_at=NOW, service_id=booking.service_id, staff_id=booking.staff_id,
        starts_at=booking.starts_at, ends_at=booking.ends_at, token_hash=token_hash(f"{uuid7()}"),
        expires_at=NOW + timedelta(minutes=5),
    )  # fmt: skip
    calendar = "(SELECT id FROM calendar WHERE account_id = $1 AND staff_id = $2)"
    await execute(
        "INSERT INTO occupancy (account_id, id, created_at, calendar_id, hold_id, starts, ends, expires)"
        f" VALUES ($1, $3, $4, {calendar}, $5, 1800000000, 1800003600, $6)",
        salon.account.id, booking.staff_id, uuid7(), NOW, row.id, int(row.expires_at.timestamp()),
    )  # fmt: skip
    return lambda: Hold.of(salon.account.id).filter(id=row.id).count(), timedelta(minutes=5)


@pytest.mark.promise("7.1")
@pytest.mark.parametrize(
    "make",
    [
        an_idempotency_key, a_sign_up, an_unused_reset, an_ended_session, a_session_that_ran_out, an_invitation, a_hold,
        a_begun_sign_in, an_app_that_was_never_confirmed,
    ],
)  # fmt: skip
async def test_what_has_outlived_its_purpose_goes_at_its_time_and_not_before(
    product: Product, salon: Business, worker: Worker, make: Callable[[Business], Awaitable[tuple[Present, timedelta]]]
) -> None:
    present, kept = await make(salon)
    product.clock.stand_at(NOW + kept - timedelta(seconds=1))
    await worker.round()
    assert await present() == 1
    product.clock.stand_at(NOW + kept)
    await asyncio.gather(worker.round(), Worker(product.settings, product.clock).round())
    assert await present() == 0


async def test_more_than_a_batch_goes_in_one_round(product: Product, salon: Business, worker: Worker) -> None:
    for number in range(450):
        asked = {"principal": "p", "operation": "book", "key": f"{number}", "digest": "0" * 64}
        await IdempotencyKey.add(salon.account.id, created_at=NOW, expires_at=NOW, **asked)
    await worker.round()
    assert await across_accounts(IdempotencyKey, Reach.OPERATOR).filter(expires_at__lte=NOW).count() == 0


async def test_a_mail_that_nobody_can_read_holds_up_no_other(product: Product, worker: Worker) -> None:
    broken, fine = f"{uuid7()}@example.com", f"{uuid7()}@example.com"
    await waiting_mail(broken, NOW - timedelta(minutes=1))
    await execute('UPDATE mail SET template = $1 WHERE "to" = $2', "FROM_A_LATER_VERSION", broken)
    await waiting_mail(fine, NOW)
    await worker.round()
    await worker.round()
    assert fine in delivered(product) and broken not in delivered(product)
    # Put right (by the later version, say) it is sent: it was not lost.
    await execute('UPDATE mail SET template = $1 WHERE "to" = $2', "SIGN_UP", broken)
    product.clock.advance(minutes=3)
    await worker.round()
    assert broken in delivered(product)


async def test_an_error_in_one_job_stops_no_other_and_the_job_is_tried_again(product: Product, worker: Worker) -> None:
    calls = {"bad": 0, "good": 0}

    async def bad() -> int:
        calls["bad"] += 1
        raise RuntimeError("no")

    async def good() -> int:
        calls["good"] += 1
        return 0

    worker.jobs = (Job("bad", bad, 0.01), Job("good", good, 0.01))
    stopping = asyncio.Event()
    task = asyncio.create_task(worker.work(stopping))
    async with asyncio.timeout(PATIENCE):
        while calls["good"] < 5 or calls["bad"] < 2:  # noqa: ASYNC110 - the jobs tell nobody when they run
            await asyncio.sleep(0.01)
        stopping.set()
        await task
    assert calls["good"] > calls["bad"]


async def test_the_server_does_the_work_itself_where_it_is_told_to(product: Product) -> None:
    to = f"{uuid7()}@example.com"
    await waiting_mail(to)
    await product.stop()
    app = build(product.settings.model_copy(update={"run_worker": True}), product.clock)
    assert isinstance(app, Starlette)
    async with app.router.lifespan_context(app):
        await until(lambda: to in delivered(product))
    await product.start()
    assert delivered(product).count(to) == 1


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - a file tells nobody that it is there
            await asyncio.sleep(0.02)


@asynccontextmanager
async def process(product: Product, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`calendera worker` as a process of its own, with the clock of this machine."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALENDERA_")}
    environment |= {"CALENDERA_DATA_DIR": str(product.folder), "CALENDERA_DATABASE_URL": product.database.url, **more}
    quiet = asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(*COMMAND, env=environment, stderr=quiet)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def test_two_processes_deliver_each_mail_once_and_stop_when_told(product: Product) -> None:
    addresses = [f"{uuid7()}@example.com" for _ in range(60)]
    async with process(product) as one, process(product) as other:
        for to in addresses:
            await waiting_mail(to)
        await until(lambda: set(addresses) <= set(delivered(product)))
        for running in (one, other):
            running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            assert [await one.wait(), await other.wait()] == [0, 0]
    assert sorted(to for to in delivered(product) if to in addresses) == sorted(addresses)
    assert not await Mail.exists(to__in=addresses)


async def test_a_mail_whose_process_was_killed_while_it_sent_is_sent_by_another(
    product: Product, worker: Worker
) -> None:
    to, asked = f"{uuid7()}@example.com", asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    await waiting_mail(to)
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with process(product, CALENDERA_SMTP_URL=f"smtp://127.0.0.1:{port}") as running:
            async with asyncio.timeout(PATIENCE):
                await asked.wait()
            running.kill()
            await running.wait()
    taken = await Mail.get(to=to)
    assert taken.attempts == 1 and taken.lease_until is not None
    product.clock.stand_at(taken.lease_until - timedelta(seconds=1))
    await worker.round()
    assert to not in delivered(product)
    product.clock.stand_at(taken.lease_until)
    await worker.round()
    assert delivered(product).count(to) == 1 and timedelta(minutes=1) <= LEASE


async def test_a_worker_refuses_a_database_without_tables(product: Product, tmp_path: Any) -> None:
    empty = {"CALENDERA_DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"}
    async with process(product, **empty) as running, asyncio.timeout(PATIENCE):
        assert await running.wait() == 1
