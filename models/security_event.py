"""SecurityEvent: something that looks like an attack on one account. PlatformAlert: one that aims at no account.

Signals are counted in the windows of `rules/watching.py`; whoever reaches the number is told once. While an event is
open, more of the same is added to it; once it is acknowledged, more of the same is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from models.act import SYSTEM, Act
from models.attempts import Limit, tally
from models.columns import choice, moment, moment_if_any
from models.event import record
from models.mail import Mail, MailTemplate
from models.membership import Membership, Role
from models.personal import Why, plain
from models.storage.database import lock, transaction
from models.tenancy import Global, Owned
from models.user import User
from rules.watching import DETECTORS, SecurityEventKind, due

# An attacker with many networks or links is many sources: the first few are mailed, all of them are listed.
MOST_MAILED = 5
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Source:
    """Whom a signal is about: a row of the account, as the credential that was used or the member who was aimed at."""

    account_id: UUID
    subject: str
    subject_id: UUID


class SecurityEvent(Owned):
    """`subject` is the table that `subject_id` is in. `count` is how many signals were reported."""

    kind = choice(SecurityEventKind)
    subject = plain(fields.CharField(max_length=30), Why.STATE)
    subject_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    count = plain(fields.IntField(), Why.STATE)
    last_at = moment()
    acknowledged_at = moment_if_any()
    acknowledged_by_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)

    class Meta:
        table = "security_event"

    @classmethod
    async def report(cls, kind: SecurityEventKind, source: Source, count: int, at: datetime) -> bool:
        """Add to the open event of this kind and source, or open one and mail it. Whether one was opened."""
        act = Act(source.account_id, SYSTEM, at)
        about = {"kind": kind, "subject": source.subject, "subject_id": source.subject_id}
        async with transaction():
            await lock([f"security event of {source.account_id}"])
            is_open = cls.of(source.account_id).filter(**about, acknowledged_at=None)
            if await is_open.update(count=F("count") + count, last_at=at):
                return False
            lately = await cls.of(source.account_id).filter(created_at__gt=at - _HOUR).count()
            row = await cls.add(source.account_id, created_at=at, count=count, last_at=at, **about)
            await record(act, "security_event_raised", "security_event", row.id, kind=kind.value)
            if lately < MOST_MAILED:
                await row._mail(at)
        return True

    async def acknowledge(self, act: Act) -> None:
        """Somebody has looked at it: more of the same will be a new event. Doing it again changes nothing."""
        still_open = type(self).of(act.account_id).filter(id=self.id, acknowledged_at=None)
        async with transaction():
            if await still_open.update(acknowledged_at=act.at, acknowledged_by_id=act.actor.id):
                await record(act, "security_event_acknowledged", "security_event", self.id)

    async def _mail(self, at: datetime) -> None:
        """Tell the owners, and the member who was aimed at."""
        owners = await Membership.of(self.account_id).filter(role=Role.OWNER).values_list("user_id", flat=True)
        aimed_at = {self.subject_id} if self.kind is SecurityEventKind.FAILED_SIGN_INS else set()
        for user in await User.filter(id__in=[*{*owners, *aimed_at}]):
            await Mail.post(
                MailTemplate.SECURITY_EVENT, user.email, at, account_id=self.account_id, about_id=self.id
            )  # fmt: skip


class PlatformAlert(Global):
    """What aims at no account, for whoever operates the server. `source` tells sources apart, by a pseudonym."""

    kind = choice(SecurityEventKind)
    source = plain(fields.CharField(max_length=64), Why.IDENTIFIER)
    count = plain(fields.IntField(), Why.STATE)
    last_at = moment()
    acknowledged_at = moment_if_any()

    class Meta:
        table = "platform_alert"

    @classmethod
    async def report(cls, kind: SecurityEventKind, source: str, count: int, at: datetime, mail_to: str | None) -> bool:
        """Add to the open alert of this kind and source, or open one and mail it. Whether one was opened."""
        async with transaction():
            await lock([f"platform alert {kind.value}"])
            is_open = cls.filter(kind=kind, source=source, acknowledged_at=None)
            if await is_open.update(count=F("count") + count, last_at=at):
                return False
            lately = await cls.filter(kind=kind, created_at__gt=at - _HOUR).count()
            row = await cls.create(created_at=at, kind=kind, source=source, count=count, last_at=at)
            if mail_to is not None and lately < MOST_MAILED:
                await Mail.post(MailTemplate.PLATFORM_ALERT, mail_to, at, account_id=None, about_id=row.id)
        return True

    @classmethod
    def waiting(cls) -> QuerySet[Self]:
        """Those that nobody has acknowledged, the newest first."""
        return cls.filter(acknowledged_at=None).order_by("-last_at", "-id")

    @classmethod
    async def acknowledge_all(cls, at: datetime) -> int:
        """Somebody has looked at all of them; how many there were."""
        return await cls.filter(acknowledged_at=None).update(acknowledged_at=at)


async def is_first(kind: SecurityEventKind, what: str, at: datetime) -> bool:
    """Whether this has not been seen before in the window of the kind."""
    return await tally(Limit(f"watched once: {kind.value}", 1, DETECTORS[kind].within), what, at) == 1


async def counted(kind: SecurityEventKind, source: str, at: datetime, by: int = 1) -> int:
    """Count signals of a source. How many to report now, mostly 0."""
    detector = DETECTORS[kind]
    after = await tally(Limit(f"watched: {kind.value}", detector.most, detector.within), source, at, by)
    return due(kind, after - by, after)
