"""Mails: what each says, what none says, and that each is sent once, whatever dies."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from pydantic import SecretStr
from uuid_utils.compat import uuid7

from calendera.mail import MailNotSent
from calendera.mail_words import one_line
from calendera.settings import Settings
from calendera.worker import Worker
from models.account import Account
from models.booking import Booking
from models.keyring import link_token, random_nonce
from models.mail import LEASE, Mail, MailTemplate
from models.membership import Invitation, InvitationStatus, Role
from models.user import PasswordReset, SignUp, User
from permissions.roles import may_assign
from rules.booking_states import BookingStatus
from rules.retrying import ATTEMPTS, wait_after
from rules.tokens import token_hash
from tests.appointments import Made, appointment
from tests.businesses import Business, make_user
from tests.conftest import NOW
from tests.product import Product

T, S = MailTemplate, BookingStatus


@pytest.fixture(autouse=True)
async def empty_queue(product: Product) -> None:
    """Mails that earlier tests left waiting are not of interest here."""
    await Mail.all().delete()


@pytest.fixture
def worker(product: Product) -> Worker:
    return Worker(product.settings, product.clock)


def spooled(product: Product, to: str) -> list[EmailMessage]:
    """The mails to this address that lie in the spool, the oldest first, read by Python's own parser."""
    files = sorted(product.settings.mail_spool.glob("*.eml"))
    read = (message_from_bytes(file.read_bytes(), policy=policy.default) for file in files)
    return [mail for mail in read if isinstance(mail, EmailMessage) and mail["To"] == to]


def text_of(mail: EmailMessage) -> str:
    (*files, text) = [part for part in reversed(list(mail.walk())) if not part.is_multipart()]
    assert [part.get_content_type() for part in files] in ([], ["text/calendar"])
    assert isinstance(text, EmailMessage) and text.get_content_type() == "text/plain"
    return str(text.get_content()).replace("\r\n", "\n")


async def posted(made: Made, template: MailTemplate, **data: Any) -> str:
    """Queue a mail about an appointment; answers whom it goes to."""
    to = str(made.customer.email)
    await Mail.post(template, to, NOW, account_id=made.booking.account_id, about_id=made.id, **data)
    return to


async def move(made: Made, **values: Any) -> None:
    rows = Booking.of(made.booking.account_id).filter(id=made.id)
    await rows.update(**values, version=made.booking.version + 1)


async def test_a_confirmation_tells_the_time_where_it_takes_place_and_at_the_customers(
    product: Product, salon: Business, worker: Worker
) -> None:
    made = await appointment(
        salon, customer="Zoë O’Brien 🌸", service="Färben & Föhnen", customer_zone="Asia/Kathmandu",
        starts_at=datetime(2027, 3, 15, 22, 30, tzinfo=UTC),
    )  # fmt: skip
    to = await posted(made, T.BOOKING_CONFIRMED)
    await worker.round()
    (mail,) = spooled(product, to)
    assert mail["Subject"] == "Confirmed: Färben & Föhnen at Salon"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = text_of(mail)
    assert "Hello Zoë O’Brien 🌸," in text
    assert "Monday, 15 March 2027, 17:30 to 18:30 (America/Chicago, UTC-05:00)" in text
    assert "Tuesday, 16 March 2027, 04:15 to 05:15 (Asia/Kathmandu, UTC+05:45)" in text
    assert "Grace Hopper" in text and "High Street, 1 High Street, Austin" in text
    assert made.booking.reference in text
    assert f"http://127.0.0.1:8000/booking#token={made.token}\n" in text
    assert f"\n{made.token}\n" in text
    assert not await Mail.exists(to=to)


async def test_the_link_in_a_mail_opens_the_booking_it_is_about(
    product: Product, salon: Business, worker: Worker
) -> None:
    made = await appointment(salon)
    to = await posted(made, T.BOOKING_RESCHEDULED)
    await worker.round()
    lines = text_of(spooled(product, to)[0]).splitlines()
    token = lines[lines.index("For programs, the token alone:") + 1]
    assert token == made.token
    assert (await Booking.of(salon.account.id).get(manage_hash=token_hash(token))).id == made.id


