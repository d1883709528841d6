"""Passkeys: adding them, signing in with them, and everything that a thief would try with one."""

from __future__ import annotations

import asyncio
from copy import copy
from typing import Any

import pytest

from models.mail import MailTemplate
from models.passkey import Passkey
from models.user import User
from tests.authenticator import Authenticator, b64
from tests.businesses import Business
from tests.people import ME, PASSWORD, SIGN_IN, Browser, Person, browser, mails_to, signed_in_as, signed_up
from tests.product import Product
from tests.second_factors import COMPLETE, protected
from tests.test_fresh_sign_in import MAKE_KEY
from tests.test_passwords import CHANGE

BEGIN = """
mutation { beginPasskey { __typename ... on BeginPasskeyPayload { options expiresAt } } }
"""
ADD = """
mutation ($name: String!, $credential: JSON!) {
  addPasskey(input: {name: $name, credential: $credential}) {
    __typename
    ... on AddPasskeyPayload { passkey { id name createdAt lastUsedAt backedUp } recoveryCodes viewer { role } }
    ... on Refusal { code message }
  }
}
"""
BEGIN_SIGN_IN = """
mutation {
  beginPasskeySignIn { __typename ... on BeginPasskeySignInPayload { options expiresAt } ... on Refusal { code } }
}
"""
SIGN_IN_WITH = """
mutation ($credential: JSON!) {
  signInWithPasskey(input: {credential: $credential}) {
    __typename
    ... on SignInWithPasskeyPayload { viewer { kind role account { id } } }
    ... on Refusal { code message }
  }
}
"""
BEGIN_PROOF = """
mutation { beginPasskeyProof { __typename ... on BeginPasskeyProofPayload { options } ... on Refusal { code } } }
"""
PROVE_WITH = """
mutation ($passkey: JSON!) {
  proveItIsMe(input: {passkey: $passkey}) { __typename ... on Refusal { code } }
}
"""
LIST = "{ myPasskeys(first: 9) { totalCount nodes { id name createdAt lastUsedAt backedUp } } }"
REMOVE = """
mutation ($id: ID!) {
  removePasskey(input: {id: $id}) {
    __typename ... on RemovePasskeyPayload { removedId } ... on Refusal { code }
  }
}
"""
RENAME = """
mutation ($id: ID!, $name: String!) {
  renamePasskey(input: {id: $id, name: $name}) {
    __typename ... on RenamePasskeyPayload { passkey { id name } } ... on Refusal { code }
  }
}
"""
HALF = SIGN_IN.replace("challenge methods expiresAt", "challenge methods expiresAt passkeyOptions")


async def added(caller: Browser, authenticator: Authenticator, name: str = "My phone") -> dict[str, Any]:
    """A passkey of this authenticator, added in this browser."""
    options = (await caller.did(BEGIN))["options"]
    return dict(await caller.did(ADD, name=name, credential=authenticator.create(options)))


async def with_passkey(product: Product) -> tuple[Person, Authenticator]:
    person, authenticator = await signed_up(product), Authenticator()
    await added(person.browser, authenticator)
    return person, authenticator


async def signing_in(product: Product) -> tuple[Browser, dict[str, Any]]:
    """A new browser, and what it is asked to sign."""
    mine = browser(product)
    return mine, (await mine.did(BEGIN_SIGN_IN))["options"]


async def test_a_passkey_is_added_and_signs_in_without_a_password(product: Product) -> None:
    person, authenticator = await signed_up(product), Authenticator()
    other = await signed_in_as(product, person)
    made = await person.browser.did(BEGIN)
    options = made["options"]
    user = await User.get(email=person.email)
    assert options["rp"] == {"name": "Calendera", "id": "127.0.0.1"}
    assert options["user"] == {"id": b64(user.id.bytes), "name": person.email, "displayName": "Ada Obi"}
    assert {one["alg"] for one in options["pubKeyCredParams"]} >= {-7, -257}
    assert options["excludeCredentials"] == [] and made["expiresAt"] == "2027-01-11T12:05:00Z"
    done = await person.browser.did(ADD, name="My phone", credential=authenticator.create(options))
    assert len(done["recoveryCodes"]) == 10 and done["passkey"]["name"] == "My phone"
    assert await other.denied(ME) == "UNAUTHENTICATED"
    product.clock.advance(minutes=3)
    mine, asked = await signing_in(product)
    assert (asked["userVerification"], asked["allowCredentials"], asked["rpId"]) == ("required", [], "127.0.0.1")
    viewer = (await mine.did(SIGN_IN_WITH, credential=authenticator.get(asked)))["viewer"]
    assert (viewer["role"], viewer["account"]["id"]) == ("OWNER", person.account_id)
    sessions = (await mine.ok("{ mySessions(first: 1) { nodes { method } } }"))["mySessions"]["nodes"]
    assert sessions == [{"method": "PASSKEY"}]
    (listed,) = (await mine.ok(LIST))["myPasskeys"]["nodes"]
    assert listed["lastUsedAt"] == "2027-01-11T12:03:00Z"
    again = (await person.browser.did(BEGIN))["options"]
    assert [(one["id"], one["transports"]) for one in again["excludeCredentials"]] == [
        (b64(authenticator.id), ["hybrid", "internal"])
    ]


