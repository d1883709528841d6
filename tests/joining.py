"""Joining an account, as the tests of members and invitations need it."""

from __future__ import annotations

from typing import Any

from models.membership import Role
from tests.api import Caller
from tests.businesses import Business
from tests.people import ME, PASSWORD, Browser, browser, new_email, token_mailed_to
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
