"""RecoveryCode: for when the phone is lost. Ten at a time, shown once, stored hashed, each good for one sign-in."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from tortoise import fields

from models import keyring
from models.columns import moment_if_any, secret_hash
from models.personal import Why, plain
from models.storage.database import transaction
from models.tenancy import Global
from rules.second_factors import ALPHABET, RECOVERY_CODES, RECOVERY_LENGTH, recovery_code, typed_recovery_code


class RecoveryCode(Global):
    """One code of a person."""

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    code_hash = secret_hash()
    used_at = moment_if_any()

    class Meta:
        table = "recovery_code"

    @classmethod
    async def renew(cls, user_id: UUID, at: datetime) -> list[str]:
        """Ten new codes in place of all that there were. This is the only time that they can be shown."""
        codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
        async with transaction():
            await cls.filter(user_id=user_id).delete()
            rows = [cls(created_at=at, user_id=user_id, code_hash=_hash(user_id, code)) for code in codes]
            await cls.bulk_create(rows)
        return [recovery_code(code) for code in codes]

    @classmethod
    async def accept(cls, user_id: UUID, typed: str, at: datetime) -> bool:
        """Whether it is one of the person's codes that was not used; it is used up."""
        code = typed_recovery_code(typed)
        if code is None:
            return False
        mine = cls.filter(user_id=user_id, code_hash=_hash(user_id, code), used_at=None)
        return bool(await mine.update(used_at=at))

    @classmethod
    async def left(cls, user_id: UUID) -> int:
        """How many can still be used."""
        return await cls.filter(user_id=user_id, used_at=None).count()


def _hash(user_id: UUID, code: str) -> str:
    return keyring.pseudonym("recovery code", f"{user_id} {code}")