async def test_after_the_password_a_passkey_is_the_second_factor(product: Product) -> None:
    person, authenticator = await with_passkey(product)
    authenticator.verifies = False
    mine = browser(product)
    half = await mine.refused(HALF, email=person.email, password=PASSWORD)
    assert half["methods"] == ["PASSKEY", "RECOVERY_CODE"]
    signed = authenticator.get(half["passkeyOptions"])
    await mine.did(COMPLETE, challenge=half["challenge"], proof={"passkey": signed})
    assert (await mine.ok(ME))["me"]["email"] == person.email
    replay = await browser(product).refused(COMPLETE, challenge=half["challenge"], proof={"passkey": signed})
    assert replay["code"] == "CHALLENGE_ENDED"
    plain = await protected(product)
    assert (await browser(product).refused(HALF, email=plain.person.email, password=PASSWORD))["passkeyOptions"] is None


async def test_whoever_knows_the_password_keeps_nobody_from_their_passkey(product: Product) -> None:
    person, authenticator = await with_passkey(product)
    authenticator.verifies = False
    thief = browser(product)
    half = await thief.refused(SIGN_IN, email=person.email, password=PASSWORD)
    for answer in ["PROOF_FAILED"] * 5 + ["THROTTLED"]:
        refusal = await thief.refused(COMPLETE, challenge=half["challenge"], proof={"code": "000000"})
        assert refusal["code"] == answer
    mine = browser(product)
    half = await mine.refused(HALF, email=person.email, password=PASSWORD)
    signed = authenticator.get(half["passkeyOptions"])
    await mine.did(COMPLETE, challenge=half["challenge"], proof={"passkey": signed})


async def test_a_passkey_that_did_not_ask_who_uses_it_does_not_replace_the_password(product: Product) -> None:
    _, authenticator = await with_passkey(product)
    authenticator.verifies = False
    mine, asked = await signing_in(product)
    assert (await mine.refused(SIGN_IN_WITH, credential=authenticator.get(asked)))["code"] == "PROOF_FAILED"
    assert mine.token is None


async def test_what_was_signed_is_good_once_for_five_minutes_and_for_what_it_was_asked(product: Product) -> None:
    person, authenticator = await with_passkey(product)
    mine, asked = await signing_in(product)
    signed = authenticator.get(asked)
    await mine.did(SIGN_IN_WITH, credential=signed)
    assert (await browser(product).refused(SIGN_IN_WITH, credential=signed))["code"] == "CHALLENGE_ENDED"
    for document in (BEGIN_PROOF, BEGIN):
        elsewhere = (await person.browser.did(document))["options"]
        refusal = await browser(product).refused(
            SIGN_IN_WITH, credential=authenticator.get(elsewhere | asked_at(asked))
        )
        assert refusal["code"] == "CHALLENGE_ENDED"
    half = await browser(product).refused(HALF, email=person.email, password=PASSWORD)
    refusal = await browser(product).refused(SIGN_IN_WITH, credential=authenticator.get(half["passkeyOptions"]))
    assert refusal["code"] == "CHALLENGE_ENDED"
    late, asked = await signing_in(product)
    product.clock.advance(minutes=5)
    assert (await late.refused(SIGN_IN_WITH, credential=authenticator.get(asked)))["code"] == "CHALLENGE_ENDED"


def asked_at(asked: dict[str, Any]) -> dict[str, Any]:
    """The site of some options, without their challenge."""
    return {"rpId": asked["rpId"]}


async def test_a_challenge_of_another_browser_is_refused(product: Product) -> None:
    person, authenticator = await with_passkey(product)
    mine, asked = await signing_in(product)
    await mine.did(SIGN_IN_WITH, credential=authenticator.get(asked))
    begun = (await person.browser.did(BEGIN))["options"]
    refusal = await mine.refused(ADD, name="Stolen", credential=Authenticator().create(begun))
    assert refusal["code"] == "CHALLENGE_ENDED"
    proof = (await person.browser.did(BEGIN_PROOF))["options"]
    assert (await mine.refused(PROVE_WITH, passkey=authenticator.get(proof)))["code"] == "CHALLENGE_ENDED"
    stranger = await signed_up(product)
    refusal = await stranger.browser.refused(ADD, name="Stolen", credential=Authenticator().create(begun))
    assert refusal["code"] == "CHALLENGE_ENDED"
    assert (await mine.ok(LIST))["myPasskeys"]["totalCount"] == 1


