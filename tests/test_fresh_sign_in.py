"""What could harm a business most takes a sign-in of the last ten minutes, and proving it again renews it."""

from __future__ import annotations

from typing import Any

from models.session import Session
from rules.tokens import token_hash
from tests.businesses import Business
from tests.people import ME, PASSWORD, Browser, signed_in_as, signed_up
from tests.product import Product

MAKE_KEY = """
mutation {
  createPartnerKey(input: {name: "Books", scopes: [CATALOGUE_READ]}) {
    __typename
    ... on CreatePartnerKeyPayload { accessKey { id } }
  }
}
"""
PROVE = """
mutation ($password: String!) {
  proveItIsMe(input: {password: $password}) {
    __typename
    ... on ProveItIsMePayload { viewer { kind role } }
    ... on Refusal { code message }
    ... on Throttled { retryAfterSeconds }
  }
}
"""
EVERYWHERE = "mutation { revokeAllSessions { __typename ... on RevokeAllSessionsPayload { sessionsEnded } } }"
SESSIONS = "{ mySessions(first: 9) { nodes { method provedAt isCurrent } } }"


async def test_ten_minutes_after_signing_in_a_key_takes_another_proof(product: Product) -> None:
    person = await signed_up(product)
    product.clock.advance(minutes=10)
    await person.browser.did(MAKE_KEY)
    product.clock.advance(seconds=1)
    answer = await person.browser(MAKE_KEY)
    assert (answer.codes, answer.data) == (["REAUTH_REQUIRED"], None)
    assert "proveItIsMe" in answer.errors[0]["message"]
    assert answer.errors[0]["extensions"]["permission"] == "ACCESS_KEYS_MANAGE"
    assert (await person.browser.ok(ME))["me"]["email"] == person.email
    assert (await person.browser.did(PROVE, password=PASSWORD))["viewer"]["role"] == "OWNER"
    await person.browser.did(MAKE_KEY)


async def test_proving_gives_the_session_a_new_token(product: Product) -> None:
    person = await signed_up(product)
    stolen = Browser(person.browser.http, headers=dict(person.browser.headers))
    before = await Session.get(token_hash=token_hash(person.browser.token or ""))
    product.clock.advance(hours=1)
    await person.browser.did(PROVE, password=PASSWORD)
    after = await Session.get(token_hash=token_hash(person.browser.token or ""))
    assert (after.id, after.expires_at, after.proved_at) == (before.id, before.expires_at, product.clock.now())
    assert await stolen.denied(ME) == "UNAUTHENTICATED"


async def test_a_thief_of_the_session_cannot_guess_the_proof(product: Product) -> None:
    person = await signed_up(product)
    product.clock.advance(hours=1)
    aliased = " ".join(
        f'a{n}: proveItIsMe(input: {{password: "guess number {n}"}}) {{ __typename ... on Refusal {{ code }} }}'
        for n in range(5)
    )
    answers = [await person.browser.ok(f"mutation {{ {aliased} }}") for _ in range(3)]
    codes = [one["code"] for answer in answers for one in answer.values()]
    assert codes == ["PROOF_FAILED"] * 10 + ["THROTTLED"] * 5
    assert (await person.browser.refused(PROVE, password=PASSWORD))["code"] == "THROTTLED"
    assert await person.browser.denied(MAKE_KEY) == "REAUTH_REQUIRED"
    product.clock.advance(minutes=15)
    await person.browser.did(PROVE, password=PASSWORD)


async def test_one_proof_is_of_one_browser(product: Product, rival: Business) -> None:
    person = await signed_up(product)
    other = await signed_in_as(product, person)
    product.clock.advance(minutes=11)
    await person.browser.did(PROVE, password=PASSWORD)
    assert await other.denied(MAKE_KEY) == "REAUTH_REQUIRED"
    assert await rival.owner.denied(MAKE_KEY) == "REAUTH_REQUIRED"
    for key in (rival.widget, rival.partner):
        assert await key.denied(PROVE, password=PASSWORD) == "FORBIDDEN"


async def test_an_archive_is_neither_asked_for_nor_fetched_by_an_old_sign_in(product: Product) -> None:
    person = await signed_up(product)
    product.clock.advance(minutes=11)
    document = "mutation { requestExport { __typename ... on RequestExportPayload { export { id } } } }"
    assert await person.browser.denied(document) == "REAUTH_REQUIRED"
    cookie = {"Cookie": person.browser.headers["Cookie"]}
    response = await person.browser.http.get("/exports/exp_00000000000000000000000000", headers=cookie)
    error: dict[str, Any] = response.json()["errors"][0]
    assert (response.status_code, error["extensions"]["code"]) == (403, "REAUTH_REQUIRED")
    assert "proveItIsMe" in error["message"]


async def test_a_person_signs_out_everywhere(product: Product) -> None:
    person = await signed_up(product)
    other = await signed_in_as(product, person)
    nodes = (await person.browser.ok(SESSIONS))["mySessions"]["nodes"]
    assert [(one["method"], one["isCurrent"]) for one in nodes] == [("PASSWORD", False), ("LINK", True)]
    assert (await person.browser.did(EVERYWHERE))["sessionsEnded"] == 2
    assert person.browser.token is None
    assert [await one.denied(ME) for one in (person.browser, other)] == ["UNAUTHENTICATED"] * 2
