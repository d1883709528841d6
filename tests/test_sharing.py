"""The register of processors and the egress: what leaves, what does not and who is told, and what everybody sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from pydantic import SecretStr
from tortoise.exceptions import IntegrityError

from calendera.cli_start import Stop
from calendera.processors import announcement
from calendera.settings import Settings, SettingsError
from calendera.ways_out import check_ways_out
from calendera.worker import Worker
from models.egress_flow import EgressFlow
from models.mail import Mail, MailTemplate
from models.processor import Processor
from models.security_event import PlatformAlert
from rules.watching import SecurityEventKind
from tests.api import Caller
from tests.businesses import Business
from tests.conftest import NOW
from tests.product import Product

FLOWS = """{ processors { id name purposes categories country region safeguard startsAt endedAt }
  dataFlows { flows { channel recipient purpose region refusal count processor { name } } } }"""
SAID: dict[str, Any] = {
    "name": "Example Mail", "task": "Delivers mails", "role": "PROCESSOR", "channel": "MAIL", "hosts": ["127.0.0.1"],
    "country": "US", "purposes": None, "categories": None, "safeguard": "", "safeguard_until": "", "starts": "",
}  # fmt: skip

OPERATOR = {"operator_email": "ops@example.com", "home_country": "US"}


@pytest.fixture(autouse=True)
async def register(product: Product) -> AsyncIterator[None]:
    """An empty one, with nothing else waiting to leave; and empty again afterwards."""
    for kind in (Mail, EgressFlow, Processor, PlatformAlert):
        await kind.all().delete()  # type: ignore[attr-defined]
    yield
    for kind in (EgressFlow, Processor, PlatformAlert):
        await kind.all().delete()  # type: ignore[attr-defined]


async def announce(**said: Any) -> Processor:
    """As the operator does at the command line."""
    return await Processor.announce(announcement({**SAID, **said}), NOW)


class Inbox:
    """A mail server's handler that knows for whom something came."""

    def __init__(self) -> None:
        self.got: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        self.got += envelope.rcpt_tos
        return "250 OK"


