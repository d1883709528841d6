"""Opening a business: asking, the mailed link, and what strangers can learn from it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.account import Account
from models.event import Event
from models.mail import MailTemplate
from models.storage.database import counting
from models.user import SignUp, User
from rules.ids import key_of
from tests.api import Caller
from tests.businesses import Business
from tests.people import (
    CONFIRM,
    ME,
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    browser,
    mails_to,
    new_email,
    sign_up_input,
    signed_up,
    token_mailed_to,
)
from tests.product import Product


async def test_a_business_opens_when_its_mailed_link_is_followed(product: Product) -> None:
    ada, given = browser(product), sign_up_input(businessName="Café Ñandú 💈", zone="America/Bogota", currency="cop")
    assert await ada.did(SIGN_UP, input=given) == {"__typename": "SignUpPayload", "mailed": True}
    assert ada.token is None
    assert not await User.exists(email=given["email"])
    assert [mail.template for mail in await mails_to(given["email"])] == [MailTemplate.SIGN_UP]
    viewer = (await ada.did(CONFIRM, token=await token_mailed_to(given["email"])))["viewer"]
    assert (viewer["kind"], viewer["role"]) == ("MEMBER", "OWNER")
    assert viewer["account"]["name"] == "Café Ñandú 💈"
    assert viewer["account"]["slug"].startswith("cafe-nandu")
    assert (viewer["account"]["zone"], viewer["account"]["currency"]) == ("America/Bogota", "COP")
    me = (await ada.ok(ME))["me"]
    assert (me["name"], me["email"]) == ("Ada Obi", given["email"])
    assert [(one["accountId"], one["role"]) for one in me["memberships"]] == [(viewer["account"]["id"], "OWNER")]
    events = await Event.of(key_of("account", viewer["account"]["id"]) or me["id"]).values_list("name", flat=True)
    assert {"account_opened", "membership_created", "signed_in"} <= {str(name) for name in events}


async def test_nothing_of_a_sign_up_is_left_once_it_is_confirmed(product: Product) -> None:
    person = await signed_up(product)
    assert not await SignUp.exists(email=person.email)
    stored = await User.get(email=person.email)
    assert PASSWORD not in stored.password_hash
    assert stored.password_hash.startswith("$argon2id$")


async def test_an_address_that_signs_in_here_gets_the_answer_of_one_that_does_not(product: Product) -> None:
    known = (await signed_up(product)).email
    answers: dict[str, Any] = {}
    for email in (known, new_email()):
        stranger = browser(product)
        with counting() as statements:
            answer = await stranger(SIGN_UP, input=sign_up_input(email))
        answers[email] = (answer.status, answer.body, stranger.set_cookies, list(statements))
    first, second = answers.values()
    assert first == second
    assert (await mails_to(known))[0].template is MailTemplate.SIGN_UP_EXISTING


async def test_somebody_known_opens_a_further_business_by_the_link_and_keeps_name_and_password(
    product: Product,
) -> None:
    person = await signed_up(product)
    again = sign_up_input(person.email, name="Mallory", password="another long password", businessName="Second Chair")
    later = browser(product)
    await later.did(SIGN_UP, input=again)
    opened = (await later.did(CONFIRM, token=await token_mailed_to(person.email)))["viewer"]["account"]
    assert opened["name"] == "Second Chair"
    me = (await later.ok(ME))["me"]
    assert me["name"] == "Ada Obi"
    assert {one["accountId"] for one in me["memberships"]} == {person.account_id, opened["id"]}
    await browser(product).did(SIGN_IN, email=person.email, password=PASSWORD)
    refusal = await browser(product).refused(SIGN_IN, email=person.email, password="another long password")
    assert refusal["code"] == "SIGN_IN_FAILED"


async def test_every_problem_of_a_sign_up_is_told_at_once_and_nothing_is_mailed(product: Product) -> None:
    wrong = {
        "name": "x" * 300, "email": "no address", "password": "short", "businessName": "\u202e", "zone": "Mars/Base",
        "currency": "DOGE", "locale": "?", "slug": "no slug!",
    }  # fmt: skip
    refusal = await browser(product).refused(SIGN_UP, input=sign_up_input(**wrong))
    assert refusal["__typename"] == "ValidationFailed"
    assert {problem["path"] for problem in refusal["fields"]} == set(wrong)
    assert "no address" not in refusal["message"]
    assert await mails_to("no address") == []


@pytest.mark.parametrize(
    ("password", "email"),
    [
        ("fourteen chars", "a@people.example"),
        ("x" * 257, "b@people.example"),
        ("abcdefghijklmnopq", "c@people.example"),
        ("ab" * 10, "d@people.example"),
        ("river.lady@people.example", "river.lady@people.example"),
        ("tab\tand\tmore\ttabs", "e@people.example"),
    ],
)
async def test_a_password_that_guessers_try_is_refused(product: Product, password: str, email: str) -> None:
    refusal = await browser(product).refused(SIGN_UP, input=sign_up_input(email, password=password))
    assert {problem["path"] for problem in refusal["fields"]} == {"password"}


async def test_a_slug_in_use_is_refused_while_there_is_time_to_choose(product: Product) -> None:
    slug = (await signed_up(product)).slug
    refusal = await browser(product).refused(SIGN_UP, input=sign_up_input(slug=slug))
    assert (refusal["code"], refusal["path"]) == ("ALREADY_TAKEN", "slug")


async def test_a_slug_that_was_taken_meanwhile_gets_a_number_instead_of_losing_the_sign_up(product: Product) -> None:
    slug = f"wanted-{new_email()[7:].partition('@')[0]}"
    first, second = sign_up_input(slug=slug), sign_up_input(slug=slug)
    for given in (first, second):
        await browser(product).did(SIGN_UP, input=given)
    opened = [
        (await browser(product).did(CONFIRM, token=await token_mailed_to(given["email"])))["viewer"]["account"]["slug"]
        for given in (first, second)
    ]
    assert opened == [slug, f"{slug}-2"]


async def test_businesses_of_one_name_that_open_at_once_all_open(product: Product) -> None:
    asked = [sign_up_input(businessName="Same Name") for _ in range(9)]
    for given in asked:
        await browser(product).did(SIGN_UP, input=given)
    tokens = [await token_mailed_to(given["email"]) for given in asked]
    opened = await asyncio.gather(*(browser(product).did(CONFIRM, token=token) for token in tokens))
    assert len({one["viewer"]["account"]["slug"] for one in opened}) == 9


@pytest.mark.parametrize("name", ["理髪店", "صالون النهر", "💈💈", "Calendar"])
async def test_a_name_that_makes_no_slug_opens_all_the_same(product: Product, name: str) -> None:
    person = await signed_up(product, businessName=name)
    assert person.slug.startswith("business")


async def test_a_link_works_once_and_takes_the_other_links_of_its_address_with_it(product: Product) -> None:
    given = sign_up_input()
    await browser(product).did(SIGN_UP, input=given)
    first = await token_mailed_to(given["email"])
    await browser(product).did(SIGN_UP, input=given)
    second = await token_mailed_to(given["email"])
    await browser(product).did(CONFIRM, token=first)
    for token in (first, second, "su_", "nonsense", "", "su_" + "A" * 43, "\u0000"):
        stranger = browser(product)
        assert (await stranger.refused(CONFIRM, token=token))["code"] == "LINK_INVALID"
        assert stranger.set_cookies == []


async def test_two_who_follow_one_link_at_once_open_one_business(product: Product) -> None:
    given = sign_up_input(businessName=f"Once {new_email()}")
    await browser(product).did(SIGN_UP, input=given)
    token = await token_mailed_to(given["email"])
    answers = await asyncio.gather(*(browser(product).ok(CONFIRM, token=token) for _ in range(5)))
    kinds = sorted(answer["confirmSignUp"]["__typename"] for answer in answers)
    assert kinds == ["ConfirmSignUpPayload", *["LinkInvalid"] * 4]
    assert await Account.filter(name=given["businessName"]).count() == 1


async def test_a_link_ends_after_a_day(product: Product) -> None:
    given = sign_up_input()
    await browser(product).did(SIGN_UP, input=given)
    token = await token_mailed_to(given["email"])
    product.clock.advance(hours=24)
    assert (await browser(product).refused(CONFIRM, token=token))["code"] == "LINK_INVALID"
    assert not await User.exists(email=given["email"])


async def test_a_mailbox_cannot_be_flooded(product: Product) -> None:
    given = sign_up_input()
    for _ in range(5):
        await browser(product).did(SIGN_UP, input=given)
    refusal = await browser(product).refused(SIGN_UP, input=given)
    assert (refusal["code"], refusal["retryAfterSeconds"]) == ("THROTTLED", 3600)
    assert len(await mails_to(given["email"])) == 5


async def test_one_address_cannot_flood_many_mailboxes(product: Product) -> None:
    inside = "2001:db8:77:1::"
    for number in range(20):
        await browser(product, address=f"{inside}{number:x}").did(SIGN_UP, input=sign_up_input())
    neighbour = browser(product, address=f"{inside}ffff")
    assert (await neighbour.refused(SIGN_UP, input=sign_up_input()))["code"] == "THROTTLED"
    await browser(product, address="2001:db8:77:2::1").did(SIGN_UP, input=sign_up_input())


async def test_keys_open_no_business_and_get_no_cookie(salon: Business) -> None:
    for key in (salon.widget, salon.partner):
        answer = await key(SIGN_UP, input=sign_up_input())
        assert answer.codes == ["FORBIDDEN"]
        assert "set-cookie" not in answer.headers


async def test_a_visitor_needs_no_credential_to_ask(visitor: Caller) -> None:
    refusal = await visitor.refused(CONFIRM, token="su_unknown")
    assert refusal["code"] == "LINK_INVALID"
