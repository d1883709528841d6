"""Changing a password, and resetting a forgotten one by a mailed link."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.mail import MailTemplate
from models.storage.database import counting
from models.user import PasswordReset, User
from tests.businesses import Business
from tests.people import (
    ME,
    PASSWORD,
    SIGN_IN,
    Browser,
    browser,
    mails_to,
    new_email,
    signed_in_as,
    signed_up,
    token_mailed_to,
)
from tests.product import Product

CHANGE = """
mutation ($current: String!, $new: String!) {
  changePassword(input: {currentPassword: $current, newPassword: $new}) {
    __typename
    ... on ChangePasswordPayload { sessionsEnded }
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
  }
}
"""
ASK = """
mutation ($email: String!) {
  requestPasswordReset(input: {email: $email}) {
    __typename
    ... on RequestPasswordResetPayload { mailed }
    ... on Refusal { code message }
  }
}
"""
RESET = """
mutation ($token: String!, $new: String!) {
  resetPassword(input: {token: $token, newPassword: $new}) {
    __typename
    ... on ResetPasswordPayload { sessionsEnded }
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
  }
}
"""
NEW = "seven dry camels hum"


async def test_a_changed_password_signs_the_other_browsers_out_and_renews_this_one(product: Product) -> None:
    person = await signed_up(product)
    other = await signed_in_as(product, person)
    stolen = Browser(person.browser.http, headers=dict(person.browser.headers))
    assert (await person.browser.did(CHANGE, current=PASSWORD, new=NEW))["sessionsEnded"] == 1
    assert (await person.browser.ok(ME))["me"]["email"] == person.email
    assert await other.denied(ME) == "UNAUTHENTICATED"
    assert await stolen.denied(ME) == "UNAUTHENTICATED"
    await browser(product).did(SIGN_IN, email=person.email, password=NEW)
    assert (await browser(product).refused(SIGN_IN, email=person.email, password=PASSWORD))["code"] == "SIGN_IN_FAILED"


@pytest.mark.parametrize(
    ("current", "new", "path"),
    [
        ("not the right password", NEW, "currentPassword"),
        ("", NEW, "currentPassword"),
        ("x" * 300, NEW, "currentPassword"),
        (PASSWORD, "short", "newPassword"),
        (PASSWORD, "x" * 300, "newPassword"),
        (PASSWORD, PASSWORD, "newPassword"),
    ],
)
async def test_a_password_is_changed_only_by_the_old_one_and_to_a_good_one(
    product: Product, current: str, new: str, path: str
) -> None:
    person = await signed_up(product)
    before = (await User.get(email=person.email)).password_hash
    refusal = await person.browser.refused(CHANGE, current=current, new=new)
    assert {problem["path"] for problem in refusal["fields"]} == {path}
    assert (await User.get(email=person.email)).password_hash == before


async def test_whoever_found_a_browser_open_cannot_guess_the_password_in_it(product: Product) -> None:
    person = await signed_up(product)
    tries = [await person.browser.refused(CHANGE, current="not the right one", new=NEW) for _ in range(10)]
    assert {one["code"] for one in tries} == {"VALIDATION_FAILED"}
    assert (await person.browser.refused(CHANGE, current=PASSWORD, new=NEW))["code"] == "THROTTLED"
    product.clock.advance(minutes=15)
    await person.browser.did(CHANGE, current=PASSWORD, new=NEW)


async def test_a_forgotten_password_is_reset_by_the_mailed_link(product: Product) -> None:
    person = await signed_up(product)
    forgetful = browser(product)
    assert (await forgetful.did(ASK, email=person.email.upper()))["mailed"] is True
    assert (await mails_to(person.email))[0].template is MailTemplate.PASSWORD_RESET
    token = await token_mailed_to(person.email)
    assert (await forgetful.did(RESET, token=token, new=NEW))["sessionsEnded"] == 1
    assert await person.browser.denied(ME) == "UNAUTHENTICATED"
    assert forgetful.token is None
    await forgetful.did(SIGN_IN, email=person.email, password=NEW)


async def test_resetting_in_the_browser_that_is_signed_in_takes_its_cookie(product: Product) -> None:
    person = await signed_up(product)
    await person.browser.did(ASK, email=person.email)
    await person.browser.did(RESET, token=await token_mailed_to(person.email), new=NEW)
    assert person.browser.token is None


async def test_a_reset_lets_in_who_is_throttled_by_somebody_elses_attempts(product: Product) -> None:
    person = await signed_up(product)
    for _ in range(11):
        await browser(product).refused(SIGN_IN, email=person.email, password="guess after guess")
    await browser(product).did(ASK, email=person.email)
    await browser(product).did(RESET, token=await token_mailed_to(person.email), new=NEW)
    await browser(product).did(SIGN_IN, email=person.email, password=NEW)


async def test_an_unknown_address_gets_the_same_answer_from_the_same_statements(product: Product) -> None:
    known, unknown = (await signed_up(product)).email, new_email()
    seen: list[Any] = []
    for email in (known, unknown):
        stranger = browser(product)
        with counting() as statements:
            answer = await stranger(ASK, email=email)
        seen.append((answer.status, answer.body, stranger.set_cookies, list(statements)))
    assert seen[0] == seen[1]
    (mail,) = await mails_to(unknown)
    assert (await PasswordReset.get(id=mail.about_id)).user_id is None
    refusal = await browser(product).refused(RESET, token=await token_mailed_to(unknown), new=NEW)
    assert refusal["code"] == "LINK_INVALID"


async def test_a_link_resets_once_and_the_older_ones_never_again(product: Product) -> None:
    person = await signed_up(product)
    await browser(product).did(ASK, email=person.email)
    older = await token_mailed_to(person.email)
    await browser(product).did(ASK, email=person.email)
    newer = await token_mailed_to(person.email)
    await browser(product).did(RESET, token=newer, new=NEW)
    for token in (newer, older, "rt_", "nonsense", "", "\u0000"):
        refusal = await browser(product).refused(RESET, token=token, new="a third long password")
        assert refusal["code"] == "LINK_INVALID"
    await browser(product).did(SIGN_IN, email=person.email, password=NEW)


async def test_two_who_follow_one_link_at_once_set_one_password(product: Product) -> None:
    person = await signed_up(product)
    await browser(product).did(ASK, email=person.email)
    token = await token_mailed_to(person.email)
    chosen = [f"{NEW} number {number}" for number in range(4)]
    answers = await asyncio.gather(*(browser(product).ok(RESET, token=token, new=new) for new in chosen))
    kinds = [answer["resetPassword"]["__typename"] for answer in answers]
    assert sorted(kinds) == ["LinkInvalid"] * 3 + ["ResetPasswordPayload"]
    await browser(product).did(SIGN_IN, email=person.email, password=chosen[kinds.index("ResetPasswordPayload")])


async def test_changing_the_password_kills_a_link_that_waits(product: Product) -> None:
    person = await signed_up(product)
    await browser(product).did(ASK, email=person.email)
    token = await token_mailed_to(person.email)
    await person.browser.did(CHANGE, current=PASSWORD, new=NEW)
    assert (await browser(product).refused(RESET, token=token, new="a third long password"))["code"] == "LINK_INVALID"


async def test_a_link_ends_after_an_hour_and_a_bad_password_does_not_use_it_up(product: Product) -> None:
    person = await signed_up(product)
    await browser(product).did(ASK, email=person.email)
    token = await token_mailed_to(person.email)
    product.clock.advance(minutes=60, seconds=-1)
    refusal = await browser(product).refused(RESET, token=token, new=person.email)
    assert {problem["path"] for problem in refusal["fields"]} == {"newPassword"}
    product.clock.advance(seconds=1)
    assert (await browser(product).refused(RESET, token=token, new=NEW))["code"] == "LINK_INVALID"


@pytest.mark.parametrize("email", ["", "no address", "a@b\nBcc: c@d", "x" * 300 + "@people.example"])
async def test_what_is_no_address_is_told_so(product: Product, email: str) -> None:
    assert (await browser(product).refused(ASK, email=email))["code"] == "VALIDATION_FAILED"


@pytest.mark.parametrize("known", [True, False])
async def test_a_mailbox_cannot_be_flooded_and_the_limit_tells_nothing(product: Product, known: bool) -> None:
    email = (await signed_up(product)).email if known else new_email()
    for _ in range(5):
        await browser(product).did(ASK, email=email)
    assert (await browser(product).refused(ASK, email=email))["code"] == "THROTTLED"


async def test_keys_have_no_password(salon: Business) -> None:
    for key in (salon.widget, salon.partner):
        assert await key.denied(CHANGE, current=PASSWORD, new=NEW) == "FORBIDDEN"
        assert await key.denied(ASK, email=new_email()) == "FORBIDDEN"
