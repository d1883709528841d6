"""A second factor: setting up an authenticator app, signing in with it, and what a thief of the password can do."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography.exceptions import InvalidTag

from models import keyring
from models.challenge import Challenge
from models.mail import MailTemplate
from models.recovery_code import RecoveryCode
from models.totp import Totp
from models.user import User
from tests.businesses import Business
from tests.people import (
    CONFIRM,
    ME,
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    Browser,
    browser,
    mails_to,
    new_email,
    sign_up_input,
    signed_in_as,
    signed_up,
    token_mailed_to,
)
from tests.product import Product
from tests.second_factors import (
    COMPLETE,
    CONFIRM_CODES,
    FACTORS,
    REMOVE_CODES,
    SET_UP,
    App,
    half_signed_in,
    protected,
)
from tests.test_fresh_sign_in import MAKE_KEY
from tests.test_passwords import ASK, CHANGE, RESET

SHORT = "k3!vQz9#"
NEW_CODES = """
mutation {
  makeRecoveryCodes { __typename ... on MakeRecoveryCodesPayload { recoveryCodes } ... on Refusal { code } }
}
"""
PROVE_BY_CODE = """
mutation ($code: String!) {
  proveItIsMe(input: {code: $code}) { __typename ... on Refusal { code } }
}
"""


async def test_an_app_is_set_up_with_its_first_code_and_signs_the_other_browsers_out(product: Product) -> None:
    person = await signed_up(product)
    other = await signed_in_as(product, person)
    made = await person.browser.did(SET_UP)
    uri = urlsplit(made["uri"])
    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", f"/Calendera:{person.email}")
    asked = {key: value[0] for key, value in parse_qs(uri.query).items()}
    expected = {"secret": made["secret"], "issuer": "Calendera", "period": "30", "digits": "6", "algorithm": "SHA1"}
    assert asked == expected
    assert (await other.ok(FACTORS))["mySecondFactors"]["inUse"] is False
    app, stolen = App(product, made["secret"]), Browser(person.browser.http, headers=dict(person.browser.headers))
    assert (await person.browser.refused(CONFIRM_CODES, code=app.code(5)))["code"] == "PROOF_FAILED"
    codes = (await person.browser.did(CONFIRM_CODES, code=app.code()))["recoveryCodes"]
    assert len(set(codes)) == 10 and all(len(code) == 19 for code in codes)
    assert await other.denied(ME) == await stolen.denied(ME) == "UNAUTHENTICATED"
    factors = (await person.browser.ok(FACTORS))["mySecondFactors"]
    assert factors == {"inUse": True, "codesSince": "2027-01-11T12:00:00Z", "recoveryCodesLeft": 10}
    assert (await mails_to(person.email))[0].template is MailTemplate.SIGN_IN_CHANGED


async def test_signing_in_takes_password_and_code(product: Product) -> None:
    owner = await protected(product)
    product.clock.advance(minutes=1)
    mine, challenge = await half_signed_in(product, owner.person)
    assert await mine.denied(ME) == "UNAUTHENTICATED"
    code = owner.app.code()
    viewer = (await mine.did(COMPLETE, challenge=challenge, proof={"code": f" {code[:3]} {code[3:]} "}))["viewer"]
    assert (viewer["role"], viewer["account"]["id"]) == ("OWNER", owner.person.account_id)
    assert (await mine.ok("{ mySessions(first: 1) { nodes { method } } }"))["mySessions"]["nodes"] == [
        {"method": "PASSWORD_AND_CODE"}
    ]
    again = await browser(product).refused(COMPLETE, challenge=challenge, proof={"code": owner.app.code(1)})
    assert again["code"] == "CHALLENGE_ENDED"


async def test_who_has_no_second_factor_signs_in_as_before_and_nobody_learns_who_has_one(product: Product) -> None:
    owner, plain = await protected(product), await signed_up(product)
    wrong = [
        await browser(product)(SIGN_IN, email=email, password="not the right password")
        for email in (owner.person.email, plain.email, new_email())
    ]
    assert wrong[0].body == wrong[1].body == wrong[2].body
    await browser(product).did(SIGN_IN, email=plain.email, password=PASSWORD)


async def test_a_code_is_accepted_once_and_a_minute_around_its_time(product: Product) -> None:
    owner = await protected(product)
    used = owner.app.code()
    mine, challenge = await half_signed_in(product, owner.person)
    assert (await mine.refused(COMPLETE, challenge=challenge, proof={"code": used}))["code"] == "PROOF_FAILED"
    ahead = owner.app.code(1)
    await mine.did(COMPLETE, challenge=challenge, proof={"code": ahead})
    product.clock.advance(seconds=30)
    for code in (used, ahead, owner.app.code(2), owner.app.code(-2)):
        mine, challenge = await half_signed_in(product, owner.person)
        assert (await mine.refused(COMPLETE, challenge=challenge, proof={"code": code}))["code"] == "PROOF_FAILED"
    product.clock.advance(seconds=30)
    await mine.did(COMPLETE, challenge=challenge, proof={"code": owner.app.code()})


async def test_one_code_typed_twice_at_once_signs_in_once(product: Product) -> None:
    owner = await protected(product)
    product.clock.advance(minutes=1)
    code = owner.app.code()
    halves = [await half_signed_in(product, owner.person) for _ in range(4)]
    answers = await asyncio.gather(
        *(mine.ok(COMPLETE, challenge=challenge, proof={"code": code}) for mine, challenge in halves)
    )
    kinds = sorted(answer["completeSignIn"]["__typename"] for answer in answers)
    assert kinds == ["CompleteSignInPayload", "ProofFailed", "ProofFailed", "ProofFailed"]


async def test_whoever_knows_the_password_guesses_five_codes_whatever_they_begin_anew(product: Product) -> None:
    owner = await protected(product)
    product.clock.advance(minutes=1)
    codes = []
    for _ in range(3):
        mine, challenge = await half_signed_in(product, owner.person)
        tries = " ".join(
            f'a{n}: completeSignIn(input: {{challenge: "{challenge}", proof: {{code: "00000{n}"}}}}) '
            "{ ... on Refusal { code } }"
            for n in range(5)
        )
        codes += [one["code"] for one in (await mine.ok(f"mutation {{ {tries} }}")).values()]
    assert codes == ["PROOF_FAILED"] * 5 + ["THROTTLED"] * 10
    right = {"challenge": challenge, "proof": {"code": owner.app.code()}}
    assert (await mine.refused(COMPLETE, **right))["code"] == "THROTTLED"
    assert (await owner.browser.refused(PROVE_BY_CODE, code=owner.app.code()))["code"] == "THROTTLED"
    product.clock.advance(minutes=15)
    mine, challenge = await half_signed_in(product, owner.person)
    await mine.did(COMPLETE, challenge=challenge, proof={"code": owner.app.code()})


async def test_a_challenge_lasts_five_minutes_and_is_nobody_elses(product: Product) -> None:
    owner, other = await protected(product), await protected(product)
    product.clock.advance(minutes=1)
    mine, challenge = await half_signed_in(product, owner.person)
    foreign = await mine.refused(COMPLETE, challenge=challenge, proof={"code": other.app.code()})
    assert foreign["code"] == "PROOF_FAILED"
    for unknown in ("ch_", "", "nonsense", "\0", challenge[:-2], await token_of(other)):
        refusal = await mine.refused(COMPLETE, challenge=unknown, proof={"code": owner.app.code()})
        assert refusal["code"] == "CHALLENGE_ENDED"
    product.clock.advance(minutes=5)
    refusal = await mine.refused(COMPLETE, challenge=challenge, proof={"code": owner.app.code()})
    assert refusal["code"] == "CHALLENGE_ENDED"


async def token_of(owner: object) -> str:
    """A secret of another kind, which is no challenge."""
    return keyring.random_token("rt")


async def test_a_recovery_code_signs_in_once_and_the_person_is_told(product: Product) -> None:
    owner = await protected(product)
    mine, challenge = await half_signed_in(product, owner.person)
    typed = owner.codes[3].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    await mine.did(COMPLETE, challenge=challenge, proof={"recoveryCode": typed})
    assert (await mine.ok(FACTORS))["mySecondFactors"]["recoveryCodesLeft"] == 9
    mail = (await mails_to(owner.person.email))[0]
    assert (mail.template, mail.data["what"]) == (MailTemplate.SIGN_IN_CHANGED, "RECOVERY_CODE_USED")
    thief, challenge = await half_signed_in(product, owner.person)
    for code in (owner.codes[3], "0000-0000-0000-0000", "", owner.codes[4][:-1]):
        refusal = await thief.refused(COMPLETE, challenge=challenge, proof={"recoveryCode": code})
        assert refusal["code"] == "PROOF_FAILED"
    product.clock.advance(minutes=15)
    fresh, challenge = await half_signed_in(product, owner.person)
    await fresh.did(COMPLETE, challenge=challenge, proof={"recoveryCode": owner.codes[4]})
    newer = (await fresh.did(NEW_CODES))["recoveryCodes"]
    assert not set(newer) & set(owner.codes)
    last, challenge = await half_signed_in(product, owner.person)
    refusal = await last.refused(COMPLETE, challenge=challenge, proof={"recoveryCode": owner.codes[5]})
    assert refusal["code"] == "PROOF_FAILED"
    await last.did(COMPLETE, challenge=challenge, proof={"recoveryCode": newer[0]})


async def test_a_reset_password_does_not_replace_the_second_factor(product: Product) -> None:
    owner = await protected(product)
    await browser(product).did(ASK, email=owner.person.email)
    forgetful = browser(product)
    await forgetful.did(RESET, token=await token_mailed_to(owner.person.email), new=SHORT)
    assert forgetful.token is None
    product.clock.advance(minutes=1)
    mine, challenge = await half_signed_in(product, owner.person, SHORT)
    await mine.did(COMPLETE, challenge=challenge, proof={"code": owner.app.code()})


async def test_a_new_password_ends_the_sign_ins_that_began_with_the_old_one(product: Product) -> None:
    owner = await protected(product)
    thief, challenge = await half_signed_in(product, owner.person)
    await browser(product).did(ASK, email=owner.person.email)
    await browser(product).did(RESET, token=await token_mailed_to(owner.person.email), new=SHORT)
    product.clock.advance(minutes=1)
    refusal = await thief.refused(COMPLETE, challenge=challenge, proof={"code": owner.app.code()})
    assert refusal["code"] == "CHALLENGE_ENDED"
    mine, challenge = await half_signed_in(product, owner.person, SHORT)
    await mine.did(COMPLETE, challenge=challenge, proof={"code": owner.app.code()})


async def test_neither_does_a_mailbox_that_opens_another_business(product: Product) -> None:
    owner = await protected(product)
    await browser(product).did(SIGN_UP, input=sign_up_input(owner.person.email, businessName="Second"))
    token = await token_mailed_to(owner.person.email)
    thief = browser(product)
    assert (await thief.refused(CONFIRM, token=token))["code"] == "SIGN_IN_FIRST"
    assert thief.token is None
    viewer = (await owner.browser.did(CONFIRM, token=token))["viewer"]
    assert (viewer["role"], viewer["account"]["name"]) == ("OWNER", "Second")


async def test_a_short_password_lives_only_beside_a_second_factor(product: Product) -> None:
    person = await signed_up(product)
    refusal = await person.browser.refused(CHANGE, current=PASSWORD, new=SHORT)
    assert [problem["path"] for problem in refusal["fields"]] == ["newPassword"]
    owner = await protected(product)
    for common in ("Password1!", "dragon77", "Ada-Obi-1", "riverstreet1"):
        assert (await owner.browser.refused(CHANGE, current=PASSWORD, new=common))["code"] == "VALIDATION_FAILED"
    await owner.browser.did(CHANGE, current=PASSWORD, new=SHORT)
    assert (await owner.browser.refused(REMOVE_CODES))["code"] == "LONGER_PASSWORD_FIRST"
    assert (await owner.browser.ok(FACTORS))["mySecondFactors"]["inUse"] is True
    await owner.browser.did(CHANGE, current=SHORT, new=PASSWORD)
    await owner.browser.did(REMOVE_CODES)
    factors = (await owner.browser.ok(FACTORS))["mySecondFactors"]
    assert factors == {"inUse": False, "codesSince": None, "recoveryCodesLeft": 0}
    assert (await owner.browser.refused(REMOVE_CODES))["code"] == "NOT_FOUND"
    assert (await owner.browser.refused(NEW_CODES))["code"] == "NOT_FOUND"
    await browser(product).did(SIGN_IN, email=owner.person.email, password=PASSWORD)


async def test_removing_the_factor_and_shortening_the_password_at_once_leaves_one_of_both(product: Product) -> None:
    owner = await protected(product)
    twin = Browser(owner.browser.http, headers=dict(owner.browser.headers))
    await asyncio.gather(owner.browser(REMOVE_CODES), twin(CHANGE, current=PASSWORD, new=SHORT))
    user = await User.get(email=owner.person.email)
    assert user.second_factor or not user.short_password


async def test_another_app_takes_the_place_of_the_first_with_its_own_code(product: Product) -> None:
    owner = await protected(product)
    newer = App(product, (await owner.browser.did(SET_UP))["secret"])
    product.clock.advance(minutes=1)
    mine, challenge = await half_signed_in(product, owner.person)
    assert (await mine.refused(COMPLETE, challenge=challenge, proof={"code": newer.code()}))["code"] == "PROOF_FAILED"
    assert (await owner.browser.did(CONFIRM_CODES, code=newer.code()))["recoveryCodes"] == []
    product.clock.advance(minutes=1)
    assert (await mine.refused(COMPLETE, challenge=challenge, proof={"code": owner.app.code()}))["code"]
    await mine.did(COMPLETE, challenge=challenge, proof={"code": newer.code()})
    assert await Totp.filter(user_id=(await User.get(email=owner.person.email)).id).count() == 1


async def test_what_is_set_up_too_late_or_by_an_old_sign_in_changes_nothing(product: Product) -> None:
    person = await signed_up(product)
    app = App(product, (await person.browser.did(SET_UP))["secret"])
    product.clock.advance(minutes=11)
    for document in (SET_UP, REMOVE_CODES, NEW_CODES):
        assert await person.browser.denied(document) == "REAUTH_REQUIRED"
    assert await person.browser.denied(CONFIRM_CODES, code=app.code()) == "REAUTH_REQUIRED"
    product.clock.advance(minutes=50)
    again = await signed_in_as(product, person)
    assert (await again.refused(CONFIRM_CODES, code=app.code()))["code"] == "PROOF_FAILED"


async def test_a_code_proves_who_asks(product: Product) -> None:
    owner = await protected(product)
    product.clock.advance(minutes=11)
    assert await owner.browser.denied(MAKE_KEY) == "REAUTH_REQUIRED"
    code = owner.app.code()
    await owner.browser.did(PROVE_BY_CODE, code=code)
    await owner.browser.did(MAKE_KEY)
    assert (await owner.browser.refused(PROVE_BY_CODE, code=code))["code"] == "PROOF_FAILED"


async def test_a_password_alone_proves_nothing_of_whoever_has_a_second_factor(product: Product) -> None:
    """Or whoever found the browser open and knows the password could take the factor away."""
    owner = await protected(product)
    product.clock.advance(minutes=11)
    asked = PROVE_BY_CODE.replace("$code", "$password").replace("code:", "password:")
    for password in (PASSWORD, "not the right one at all"):
        assert (await owner.browser.refused(asked, password=password))["code"] == "VALIDATION_FAILED"
    assert await owner.browser.denied(MAKE_KEY) == "REAUTH_REQUIRED"


@pytest.mark.promise("1.1")
async def test_nothing_that_is_stored_signs_in(product: Product) -> None:
    owner = await protected(product)
    user = await User.get(email=owner.person.email)
    totp = await Totp.get(user_id=user.id)
    assert owner.app.secret not in totp.sealed_secret
    _, challenge = await half_signed_in(product, owner.person)
    assert not await Challenge.filter(token_hash=challenge).exists()
    hashes = {one.code_hash for one in await RecoveryCode.filter(user_id=user.id)}
    assert len(hashes) == 10 and not hashes & set(owner.codes)
    with pytest.raises(InvalidTag):
        keyring.unseal("totp secret", (await User.get(email=(await signed_up(product)).email)).id, totp.sealed_secret)


async def test_keys_and_strangers_have_no_second_factor(salon: Business, product: Product) -> None:
    for key in (salon.widget, salon.partner):
        for document in (FACTORS, SET_UP, REMOVE_CODES, NEW_CODES):
            assert await key.denied(document) == "FORBIDDEN"
        assert await key.denied(COMPLETE, challenge="ch_x", proof={"code": "000000"}) == "FORBIDDEN"
    assert await browser(product).denied(SET_UP) == "UNAUTHENTICATED"
