"""Session: a signed-in browser. Opaque 256-bit token, stored hashed, listed, revocable."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from models.act import Act, Actor, ActorKind
from models.columns import moment, moment_if_any, secret_hash
from models.event import record
from models.keyring import random_token
from models.personal import Purpose, Subject, Why, personal, plain
from models.storage.database import transaction
from models.tenancy import Global
from rules.retention import RetentionClass
from rules.tokens import token_hash


class Session(Global):
    """`account_id` is the account the person works in now; None when they are a member of none.

    What happens to a session is an event of that account; where there is none, it is an event of nobody.
    """

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
        async with transaction():
            session = await cls.create(
                created_at=at,
                user_id=user_id,
                account_id=account_id,
                token_hash=token_hash(token),
                device=device,
                last_used_at=at,
                expires_at=at + timedelta(days=days),
            )
            await session._tell("signed_in", at)
        return token

    @classmethod
    def live(cls, user_id: UUID, at: datetime) -> QuerySet[Session]:
        """A person's sessions that can still be used."""
        return cls.filter(user_id=user_id, ended_at=None, expires_at__gt=at)

    @classmethod
    async def end(cls, sessions: QuerySet[Session], at: datetime, *, event: str = "session_revoked") -> int:
        """End those of the sessions that have not ended, each with its event; answers how many. Holds from now on."""
        async with transaction():
            ending = await sessions.filter(ended_at=None)
            ended = await cls.filter(id__in=[session.id for session in ending], ended_at=None).update(ended_at=at)
            for session in ending:
                await session._tell(event, at)
        return ended

    @classmethod
    async def enter(cls, id: UUID, account_id: UUID, at: datetime) -> str | None:
        """Go on in another account, with a new token; the old one no longer works. None if the session has ended."""
        token = random_token("ss")
        async with transaction():
            live = cls.filter(id=id, ended_at=None)
            if not await live.update(account_id=account_id, token_hash=token_hash(token)):
                return None
            await (await cls.get(id=id))._tell("session_switched", at)
        return token

    @classmethod
    async def renew(cls, id: UUID) -> str | None:
        """Give a session a new token, in case the old one is known to others. None if it has ended."""
        token = random_token("ss")
        renewed = await cls.filter(id=id, ended_at=None).update(token_hash=token_hash(token))
        return token if renewed else None

    async def _tell(self, event: str, at: datetime) -> None:
        if self.account_id is not None:
            act = Act(self.account_id, Actor(ActorKind.MEMBER, self.user_id), at)
            await record(act, event, "session", self.id)
