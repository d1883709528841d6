"""PlatformAccess: one permission of somebody of the platform to enter one account, for a while, with a reason.

GRANT: an owner gave it, perhaps because support asked. BREAK_GLASS: without the owner, approved by a second person of
the platform. OVERSIGHT: a privacy officer or auditor looks at what their role shows. All stay for the owner to see.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.columns import choice, moment_if_any, setting
from models.event import record
from models.mail import Mail, MailTemplate
from models.membership import Membership, Role
from models.personal import Purpose, Subject, Why, personal, plain
from models.platform_staff import PlatformRole, PlatformStaff
from models.storage.database import transaction
from models.tenancy import Owned
from models.user import User
from rules.errors import FieldProblem, NotFound, SecondPersonNeeded, ValidationFailed
from rules.retention import RetentionClass

LONGEST_GRANT = 240
LONGEST_BREAK_GLASS = 60
OVERSIGHT_MINUTES = 60
# A request that nobody answered is over.
ASKED_KEPT = timedelta(days=7)
BREAK_GLASS_ASKED_KEPT = timedelta(hours=1)


class PlatformAccessKind(enum.Enum):
    """By whose leave."""

    GRANT = "GRANT"
    BREAK_GLASS = "BREAK_GLASS"
    OVERSIGHT = "OVERSIGHT"


class PlatformAccessStatus(enum.Enum):
    """Where it stands."""

    ASKED = "ASKED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class SupportFields(enum.Enum):
    """What support may see of an account beside its shop window."""

    BOOKINGS = "BOOKINGS"
    CUSTOMERS = "CUSTOMERS"
    CUSTOMER_CONTACTS = "CUSTOMER_CONTACTS"
    STAFF = "STAFF"


def _words() -> Any:
    return personal(
        fields.CharField(max_length=500, default=""),
        "user.content",
        Subject.MEMBER,
        Purpose.SECURITY,
        RetentionClass.ACCOUNT,
    )


class PlatformAccess(Owned):
    """`asked_by_id` None: for anybody with the role. `given_at` None: not given. `given_by_id` is an owner of the
    account, or the second person of the platform who approved."""

    kind = choice(PlatformAccessKind)
    role = choice(PlatformRole)
    reason = _words()
    field_groups = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    minutes = setting(0)
    asked_by_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    given_by_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    given_at = moment_if_any()
    expires_at = moment_if_any()
    ended_at = moment_if_any()
    reviewed_by_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    reviewed_at = moment_if_any()
    finding = _words()

    class Meta:
        table = "platform_access"

    @classmethod
    async def ask(cls, act: Act, reason: str) -> None:
        """Support asks to be let in; the owners are mailed."""
        async with transaction():
            row = await cls._begin(
                act, "support_access_asked", kind=PlatformAccessKind.GRANT, role=PlatformRole.SUPPORT, reason=reason,
                asked_by_id=act.actor.id,
            )  # fmt: skip
            await row._tell_owners(MailTemplate.SUPPORT_ASKED, act)

    @classmethod
    async def grant(cls, act: Act, reason: str, groups: Sequence[SupportFields], minutes: int) -> Self:
        """An owner lets support in without having been asked."""
        async with transaction():
            row = await cls._begin(
                act, "support_access_asked", kind=PlatformAccessKind.GRANT, role=PlatformRole.SUPPORT, reason=reason
            )
            await row.give(act, groups, minutes)
        return row

    async def give(self, act: Act, groups: Sequence[SupportFields], minutes: int) -> None:
        """An owner lets in who asked. NotFound where it was answered already, or is too long ago."""
        values = {"field_groups": [one.value for one in groups], "minutes": minutes}
        await self._give(act, "support_access_granted", act.at - ASKED_KEPT, **values)

    @classmethod
    async def ask_to_break_glass(
        cls, act: Act, role: PlatformRole, reason: str, groups: Sequence[SupportFields], minutes: int
    ) -> Self:
        """Somebody of the platform asks to enter without the owner; the others are mailed, one of whom must approve."""
        async with transaction():
            row = await cls._begin(
                act, "break_glass_asked", kind=PlatformAccessKind.BREAK_GLASS, role=role, reason=reason,
                field_groups=[one.value for one in groups], minutes=minutes, asked_by_id=act.actor.id,
            )  # fmt: skip
            for one in await PlatformStaff.people(PlatformRole.SUPPORT, PlatformRole.PRIVACY_OFFICER):
                if one.id != act.actor.id:
                    await row._mail(MailTemplate.BREAK_GLASS_ASKED, one, act)
        return row

    async def approve(self, act: Act) -> None:
        """A second person of the platform lets the first in; the owners are mailed at once. SecondPersonNeeded for the
        first; NotFound where it was approved already, or is too long ago."""
        if self.asked_by_id == act.actor.id:
            raise SecondPersonNeeded
        async with transaction():
            await self._give(act, "glass_broken", act.at - BREAK_GLASS_ASKED_KEPT, minutes=self.minutes)
            await self._tell_owners(MailTemplate.GLASS_BROKEN, act)

    async def review(self, act: Act, finding: str) -> None:
        """A second person writes down, once, what was done with it when it is over. SecondPersonNeeded, NotFound,
        ValidationFailed while it can still be used."""
        if self.asked_by_id == act.actor.id:
            raise SecondPersonNeeded
        if self.expires_at is not None and self.expires_at > act.at:
            raise ValidationFailed(FieldProblem("id", "It can still be used; review it when it is over."))
        given = type(self).of(act.account_id).filter(id=self.id, given_at__isnull=False, reviewed_at=None)
        async with transaction():
            if not await given.update(reviewed_by_id=act.actor.id, reviewed_at=act.at, finding=finding):
                raise NotFound("platform access")
            await record(act, "break_glass_reviewed", "platform_access", self.id, platform_access_id=str(self.id))

    @classmethod
    async def oversee(cls, act: Act, role: PlatformRole, purpose: str) -> Self:
        """A privacy officer or an auditor enters, with a purpose, to see what their role shows."""
        async with transaction():
            return await cls._begin(
                act, "oversight_begun", kind=PlatformAccessKind.OVERSIGHT, role=role, reason=purpose,
                minutes=OVERSIGHT_MINUTES, asked_by_id=act.actor.id, given_at=act.at,
                expires_at=act.at + timedelta(minutes=OVERSIGHT_MINUTES),
            )  # fmt: skip

    @classmethod
    async def usable(cls, account_id: UUID, user_id: UUID, role: PlatformRole, at: datetime) -> PlatformAccess | None:
        """By which leave somebody can enter now with this role, besides oversight; the one that lasts longest."""
        given = cls.of(account_id).exclude(kind=PlatformAccessKind.OVERSIGHT)
        live = given.filter(role=role, given_at__isnull=False, ended_at=None, expires_at__gt=at)
        for row in await live.order_by("-expires_at"):
            if row.asked_by_id in (None, user_id):
                return row
        return None

    async def revoke(self, act: Act) -> None:
        """Put support out, or decline to let it in, from the next request on. Twice is as good as once."""
        async with transaction():
            if await type(self).of(act.account_id).filter(id=self.id, ended_at=None).update(ended_at=act.at):
                await self._record(act, "support_access_revoked")

    @classmethod
    async def _begin(cls, act: Act, event: str, **values: Any) -> Self:
        row = await cls.add(act.account_id, created_at=act.at, **values)
        await row._record(act, event)
        return row

    async def _give(self, act: Act, event: str, not_before: datetime, **values: Any) -> None:
        asked = type(self).of(act.account_id).filter(id=self.id, given_at=None, ended_at=None)
        values |= {
            "given_by_id": act.actor.id,
            "given_at": act.at,
            "expires_at": act.at + timedelta(minutes=values["minutes"]),
        }
        async with transaction():
            if not await asked.filter(created_at__gt=not_before).update(**values):
                raise NotFound("platform access")
            await self._record(act, event)

    async def _record(self, act: Act, event: str) -> None:
        await record(act, event, "platform_access", self.id, platform_access_id=str(self.id))

    async def _tell_owners(self, template: MailTemplate, act: Act) -> None:
        ids = await Membership.of(act.account_id).filter(role=Role.OWNER).values_list("user_id", flat=True)
        for owner in await User.filter(id__in=list(ids)):
            await self._mail(template, owner, act)

    async def _mail(self, template: MailTemplate, to: User, act: Act) -> None:
        await Mail.post(template, to.email, act.at, account_id=act.account_id, about_id=self.id)