async def test_the_passkey_of_another_person_opens_nothing(product: Product, rival: Business) -> None:
    person, authenticator = await with_passkey(product)
    victim, theirs = await with_passkey(product)
    half = await browser(product).refused(HALF, email=victim.email, password=PASSWORD)
    signed = authenticator.get(half["passkeyOptions"])
    refusal = await browser(product).refused(COMPLETE, challenge=half["challenge"], proof={"passkey": signed})
    assert refusal["code"] == "PROOF_FAILED"
    mine, asked = await signing_in(product)
    signed = authenticator.get(asked, userHandle=b64(theirs.user))
    assert (await mine.refused(SIGN_IN_WITH, credential=signed))["code"] == "PROOF_FAILED"
    mine, asked = await signing_in(product)
    posing = authenticator.get(asked) | {"id": b64(theirs.id), "rawId": b64(theirs.id)}
    assert (await mine.refused(SIGN_IN_WITH, credential=posing))["code"] == "PROOF_FAILED"
    (listed,) = (await victim.browser.ok(LIST))["myPasskeys"]["nodes"]
    for caller in (person.browser, rival.owner):
        for document in (REMOVE, RENAME):
            names = {"name": "Mine"} if document is RENAME else {}
            known = await caller.refused(document, id=listed["id"], **names)
            unknown = await caller.refused(document, id=listed["id"][:-4] + "0000", **names)
            assert known == unknown == known | {"code": "NOT_FOUND"}
    doubled = (await person.browser.did(BEGIN))["options"]
    refusal = await person.browser.refused(ADD, name="Doubled", credential=theirs.create(doubled))
    assert refusal["code"] == "ALREADY_TAKEN"


async def test_a_copied_passkey_is_refused_and_its_person_told(product: Product) -> None:
    person, authenticator = await with_passkey(product)
    thief = copy(authenticator)
    mine, asked = await signing_in(product)
    await mine.did(SIGN_IN_WITH, credential=authenticator.get(asked))
    stolen, asked = await signing_in(product)
    assert (await stolen.refused(SIGN_IN_WITH, credential=thief.get(asked)))["code"] == "PROOF_FAILED"
    mail = (await mails_to(person.email))[0]
    assert (mail.template, mail.data["what"]) == (MailTemplate.SIGN_IN_CHANGED, "PASSKEY_COPIED")


async def test_one_that_several_devices_share_does_not_count(product: Product) -> None:
    person, authenticator = await signed_up(product), Authenticator(counts=False)
    await added(person.browser, authenticator)
    for _ in range(2):
        mine, asked = await signing_in(product)
        await mine.did(SIGN_IN_WITH, credential=authenticator.get(asked))


async def test_one_signature_sent_twice_at_once_signs_in_once(product: Product) -> None:
    _, authenticator = await with_passkey(product)
    _, asked = await signing_in(product)
    signed = authenticator.get(asked)
    answers = await asyncio.gather(*(browser(product).ok(SIGN_IN_WITH, credential=signed) for _ in range(4)))
    kinds = sorted(answer["signInWithPasskey"]["__typename"] for answer in answers)
    assert kinds == ["ChallengeEnded"] * 3 + ["SignInWithPasskeyPayload"]


@pytest.mark.parametrize(
    "forged",
    [
        {"signature": b64(b"not a signature")},
        {"authenticatorData": b64(b"\x00" * 37)},
        {"authenticatorData": "%%%"},
        {"userHandle": ""},
        {"userHandle": "\x00"},
    ],
)
async def test_what_is_forged_is_refused(product: Product, forged: dict[str, str]) -> None:
    _, authenticator = await with_passkey(product)
    mine, asked = await signing_in(product)
    refusal = await mine.refused(SIGN_IN_WITH, credential=authenticator.get(asked, **forged))
    assert refusal["code"] == "PROOF_FAILED"


