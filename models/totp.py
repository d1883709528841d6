"""Totp: the secret that a person's authenticator app and this server share, sealed with the server's key."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields

from models import keyring
from models.columns import moment_if_any
from models.personal import Why, plain
from models.storage.database import transaction
from models.tenancy import Global
from rules.one_time_codes import SECRET_BYTES, matching_step

BEGUN_KEPT = timedelta(hours=1)
_SEAL = "totp secret"


class Totp(Global):
    """`last_step` is the last half minute whose code was accepted: none is accepted twice.

    A person has at most one that is confirmed, and one that they have begun to set up.
    """

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    sealed_secret = plain(fields.CharField(max_length=200), Why.SECRET)
    last_step = plain(fields.BigIntField(default=0), Why.STATE)
    confirmed_at = moment_if_any()

    class Meta:
        table = "totp"

    @classmethod
    async def set_up(cls, user_id: UUID, at: datetime) -> bytes:
        """Begin to set one up, in place of one that was begun before; what is in use stays. Answers the secret."""
        secret = secrets.token_bytes(SECRET_BYTES)
        async with transaction():
            await cls.filter(user_id=user_id, confirmed_at=None).delete()
            await cls.create(created_at=at, user_id=user_id, sealed_secret=keyring.seal(_SEAL, user_id, secret))
        return secret

    @classmethod
    async def confirm(cls, user_id: UUID, code: str, at: datetime) -> bool:
        """Use the one that was begun from now on, if the code is its. Inside the transaction of what follows."""
        begun = await cls.get_or_none(user_id=user_id, confirmed_at=None, created_at__gt=at - BEGUN_KEPT)
        step = begun._step(code, at) if begun else None
        if begun is None or step is None:
            return False
        await cls.filter(user_id=user_id).exclude(id=begun.id).delete()
        return bool(await cls.filter(id=begun.id, confirmed_at=None).update(confirmed_at=at, last_step=step))

    @classmethod
    async def accept(cls, user_id: UUID, code: str, at: datetime) -> bool:
        """Whether a code is right, and is used for the first time."""
        mine = await cls.in_use(user_id)
        step = mine._step(code, at) if mine else None
        if mine is None or step is None:
            return False
        return bool(await cls.filter(id=mine.id, last_step__lt=step).update(last_step=step))

    @classmethod
    async def in_use(cls, user_id: UUID) -> Totp | None:
        """The person's confirmed one."""
        return await cls.filter(user_id=user_id).exclude(confirmed_at=None).get_or_none()

    def _step(self, code: str, at: datetime) -> int | None:
        return matching_step(keyring.unseal(_SEAL, self.user_id, self.sealed_secret), code, at)
