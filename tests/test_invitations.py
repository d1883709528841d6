"""Invitations: being invited, joining by the mailed link, and what a business cannot learn by inviting."""

from __future__ import annotations

import asyncio

import pytest

from models.event import Event
from models.mail import MailTemplate
from models.membership import Invitation, InvitationStatus, Role
from models.staff import Staff
from models.user import User
from rules.ids import global_id
from tests.businesses import Business
from tests.joining import (
    ACCEPT,
    INVITATIONS,
    INVITE,
    REVOKE,
    invited,
    joined,
    members_of,
)
from tests.people import ME, PASSWORD, SIGN_IN, browser, mails_to, new_email, signed_up
from tests.product import Product


async def test_a_new_person_joins_by_the_mailed_link(product: Product, salon: Business) -> None:
    email, token = await invited(salon, Role.MANAGER)
    assert (await mails_to(email))[0].template is MailTemplate.INVITATION
    noor = browser(product)
    viewer = (await noor.did(ACCEPT, token=token, name="Noor Haddad", password=PASSWORD))["viewer"]
    assert viewer == {"kind": "MEMBER", "role": "MANAGER", "account": {"id": global_id("account", salon.account.id)}}
    assert [(one["person"], one["role"]) for one in await members_of(noor)][1:] == [
        ({"name": "Noor Haddad", "email": email}, "MANAGER")
    ]
    await browser(product).did(SIGN_IN, email=email, password=PASSWORD)
    (accepted,) = (await salon.owner.ok(INVITATIONS))["invitations"]["nodes"]
    assert (accepted["status"], accepted["invitedBy"]["name"]) == ("ACCEPTED", salon.owner_user.name)
    names = {str(name) for name in await Event.of(salon.account.id).values_list("name", flat=True)}
    assert {"member_invited", "invitation_accepted", "membership_created", "signed_in"} <= names


async def test_somebody_signed_in_with_the_invited_address_accepts_with_the_token_alone(
    product: Product, salon: Business
) -> None:
    person = await signed_up(product)
    _, token = await invited(salon, Role.STAFF, person.email)
    before = person.browser.token
    viewer = (await person.browser.did(ACCEPT, token=token))["viewer"]
    assert viewer["role"] == "STAFF"
    assert person.browser.token != before
    assert (await person.browser.ok("{ account { name } }"))["account"]["name"] == "Salon"
    assert len((await person.browser.ok(ME))["me"]["memberships"]) == 2


async def test_somebody_known_who_is_not_signed_in_signs_in_first(product: Product, salon: Business) -> None:
    person, other = await signed_up(product), await signed_up(product)
    _, token = await invited(salon, Role.STAFF, person.email)
    for caller in (browser(product), other.browser):
        refusal = await caller.refused(ACCEPT, token=token, name="Mallory", password="a password of mine")
        assert refusal["code"] == "SIGN_IN_FIRST"
        assert caller.set_cookies == []
    await person.browser.did(ACCEPT, token=token)


async def test_a_new_person_is_told_everything_that_is_missing_and_keeps_the_link(
    product: Product, salon: Business
) -> None:
    email, token = await invited(salon)
    for given in ({}, {"name": "x" * 300, "password": "short"}, {"name": "", "password": email}):
        refusal = await browser(product).refused(ACCEPT, token=token, **given)
        assert {problem["path"] for problem in refusal["fields"]} == {"name", "password"}
    assert not await User.exists(email=email)
    await browser(product).did(ACCEPT, token=token, name="Noor", password=PASSWORD)


async def test_a_link_makes_one_member_once(product: Product, salon: Business) -> None:
    email, token = await invited(salon)
    tries = [browser(product).ok(ACCEPT, token=token, name="Noor", password=PASSWORD) for _ in range(4)]
    kinds = [answer["acceptInvitation"]["__typename"] for answer in await asyncio.gather(*tries)]
    assert kinds.count("AcceptInvitationPayload") == 1
    assert set(kinds) <= {"AcceptInvitationPayload", "LinkInvalid", "SignInFirst"}
    assert await User.filter(email=email).count() == 1
    assert len(await members_of(salon.owner)) == 2
    for unknown in (token, "it_", "nonsense", "", "\u0000"):
        refusal = await browser(product).refused(ACCEPT, token=unknown, name="Noor", password=PASSWORD)
        assert refusal["code"] == "LINK_INVALID"