@pytest.mark.promise("2.2")
@pytest.mark.parametrize(
    ("template", "status", "begins", "links"),
    [
        (T.BOOKING_CONFIRMED, S.CONFIRMED, "Confirmed", True),
        (T.BOOKING_REQUESTED, S.REQUESTED, "Requested", True),
        (T.BOOKING_DECLINED, S.DECLINED, "Declined", False),
        (T.BOOKING_DECLINED, S.EXPIRED, "Not confirmed", False),
        (T.BOOKING_RESCHEDULED, S.CONFIRMED, "Moved", True),
        (T.BOOKING_RESCHEDULED, S.REQUESTED, "Moved", True),
        (T.BOOKING_CANCELLED, S.CANCELLED, "Cancelled", False),
    ],
)
async def test_each_mail_about_a_booking_has_its_words(
    product: Product, salon: Business, worker: Worker, template: T, status: S, begins: str, links: bool
) -> None:
    made = await appointment(salon, status=status)
    to = await posted(made, template)
    await worker.round()
    (mail,) = spooled(product, to)
    assert mail["Subject"] == f"{begins}: Haircut at Salon"
    assert (made.token in text_of(mail)) is links
    assert "Tuesday, 12 January 2027, 06:00 to 07:00 (America/Chicago, UTC-06:00)" in text_of(mail)


@pytest.mark.parametrize(
    ("template", "now"),
    [
        (T.BOOKING_CONFIRMED, S.CANCELLED),
        (T.BOOKING_CONFIRMED, S.NO_SHOW),
        (T.BOOKING_REQUESTED, S.CONFIRMED),
        (T.BOOKING_REQUESTED, S.DECLINED),
        (T.BOOKING_DECLINED, S.CONFIRMED),
        (T.BOOKING_RESCHEDULED, S.CANCELLED),
        (T.BOOKING_CANCELLED, S.CONFIRMED),
    ],
)
async def test_what_is_no_longer_true_is_not_sent(
    product: Product, salon: Business, worker: Worker, template: T, now: S
) -> None:
    made = await appointment(salon, status=now)
    to = await posted(made, template)
    await worker.round()
    assert spooled(product, to) == []
    assert not await Mail.exists(to=to)


async def test_a_booking_that_moved_before_the_confirmation_left_is_told_with_the_time_that_counts(
    product: Product, salon: Business, worker: Worker
) -> None:
    made = await appointment(salon)
    to = await posted(made, T.BOOKING_CONFIRMED)
    await posted(made, T.BOOKING_RESCHEDULED, sequence=1)
    await posted(made, T.BOOKING_RESCHEDULED, sequence=2)
    begin = made.booking.starts_at + timedelta(hours=2)
    await move(made, starts_at=begin, ends_at=begin + timedelta(hours=1), sequence=2)
    await worker.round()
    mails = spooled(product, to)
    assert sorted(mail["Subject"].partition(":")[0] for mail in mails) == ["Confirmed", "Moved"]
    assert all("08:00 to 09:00" in text_of(mail) for mail in mails)
    assert not any("06:00 to" in text_of(mail) for mail in mails)


async def test_what_lies_in_the_past_and_what_is_gone_is_not_told(
    product: Product, salon: Business, rival: Business, worker: Worker
) -> None:
    past = await appointment(salon, starts_at=NOW - timedelta(hours=2))
    to = await posted(past, T.BOOKING_CONFIRMED)
    here = await appointment(salon)
    # The rival's account with the salon's booking, as a mistake in the program might write it.
    wrong = {"account_id": rival.account.id, "about_id": here.id}
    await Mail.post(T.BOOKING_CONFIRMED, to, NOW, **wrong)
    await Mail.post(T.BOOKING_CONFIRMED, to, NOW, account_id=salon.account.id, about_id=uuid7())
    await worker.round()
    assert spooled(product, to) == []
    assert not await Mail.exists(to=to)


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: eve@evil.example", "Eve\nSubject: Win", "Eve\x0b\x85", "Eve\u2028Bcc: x@y.example"]
)
async def test_no_name_becomes_a_header_or_a_line(product: Product, salon: Business, worker: Worker, name: str) -> None:
    made = await appointment(salon)
    # No rule lets such a name in; a row that has it all the same does no harm.
    await Account.filter(id=salon.account.id).update(name=name)
    to = await posted(made, T.BOOKING_CONFIRMED)
    await worker.round()
    (mail,) = spooled(product, to)
    assert mail["Bcc"] is None and len(mail.get_all("Subject")) == 1
    assert not [line for line in text_of(mail).splitlines() if line.startswith(("Bcc", "Subject"))]
    assert one_line(name).startswith("Eve") and len(one_line(name).splitlines()) == 1


