"""AccessKey: a widget's publishable key or a partner's secret key."""

from __future__ import annotations

import enum
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F

from models.act import Act, ActorKind
from models.columns import choice, moment_if_any, secret_hash, version
from models.event import record
from models.keyring import random_token
from models.personal import Why, plain
from models.storage.database import lock, transaction
from models.tenancy import Owned
from rules.errors import FieldProblem, NotFound, ValidationFailed, VersionConflict
from rules.tokens import token_hash

# As much of a secret key as is kept in clear: enough to recognise it, far too little to guess the rest.
RECOGNISED_BY = 8
MOST_LIVE = 100


class AccessKeyKind(enum.Enum):
    """WIDGET keys are published in pages (`pk_…`); PARTNER keys are secrets (`sk_…`)."""

    WIDGET = "WIDGET"
    PARTNER = "PARTNER"


class AccessKey(Owned):
    """`shown` is the whole publishable key, or the first characters of a secret one, for people to recognise it.

    `made_by_id` is a user; None for keys that no member made. A key outlives its maker's membership.
    """

    kind = choice(AccessKeyKind)
    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    shown = plain(fields.CharField(max_length=64), Why.IDENTIFIER)
    token_hash = secret_hash()
    origins = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    scopes = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    made_by_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    maker_left_at = moment_if_any()
    last_used_at = moment_if_any()
    revoked_at = moment_if_any()
    version = version()

    class Meta:
        table = "access_key"

    @classmethod
    async def issue(
        cls, act: Act, kind: AccessKeyKind, name: str, *, origins: list[str], scopes: list[str]
    ) -> tuple[AccessKey, str]:
        """Make a key. The second value is the key itself: a partner's is shown now and never again.

        ValidationFailed when the account has as many live keys as it may.
        """
        token = random_token("pk" if kind is AccessKeyKind.WIDGET else "sk")
        shown = token if kind is AccessKeyKind.WIDGET else f"{token[:RECOGNISED_BY]}…"
        async with transaction():
            await cls._room_for_one(act)
            row = await cls.add(
                act.account_id, created_at=act.at, kind=kind, name=name, shown=shown, token_hash=token_hash(token),
                origins=origins, scopes=scopes, made_by_id=act.actor.id if act.actor.kind is ActorKind.MEMBER else None,
            )  # fmt: skip
            await record(act, "access_key_issued", "access_key", row.id, kind=kind.value, scopes=scopes)
        return row, token

    @classmethod
    async def maker_left(cls, act: Act, user_id: UUID) -> None:
        """Somebody who made keys is no member any more. The keys go on, as programs depend on them; owners see it."""
        live = cls.of(act.account_id).filter(made_by_id=user_id, revoked_at=None, maker_left_at=None)
        await live.update(maker_left_at=act.at)

    async def change(self, act: Act, expected_version: int, **values: object) -> None:
        """Set the name or the origins of a live key; they count from the next request on."""
        async with transaction():
            await self._write(act, expected_version, values)
            await record(act, "access_key_changed", "access_key", self.id, columns=sorted(values))

    async def revoke(self, act: Act) -> None:
        """End the key: the next request with it is refused. Revoking what is revoked changes nothing."""
        live = type(self).of(act.account_id).filter(id=self.id, revoked_at=None)
        async with transaction():
            if await live.update(revoked_at=act.at, version=F("version") + 1):
                await record(act, "access_key_revoked", "access_key", self.id)

    async def _write(self, act: Act, expected_version: int, values: dict[str, object]) -> None:
        rows = type(self).of(act.account_id).filter(id=self.id)
        live = rows.filter(version=expected_version, revoked_at=None)
        if await live.update(**values, version=expected_version + 1):
            return
        current = await rows.get_or_none()
        if current is None:
            raise NotFound("access key")
        if current.revoked_at is not None:
            raise ValidationFailed(FieldProblem("id", "This key is revoked for good. Make a new one."))
        raise VersionConflict(current.version)

    @classmethod
    async def _room_for_one(cls, act: Act) -> None:
        await lock([f"access_key:{act.account_id}"])
        if await cls.of(act.account_id).filter(revoked_at=None).count() >= MOST_LIVE:
            message = f"The account has {MOST_LIVE} live keys, which is the most. Revoke one first."
            raise ValidationFailed(FieldProblem("name", message))
