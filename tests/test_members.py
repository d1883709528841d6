"""Members: roles, leaving, and that an account never loses its last owner."""

from __future__ import annotations

import asyncio

import pytest

from models.event import Event
from models.membership import Invitation, InvitationStatus, Membership, Role
from rules.ids import global_id, key_of
from tests.businesses import Business, make_user, signed_in
from tests.joining import (
    ACCEPT,
    CHANGE,
    INVITATIONS,
    INVITE,
    MEMBERS,
    REMOVE,
    REVOKE,
    invited,
    joined,
    members_of,
    own_membership,
)
from tests.people import ME, PASSWORD, browser, new_email, signed_up, token_mailed_to
from tests.product import Product


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


async def test_who_loses_the_role_to_invite_keeps_no_invitation(product: Product, salon: Business) -> None:
    admin = await joined(product, salon, Role.ADMIN)
    friend, colleague = new_email(), new_email()
    await admin.did(INVITE, email=friend, role="ADMIN")
    await salon.owner.did(INVITE, email=colleague, role="STAFF")
    _, member = await members_of(salon.owner)
    await salon.owner.did(CHANGE, id=member["id"], role="STAFF", version=1)
    token = await token_mailed_to(friend)
    assert (await browser(product).refused(ACCEPT, token=token, name="F", password=PASSWORD))["code"] == "LINK_INVALID"
    (waiting,) = (await salon.owner.ok(INVITATIONS, status="PENDING"))["invitations"]["nodes"]
    assert waiting["email"] == colleague


async def test_an_admin_replaces_no_invitation_of_an_owner(salon: Business) -> None:
    admin = await salon.member(Role.ADMIN)
    email, _ = await invited(salon, Role.OWNER)
    assert await admin.denied(INVITE, email=email, role="STAFF") == "FORBIDDEN"
    (listed,) = (await salon.owner.ok(INVITATIONS, status="PENDING"))["invitations"]["nodes"]
    assert listed["role"] == "OWNER"


async def test_who_is_removed_while_they_ask_changes_no_member(product: Product, salon: Business) -> None:
    """What was allowed when the request began is asked once more behind the lock."""
    for _ in range(8):
        user = await make_user(product.clock.now())
        theirs = await Membership.begin(salon.act, user_id=user.id, role=Role.ADMIN)
        admin = await signed_in(product, user, salon.account)
        emails = [new_email() for _ in range(6)]
        await asyncio.gather(
            *(admin(INVITE, email=email, role="ADMIN") for email in emails[:3]),
            salon.owner.did(REMOVE, id=global_id("membership", theirs.id), version=1),
            *(admin(INVITE, email=email, role="ADMIN") for email in emails[3:]),
        )
        assert not await Invitation.of(salon.account.id).filter(status=InvitationStatus.PENDING).exists()