@asynccontextmanager
async def by_smtp(product: Product) -> AsyncIterator[tuple[Inbox, Worker, Settings]]:
    """A mail server on this machine, and a worker that sends there."""
    inbox, loop = Inbox(), asyncio.get_running_loop()
    async with await loop.create_server(lambda: SMTP(inbox), "127.0.0.1", 0) as server:
        url = SecretStr(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        settings = product.settings.model_copy(update={"smtp_url": url, **OPERATOR})
        yield inbox, Worker(settings, product.clock), settings


@pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
@pytest.mark.promise("3.2")
async def test_nothing_leaves_for_whom_the_register_does_not_cover_and_nothing_is_lost(
    product: Product, salon: Business, visitor: Caller
) -> None:
    await invite(salon)
    first = await announce(categories=["user.contact.email"])
    async with by_smtp(product) as (inbox, worker, _):
        await worker.round()
        mail = await Mail.get(template=MailTemplate.INVITATION)
        assert (mail.attempts, mail.dead_at) == (1, None)
        (alert,) = await PlatformAlert.filter(kind=SecurityEventKind.EGRESS_REFUSED)
        assert alert.source == "MAIL CATEGORY_NOT_DECLARED"
        assert inbox.got == ["ops@example.com"], "the alert holds no name"
        await first.end(NOW)
        await announce()
        product.clock.stand_at(mail.due_at)
        await worker.round()
        assert inbox.got == ["ops@example.com", "new@example.com"]
    assert (await visitor.ok(FLOWS))["dataFlows"]["flows"] == [], "today is not told"
    product.clock.advance(days=1)
    seen = (await visitor.ok(FLOWS))["dataFlows"]["flows"]
    assert {
        "channel": "MAIL", "recipient": "PROCESSOR", "purpose": "SERVICE", "region": "US", "count": 1,
        "refusal": "CATEGORY_NOT_DECLARED", "processor": {"name": "Example Mail"},
    } in seen  # fmt: skip
    assert [one["count"] for one in seen if one["purpose"] == "SERVICE" and one["refusal"] is None] == [1]


async def invite(salon: Business) -> None:
    """Something that mails a name."""
    await salon.owner.did(
        """mutation { inviteMember(input: {email: "new@example.com", role: STAFF}) {
          __typename ... on InviteMemberPayload { invitation { id } } } }"""
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
async def test_a_server_on_the_operators_own_machine_needs_no_entry(product: Product, salon: Business) -> None:
    await invite(salon)
    async with by_smtp(product) as (inbox, worker, settings):
        await check_ways_out(settings.model_copy(update={"environment": "production"}), NOW)
        await worker.round()
    assert inbox.got == ["new@example.com"]
    (flow,) = await EgressFlow.all()
    assert (flow.recipient.value, flow.processor_id, flow.refusal) == ("OWN_MACHINE", None, "")


async def test_everybody_reads_the_register(salon: Business, rival: Business, visitor: Caller) -> None:
    await announce(hosts=["smtp.example.com"], safeguard="standard_clauses", safeguard_until="2027-12-31")
    for caller in (visitor, salon.owner, salon.widget, rival.partner):
        (shown,) = (await caller.ok(FLOWS))["processors"]
        assert (shown["name"], shown["country"], shown["region"]) == ("Example Mail", "US", "US")
        assert (shown["safeguard"], shown["endedAt"]) == ("STANDARD_CLAUSES", None)
        assert sorted(shown["purposes"]) == ["COMMUNICATION", "SECURITY", "SERVICE"]


async def test_a_newcomer_waits_thirty_days_and_too_many_days_are_refused(salon: Business, visitor: Caller) -> None:
    await announce()
    later = await Processor.announce(announcement({**SAID, "name": "Later"}), NOW + timedelta(days=2))
    assert later.starts_at == NOW + timedelta(days=32)
    answer = await visitor('{ dataFlows(firstDay: "2020-01-01") { firstDay } }')
    assert "366 days" in answer.errors[0]["message"]


@pytest.mark.parametrize("purpose", ["MARKETING", "SALE", "ANALYTICS", "SERVICE MARKETING", ""])
async def test_nobody_is_registered_for_marketing_or_sale(product: Product, purpose: str) -> None:
    with pytest.raises(Stop, match="is no purpose that data may be sent for; there are SERVICE, COMMUNICATION"):
        announcement({**SAID, "purposes": [purpose]})
    made = await announce()
    with pytest.raises(IntegrityError):  # nor by a statement of one's own
        await Processor.filter(id=made.id).update(purposes=purpose)


def test_an_announcement_is_refused_with_every_reason() -> None:
    wrong = {"name": "", "role": "BUYER", "country": "XX", "hosts": ["not a host"], "safeguard_until": "soon"}
    with pytest.raises(Stop) as caught:
        announcement({**SAID, **wrong, "categories": ["user.genetic"]})
    said = str(caught.value).splitlines()
    options = ["--category", "--name", "--role", "--host", "--country", "--safeguard-until"]
    assert [line.partition(":")[0] for line in said] == options
    assert said[0].endswith("user.name"), "it says what would be accepted"
    with pytest.raises(Stop, match="name its kind and"):
        announcement({**SAID, "safeguard": "STANDARD_CLAUSES"})


async def test_production_does_not_start_while_a_way_out_is_not_covered(product: Product) -> None:
    ways = {
        "smtp_url": SecretStr("smtps://smtp.example.com"), "payment_gateway_url": "https://pay.example.com/v1",
        "environment": "production", "home_country": "DE",
    }  # fmt: skip
    settings = product.settings.model_copy(update=ways)
    with pytest.raises(SettingsError) as caught:
        await check_ways_out(settings, NOW)
    first, second = str(caught.value).splitlines()
    assert first.startswith("CALENDERA_SMTP_URL: ") and "(NOT_REGISTERED)" in first
    assert "calendera processors announce --channel PAYMENTS --host pay.example.com" in second
    await announce(channel="PAYMENTS", hosts=["pay.example.com"], country="FR")
    expired = {"safeguard": "STANDARD_CLAUSES", "safeguard_until": "2027-01-10"}
    mail = await announce(hosts=["smtp.example.com"], **expired)
    with pytest.raises(SettingsError, match=r"^CALENDERA_SMTP_URL: .*\(TRANSFER_BLOCKED\).*$"):
        await check_ways_out(settings, NOW)
    await mail.renew(NOW.date())
    await check_ways_out(settings, NOW)
