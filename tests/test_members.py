"""Members and invitations: joining, roles, leaving, and that an account never loses its last owner."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.event import Event
from models.mail import MailTemplate
from models.membership import Invitation, InvitationStatus, Membership, Role
from models.staff import Staff
from models.user import User
from rules.ids import global_id, key_of
from tests.api import Caller
from tests.businesses import Business, make_user, signed_in
from tests.people import ME, PASSWORD, SIGN_IN, Browser, browser, mails_to, new_email, signed_up, token_mailed_to
from tests.product import Product

MEMBERS = """
{ members(first: 50) { totalCount nodes { id role version staffId createdAt person { name email } } } }
"""
INVITATIONS = """
query ($status: InvitationStatus) {
  invitations(first: 50, status: $status) { nodes { id email role status staffId expiresAt invitedBy { name } } }
}
"""
INVITE = """
mutation ($email: String!, $role: Role!, $staffId: ID) {
  inviteMember(input: {email: $email, role: $role, staffId: $staffId}) {
    __typename
    ... on InviteMemberPayload { invitation { id email role status staffId expiresAt } }
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
    ... on AlreadyTaken { path }
  }
}
"""
REVOKE = """
mutation ($id: ID!) {
  revokeInvitation(input: {id: $id}) {
    __typename
    ... on RevokeInvitationPayload { invitation { id status } }
    ... on Refusal { code message }
  }
}
"""
ACCEPT = """
mutation ($token: String!, $name: String, $password: String) {
  acceptInvitation(input: {token: $token, name: $name, password: $password}) {
    __typename
    ... on AcceptInvitationPayload { viewer { kind role account { id } } }
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
  }
}
"""
CHANGE = """
mutation ($id: ID!, $role: Role!, $version: Int!) {
  changeMemberRole(input: {id: $id, role: $role, expectedVersion: $version}) {
    __typename
    ... on ChangeMemberRolePayload { member { id role version } }
    ... on Refusal { code message }
    ... on VersionConflict { currentVersion }
  }
}
"""
REMOVE = """
mutation ($id: ID!, $version: Int!) {
  removeMember(input: {id: $id, expectedVersion: $version}) {
    __typename
    ... on RemoveMemberPayload { removedId }
    ... on Refusal { code message }
    ... on VersionConflict { currentVersion }
  }
}
"""


async def members_of(caller: Caller) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await caller.ok(MEMBERS))["members"]["nodes"]
    return nodes


async def own_membership(caller: Caller) -> dict[str, Any]:
    """The only membership of whoever asks."""
    (mine,) = (await caller.ok(ME))["me"]["memberships"]
    found: dict[str, Any] = mine
    return found


async def invited(salon: Business, role: Role = Role.STAFF, email: str | None = None, **more: Any) -> tuple[str, str]:
    """(email, token) of somebody the owner invited."""
    email = email or new_email()
    await salon.owner.did(INVITE, email=email, role=role.value, **more)
    return email, await token_mailed_to(email)


async def joined(product: Product, salon: Business, role: Role) -> Browser:
    """Somebody new who accepted an invitation."""
    _, token = await invited(salon, role)
    mine = browser(product)
    await mine.did(ACCEPT, token=token, name="Noor Haddad", password=PASSWORD)
    return mine


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


async def test_a_new_role_counts_from_the_next_request_on(product: Product, salon: Business) -> None:
    noor = await joined(product, salon, Role.STAFF)
    assert await noor.denied(MEMBERS) == "FORBIDDEN"
    _, member = await members_of(salon.owner)
    changed = await salon.owner.did(CHANGE, id=member["id"], role="MANAGER", version=1)
    assert changed["member"] == {"id": member["id"], "role": "MANAGER", "version": 2}
    assert len(await members_of(noor)) == 2
    refusal = await salon.owner.refused(CHANGE, id=member["id"], role="STAFF", version=1)
    assert (refusal["code"], refusal["currentVersion"]) == ("VERSION_CONFLICT", 2)


async def test_a_removed_member_loses_the_account_at_once_and_nothing_else(product: Product, salon: Business) -> None:
    person = await signed_up(product)
    _, token = await invited(salon, Role.ADMIN, person.email)
    await person.browser.did(ACCEPT, token=token)
    friend = new_email()
    await person.browser.did(INVITE, email=friend, role="STAFF")
    _, member = await members_of(salon.owner)
    assert (await salon.owner.refused(REMOVE, id=member["id"], version=7))["code"] == "VERSION_CONFLICT"
    assert (await salon.owner.did(REMOVE, id=member["id"], version=1))["removedId"] == member["id"]
    for document in (MEMBERS, "{ account { name } }", "{ locations(first: 1) { nodes { name } } }"):
        assert await person.browser.denied(document) == "FORBIDDEN"
    (left,) = (await person.browser.ok(ME))["me"]["memberships"]
    assert left["accountId"] == person.account_id
    refusal = await browser(product).refused(ACCEPT, token=await token_mailed_to(friend), name="F", password=PASSWORD)
    assert refusal["code"] == "LINK_INVALID"
    assert (await salon.owner.refused(REMOVE, id=member["id"], version=1))["code"] == "NOT_FOUND"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.STAFF, Role.AUDITOR])
async def test_anybody_may_leave(product: Product, salon: Business, role: Role) -> None:
    noor = await joined(product, salon, role)
    mine = await own_membership(noor)
    await noor.did(REMOVE, id=mine["id"], version=mine["version"])
    assert await noor.denied("{ account { name } }") == "FORBIDDEN"
    assert len(await members_of(salon.owner)) == 1
    assert "member_left" in await Event.of(salon.account.id).values_list("name", flat=True)


async def test_the_last_owner_stays(salon: Business) -> None:
    mine = await own_membership(salon.owner)
    assert (await salon.owner.refused(REMOVE, id=mine["id"], version=1))["code"] == "LAST_OWNER"
    assert (await salon.owner.refused(CHANGE, id=mine["id"], role="ADMIN", version=1))["code"] == "LAST_OWNER"
    assert (await own_membership(salon.owner))["role"] == "OWNER"
    await salon.owner.did(CHANGE, id=mine["id"], role="OWNER", version=1)


async def test_an_owner_leaves_once_there_is_another(salon: Business) -> None:
    mine = await own_membership(salon.owner)
    other = await salon.member(Role.OWNER)
    await salon.owner.did(REMOVE, id=mine["id"], version=1)
    assert [one["role"] for one in await members_of(other)] == ["OWNER"]


@pytest.mark.parametrize("document", [CHANGE, REMOVE], ids=["demote", "remove"])
async def test_two_owners_who_turn_on_each_other_at_once_leave_one(
    product: Product, document: str, salon: Business
) -> None:
    for _ in range(8):
        user = await make_user(product.clock.now())
        theirs = await Membership.begin(salon.act, user_id=user.id, role=Role.OWNER)
        other = await signed_in(product, user, salon.account)
        mine = await own_membership(salon.owner)
        more = {"role": "ADMIN"} if document is CHANGE else {}
        answers = await asyncio.gather(
            salon.owner(document, id=global_id("membership", theirs.id), version=1, **more),
            other(document, id=mine["id"], version=mine["version"], **more),
        )
        # Who comes so late that they are no longer a member when they ask is denied as a stranger.
        assert {code for answer in answers for code in answer.codes} <= {"FORBIDDEN", "UNAUTHENTICATED"}
        owners = await Membership.of(salon.account.id).filter(role=Role.OWNER)
        assert len(owners) == 1
        await Membership.of(salon.account.id).exclude(id=owners[0].id).delete()
        if owners[0].user_id == user.id:
            salon.owner, salon.owner_user = other, user


async def test_owners_who_all_leave_at_once_leave_one(product: Product, salon: Business) -> None:
    owners = [salon.owner, *[await salon.member(Role.OWNER) for _ in range(4)]]
    own = [await own_membership(owner) for owner in owners]
    answers = await asyncio.gather(
        *(owner.ok(REMOVE, id=mine["id"], version=1) for owner, mine in zip(owners, own, strict=True))
    )
    kinds = sorted(answer["removeMember"]["__typename"] for answer in answers)
    assert kinds == ["LastOwner", *["RemoveMemberPayload"] * 4]
    assert await Membership.of(salon.account.id).filter(role=Role.OWNER).count() == 1


async def test_only_owners_make_and_change_owners(salon: Business) -> None:
    admin = await salon.member(Role.ADMIN)
    owner, mine = await members_of(salon.owner)
    assert await admin.denied(INVITE, email=new_email(), role="OWNER") == "FORBIDDEN"
    assert await admin.denied(CHANGE, id=mine["id"], role="OWNER", version=1) == "FORBIDDEN"
    assert await admin.denied(CHANGE, id=owner["id"], role="STAFF", version=1) == "FORBIDDEN"
    assert await admin.denied(REMOVE, id=owner["id"], version=1) == "FORBIDDEN"
    await invited(salon, Role.OWNER)
    (listed,) = (await salon.owner.ok(INVITATIONS))["invitations"]["nodes"]
    assert await admin.denied(REVOKE, id=listed["id"]) == "FORBIDDEN"
    await admin.did(INVITE, email=new_email(), role="ADMIN")
    assert [one["role"] for one in await members_of(salon.owner)] == ["OWNER", "ADMIN"]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.STAFF, Role.AUDITOR])
async def test_roles_below_admin_change_no_member(salon: Business, role: Role) -> None:
    caller = await salon.member(role)
    owner = global_id("membership", (await Membership.of(salon.account.id).get(role=Role.OWNER)).id)
    for id in (owner, owner[:-4] + "0000", "nonsense"):
        assert await caller.denied(CHANGE, id=id, role="STAFF", version=1) == "FORBIDDEN"
        assert await caller.denied(REMOVE, id=id, version=1) == "FORBIDDEN"
        assert await caller.denied(REVOKE, id=id) == "FORBIDDEN"
    assert await caller.denied(INVITE, email=new_email(), role="STAFF") == "FORBIDDEN"


async def test_an_auditor_sees_who_works_here_without_their_addresses(product: Product, salon: Business) -> None:
    await invited(salon)
    auditor = await salon.member(Role.AUDITOR)
    assert [one["person"]["email"] for one in await members_of(auditor)] == ["p…@e….com"] * 2
    (listed,) = (await auditor.ok(INVITATIONS))["invitations"]["nodes"]
    assert listed["email"] == "s…@…"


async def test_the_rivals_members_and_invitations_answer_like_random_ids(salon: Business, rival: Business) -> None:
    await rival.owner.did(INVITE, email=new_email(), role="STAFF")
    member = (await own_membership(rival.owner))["id"]
    (invitation,) = (await rival.owner.ok(INVITATIONS))["invitations"]["nodes"]
    for document, id, more in (
        (CHANGE, member, {"role": "STAFF", "version": 1}),
        (REMOVE, member, {"version": 1}),
        (REVOKE, invitation["id"], {}),
    ):
        tried = (id, id[:-4] + "0000", id[:4], "nonsense", "", global_id("account", salon.account.id))
        answers = [await salon.owner.refused(document, id=one, **more) for one in tried]
        assert all(answer == answers[0] for answer in answers)
        assert answers[0]["code"] == "NOT_FOUND"
    assert len(await members_of(salon.owner)) == 1
    assert (await salon.owner.ok(INVITATIONS))["invitations"]["nodes"] == []
    assert (await own_membership(rival.owner))["role"] == "OWNER"


async def test_keys_see_no_members(salon: Business, product: Product) -> None:
    for document in (MEMBERS, INVITATIONS):
        assert await salon.widget.denied(document) == "FORBIDDEN"
        assert await salon.partner.denied(document) == "FORBIDDEN"
        assert await browser(product).denied(document) == "UNAUTHENTICATED"
    assert await salon.partner.denied(ACCEPT, token="it_x") == "FORBIDDEN"


async def test_an_event_says_who_changed_which_role(product: Product, salon: Business) -> None:
    await joined(product, salon, Role.STAFF)
    _, member = await members_of(salon.owner)
    await salon.owner.did(CHANGE, id=member["id"], role="AUDITOR", version=1)
    changed = await Event.of(salon.account.id).get(name="member_role_changed")
    assert changed.subject_id == key_of("membership", member["id"])
    assert changed.data == {"before": "STAFF", "after": "AUDITOR"}
    assert changed.actor_id == salon.owner_user.id
