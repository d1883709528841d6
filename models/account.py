"""Account: the business, the tenant. Everything owned hangs on its id."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.exceptions import IntegrityError

from models.act import Act, Actor, ActorKind
from models.columns import choice, moment, version
from models.event import record
from models.membership import Membership, Role
from models.personal import Why, plain
from models.privacy_settings import PrivacySettings
from models.storage.database import lock, transaction
from models.storage.errors import constraint_of
from models.storage.reach import bound
from models.tenancy import Global
from models.user import SignUp, User
from rules.errors import AlreadyTaken, SignInFirst, VersionConflict
from rules.names import numbered_slug

_TAKEN = "Another business has this slug; choose another."
# An account that changes its slug at the same moment can still take the number that was free.
_TRIES = 5
_STEM = 50  # characters of a slug that a number never replaces


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
    reminder_minutes = plain(fields.JSONField[list[int]](default=lambda: [1440]), Why.SETTING)
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
            with bound(account.id):
                await PrivacySettings.add(account.id, created_at=at, updated_at=at)
                await Membership.begin(act, user_id=owner.id, role=Role.OWNER)
                await record(act, "account_opened", "account", account.id)
        return account

    @classmethod
    async def confirm(cls, token: str, at: datetime, *, by: UUID | None = None) -> tuple[Account, User]:
        """Make the sign-up with this token an account and its owner. LinkInvalid, once used or after 24 hours.

        SignInFirst where the mailbox's user has a second factor, which a mailbox does not replace, and is not signed
        in (`by`): the link can be followed again.

        A slug that was taken meanwhile gets a number, rather than that the sign-up is lost; `change` can set another.
        """
        async with transaction():
            asked = await SignUp.take(token, at)
            owner = await User.of_email(asked.email, at, name=asked.name, password_hash=asked.password_hash)
            if owner.second_factor and owner.id != by:
                raise SignInFirst
            # Those who open under one slug at the same moment take their numbers one after the other.
            await lock([f"slugs like {asked.slug[:_STEM]}"])
            for _ in range(_TRIES):
                slug = numbered_slug(asked.slug, await cls._slugs_like(asked.slug))
                try:
                    account = await cls.open(
                        owner, at, name=asked.business_name, slug=slug, zone=asked.zone, currency=asked.currency,
                        locale=asked.locale,
                    )  # fmt: skip
                    return account, owner
                except IntegrityError as error:
                    if not _is_slug(error):
                        raise
        raise AlreadyTaken("slug", _TAKEN)

    @classmethod
    async def _slugs_like(cls, slug: str) -> set[str]:
        found = await cls.filter(slug__startswith=slug[:_STEM]).values_list("slug", flat=True)
        return {str(one) for one in found}

    async def change(self, act: Act, expected_version: int, **values: Any) -> None:
        """Set columns, with an event that names them. VersionConflict; AlreadyTaken for a slug in use."""
        try:
            async with transaction():
                mine = Account.filter(id=self.id)
                written = {**values, "version": expected_version + 1, "updated_at": act.at}
                if not await mine.filter(version=expected_version).update(**written):
                    raise VersionConflict((await mine.get()).version)
                await record(act, "account_changed", "account", self.id, columns=sorted(values))
        except IntegrityError as error:
            if _is_slug(error):
                raise AlreadyTaken("slug", _TAKEN) from None
            raise


def _is_slug(error: IntegrityError) -> bool:
    return constraint_of(error) in ("account_slug_key", "UNIQUE constraint failed: account.slug")
