"""AccessKey: a widget's publishable key or a partner's secret key."""

from __future__ import annotations

import enum

from tortoise import fields

from models.act import Act
from models.columns import choice, moment_if_any, secret_hash, version
from models.event import record
from models.keyring import random_token
from models.personal import Why, plain
from models.storage.database import transaction
from models.tenancy import Owned
from rules.tokens import token_hash


class AccessKeyKind(enum.Enum):
    """WIDGET keys are published in pages (`pk_…`); PARTNER keys are secrets (`sk_…`)."""

    WIDGET = "WIDGET"
    PARTNER = "PARTNER"


class AccessKey(Owned):
    """`shown` is the whole publishable key, or the first characters of a secret one, for people to recognise it."""

    kind = choice(AccessKeyKind)
    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    shown = plain(fields.CharField(max_length=64), Why.IDENTIFIER)
    token_hash = secret_hash()
    origins = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    scopes = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    last_used_at = moment_if_any()
    revoked_at = moment_if_any()
    version = version()

    class Meta:
        table = "access_key"

    @classmethod
    async def issue(
        cls, act: Act, kind: AccessKeyKind, name: str, *, origins: list[str], scopes: list[str]
    ) -> tuple[AccessKey, str]:
        """Make a key. The second value is the key itself: a partner's is shown now and never again."""
        token = random_token("pk" if kind is AccessKeyKind.WIDGET else "sk")
        shown = token if kind is AccessKeyKind.WIDGET else f"{token[:8]}…"
        async with transaction():
            row = await cls.add(
                act.account_id, created_at=act.at, kind=kind, name=name, shown=shown, token_hash=token_hash(token),
                origins=origins, scopes=scopes,
            )  # fmt: skip
            await record(act, "access_key_issued", "access_key", row.id, kind=kind.value, scopes=scopes)
        return row, token
