"""People at the dashboard, as the tests of signing in need them: browsers that keep their cookie, links from mails."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from models.customer_session import CustomerLink
from models.keyring import link_token
from models.mail import Mail, MailTemplate
from models.membership import Invitation
from models.session import Session
from models.storage.reach import Reach
from models.tenancy import across_accounts
from models.user import PasswordReset, SignUp
from resolvers.context import COOKIE
from tests.api import Answer, Caller
from tests.product import Product

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
PASSWORD = "four wet horses whistle"
_numbers = count(1)

SIGN_UP = """
mutation ($input: SignUpInput!) {
  signUp(input: $input) {
    __typename
    ... on SignUpPayload { mailed }
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
    ... on AlreadyTaken { path }
    ... on Throttled { retryAfterSeconds }
  }
}
"""
CONFIRM = """
mutation ($token: String!) {
  confirmSignUp(input: {token: $token}) {
    __typename
    ... on ConfirmSignUpPayload { viewer { kind role account { id name slug zone currency locale } } }
    ... on Refusal { code message }
  }
}
"""
SIGN_IN = """
mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) {
    __typename
    ... on SignInPayload { viewer { kind role permissions { name access } account { id slug } } }
    ... on Refusal { code message }
    ... on Throttled { retryAfterSeconds }
    ... on SecondFactorNeeded { challenge methods expiresAt }
  }
}
"""
ME = """
{ me { id name email memberships { id accountId accountName accountSlug role version } } }
"""


@dataclass(slots=True)
class Browser(Caller):
    """A caller that keeps the session cookie as a browser does. `set_cookies` are the headers of the last answer."""

    set_cookies: list[str] = field(default_factory=list)

    async def __call__(self, document: str, **variables: Any) -> Answer:
        answer = await Caller.__call__(self, document, **variables)
        self.set_cookies = answer.headers.get_list("set-cookie")
        for header in self.set_cookies:
            pair, *attributes = header.split("; ")
            self.headers.pop("Cookie", None)
            if "Max-Age=0" not in attributes:
                self.headers["Cookie"] = pair
        return answer

    @property
    def token(self) -> str | None:
        """The session's token that it holds."""
        cookie = self.headers.get("Cookie")
        return cookie.removeprefix(f"{COOKIE}=") if cookie else None


@dataclass(slots=True)
class Person:
    """Somebody with a user, and the browser they signed up with."""

    email: str
    browser: Browser
    account_id: str
    slug: str


def browser(product: Product, *, address: str | None = None, agent: str = FIREFOX) -> Browser:
    """A new browser at an address of its own, so that no test is throttled by another's attempts."""
    return Browser(http_from(product, address), headers={"X-Calendera-Client": "dashboard", "User-Agent": agent})


def http_from(product: Product, address: str | None = None) -> httpx.AsyncClient:
    """A client at this network address, or at one that nobody has used."""
    number = next(_numbers)
    address = address or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    assert product.app is not None
    transport = httpx.ASGITransport(app=product.app, raise_app_exceptions=False, client=(address, 40000))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


def new_email() -> str:
    """An address that nobody has used."""
    return f"someone{next(_numbers)}@people.example"


def sign_up_input(email: str | None = None, **more: Any) -> dict[str, Any]:
    """What somebody types to open a business."""
    return {
        "name": "Ada Obi", "email": email or new_email(), "password": PASSWORD, "businessName": "River Street Salon",
        "zone": "America/Chicago", "currency": "USD", "locale": "en-US", **more,
    }  # fmt: skip


async def mails_to(email: str) -> list[Mail]:
    """What waits to be sent to an address, the latest first; but for what the watch tells, which comes when it has
    looked."""
    return await Mail.filter(to=email).exclude(template=MailTemplate.SECURITY_EVENT).order_by("-id")


async def token_mailed_to(email: str) -> str:
    """The secret of the link in the latest mail to an address, made of its row as the worker makes it."""
    mail = (await mails_to(email))[0]
    if mail.template is MailTemplate.INVITATION:
        invitation = await across_accounts(Invitation, Reach.OPERATOR).get(id=mail.about_id)
        return link_token("it", invitation.id, invitation.nonce)
    if mail.template is MailTemplate.NEW_DEVICE:
        session = await Session.get(id=mail.about_id)
        return link_token("es", session.id, session.notice_nonce or "")
    if mail.template is MailTemplate.PASSWORD_RESET:
        reset = await PasswordReset.get(id=mail.about_id)
        return link_token("rt", reset.id, reset.nonce)
    if mail.template is MailTemplate.CUSTOMER_LINK:
        link = await CustomerLink.of(mail.account_id).get(id=mail.about_id)
        return link_token("cl", link.id, link.nonce)
    asked = await SignUp.get(id=mail.about_id)
    return link_token("su", asked.id, asked.nonce)


async def signed_up(product: Product, **more: Any) -> Person:
    """Somebody who opened a business through the API."""
    given = sign_up_input(**more)
    mine = browser(product)
    await mine.did(SIGN_UP, input=given)
    opened = (await mine.did(CONFIRM, token=await token_mailed_to(given["email"])))["viewer"]
    return Person(given["email"], mine, opened["account"]["id"], opened["account"]["slug"])


async def signed_in_as(product: Product, person: Person, **more: Any) -> Browser:
    """Another browser in which the person signed in."""
    another = browser(product, **more)
    await another.did(SIGN_IN, email=person.email, password=PASSWORD)
    return another
