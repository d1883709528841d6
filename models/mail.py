"""Mail: a message waiting to be sent. Written in the transaction of what it tells about; sent by the worker."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from models.columns import choice, moment, moment_if_any
from models.personal import Purpose, Subject, Why, personal, plain
from models.tenancy import Global
from rules.retention import RetentionClass


class MailTemplate(enum.Enum):
    """The closed list of what Calendera mails. There is no marketing among them."""

    SIGN_UP = "SIGN_UP"
    SIGN_UP_EXISTING = "SIGN_UP_EXISTING"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a template's name
    INVITATION = "INVITATION"
    BOOKING_CONFIRMED = "BOOKING_CONFIRMED"
    BOOKING_REQUESTED = "BOOKING_REQUESTED"
    BOOKING_DECLINED = "BOOKING_DECLINED"
    BOOKING_RESCHEDULED = "BOOKING_RESCHEDULED"
    BOOKING_CANCELLED = "BOOKING_CANCELLED"


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