async def test_a_page_that_looks_like_ours_gets_nothing_it_could_use(product: Product) -> None:
    _, authenticator = await with_passkey(product)
    authenticator.origin = "https://calendera.example.evil"
    mine, asked = await signing_in(product)
    assert (await mine.refused(SIGN_IN_WITH, credential=authenticator.get(asked)))["code"] == "PROOF_FAILED"
    authenticator.origin = "http://127.0.0.1:8000"
    mine, asked = await signing_in(product)
    elsewhere = authenticator.get(asked | {"rpId": "evil.example"})
    assert (await mine.refused(SIGN_IN_WITH, credential=elsewhere))["code"] == "PROOF_FAILED"


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": None, "response": None},
        {"id": "x", "response": {"clientDataJSON": "e30"}},
        {"id": "\x00", "rawId": "\x00", "type": "public-key", "response": {"clientDataJSON": "bnVsbA"}},
        {"response": {"clientDataJSON": {"a": [1, 2]}}},
        {"response": {"clientDataJSON": "W" * 100_000}},
    ],
)
async def test_any_json_gets_an_answer(product: Product, credential: dict[str, Any]) -> None:
    person = await signed_up(product)
    assert (await browser(product).refused(SIGN_IN_WITH, credential=credential))["code"] == "CHALLENGE_ENDED"
    assert (await person.browser.refused(ADD, name="A", credential=credential))["code"] == "CHALLENGE_ENDED"
    assert (await person.browser.refused(PROVE_WITH, passkey=credential))["code"] == "CHALLENGE_ENDED"


@pytest.mark.parametrize("part", ["attestationObject", "clientDataJSON"])
async def test_a_broken_registration_is_refused(product: Product, part: str) -> None:
    person, authenticator = await signed_up(product), Authenticator()
    credential = authenticator.create((await person.browser.did(BEGIN))["options"])
    whole = credential["response"][part]
    credential["response"][part] = whole[: len(whole) // 2] if part == "attestationObject" else whole[:-8]
    refusal = await person.browser.refused(ADD, name="Broken", credential=credential)
    assert refusal["code"] in {"PROOF_FAILED", "CHALLENGE_ENDED"}
    assert not await Passkey.filter(user_id=(await User.get(email=person.email)).id).exists()


async def test_passkeys_have_names_and_the_last_one_leaves_a_long_password(product: Product) -> None:
    person, first = await with_passkey(product)
    done = await added(person.browser, Authenticator(), "Key ring")
    assert done["recoveryCodes"] == []
    assert (await person.browser.did(RENAME, id=done["passkey"]["id"], name="Laptop"))["passkey"]["name"] == "Laptop"
    assert (await person.browser.refused(RENAME, id=done["passkey"]["id"], name=""))["code"] == "VALIDATION_FAILED"
    nodes = (await person.browser.ok(LIST))["myPasskeys"]["nodes"]
    assert [one["name"] for one in nodes] == ["Laptop", "My phone"]
    await person.browser.did(CHANGE, current=PASSWORD, new="k3!vQz9#")
    await person.browser.did(REMOVE, id=nodes[1]["id"])
    mine, asked = await signing_in(product)
    assert (await mine.refused(SIGN_IN_WITH, credential=first.get(asked)))["code"] == "PROOF_FAILED"
    assert (await person.browser.refused(REMOVE, id=nodes[0]["id"]))["code"] == "LONGER_PASSWORD_FIRST"
    await person.browser.did(CHANGE, current="k3!vQz9#", new=PASSWORD)
    await person.browser.did(REMOVE, id=nodes[0]["id"])
    await browser(product).did(SIGN_IN, email=person.email, password=PASSWORD)


async def test_a_passkey_proves_who_asks(product: Product) -> None:
    person, authenticator = await with_passkey(product)
    product.clock.advance(minutes=11)
    assert await person.browser.denied(MAKE_KEY) == await person.browser.denied(BEGIN) == "REAUTH_REQUIRED"
    asked = (await person.browser.did(BEGIN_PROOF))["options"]
    signed = authenticator.get(asked)
    await person.browser.did(PROVE_WITH, passkey=signed)
    await person.browser.did(MAKE_KEY)
    assert (await person.browser.refused(PROVE_WITH, passkey=signed))["code"] == "CHALLENGE_ENDED"
    assert (await (await signed_up(product)).browser.refused(BEGIN_PROOF))["code"] == "NOT_FOUND"


async def test_an_address_asks_for_fifty_challenges_and_keys_for_none(product: Product, salon: Business) -> None:
    for _ in range(50):
        await browser(product, address="198.51.100.77").did(BEGIN_SIGN_IN)
    refusal = await browser(product, address="198.51.100.77").refused(BEGIN_SIGN_IN)
    assert refusal["code"] == "THROTTLED"
    for key in (salon.widget, salon.partner):
        for document in (BEGIN_SIGN_IN, BEGIN, LIST, BEGIN_PROOF):
            assert await key.denied(document) == "FORBIDDEN"
