"""Worker processes that die in the middle of everything: each thing is done, and has its effect once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from models.hold import Hold
from models.invariants import broken
from models.mail import Mail
from models.reminder import Reminder
from models.service import Confirmation
from models.storage.database import execute, fetch
from models.waitlist import WaitlistEntry
from tests.bookable import HOLD, bookable
from tests.businesses import Business, make_business
from tests.hammer.doors import wanted
from tests.hammer.hammering import soon
from tests.product import Product
from tests.served import PATIENCE
from tests.test_waitlist import JOIN
from tests.test_worker import process

# aiosmtpd 1.4.6 uses what asyncio has deprecated; our own warnings stay errors.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
EACH, WORKERS = 6, 2
_EVENTS = """
    SELECT subject_id, name, COUNT(*) AS n FROM event
    WHERE account_id = $1 AND name IN ('booking_reminded', 'booking_expired', 'waitlist_offered', 'waitlist_expired')
    GROUP BY subject_id, name
"""


class SlowServer:
    """A mail server that takes its time, and says when it has taken a mail that it has not answered yet."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.taking = asyncio.Condition()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        async with self.taking:
            self.got.append((str(mail["Message-ID"]), str(mail["To"])))
            self.taking.notify_all()
        await asyncio.sleep(0.05)
        return "250 OK"

    async def has(self, mails: int) -> None:
        async with asyncio.timeout(PATIENCE), self.taking:
            await self.taking.wait_for(lambda: len(self.got) >= mails)


@pytest.fixture
async def shop(product: Product) -> AsyncIterator[Business]:
    """A business that lives now, as the processes do; nobody else's mails wait."""
    product.clock.stand_at(datetime.now(UTC))
    await Mail.all().delete()
    yield await make_business(product, "Shop")
    await Mail.all().delete()


async def laden(business: Business) -> Counter[str]:
    """Everything that is due is due; what must come of it, by event."""
    account, just = business.account.id, datetime.now(UTC) - timedelta(minutes=1)
    desk = await bookable(business, staff=2)
    asking = await bookable(business, confirmation=Confirmation.MANUAL)
    queue = await bookable(business)
    for n in range(EACH):
        await business.owner.did("""mutation ($input: BookInput!) { book(input: $input) { __typename } }""",
                                 input=wanted(desk, n))  # fmt: skip
        await business.owner.did("""mutation ($input: BookInput!) { book(input: $input) { __typename } }""",
                                 input=wanted(asking, n))  # fmt: skip
        held = {"serviceId": desk.id, "startsAt": soon(business, n)}
        await business.owner.did(HOLD, input=held)
        day = soon(business, n)[:10]
        wish = {**wanted(queue, n), "fromDate": day, "untilDate": day}
        del wish["startsAt"]
        for _ in range(2):
            await business.owner.did(JOIN, input=wish | {"customer": wanted(queue, n)["customer"]})
    await Mail.all().delete()  # of booking and joining
    await execute("UPDATE reminder SET due_at = $2 WHERE account_id = $1", account, just)
    await execute(
        "UPDATE booking SET request_expires_at = $2, version = version + 1 WHERE account_id = $1 AND status = $3",
        account, just, "REQUESTED",
    )  # fmt: skip
    await execute("UPDATE hold SET expires_at = $2 WHERE account_id = $1", account, just)
    await execute("UPDATE occupancy SET expires = 1 WHERE account_id = $1 AND hold_id IS NOT NULL", account)
    late = [one.id for one in await WaitlistEntry.of(account).order_by("created_at")][::2]
    await WaitlistEntry.of(account).filter(id__in=late).update(ends_at=just)
    happens = ("booking_reminded", "booking_expired", "waitlist_offered", "waitlist_expired")
    return Counter(dict.fromkeys(happens, EACH))


@asynccontextmanager
async def workers(product: Product, url: str) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    async with AsyncExitStack() as running:
        more = {"CALENDERA_SMTP_URL": url}
        yield [await running.enter_async_context(process(product, **more)) for _ in range(WORKERS)]


async def test_everything_is_done_once_whoever_dies(product: Product, shop: Business) -> None:
    expected, server, chance = await laden(shop), SlowServer(), random.Random(5)
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: SMTP(server), "127.0.0.1", 0) as listening:
        url = f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        for _ in range(2):
            async with workers(product, url) as running:
                await server.has(len(server.got) + chance.randrange(1, 6))
                for one in running:
                    one.kill()  # -9, in the middle of a mail and of whatever else they do
            # Two minutes later, what they were sending is due again.
            await execute("UPDATE mail SET lease_until = due_at WHERE lease_until IS NOT NULL")
        async with workers(product, url):
            async with asyncio.timeout(PATIENCE):
                while await left(shop):  # noqa: ASYNC110 - the processes tell nobody what they have done
                    await asyncio.sleep(0.1)
    happened = await fetch(_EVENTS, shop.account.id)
    assert Counter(row["name"] for row in happened) == expected
    assert {row["n"] for row in happened} == {1}
    once = Counter(to for _, to in set(server.got))
    assert set(once.values()) == {1}, "one Message-ID for each recipient, however often it was sent"
    assert len(once) == 3 * EACH < len(server.got), "of reminders, ends and offers; some of them were sent again"
    assert (
        await Hold.of(shop.account.id).count() == EACH == len([r for r in happened if r["name"] == "waitlist_offered"])
    )
    assert await broken(shop.account.id) == []


async def left(business: Business) -> int:
    """What is still to be done."""
    offers = WaitlistEntry.of(business.account.id).filter(state="WAITING").count()
    requests = "SELECT COUNT(*) AS n FROM booking WHERE account_id = $1 AND status = 'REQUESTED'"
    held = Hold.of(business.account.id).filter(expires_at__lte=datetime.now(UTC)).count()
    return (
        await Mail.all().count() + await Reminder.of(business.account.id).count() + await offers + await held
        + (await fetch(requests, business.account.id))[0]["n"]
    )  # fmt: skip
