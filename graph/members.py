"""Members and invitations: who works in the account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.members as resolve
from graph.enums import InvitationStatus, Permission, Role
from graph.errors import (
    AlreadyTaken,
    LastOwner,
    LinkInvalid,
    NotFound,
    SignInFirst,
    Throttled,
    ValidationFailed,
    VersionConflict,
)
from graph.field import computed, edge, graph_type, listing, shown
from graph.mutations import HASHING, mutation
from graph.node import Node
from graph.sign_in import NOW
from models.membership import Invitation as InvitationRow
from models.membership import Membership as MembershipRow
from models.user import User as UserRow
from rules.ids import global_id
from rules.masking import Mask

P = Permission


def _staff_id(root: Any) -> strawberry.ID | None:
    return strawberry.ID(global_id("staff", root.staff_id)) if root.staff_id else None


@graph_type(UserRow)
class Person:
    """A person who signs in, as colleagues see them."""

    name: str = shown(P.MEMBERS_READ, "What they call themselves.")
    email: str = shown(P.STAFF_CONTACT_READ, "What they sign in with.", mask=Mask.EMAIL)
    second_factor: bool | None = shown(
        P.MEMBERS_MANAGE, "Whether they have a second factor. Who decides about members may know."
    )


@graph_type(MembershipRow)
class Member(Node):
    """A person in this account, with a role."""

    person: Person = edge(P.MEMBERS_READ, "Who it is.", via="user_id")
    role: Role = shown(P.MEMBERS_READ, "What they may do.")
    created_at: datetime = shown(P.MEMBERS_READ, "When they joined.")
    version: int = shown(P.MEMBERS_READ, "Grows with every change; send it back as `expectedVersion`.")

    @computed(P.MEMBERS_READ, "staff_id")
    def staff_id(root: Any) -> strawberry.ID | None:
        """The bookable staff member that they are; null for somebody who is not booked."""
        return _staff_id(root)


@graph_type(InvitationRow)
class Invitation(Node):
    """A mailed offer to become a member."""

    email: str = shown(P.STAFF_CONTACT_READ, "Where it was mailed to.", mask=Mask.EMAIL)
    role: Role = shown(P.MEMBERS_READ, "What they may do once they accept.")
    status: InvitationStatus = shown(P.MEMBERS_READ, "Where it is.")
    invited_by: Person | None = edge(
        P.MEMBERS_READ, "Who invited them; null once that person's user is erased.", via="invited_by_id"
    )
    created_at: datetime = shown(P.MEMBERS_READ, "When it was mailed.")
    expires_at: datetime = shown(P.MEMBERS_READ, "From when on its link no longer works.")

    @computed(P.MEMBERS_READ, "staff_id")
    def staff_id(root: Any) -> strawberry.ID | None:
        """The bookable staff member that they will be; null for somebody who is not booked."""
        return _staff_id(root)


@strawberry.type
class MemberQueries:
    members = listing(resolve.members, P.MEMBERS_READ, Member)
    invitations = listing(resolve.invitations, P.MEMBERS_READ, Invitation)


_INVITATION = {"invitation": (Invitation, "The invitation as stored now.")}


@strawberry.type
class MemberMutations:
    invite_member = mutation(
        resolve.invite_member, P.MEMBERS_MANAGE, _INVITATION, ValidationFailed, NotFound, AlreadyTaken, Throttled,
        fresh=True,
    )  # fmt: skip
    revoke_invitation = mutation(
        resolve.revoke_invitation, P.MEMBERS_MANAGE, _INVITATION, NotFound, LinkInvalid, fresh=True
    )
    accept_invitation = mutation(
        resolve.accept_invitation, P.SIGN_IN, NOW, ValidationFailed, LinkInvalid, SignInFirst, weight=HASHING
    )
    change_member_role = mutation(
        resolve.change_member_role, P.MEMBERS_MANAGE, {"member": (Member, "The member as stored now.")},
        NotFound, VersionConflict, LastOwner, fresh=True,
    )  # fmt: skip
    # Not MEMBERS_MANAGE: everybody may leave. The resolver asks for it where somebody else is removed.
    remove_member = mutation(
        resolve.remove_member, P.OWN_USER, {"removed_id": (strawberry.ID, "The membership that ended.")},
        NotFound, VersionConflict, LastOwner, fresh=True,
    )  # fmt: skip
