"""Signing in and out: the cookie, the uniform refusal, the limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from models import passwords
from models.attempts import Attempts
from models.membership import Membership, Role
from models.session import Session
from models.storage.database import counting
from models.user import User
from rules.ids import key_of
from rules.networks import counted_network
from rules.passwords import prepared
from rules.tokens import token_hash
from tests.businesses import Business, make_user
from tests.people import (
    ME,
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    Browser,
    browser,
    new_email,
    sign_up_input,
    signed_in_as,
    signed_up,
)
from tests.product import Product

VIEWER = "{ viewer { kind role account { id } } }"
SIGN_OUT = "mutation { signOut { __typename ... on SignOutPayload { viewer { kind role } } } }"
WRONG = "not the right password"


def aliased(times: int) -> str:
    """One operation that tries as many times."""
    tries = (
        f"a{n}: signIn(input: {{email: $email, password: $password}}) "
        "{ __typename ... on Refusal { code } ... on Throttled { retryAfterSeconds } }"
        for n in range(times)
    )
    return f"mutation ($email: String!, $password: String!) {{ {' '.join(tries)} }}"


@pytest.mark.promise("6.1")
async def test_a_person_signs_in_with_the_cookie_and_nothing_else(product: Product) -> None:
    person = await signed_up(product)
    mine = browser(product)
    viewer = (await mine.did(SIGN_IN, email=person.email, password=PASSWORD))["viewer"]
    assert (viewer["kind"], viewer["role"], viewer["account"]["id"]) == ("MEMBER", "OWNER", person.account_id)
    (header,) = mine.set_cookies
    name, _, token = header.split("; ")[0].partition("=")
    assert name == "__Host-calendera"
    assert set(header.split("; ")[1:]) == {"Path=/", "Max-Age=2592000", "Secure", "HttpOnly", "SameSite=Lax"}
    assert len(token) >= 43
    assert await Session.exists(token_hash=token_hash(token))
    assert not await Session.exists(token_hash=token)
    assert (await mine.ok(VIEWER))["viewer"]["role"] == "OWNER"


async def test_capitals_and_keyboards_do_not_matter(product: Product) -> None:
    email = new_email()
    await signed_up(product, email=email, password="Ångström unter Öfen 42")
    decomposed = "A\u030angstro\u0308m unter O\u0308fen \uff14\uff12"
    await browser(product).did(SIGN_IN, email=f" {email.upper()} ", password=decomposed)


async def test_an_unknown_address_gets_the_answer_of_a_wrong_password(product: Product) -> None:
    known = (await signed_up(product)).email
    seen: list[Any] = []
    for email in (known, new_email()):
        stranger = browser(product)
        with counting() as statements:
            answer = await stranger(SIGN_IN, email=email, password=WRONG)
        seen.append((answer.status, answer.body, stranger.set_cookies, list(statements)))
    assert seen[0] == seen[1]
    assert seen[0][1]["data"]["signIn"]["code"] == "SIGN_IN_FAILED"


@pytest.fixture
async def standard_hashing(product: Product) -> AsyncIterator[None]:
    passwords.install("standard")
    yield
    passwords.install("cheapest")


async def cost(work: Callable[[], Awaitable[Any]]) -> float:
    """Processor seconds that this process spends on something, all threads together; the least of three runs."""
    spent = []
    for _ in range(3):
        before = time.process_time()
        await work()
        spent.append(time.process_time() - before)
    return min(spent)


async def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(
    product: Product, standard_hashing: None
) -> None:
    known = (await signed_up(product)).email
    one_hash = await cost(lambda: passwords.hashed(WRONG))
    for email in (known, new_email()):
        spent = await cost(lambda email=email: browser(product)(SIGN_IN, email=email, password=WRONG))
        assert 0.6 * one_hash < spent < 1.9 * one_hash, email
    for email in (known, new_email()):
        spent = await cost(lambda email=email: browser(product)(SIGN_UP, input=sign_up_input(email)))
        assert 0.6 * one_hash < spent < 1.9 * one_hash, email


async def test_a_password_longer_than_any_is_refused_without_hashing(product: Product, standard_hashing: None) -> None:
    known = (await signed_up(product)).email
    one_hash = await cost(lambda: passwords.hashed(WRONG))
    for email in (known, new_email()):
        spent = await cost(lambda email=email: browser(product)(SIGN_IN, email=email, password="x" * 200_000))
        assert spent < 0.3 * one_hash
        answer = await browser(product).refused(SIGN_IN, email=email, password=PASSWORD + " " * 300)
        assert answer["code"] == "SIGN_IN_FAILED"
    assert (await browser(product)(SIGN_IN, email=known, password="x" * 10_000_000)).status == 413


@pytest.mark.parametrize("email", ["", "no address", "\u0000@people.example", "🙂@🙂", "ا@مثال.إختبار", "a" * 9000])
async def test_what_is_no_address_fails_like_any_other(product: Product, email: str) -> None:
    assert (await browser(product).refused(SIGN_IN, email=email, password=WRONG))["code"] == "SIGN_IN_FAILED"


async def test_a_user_without_a_password_cannot_sign_in_with_any(product: Product) -> None:
    user = await make_user(product.clock.now(), new_email())
    for password in ("!", "", WRONG):
        refusal = await browser(product).refused(SIGN_IN, email=user.email, password=password)
        assert refusal["code"] == "SIGN_IN_FAILED"


async def test_ten_attempts_for_one_email_then_a_wait_that_even_the_right_password_keeps(product: Product) -> None:
    person = await signed_up(product)
    for _ in range(10):
        refusal = await browser(product).refused(SIGN_IN, email=person.email, password=WRONG)
        assert refusal["code"] == "SIGN_IN_FAILED"
    product.clock.advance(minutes=5)
    refusal = await browser(product).refused(SIGN_IN, email=person.email.upper(), password=PASSWORD)
    assert (refusal["__typename"], refusal["retryAfterSeconds"]) == ("Throttled", 600)
    product.clock.advance(seconds=600)
    await browser(product).did(SIGN_IN, email=person.email, password=PASSWORD)


async def test_an_unknown_address_is_throttled_alike(product: Product) -> None:
    email = new_email()
    codes = [(await browser(product).refused(SIGN_IN, email=email, password=WRONG))["code"] for _ in range(11)]
    assert codes == ["SIGN_IN_FAILED"] * 10 + ["THROTTLED"]


async def test_aliased_attempts_in_one_request_are_counted_one_by_one(product: Product) -> None:
    person = await signed_up(product)
    tries = await browser(product).ok(aliased(10), email=person.email, password=WRONG)
    assert [one["code"] for one in tries.values()] == ["SIGN_IN_FAILED"] * 10
    tries = await browser(product).ok(aliased(5), email=person.email, password=PASSWORD)
    assert [one["code"] for one in tries.values()] == ["THROTTLED"] * 5


async def test_attempts_that_arrive_together_are_all_counted(product: Product) -> None:
    person = await signed_up(product)
    tries = [browser(product).ok(aliased(5), email=person.email, password=WRONG) for _ in range(6)]
    codes = [one["code"] for answer in await asyncio.gather(*tries) for one in answer.values()]
    assert (codes.count("SIGN_IN_FAILED"), codes.count("THROTTLED")) == (10, 20)


async def test_one_address_cannot_try_many_emails(product: Product) -> None:
    person = await signed_up(product)
    for _ in range(5):
        tries = await browser(product, address="198.51.100.7").ok(aliased(10), email=new_email(), password=WRONG)
        assert {one["code"] for one in tries.values()} == {"SIGN_IN_FAILED"}
    same = browser(product, address="198.51.100.7")
    assert (await same.refused(SIGN_IN, email=person.email, password=PASSWORD))["code"] == "THROTTLED"
    await browser(product, address="198.51.100.8").did(SIGN_IN, email=person.email, password=PASSWORD)


async def test_who_succeeds_begins_anew(product: Product) -> None:
    person = await signed_up(product)
    for _ in range(3):
        for _ in range(9):
            await browser(product).refused(SIGN_IN, email=person.email, password=WRONG)
        await browser(product).did(SIGN_IN, email=person.email, password=PASSWORD)


async def test_what_is_counted_holds_neither_email_nor_address(product: Product) -> None:
    email, address = new_email(), "203.0.113.99"
    await browser(product, address=address).refused(SIGN_IN, email=email, password=WRONG)
    keys = [str(key) for key in await Attempts.all().values_list("key", flat=True)]
    assert keys
    assert all(len(key) == 64 and email not in key and address not in key for key in keys)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", "a socket"),
    ],
)
def test_an_ipv6_customer_counts_as_one_party(address: str, network: str) -> None:
    assert counted_network(address) == network


async def test_a_password_hashed_by_an_older_profile_is_hashed_anew_at_the_next_sign_in(product: Product) -> None:
    person = await signed_up(product)
    older = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(prepared(PASSWORD))
    await User.filter(email=person.email).update(password_hash=older)
    await browser(product).did(SIGN_IN, email=person.email, password=PASSWORD)
    newer = (await User.get(email=person.email)).password_hash
    assert newer != older
    assert not passwords.outdated(newer)
    await browser(product).did(SIGN_IN, email=person.email, password=PASSWORD)


async def test_signing_in_again_gives_a_new_token_and_ends_the_session_it_replaces(product: Product) -> None:
    person = await signed_up(product)
    before = Browser(person.browser.http, headers=dict(person.browser.headers))
    await person.browser.did(SIGN_IN, email=person.email, password=PASSWORD)
    assert person.browser.token != before.token
    assert (await before.ok(VIEWER))["viewer"]["kind"] == "VISITOR"
    assert (await person.browser.ok(VIEWER))["viewer"]["role"] == "OWNER"


async def test_a_person_goes_on_in_the_account_they_used_last(product: Product, salon: Business) -> None:
    person = await signed_up(product)
    user = await User.get(email=person.email)
    await Membership.begin(salon.act, user_id=user.id, role=Role.STAFF)
    mine = await signed_in_as(product, person)
    assert (await mine.ok(VIEWER))["viewer"]["account"]["id"] == person.account_id
    product.clock.advance(hours=1)
    await Session.begin(user.id, salon.account.id, "Test", product.clock.now(), 30)
    viewer = (await browser(product).did(SIGN_IN, email=person.email, password=PASSWORD))["viewer"]
    assert key_of("account", viewer["account"]["id"]) == salon.account.id
    assert viewer["role"] == "STAFF"


async def test_somebody_without_any_account_signs_in_and_sees_only_themselves(product: Product) -> None:
    person = await signed_up(product)
    user = await User.get(email=person.email)
    account_id = key_of("account", person.account_id)
    assert account_id
    await Membership.of(account_id).filter(user_id=user.id).delete()
    mine = browser(product)
    viewer = (await mine.did(SIGN_IN, email=person.email, password=PASSWORD))["viewer"]
    assert (viewer["role"], viewer["account"]) == (None, None)
    assert viewer["permissions"] == [{"name": "OWN_USER", "access": "OWN"}, {"name": "SIGN_IN", "access": "READ"}]
    assert (await mine.ok(ME))["me"]["memberships"] == []
    assert await mine.denied("{ account { name } }") == "FORBIDDEN"


async def test_the_cookie_alone_is_refused_so_that_another_site_cannot_use_it(product: Product) -> None:
    person = await signed_up(product)
    forged = Browser(person.browser.http, headers={"Cookie": person.browser.headers["Cookie"]})
    answer = await forged(ME)
    assert (answer.status, answer.codes, answer.data) == (403, ["FORBIDDEN"], None)
    assert (await forged(SIGN_OUT)).status == 403
    assert (await person.browser.ok(VIEWER))["viewer"]["kind"] == "MEMBER"


async def test_keys_sign_nobody_in(salon: Business, product: Product) -> None:
    person = await signed_up(product)
    for key in (salon.widget, salon.partner):
        answer = await key(SIGN_IN, email=person.email, password=PASSWORD)
        assert answer.codes == ["FORBIDDEN"]
        assert "set-cookie" not in answer.headers


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(product: Product) -> None:
    person = await signed_up(product)
    kept = Browser(person.browser.http, headers=dict(person.browser.headers))
    viewer = (await person.browser.did(SIGN_OUT))["viewer"]
    assert viewer == {"kind": "VISITOR", "role": None}
    cleared = "__Host-calendera=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
    assert person.browser.set_cookies == [cleared]
    assert await kept.denied(ME) == "UNAUTHENTICATED"
    assert (await kept.did(SIGN_OUT))["viewer"]["kind"] == "VISITOR"
    assert kept.set_cookies == [cleared]


async def test_a_session_ends_by_itself(product: Product) -> None:
    person = await signed_up(product)
    product.clock.advance(days=30, seconds=-1)
    assert (await person.browser.ok(VIEWER))["viewer"]["kind"] == "MEMBER"
    product.clock.advance(seconds=1)
    assert await person.browser.denied(ME) == "UNAUTHENTICATED"