async def test_an_address_that_is_none_is_given_up_at_once(product: Product, salon: Business, worker: Worker) -> None:
    bad = "a@b.example\r\nBcc: c@d.example"
    made = await appointment(salon, email=bad)
    await Mail.post(T.BOOKING_CONFIRMED, bad, NOW, account_id=salon.account.id, about_id=made.id)
    await worker.round()
    row = await Mail.get(to=bad)
    assert (row.dead_at, row.attempts) == (NOW, 1)


async def asked_to_sign_up(to: str, expires_at: datetime) -> tuple[UUID, str]:
    id, nonce = uuid7(), random_nonce()
    token = link_token("su", id, nonce)
    await SignUp.create(
        id=id, created_at=NOW, email=to, name="Ada", business_name="Ada’s\nSalon", slug="ada", currency="EUR",
        zone="Europe/Berlin", locale="de-DE", password_hash="!", nonce=nonce, token_hash=token_hash(token),
        expires_at=expires_at,
    )  # fmt: skip
    return id, token


@pytest.mark.parametrize("template", [T.SIGN_UP, T.SIGN_UP_EXISTING])
async def test_a_sign_up_gets_its_link_while_it_can_be_used(product: Product, worker: Worker, template: T) -> None:
    to = f"{template.value.lower()}@example.com"
    id, token = await asked_to_sign_up(to, NOW + timedelta(hours=24))
    over, _ = await asked_to_sign_up(to, NOW)
    for about in (id, over):
        await Mail.post(template, to, NOW, account_id=None, about_id=about)
    await worker.round()
    (mail,) = spooled(product, to)
    assert f"http://127.0.0.1:8000/confirm-sign-up#token={token}\n" in text_of(mail)
    assert "Ada’s Salon" in text_of(mail)
    assert "Tuesday, 12 January 2027, 13:00 (Europe/Berlin, UTC+01:00)" in text_of(mail)


async def test_a_password_reset_is_mailed_to_its_user_alone(product: Product, worker: Worker) -> None:
    user = await make_user(NOW, f"{uuid7()}@example.com")
    await PasswordReset.ask(user.email, NOW)
    await PasswordReset.ask("nobody-at-all@example.com", NOW)
    await worker.round()
    (mail,) = spooled(product, user.email)
    lines = text_of(mail).splitlines()
    token = lines[lines.index("For programs, the token alone:") + 1]
    assert (await PasswordReset.user_of(token, NOW)).id == user.id
    assert f"/reset-password#token={token}" in text_of(mail)
    assert spooled(product, "nobody-at-all@example.com") == []


async def test_a_reset_that_was_used_or_goes_to_an_old_address_is_not_mailed(product: Product, worker: Worker) -> None:
    used, moved = [await make_user(NOW, f"{uuid7()}@example.com") for _ in range(2)]
    for user in (used, moved):
        await PasswordReset.ask(user.email, NOW)
    await PasswordReset.filter(user_id=used.id).update(used_at=NOW)
    await User.filter(id=moved.id).update(email=f"new-{moved.email}")
    await worker.round()
    assert spooled(product, used.email) == spooled(product, moved.email) == []


