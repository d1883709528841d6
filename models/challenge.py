"""Challenge: one begun step of signing in or of proving oneself, for five minutes, for one purpose, once.

Its token is at the same time what a passkey signs.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields

from models.columns import choice, moment, secret_hash
from models.keyring import random_token
from models.personal import Why, plain
from models.tenancy import Global
from rules.errors import ChallengeEnded
from rules.tokens import token_hash

KEPT = timedelta(minutes=5)


class ChallengePurpose(enum.Enum):
    """What was begun. A challenge for one purpose is none for another."""

    SECOND_FACTOR = "SECOND_FACTOR"
    SIGN_IN = "SIGN_IN"
    PROVE = "PROVE"
    ADD_PASSKEY = "ADD_PASSKEY"


class Challenge(Global):
    """`user_id` is who must answer it, None where that is to be found out; `session_id` the only browser that may."""

    purpose = choice(ChallengePurpose)
    user_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    session_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    token_hash = secret_hash()
    expires_at = moment()

    class Meta:
        table = "challenge"

    @classmethod
    async def begin(
        cls, purpose: ChallengePurpose, at: datetime, *, user_id: UUID | None = None, session_id: UUID | None = None
    ) -> tuple[str, datetime]:
        """Begin a step; its token, and until when it can be taken."""
        token, expires_at = random_token("ch"), at + KEPT
        await cls.create(
            created_at=at, purpose=purpose, user_id=user_id, session_id=session_id, token_hash=token_hash(token),
            expires_at=expires_at,
        )  # fmt: skip
        return token, expires_at

    @classmethod
    async def open(
        cls, purpose: ChallengePurpose, token: str, at: datetime, *, session_id: UUID | None = None
    ) -> Challenge:
        """The step that a token continues, in the browser that began it. ChallengeEnded for every other."""
        mine = cls.filter(purpose=purpose, session_id=session_id, expires_at__gt=at)
        found = await mine.get_or_none(token_hash=token_hash(token))
        if found is None:
            raise ChallengeEnded
        return found

    @classmethod
    async def end_half_sign_ins(cls, user_id: UUID) -> None:
        """The password that somebody knew is no longer right: what they began with it leads nowhere."""
        await cls.filter(purpose=ChallengePurpose.SECOND_FACTOR, user_id=user_id).delete()

    async def take(self) -> None:
        """Use it up. ChallengeEnded for whoever comes second."""
        if not await Challenge.filter(id=self.id).delete():
            raise ChallengeEnded
