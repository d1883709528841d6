"""Signing in as a customer of one business, by a mailed link. No cookie and no password: a token for one business."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry
from tortoise.queryset import QuerySet

from models.act import Act, Actor, ActorKind
from models.attempts import CUSTOMER_LINK_EMAIL, MAILED_ADDRESS, Attempts
from models.credentials import customer_link_of, customer_session_of
from models.customer import Customer
from models.customer_session import CustomerLink, CustomerSession
from models.storage.reach import bound
from permissions import viewers
from permissions.roles import Permission
from permissions.viewer import VISITOR, Viewer
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.listing import Listing
from rules.contacts import clean_email
from rules.devices import device_label
from rules.errors import LinkInvalid

P = Permission
LONGEST_TOKEN = 200


@strawberry.input(description="Whose link to mail.")
class RequestCustomerLinkInput:
    email: str = strawberry.field(description="The address the person books with at this business.")


async def request_customer_link(info: Info, input: RequestCustomerLinkInput) -> bool:
    """Mail a link to the person's own bookings at this business: once, within 15 minutes.

    The same answer for addresses that the business does not know. At most 5 in an hour for one address.
    """
    checks = Checks()
    email = checks("email", clean_email, input.email)
    checks.done()
    context = info.context
    await Attempts.note_address(MAILED_ADDRESS, context.address, context.now)
    await Attempts.note(CUSTOMER_LINK_EMAIL, f"{context.account_id} {email}", context.now)
    await CustomerLink.ask(context.act, email)
    return True


@strawberry.input(description="The mailed link.")
class StartCustomerSessionInput:
    token: str = strawberry.field(description="The `cl_…` of the mailed link.")


@dataclass(frozen=True, slots=True)
class Started:
    """A new session with its secret."""

    token: str
    viewer: Viewer


async def start_customer_session(info: Info, input: StartCustomerSessionInput) -> Started:
    """Use a mailed link: the answer's token opens the person's own bookings at that business. Sets no cookie.

    It ends after 30 days, after 7 without use, and by `endCustomerSession`.
    """
    context = info.context
    found = await customer_link_of(input.token[:LONGEST_TOKEN], context.now)
    if found is None:
        raise LinkInvalid
    act = Act(found.account_id, Actor(ActorKind.CUSTOMER), context.now)
    with bound(found.account_id):  # whoever has the mailed link acts at the business that it opens
        link = await CustomerLink.of(found.account_id).get(id=found.id)
        token = await link.follow(act, device_label(context.device))
    session = await customer_session_of(token, context.now)
    if session is None:
        raise LinkInvalid
    context.viewer = viewers.signed_in_customer(session)
    return Started(token, context.viewer)


async def own_customer(info: Info) -> QuerySet[Customer] | None:
    """The customer who is signed in; null for every other viewer."""
    signed_in = info.context.viewer.customer_session_id is not None
    return info.context.rows(Customer, P.CUSTOMERS_READ) if signed_in else None


async def my_customer_sessions(info: Info) -> Listing:
    """Where the customer is signed in at this business, the newest first. Those that ended are left out."""
    rows = CustomerSession.live(info.context.rows(CustomerSession, P.OWN_CUSTOMER_SESSIONS), info.context.now)
    return Listing(rows, order="created_at", descending=True)


@strawberry.input(description="Which session to end.")
class EndCustomerSessionInput:
    id: strawberry.ID | None = strawberry.field(
        description="One that `myCustomerSessions` lists; null for the one that asks, which is signing out.",
        default=None,
    )


async def end_customer_session(info: Info, input: EndCustomerSessionInput) -> bool:
    """End one of the customer's own sessions at this business, from now on."""
    context = info.context
    if input.id is None:
        rows = context.rows(CustomerSession, P.OWN_CUSTOMER_SESSIONS)
        found = await rows.get(id=context.viewer.customer_session_id)
    else:
        found = await context.find(CustomerSession, input.id, P.OWN_CUSTOMER_SESSIONS)
    await found.end(context.act)
    if found.id == context.viewer.customer_session_id:
        context.viewer = VISITOR
    return True
