"""Mail: a message waiting to be sent. Written in the transaction of what it tells about; sent by the worker."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from models.columns import choice, moment, moment_if_any
from models.leases import take_one, uuid_of
from models.personal import Purpose, Subject, Why, personal, plain
from models.tenancy import Global
from rules.retention import RetentionClass
from rules.retrying import ATTEMPTS, wait_after

# Longer than a mail server is waited for: nobody else sends a mail that is being sent.
LEASE = timedelta(minutes=2)
DUE = "dead_at IS NULL AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)"


class MailTemplate(enum.Enum):
    """The closed list of what Calendera mails. There is no marketing among them."""

    SIGN_UP = "SIGN_UP"
    SIGN_UP_EXISTING = "SIGN_UP_EXISTING"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a template's name
    NEW_DEVICE = "NEW_DEVICE"
    SIGN_IN_CHANGED = "SIGN_IN_CHANGED"
    INVITATION = "INVITATION"
    SUPPORT_ASKED = "SUPPORT_ASKED"
    BREAK_GLASS_ASKED = "BREAK_GLASS_ASKED"
    GLASS_BROKEN = "GLASS_BROKEN"
    CUSTOMER_LINK = "CUSTOMER_LINK"
    BOOKING_CONFIRMED = "BOOKING_CONFIRMED"
    BOOKING_REQUESTED = "BOOKING_REQUESTED"
    BOOKING_DECLINED = "BOOKING_DECLINED"
    BOOKING_RESCHEDULED = "BOOKING_RESCHEDULED"
    BOOKING_CANCELLED = "BOOKING_CANCELLED"
    BOOKING_REMINDER = "BOOKING_REMINDER"
    ATTENDEE_CONFIRMED = "ATTENDEE_CONFIRMED"
    ATTENDEE_MOVED = "ATTENDEE_MOVED"
    ATTENDEE_CANCELLED = "ATTENDEE_CANCELLED"
    SERIES_BOOKED = "SERIES_BOOKED"
    SERIES_CHANGED = "SERIES_CHANGED"
    SERIES_CANCELLED = "SERIES_CANCELLED"
    WAITLIST_JOINED = "WAITLIST_JOINED"
    WAITLIST_OFFER = "WAITLIST_OFFER"
    POLICY_CHANGED = "POLICY_CHANGED"
    SECURITY_EVENT = "SECURITY_EVENT"
    PLATFORM_ALERT = "PLATFORM_ALERT"


class Mail(Global):
    """Holds ids, not texts: the worker reads the rows and derives the links when it sends. Removed once sent."""

    account_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    template = choice(MailTemplate)
    to = personal(
        fields.CharField(max_length=254),
        "user.contact.email",
        Subject.CUSTOMER,
        Purpose.COMMUNICATION,
        RetentionClass.MAIL,
    )
    about_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    data = plain(fields.JSONField[dict[str, Any]](default=dict), Why.STATE)
    due_at = moment()
    attempts = plain(fields.IntField(default=0), Why.STATE)
    lease_until = moment_if_any()
    dead_at = moment_if_any()

    class Meta:
        table = "mail"

    @classmethod
    async def post(
        cls, template: MailTemplate, to: str, at: datetime, *, account_id: UUID | None, about_id: UUID, **data: Any
    ) -> None:
        """Put a message in the queue, in the transaction of what it tells about. `data` holds no personal data."""
        await cls.create(
            created_at=at, template=template, to=to, account_id=account_id, about_id=about_id, data=data, due_at=at
        )

    @classmethod
    async def take(cls, now: datetime) -> Mail | None:
        """The mail that has been due longest, for this worker alone during two minutes; None when nothing is due.

        One that took its last attempt with the worker that tried it is given up instead.
        """
        while (row := await take_one("mail", "id", DUE, "due_at, id", now, now + LEASE)) is not None:
            taken = cls(id=uuid_of(row["id"]), attempts=row["attempts"])
            if taken.attempts > ATTEMPTS:
                await taken.give_up(now)
                continue
            try:
                return await cls.get_or_none(id=taken.id)
            except Exception:  # written by a later version: it is tried again, and none of the others waits
                await taken.failed(now)
                raise
        return None

    @classmethod
    async def try_again(cls, now: datetime) -> int:
        """What was given up is due again at once, as if it had never been tried; how many."""
        return await cls.exclude(dead_at=None).update(dead_at=None, attempts=0, due_at=now, lease_until=None)

    async def done(self) -> None:
        """It was sent, or has nothing to tell any more: nothing of it is kept."""
        await self._mine().delete()

    async def failed(self, now: datetime) -> bool:
        """It was not sent: it is due again later. False when that was the last attempt and it was given up."""
        wait = wait_after(self.attempts)
        if wait is None:
            await self.give_up(now)
            return False
        await self._mine().update(due_at=now + wait, lease_until=None)
        return True

    async def give_up(self, now: datetime) -> None:
        """Never try it again. The row stays for as long as mails are kept, so that an operator can see it."""
        await self._mine().update(dead_at=now, lease_until=None)

    def _mine(self) -> QuerySet[Mail]:
        return Mail.filter(id=self.id, attempts=self.attempts, dead_at=None)
