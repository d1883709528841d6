"""Who was here before a material change is mailed about it once; what a person says to a version is kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from calendera.mail_policy import policy_changed
from calendera.promises import Promises
from models.mail import Mail, MailTemplate
from models.policy_notice import PolicyNotice
from privacy.policy import latest_change
from tests.api import Caller
from tests.businesses import Business, make_user, signed_in
from tests.product import Product

CHANGE = latest_change(datetime(2027, 1, 1, tzinfo=UTC).date())
assert CHANGE is not None
DAY = datetime.combine(CHANGE.published_on, datetime.min.time(), UTC)
MINE = "{ myPolicyNotices(first: 10) { nodes { version postedOn mailedAt seenAt agreedAt } } }"
SAY = """mutation ($version: String!, $says: PolicyAcknowledgement!) {
  acknowledgePolicy(input: {version: $version, says: $says}) { __typename
    ... on AcknowledgePolicyPayload { notice { version seenAt agreedAt } }
    ... on ValidationFailed { fields { path message } } } }"""


async def announced(product: Product) -> int:
    promises, told = Promises(product.settings, product.clock), 0
    while did := await promises.announce():
        told += did
    return told


@pytest.mark.promise("10")
async def test_who_was_here_before_a_material_change_is_mailed_once(product: Product) -> None:
    before, after = await make_user(DAY - timedelta(seconds=1)), await make_user(DAY)
    product.clock.stand_at(DAY + timedelta(hours=1))
    await asyncio.gather(announced(product), announced(product))
    assert await announced(product) == 0
    (mail,) = await Mail.filter(template=MailTemplate.POLICY_CHANGED, to=before.email)
    assert not await Mail.exists(to=after.email)
    letter = await policy_changed(mail, product.clock.now(), "https://book.example")
    assert letter is not None and "23 November 2026" in letter.subject
    assert "https://book.example/privacy/2026-11-23" in letter.text and "(3.2)" in letter.text
    assert await PolicyNotice.untold(CHANGE.version, CHANGE.published_on) == 0
    caller = await signed_in(product, before, None)
    (notice,) = (await caller.ok(MINE))["myPolicyNotices"]["nodes"]
    assert notice == {"version": CHANGE.version, "postedOn": CHANGE.version, "mailedAt": None, "seenAt": None,
                      "agreedAt": None}  # fmt: skip
    await PolicyNotice.was_mailed(mail.about_id, product.clock.now())
    await caller.ok(SAY, version=CHANGE.version, says="SEEN")
    assert await policy_changed(mail, product.clock.now(), "https://book.example") is None
    (notice,) = (await caller.ok(MINE))["myPolicyNotices"]["nodes"]
    assert notice["mailedAt"] == notice["seenAt"] == "2026-11-23T01:00:00Z" and notice["agreedAt"] is None
    await Mail.filter(template=MailTemplate.POLICY_CHANGED).delete()


async def test_what_was_said_first_stays_and_is_ones_own(product: Product, salon: Business, rival: Business) -> None:
    first = await salon.owner.ok(SAY, version="2026-11-23", says="AGREED")
    at = "2027-01-11T12:00:00Z"
    assert first["acknowledgePolicy"]["notice"] == {"version": "2026-11-23", "seenAt": at, "agreedAt": at}
    product.clock.advance(days=1)
    again = await salon.owner.ok(SAY, version="2026-11-23", says="SEEN")
    assert again == first
    assert (await rival.owner.ok(MINE))["myPolicyNotices"]["nodes"] == []


@pytest.mark.parametrize("version", ["2001-01-01", "", "../founding", "x" * 5000])
async def test_what_was_never_published_cannot_be_agreed_to(salon: Business, version: str) -> None:
    said = (await salon.owner.ok(SAY, version=version, says="AGREED"))["acknowledgePolicy"]
    assert said["fields"][0]["path"] == "version" and "privacyPolicyVersions" in said["fields"][0]["message"]


async def test_only_people_who_sign_in_are_told_and_say(salon: Business, visitor: Caller) -> None:
    for caller in (visitor, salon.partner):
        assert await caller.denied(MINE) in ("UNAUTHENTICATED", "FORBIDDEN")
