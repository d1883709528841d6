"""Session: a signed-in browser. Opaque 256-bit token, stored hashed, listed, revocable."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields

from models.columns import moment, moment_if_any, secret_hash
from models.keyring import random_token
from models.personal import Purpose, Subject, Why, personal, plain
from models.tenancy import Global
from rules.retention import RetentionClass
from rules.tokens import token_hash


class Session(Global):
    """`account_id` is the account the person works in now; None when they are a member of none."""

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    account_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    token_hash = secret_hash()
    device = personal(
        fields.CharField(max_length=120, default=""),
        "user.device",
        Subject.MEMBER,
        Purpose.SECURITY,
        RetentionClass.SESSION,
    )
    last_used_at = personal(moment(), "user.behavior", Subject.MEMBER, Purpose.SECURITY, RetentionClass.SESSION)
    expires_at = moment()
    ended_at = moment_if_any()

    class Meta:
        table = "session"

    @classmethod
    async def begin(cls, user_id: UUID, account_id: UUID | None, device: str, at: datetime, days: int) -> str:
        """Begin a session and return its token, which is stored as a hash only."""
        token = random_token("ss")
        await cls.create(
            created_at=at,
            user_id=user_id,
            account_id=account_id,
            token_hash=token_hash(token),
            device=device,
            last_used_at=at,
            expires_at=at + timedelta(days=days),
        )
        return token
