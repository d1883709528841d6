"""Who signs in on a device that is new is told so by mail, and ends the session from there if it was somebody else."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from calendera.worker import Worker
from models.mail import Mail, MailTemplate
from models.session import Session
from tests.people import ME, SIGN_IN, browser, mails_to, signed_in_as, signed_up, token_mailed_to
from tests.product import Product
from tests.second_factors import half_signed_in, protected
from tests.test_sessions import IPHONE

END = """
mutation ($token: String!) {
  signOutByLink(input: {token: $token}) {
    __typename ... on SignOutByLinkPayload { signedOut } ... on Refusal { code }
  }
}
"""


async def notices(email: str) -> int:
    return sum(mail.template is MailTemplate.NEW_DEVICE for mail in await mails_to(email))


async def test_a_new_device_is_told_of_once_and_a_known_one_never(product: Product) -> None:
    person = await signed_up(product)
    await signed_in_as(product, person)
    assert await notices(person.email) == 0
    thief = await signed_in_as(product, person, agent=IPHONE)
    assert await notices(person.email) == 1
    await signed_in_as(product, person, agent=IPHONE)
    await thief.ok("mutation { signOut { __typename } }")
    await signed_in_as(product, person, agent=IPHONE)
    assert await notices(person.email) == 1
    await browser(product, agent="curl/8").refused(SIGN_IN, email=person.email, password="not the right password")
    assert await notices(person.email) == 1


async def test_the_mailed_link_ends_that_session_at_once_and_no_other(product: Product) -> None:
    person, stranger = await signed_up(product), await signed_up(product)
    thief = await signed_in_as(product, person, agent=IPHONE)
    token = await token_mailed_to(person.email)
    assert not await Session.filter(notice_hash=token).exists()
    for wrong in ("", "es_", "nonsense", "\0", token[:-1], thief.token):
        assert (await stranger.browser.refused(END, token=wrong))["code"] == "LINK_INVALID"
    assert (await thief.ok(ME))["me"]["email"] == person.email
    assert (await browser(product).did(END, token=token))["signedOut"] is True
    assert await thief.denied(ME) == "UNAUTHENTICATED"
    assert (await person.browser.ok(ME))["me"]["email"] == person.email
    assert (await browser(product).refused(END, token=token))["code"] == "LINK_INVALID"


async def test_half_a_sign_in_is_none(product: Product) -> None:
    owner = await protected(product)
    before = await notices(owner.person.email)
    await half_signed_in(product, owner.person)
    assert await notices(owner.person.email) == before == 0


@pytest.fixture
async def worker(product: Product) -> Worker:
    await Mail.all().delete()
    return Worker(product.settings, product.clock)


async def test_the_mails_say_what_happened_without_an_address_of_the_network(product: Product, worker: Worker) -> None:
    owner = await protected(product)
    person = await signed_up(product)
    await signed_in_as(product, person, agent=IPHONE, address="203.0.113.80")
    token = await token_mailed_to(person.email)
    ended = await signed_in_as(product, person, agent="curl/8")
    await ended.ok("mutation { signOut { __typename } }")
    await worker.round()
    files = product.settings.mail_spool.glob("*.eml")
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    (told,) = [str(mail.get_content()) for mail in mails if mail["To"] == person.email and "New" in mail["Subject"]]
    assert "Safari on iPhone, on Monday, 11 January 2027, 12:00 (UTC, UTC+00:00)" in told
    assert f"http://127.0.0.1:8000/new-sign-in#token={token}" in told
    assert "203.0.113" not in told
    (changed,) = [mail for mail in mails if mail["To"] == owner.person.email and "authenticator" in mail["Subject"]]
    assert "/reset-password" in str(changed.get_content())
