"""Membership: a user in an account, with a role. Invitation: a membership on offer."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from tortoise import fields
from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from models.access_key import AccessKey
from models.act import Act, Actor, ActorKind
from models.calendar_feed import CalendarFeed
from models.columns import choice, moment, secret_hash
from models.event import record
from models.kept import Kept
from models.keyring import link_token, random_nonce
from models.mail import Mail, MailTemplate
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.session import Session
from models.storage.database import lock, transaction
from models.storage.reach import Reach, bound
from models.tenancy import Owned, across_accounts
from models.user import User
from rules.errors import AlreadyTaken, Denied, LastOwner, LinkInvalid, NotFound, SignInFirst, VersionConflict
from rules.retention import RetentionClass
from rules.tokens import token_hash

INVITATION_KEPT = timedelta(days=7)


class Role(enum.Enum):
    """What a member may do; the table is in permissions/roles.py."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    STAFF = "STAFF"
    AUDITOR = "AUDITOR"


# Whether a member with the first role may give, take and change the second: `permissions.roles.may_assign`.
May = Callable[[Role, Role], bool]


class InvitationStatus(enum.Enum):
    """Where an invitation is."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"


class Membership(Kept):
    """A user in an account. `staff_id` links the person to a bookable staff member, where they are one."""

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    role = choice(Role)
    staff_id = ref("staff", null=True)

    class Meta:
        table = "membership"

    async def change_role(self, act: Act, expected_version: int, role: Role, may: May) -> None:
        """Give the member another role, and take back invitations they sent that it could not send. Denied, LastOwner,
        VersionConflict, NotFound."""
        async with transaction():
            before = await self._hold(act, may, role)
            await Invitation.take_back(act, self.user_id, {one for one in Role if not may(role, one)})
            await self._write(act, expected_version, {"role": role})
            await record(act, "member_role_changed", "membership", self.id, before=before.role.value, after=role.value)

    async def end(self, act: Act, expected_version: int, may: May) -> None:
        """End the membership, at once for every session of the person, and take back the invitations they sent.

        They stay signed in, as they may be a member of other accounts. Anybody may end their own. Denied, LastOwner,
        VersionConflict, NotFound.
        """
        async with transaction():
            current = await self._hold(act, may)
            mine = Membership.of(act.account_id).filter(id=self.id)
            if not await mine.filter(version=expected_version).delete():
                raise VersionConflict(current.version)
            await Session.filter(user_id=self.user_id, account_id=act.account_id).update(account_id=None)
            await Invitation.take_back(act, self.user_id, set(Role))
            await AccessKey.maker_left(act, self.user_id)
            await CalendarFeed.maker_left(act, self.user_id)
            left = self.user_id == act.actor.id
            await record(act, "member_left" if left else "member_removed", "membership", self.id)

    async def _hold(self, act: Act, may: May, role: Role | None = None) -> Self:
        """The row as it is now, to become one of this role or none, while nobody else can change who owns the account.
        Denied to whoever may not do that; LastOwner if it must stay an owner.

        Of two owners who take the role from each other at once, the second waits here and then finds itself the last.
        """
        await lock([f"members of {act.account_id}"])
        rows = type(self).of(act.account_id)
        current = await rows.get_or_none(id=self.id)
        if current is None:
            raise NotFound("membership")
        if role is not None or self.user_id != act.actor.id:
            await authority(act, may, current.role, role or current.role)
        others = rows.filter(role=Role.OWNER).exclude(id=self.id)
        if current.role is Role.OWNER and role is not Role.OWNER and not await others.exists():
            raise LastOwner
        return current


async def authority(act: Act, may: May, *roles: Role) -> None:
    """Denied unless whoever acts may give and take these roles.

    By the role they have now, behind the lock of the members: it may have been taken from them since they asked.
    """
    mine = await Membership.of(act.account_id).get_or_none(user_id=act.actor.id)
    if mine is None or not all(may(mine.role, role) for role in roles):
        raise Denied("Only an owner may make somebody an owner, or change one.", permission="MEMBERS_MANAGE")


class Invitation(Owned):
    """A mailed offer of a membership: once, within seven days."""

    email = personal(
        fields.CharField(max_length=254),
        "user.contact.email",
        Subject.MEMBER,
        Purpose.SERVICE,
        RetentionClass.INVITATION,
    )
    role = choice(Role)
    staff_id = ref("staff", null=True)
    status = choice(InvitationStatus, InvitationStatus.PENDING)
    invited_by_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    token_hash = secret_hash()
    nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    expires_at = moment()

    class Meta:
        table = "invitation"

    @classmethod
    async def send(cls, act: Act, email: str, role: Role, staff_id: UUID | None, may: May) -> Invitation:
        """Mail an offer that replaces an earlier one to the same address. AlreadyTaken for who is a member already;
        Denied for a role, or in place of one, that whoever acts may not give."""
        id, nonce = uuid7(), random_nonce()
        async with transaction():
            await lock([f"members of {act.account_id}"])
            user = await User.get_or_none(email=email)
            if user and await Membership.of(act.account_id).filter(user_id=user.id).exists():
                raise AlreadyTaken("email", "This person is a member already.")
            earlier = cls.of(act.account_id).filter(email=email, status=InvitationStatus.PENDING)
            await authority(act, may, role, *[one.role for one in await earlier])
            await earlier.update(status=InvitationStatus.REVOKED)
            invitation = await cls.add(
                act.account_id, id=id, created_at=act.at, email=email, role=role, staff_id=staff_id, nonce=nonce,
                invited_by_id=act.actor.id, expires_at=act.at + INVITATION_KEPT,
                token_hash=token_hash(link_token("it", id, nonce)),
            )  # fmt: skip
            await Mail.post(MailTemplate.INVITATION, email, act.at, account_id=act.account_id, about_id=id)
            await record(act, "member_invited", "invitation", id, role=role.value)
        return invitation

    @classmethod
    async def take_back(cls, act: Act, sender: UUID, roles: Collection[Role]) -> None:
        """Take back the offers of these roles that a member has made and nobody has accepted."""
        sent = cls.of(act.account_id).filter(invited_by_id=sender, status=InvitationStatus.PENDING)
        await sent.filter(role__in=list(roles)).update(status=InvitationStatus.REVOKED)

    async def revoke(self, act: Act, may: May) -> None:
        """Take the offer back. Twice is as good as once; LinkInvalid when it was accepted already; Denied."""
        async with transaction():
            await lock([f"members of {act.account_id}"])
            await authority(act, may, self.role)
            if self.status is InvitationStatus.REVOKED:
                return
            if not await self._close(InvitationStatus.REVOKED):
                raise LinkInvalid
            await record(act, "invitation_revoked", "invitation", self.id)

    @classmethod
    async def of_token(cls, token: str, at: datetime) -> Invitation:
        """The offer behind a mailed link. LinkInvalid for one that has expired, was used or revoked, or never was."""
        open_ones = across_accounts(cls, Reach.SECRETS).filter(status=InvitationStatus.PENDING, expires_at__gt=at)
        found: Invitation | None = await open_ones.get_or_none(token_hash=token_hash(token))
        if found is None:
            raise LinkInvalid
        return found

    async def accept(self, user: User, at: datetime) -> None:
        """Make the user a member. LinkInvalid when the offer was used or revoked meanwhile."""
        act = Act(self.account_id, Actor(ActorKind.MEMBER, user.id), at)
        with bound(self.account_id):  # whoever has the mailed link acts in the account that it opens
            await self._accept(act, user)

    async def _accept(self, act: Act, user: User) -> None:
        async with transaction():
            await lock([f"members of {self.account_id}"])
            if not await self._close(InvitationStatus.ACCEPTED):
                raise LinkInvalid
            await record(act, "invitation_accepted", "invitation", self.id)
            if not await Membership.of(self.account_id).filter(user_id=user.id).exists():
                await Membership.begin(act, user_id=user.id, role=self.role, staff_id=self.staff_id)

    async def accept_in(self, session_id: UUID, user: User, at: datetime) -> str | None:
        """The same, and go on in the account: answers the session's new token, or None if the session has ended."""
        async with transaction():
            await self.accept(user, at)
            return await Session.enter(session_id, self.account_id, at)

    async def accept_as_new(self, name: str, password_hash: str, at: datetime) -> User:
        """Make a user of the address and a member of the user: the mailed link proves that the mailbox is theirs.

        SignInFirst when the address has become a user's meanwhile, LinkInvalid as `accept`.
        """
        try:
            async with transaction():
                user = await User.create(
                    created_at=at, updated_at=at, email=self.email, name=name, password_hash=password_hash
                )
                await self.accept(user, at)
        except IntegrityError:
            if await User.exists(email=self.email):
                raise SignInFirst from None
            raise
        return user

    async def _close(self, status: InvitationStatus) -> bool:
        pending = type(self).of(self.account_id).filter(id=self.id, status=InvitationStatus.PENDING)
        if not await pending.update(status=status):
            return False
        self.status = status
        return True
