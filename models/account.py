"""Account: the business, the tenant. Everything owned hangs on its id."""

from __future__ import annotations

import enum
from datetime import datetime

from tortoise import fields

from models.act import Act, Actor, ActorKind
from models.columns import choice, moment, version
from models.event import record
from models.membership import Membership, Role
from models.personal import Why, plain
from models.privacy_settings import PrivacySettings
from models.storage.database import transaction
from models.tenancy import Global
from models.user import User


class Lifecycle(enum.Enum):
    """Where an account is in its life. Rights (access, export, erasure) work in every state."""

    ACTIVE = "ACTIVE"
    CANCELLED = "CANCELLED"
    GRACE = "GRACE"


class Account(Global):
    """A business."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    slug = plain(fields.CharField(max_length=60), Why.BUSINESS)
    zone = plain(fields.CharField(max_length=64), Why.SETTING)
    currency = plain(fields.CharField(max_length=3), Why.SETTING)
    locale = plain(fields.CharField(max_length=35), Why.SETTING)
    lifecycle = choice(Lifecycle, Lifecycle.ACTIVE)
    version = version()
    updated_at = moment()

    class Meta:
        table = "account"

    @classmethod
    async def open(
        cls, owner: User, at: datetime, *, name: str, slug: str, zone: str, currency: str, locale: str
    ) -> Account:
        """Open an account with its owner and the platform's privacy settings. IntegrityError when the slug is taken."""
        async with transaction():
            account = await cls.create(
                created_at=at, updated_at=at, name=name, slug=slug, zone=zone, currency=currency, locale=locale
            )
            act = Act(account.id, Actor(ActorKind.MEMBER, owner.id), at)
            await PrivacySettings.add(account.id, created_at=at, updated_at=at)
            await Membership.begin(act, user_id=owner.id, role=Role.OWNER)
            await record(act, "account_opened", "account", account.id)
        return account
