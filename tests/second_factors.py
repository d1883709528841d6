"""People with a second factor: an authenticator app of their own making, and what it is set up and used with."""

from __future__ import annotations

import base64
import hmac
import struct
from dataclasses import dataclass
from typing import Any

from tests.people import PASSWORD, SIGN_IN, Browser, Person, browser, signed_up
from tests.product import Product

SET_UP = "mutation { setUpCodes { __typename ... on SetUpCodesPayload { secret uri } } }"
CONFIRM_CODES = """
mutation ($code: String!) {
  confirmCodes(input: {code: $code}) {
    __typename
    ... on ConfirmCodesPayload { recoveryCodes viewer { role } }
    ... on Refusal { code message }
  }
}
"""
REMOVE_CODES = """
mutation { removeCodes { __typename ... on RemoveCodesPayload { viewer { role } } ... on Refusal { code message } } }
"""
COMPLETE = """
mutation ($challenge: String!, $proof: SecondFactorProof!) {
  completeSignIn(input: {challenge: $challenge, proof: $proof}) {
    __typename
    ... on CompleteSignInPayload { viewer { kind role account { id } } }
    ... on Refusal { code message }
    ... on Throttled { retryAfterSeconds }
  }
}
"""
FACTORS = "{ mySecondFactors { inUse codesSince recoveryCodesLeft } }"


@dataclass(frozen=True, slots=True)
class App:
    """An authenticator app: RFC 6238 by hand, from the secret as it is typed in."""

    product: Product
    secret: str

    def code(self, steps: int = 0) -> str:
        """What it shows now, or some half minutes later."""
        counter = int(self.product.clock.now().timestamp()) // 30 + steps
        digest = hmac.digest(base64.b32decode(self.secret), struct.pack(">Q", counter), "sha1")
        (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
        return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


@dataclass(frozen=True, slots=True)
class Protected:
    """Somebody with an authenticator app, the browser in which they set it up, and their recovery codes."""

    person: Person
    app: App
    codes: list[str]

    @property
    def browser(self) -> Browser:
        return self.person.browser


async def protected(product: Product, **more: Any) -> Protected:
    """Somebody who has just set up an authenticator app; the code of this half minute is used up by it."""
    person = await signed_up(product, **more)
    app = App(product, (await person.browser.did(SET_UP))["secret"])
    done = await person.browser.did(CONFIRM_CODES, code=app.code())
    return Protected(person, app, done["recoveryCodes"])


async def half_signed_in(product: Product, person: Person, password: str = PASSWORD) -> tuple[Browser, str]:
    """A browser in which the password was right, and the challenge that it got."""
    mine = browser(product)
    refusal = await mine.refused(SIGN_IN, email=person.email, password=password)
    assert refusal["__typename"] == "SecondFactorNeeded", refusal
    assert mine.token is None
    return mine, refusal["challenge"]
