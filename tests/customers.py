"""Customers who sign in at one business by a mailed link."""

from __future__ import annotations

from typing import Any

from tests.api import Caller
from tests.businesses import Business, by_key
from tests.businesses import at_widget as through_widget
from tests.people import http_from, token_mailed_to

CUSTOMER_LINK = """mutation ($email: String!) { requestCustomerLink(input: {email: $email}) {
  __typename ... on RequestCustomerLinkPayload { mailed } ... on Refusal { code message }
  ... on ValidationFailed { fields { path } } ... on Throttled { retryAfterSeconds } } }"""
START = """mutation ($token: String!) { startCustomerSession(input: {token: $token}) {
  __typename ... on StartCustomerSessionPayload { token viewer { kind account { slug } customer { name email } } }
  ... on Refusal { code message } } }"""


def somebody(business: Business) -> Caller:
    """Somebody at the business's widget whose network address is their own, so that no other's attempts count."""
    return Caller(http_from(business.product), business.widget.path, business.widget.headers)


async def link_asked(business: Business, email: str) -> None:
    """Ask for a customer's link at the business's widget."""
    await somebody(business).did(CUSTOMER_LINK, email=email)


async def started(business: Business, visitor: Caller, email: str) -> Any:
    """The payload of following the link that a customer asked for at the business's widget."""
    await link_asked(business, email)
    return await visitor.did(START, token=await token_mailed_to(email))


async def signed_in_customer(business: Business, email: str, *, at_widget: bool = False) -> Caller:
    """A caller with the session of a customer who followed a mailed link."""
    token = (await started(business, Caller(business.product.http()), email))["token"]
    return through_widget(business, token) if at_widget else by_key(business.product, token)
