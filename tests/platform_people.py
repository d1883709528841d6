"""People of the platform, and the documents by which they enter accounts and owners watch them."""

from __future__ import annotations

from typing import Any

from models.platform_staff import PlatformRole, PlatformStaff
from models.session import Session
from models.user import User
from resolvers.context import COOKIE
from tests.businesses import Business, make_user
from tests.people import Browser, browser
from tests.product import Product

REASON = "Slots of Tuesday are missing"
GRANT = """mutation ($input: GrantSupportAccessInput!) { grantSupportAccess(input: $input) {
  __typename ... on GrantSupportAccessPayload { access { id kind role reason fields status expiresAt givenById } }
  ... on Refusal { code message } ... on ValidationFailed { fields { path } } } }"""
REVOKE = """mutation ($id: ID!) { revokeSupportAccess(input: {id: $id}) {
  __typename ... on RevokeSupportAccessPayload { access { status } } ... on Refusal { code } } }"""
ASK = """mutation ($input: RequestSupportAccessInput!) { requestSupportAccess(input: $input) {
  __typename ... on RequestSupportAccessPayload { requested } ... on ValidationFailed { fields { path } } } }"""
ENTER = """mutation ($input: EnterAccountInput!) { enterAccount(input: $input) {
  __typename ... on EnterAccountPayload { viewer { kind expiresAt account { slug } permissions { name access } } }
  ... on Refusal { code } ... on ValidationFailed { fields { path } } } }"""
LEAVE = "mutation { leaveAccount { __typename ... on LeaveAccountPayload { viewer { kind account { slug } } } } }"
BREAK = """mutation ($input: RequestBreakGlassInput!) { requestBreakGlass(input: $input) {
  __typename ... on RequestBreakGlassPayload { accessId } ... on Refusal { code }
  ... on ValidationFailed { fields { path } } } }"""
APPROVE = """mutation ($input: ApproveBreakGlassInput!) { approveBreakGlass(input: $input) {
  __typename ... on ApproveBreakGlassPayload { accessId } ... on Refusal { code } } }"""
REVIEW = """mutation ($input: ReviewBreakGlassInput!) { reviewBreakGlass(input: $input) {
  __typename ... on ReviewBreakGlassPayload { accessId } ... on Refusal { code } } }"""
SEEN = """{ platformAccesses(first: 9) { nodes { id kind role status reason finding askedById givenById } }
  platformUses(first: 20) { nodes { name actorKind actorId details { name value } } } }"""


async def platform_user(product: Product, *roles: PlatformRole, factor: bool = True) -> User:
    """Somebody with these roles of the platform, and a second factor unless said otherwise."""
    user = await make_user(product.clock.now())
    await User.filter(id=user.id).update(second_factor=factor)
    for role in roles:
        await PlatformStaff.grant(user.id, role, product.clock.now())
    return user


async def platform_person(product: Product, *roles: PlatformRole, factor: bool = True) -> Browser:
    """A browser in which somebody with these roles is signed in, with a second factor unless said otherwise."""
    user = await platform_user(product, *roles, factor=factor)
    mine = browser(product)
    token = await Session.begin(user.id, None, "Test", product.clock.now(), 30)
    mine.headers["Cookie"] = f"{COOKIE}={token}"
    return mine


async def support_let_in(business: Business, *fields: str, minutes: int = 240) -> Browser:
    """Somebody of support in an account whose owner granted these fields."""
    person = await platform_person(business.product, PlatformRole.SUPPORT)
    await business.owner.did(GRANT, input={"reason": REASON, "fields": list(fields), "minutes": minutes})
    await entered(person, business)
    return person


async def overseeing(business: Business, role: PlatformRole) -> Browser:
    """A privacy officer or platform auditor in an account."""
    person = await platform_person(business.product, role)
    await entered(person, business, role, purpose="The yearly look at everybody")
    return person


async def entered(
    person: Browser, business: Business, role: PlatformRole = PlatformRole.SUPPORT, **more: Any
) -> dict[str, Any]:
    """Who somebody is after entering an account."""
    wanted = {"accountSlug": business.account.slug, "role": role.value, **more}
    return dict((await person.did(ENTER, input=wanted))["viewer"])