async def test_a_link_ends_after_seven_days(product: Product, salon: Business) -> None:
    _, token = await invited(salon)
    product.clock.advance(days=7)
    refusal = await browser(product).refused(ACCEPT, token=token, name="Noor", password=PASSWORD)
    assert refusal["code"] == "LINK_INVALID"


async def test_inviting_again_replaces_the_invitation_that_waits(product: Product, salon: Business) -> None:
    email, first = await invited(salon, Role.STAFF)
    _, second = await invited(salon, Role.MANAGER, email)
    listed = (await salon.owner.ok(INVITATIONS, status="PENDING"))["invitations"]["nodes"]
    assert [(one["email"], one["role"]) for one in listed] == [(email, "MANAGER")]
    refusal = await browser(product).refused(ACCEPT, token=first, name="Noor", password=PASSWORD)
    assert refusal["code"] == "LINK_INVALID"
    viewer = (await browser(product).did(ACCEPT, token=second, name="Noor", password=PASSWORD))["viewer"]
    assert viewer["role"] == "MANAGER"


async def test_inviting_one_address_many_times_at_once_leaves_one_invitation(salon: Business) -> None:
    email = new_email()
    await asyncio.gather(*(salon.owner.did(INVITE, email=email, role="STAFF") for _ in range(5)))
    pending = Invitation.of(salon.account.id).filter(email=email, status=InvitationStatus.PENDING)
    assert await pending.count() == 1


async def test_who_is_a_member_is_not_invited_again(salon: Business) -> None:
    refusal = await salon.owner.refused(INVITE, email=salon.owner_user.email.upper(), role="STAFF")
    assert (refusal["code"], refusal["path"]) == ("ALREADY_TAKEN", "email")


async def test_a_business_cannot_tell_who_has_a_user_elsewhere(product: Product, salon: Business) -> None:
    known = (await signed_up(product)).email
    answers = [await salon.owner.did(INVITE, email=email, role="STAFF") for email in (known, new_email())]
    for answer in answers:
        for hidden in ("id", "email"):
            answer["invitation"].pop(hidden)
    assert answers[0] == answers[1]


@pytest.mark.parametrize("email", ["", "no address", "a@b\r\nBcc: all@example.com", "x" * 300 + "@example.com"])
async def test_only_an_address_is_invited(salon: Business, email: str) -> None:
    refusal = await salon.owner.refused(INVITE, email=email, role="STAFF")
    assert [problem["path"] for problem in refusal["fields"]] == ["email"]


async def test_a_member_may_be_a_bookable_person_of_this_account_only(
    product: Product, salon: Business, rival: Business
) -> None:
    mine, theirs = [global_id("staff", (await Staff.begin(business.act, name="Kai")).id) for business in (salon, rival)]
    _, token = await invited(salon, Role.STAFF, staffId=mine)
    await browser(product).did(ACCEPT, token=token, name="Kai", password=PASSWORD)
    assert [one["staffId"] for one in await members_of(salon.owner)] == [None, mine]
    answers = [
        await salon.owner.refused(INVITE, email=new_email(), role="STAFF", staffId=id)
        for id in (theirs, mine[:-4] + "0000", "stf_", "nonsense", "")
    ]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["code"] == "NOT_FOUND"


async def test_an_invitation_that_was_taken_back_no_longer_works(product: Product, salon: Business) -> None:
    _, token = await invited(salon)
    (listed,) = (await salon.owner.ok(INVITATIONS))["invitations"]["nodes"]
    for _ in range(2):
        done = await salon.owner.did(REVOKE, id=listed["id"])
        assert done["invitation"] == {"id": listed["id"], "status": "REVOKED"}
    refusal = await browser(product).refused(ACCEPT, token=token, name="Noor", password=PASSWORD)
    assert refusal["code"] == "LINK_INVALID"


async def test_an_invitation_that_was_accepted_cannot_be_taken_back(product: Product, salon: Business) -> None:
    await joined(product, salon, Role.STAFF)
    (listed,) = (await salon.owner.ok(INVITATIONS))["invitations"]["nodes"]
    assert (await salon.owner.refused(REVOKE, id=listed["id"]))["code"] == "LINK_INVALID"
    assert len(await members_of(salon.owner)) == 2