async def test_an_invitation_names_who_invites_and_goes_while_it_stands(
    product: Product, salon: Business, worker: Worker
) -> None:
    to, taken_back = f"{uuid7()}@example.com", f"{uuid7()}@example.com"
    await Invitation.send(salon.act, to, Role.MANAGER, None, may_assign)
    revoked = await Invitation.send(salon.act, taken_back, Role.STAFF, None, may_assign)
    await revoked.revoke(salon.act, may_assign)
    await worker.round()
    (mail,) = spooled(product, to)
    assert mail["Subject"] == "Invitation to Salon"
    offer = await Invitation.of(salon.account.id).get(email=to, status=InvitationStatus.PENDING)
    assert f"/invitation#token={link_token('it', offer.id, offer.nonce)}" in text_of(mail)
    assert f"{salon.owner_user.name} invites you" in text_of(mail) and "as manager" in text_of(mail)
    assert spooled(product, taken_back) == []


class Refusing:
    """A mail server that says the same to everybody."""

    host = None

    def __init__(self, temporary: bool) -> None:
        self.temporary = temporary
        self.asked: list[str] = []

    async def send(self, message: EmailMessage) -> None:
        self.asked.append(str(message["To"]))
        raise MailNotSent("MAIL_REFUSED", temporary=self.temporary, status=451 if self.temporary else 550)


async def test_a_server_that_is_away_is_asked_again_later_and_in_the_end_no_more(
    product: Product, salon: Business
) -> None:
    server = Refusing(temporary=True)
    worker = Worker(product.settings, product.clock, server)
    to = await posted(await appointment(salon, starts_at=NOW + timedelta(days=60)), T.BOOKING_CONFIRMED)
    for attempt in range(1, ATTEMPTS + 1):
        await worker.round()
        await worker.round()
        assert server.asked.count(to) == attempt
        product.clock.stand_at((await Mail.get(to=to)).due_at)
    row = await Mail.get(to=to)
    assert row.dead_at is not None and wait_after(ATTEMPTS) is None
    product.clock.advance(days=29)
    await worker.round()
    assert server.asked.count(to) == ATTEMPTS and await Mail.exists(to=to)
    product.clock.advance(days=2)
    await worker.round()
    assert not await Mail.exists(to=to)


async def test_a_mail_refused_for_good_is_not_tried_again(product: Product, salon: Business) -> None:
    server = Refusing(temporary=False)
    worker = Worker(product.settings, product.clock, server)
    to = await posted(await appointment(salon), T.BOOKING_CONFIRMED)
    await worker.round()
    product.clock.advance(hours=3)
    await worker.round()
    assert server.asked.count(to) == 1
    assert (await Mail.get(to=to)).dead_at == NOW


async def test_two_workers_at_once_deliver_each_mail_once(product: Product, salon: Business) -> None:
    made = [await appointment(salon, email=f"twice{uuid7()}@example.com") for _ in range(15)]
    addresses = [await posted(one, T.BOOKING_CONFIRMED) for one in made]
    workers = [Worker(product.settings, product.clock) for _ in range(4)]
    await asyncio.gather(*(worker.round() for worker in workers))
    assert [len(spooled(product, to)) for to in addresses] == [1] * 15
    assert not await Mail.exists(to__in=addresses)


async def test_a_mail_whose_worker_died_is_sent_when_its_lease_is_over_and_not_before(
    product: Product, salon: Business, worker: Worker
) -> None:
    to = await posted(await appointment(salon), T.BOOKING_CONFIRMED)
    taken = await Mail.take(NOW)
    assert taken is not None and taken.to == to  # and here the worker dies
    await worker.round()
    assert spooled(product, to) == []
    product.clock.stand_at(NOW + LEASE)
    await worker.round()
    assert len(spooled(product, to)) == 1
    await taken.failed(NOW)  # the dead worker was only slow: it has no say any more
    assert not await Mail.exists(to=to)


class Inbox:
    """An SMTP server's handler that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[Envelope] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        self.got.append(envelope)
        return "250 OK"


@pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
async def test_a_mail_arrives_at_a_real_server(product: Product, salon: Business) -> None:
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: SMTP(inbox), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        by_smtp: Settings = product.settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")})
        to = await posted(await appointment(salon, customer="李小龍"), T.BOOKING_CONFIRMED)
        await Worker(by_smtp, product.clock).round()
    (envelope,) = inbox.got
    assert envelope.rcpt_tos == [to] and isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(mail, EmailMessage) and "Hello 李小龍," in text_of(mail)
    assert spooled(product, to) == []
