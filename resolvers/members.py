"""Members and invitations: who works in the account."""

from __future__ import annotations

from typing import Annotated

import strawberry

from models import passwords
from models.account import Account
from models.attempts import INVITED, Attempts
from models.membership import Invitation, InvitationStatus, Membership, Role
from models.session import SignInMethod
from models.staff import Staff
from models.user import User
from permissions.roles import Permission, may_assign
from permissions.viewer import Viewer
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.entering import become, enter
from resolvers.listing import Listing
from resolvers.sign_in import check_password
from rules.contacts import clean_email
from rules.errors import SignInFirst
from rules.ids import key_of
from rules.names import clean_name

P = Permission

Status = Annotated[
    InvitationStatus | None,
    strawberry.argument(description="Only those in this state; null for all. A PENDING one may have expired."),
]


async def members(info: Info) -> Listing:
    """Who works in the account, in the order they joined."""
    return Listing(info.context.rows(Membership, P.MEMBERS_READ), order="created_at")


async def invitations(info: Info, status: Status = None) -> Listing:
    """Who was invited, the latest first."""
    rows = info.context.rows(Invitation, P.MEMBERS_READ)
    return Listing(rows.filter(status=status) if status else rows, order="created_at", descending=True)


@strawberry.input(description="Whom to invite as what.")
class InviteMemberInput:
    email: str = strawberry.field(description="Where the link is mailed to. Only who reads that mailbox can accept.")
    role: Role = strawberry.field(description="What they may do. OWNER takes an owner.")
    staff_id: strawberry.ID | None = strawberry.field(
        description="The bookable staff member that they are; null for somebody who is not booked.", default=None
    )


async def invite_member(info: Info, input: InviteMemberInput) -> Invitation:
    """Mail somebody a link that makes them a member, valid for 7 days. Replaces an invitation that waits.

    At most 100 a day.
    """
    checks = Checks()
    email = checks("email", clean_email, input.email)
    checks.done()
    staff = await info.context.find(Staff, input.staff_id, P.CATALOGUE_READ) if input.staff_id is not None else None
    await Attempts.note(INVITED, str(info.context.account_id), info.context.now)
    return await Invitation.send(info.context.act, email, input.role, staff.id if staff else None, may_assign)


@strawberry.input(description="Which invitation to take back.")
class RevokeInvitationInput:
    id: strawberry.ID = strawberry.field(description="An invitation that `invitations` lists.")


async def revoke_invitation(info: Info, input: RevokeInvitationInput) -> Invitation:
    """Take an invitation back: its link no longer works. Refused as LinkInvalid when it was accepted."""
    found = await info.context.find(Invitation, input.id, P.MEMBERS_MANAGE)
    await found.revoke(info.context.act, may_assign)
    return found


@strawberry.input(description="The link of an invitation; of a new person also a name and a password.")
class AcceptInvitationInput:
    token: str = strawberry.field(description="The `it_…` of the mailed link.")
    name: str | None = strawberry.field(
        description="What colleagues will see; 1 to 120 characters. Null for somebody who signs in here already.",
        default=None,
    )
    password: str | None = strawberry.field(
        description="15 to 256 characters. Null for somebody who signs in here already.", default=None
    )


async def accept_invitation(info: Info, input: AcceptInvitationInput) -> Viewer:
    """Become a member, and go on in that account.

    Somebody who is signed in with the invited address gives the token alone. A new person gives a name and a password
    and is signed in. Somebody who has a user but is not signed in with it is told to sign in first.
    """
    context = info.context
    invitation = await Invitation.of_token(input.token, context.now)
    user = await User.get_or_none(email=invitation.email)
    if user is None:
        user = await _join(info, invitation, input)
        return await enter(info, user, invitation.account_id, SignInMethod.LINK)
    session_id = context.viewer.session_id
    if session_id is None or user.id != context.viewer.user_id:
        raise SignInFirst
    return await become(info, await invitation.accept_in(session_id, user, context.now))


async def _join(info: Info, invitation: Invitation, input: AcceptInvitationInput) -> User:
    checks = Checks()
    name = checks("name", clean_name, input.name or "")
    account = await Account.get(id=invitation.account_id)
    check_password(checks, "password", input.password or "", invitation.email, (name or "", account.name))
    checks.done()
    hashed = await passwords.hashed(input.password or "")
    return await invitation.accept_as_new(name, hashed, info.context.now)


@strawberry.input(description="A member's new role.")
class ChangeMemberRoleInput:
    id: strawberry.ID = strawberry.field(description="A member that `members` lists.")
    role: Role = strawberry.field(description="What they may do from now on. OWNER takes an owner.")
    expected_version: int = strawberry.field(description="The `version` that was read.")


async def change_member_role(info: Info, input: ChangeMemberRoleInput) -> Membership:
    """Give a member another role; it counts from their next request on. The last owner stays one."""
    found = await info.context.find(Membership, input.id, P.MEMBERS_MANAGE)
    await found.change_role(info.context.act, input.expected_version, input.role, may_assign)
    return found


@strawberry.input(description="Which membership ends.")
class RemoveMemberInput:
    id: strawberry.ID = strawberry.field(
        description="A member that `members` lists; to leave the account, one's own from `me { memberships }`."
    )
    expected_version: int = strawberry.field(description="The `version` that was read.")


async def remove_member(info: Info, input: RemoveMemberInput) -> strawberry.ID:
    """Remove a member, or leave. Their browsers lose the account at once; invitations they sent are taken back.

    Anybody may leave, except the last owner; removing somebody else takes MEMBERS_MANAGE, and an owner to remove one.
    """
    context, key = info.context, key_of("membership", input.id)
    mine = Membership.of(context.account_id).filter(user_id=context.viewer.user_id)
    found = await mine.get_or_none(id=key) if key else None
    if found is None:
        found = await context.find(Membership, input.id, P.MEMBERS_MANAGE)
    await found.end(context.act, input.expected_version, may_assign)
    return input.id
