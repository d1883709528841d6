"""App: a partner's program that other businesses may install, as its developer keeps it and as everybody may see it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from models.act import Act
from models.columns import moment, moment_if_any, version
from models.event import record
from models.keyring import random_token
from models.personal import Why, plain
from models.storage.database import lock, transaction
from models.tenancy import Global
from rules.errors import FieldProblem, NotFound, ValidationFailed, VersionConflict
from rules.ids import global_id, key_of
from rules.oauth.client import Client
from rules.tokens import token_hash

MOST_LIVE = 50


class App(Global):
    """In no account, for every business may look at it before installing it; `developer_account_id` alone may change
    it. `installed` counts the businesses that have it, which is all that its developer learns of them."""

    developer_account_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    description = plain(fields.CharField(max_length=500), Why.BUSINESS)
    homepage = plain(fields.CharField(max_length=2000), Why.BUSINESS)
    redirect_uris = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    scopes = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    confidential = plain(fields.BooleanField(), Why.SETTING)
    secret_hash = plain(fields.CharField(max_length=64, null=True), Why.SECRET)
    earlier_secret_hash = plain(fields.CharField(max_length=64, null=True), Why.SECRET)
    earlier_secret_ends_at = moment_if_any()
    installed = plain(fields.IntField(default=0), Why.STATE)
    archived_at = moment_if_any()
    version = version()
    updated_at = moment()

    class Meta:
        table = "app"

    @classmethod
    def made_by(cls, account_id: UUID) -> QuerySet[Self]:
        """The apps of a developer: the only door for whoever changes one, or sees more of it than everybody may."""
        return cls.filter(developer_account_id=account_id)

    @classmethod
    async def named(cls, client_id: str | None) -> Self | None:
        """The live app that calls itself this, whoever made it."""
        key = key_of("app", client_id or "")
        return await cls.get_or_none(id=key, archived_at=None) if key else None

    @classmethod
    async def register(cls, act: Act, *, confidential: bool, **values: Any) -> tuple[Self, str | None]:
        """Make an app. The second value is its secret, shown now and never again; None for one that can keep none."""
        secret = random_token("as") if confidential else None
        async with transaction():
            await lock([f"apps of {act.account_id}"])
            if await cls.made_by(act.account_id).filter(archived_at=None).count() >= MOST_LIVE:
                message = f"The account has {MOST_LIVE} live apps, which is the most. Archive one first."
                raise ValidationFailed(FieldProblem("name", message))
            row = await cls.create(
                created_at=act.at, updated_at=act.at, developer_account_id=act.account_id, confidential=confidential,
                secret_hash=token_hash(secret) if secret else None, **values,
            )  # fmt: skip
            await record(act, "app_created", "app", row.id, scopes=row.scopes)
        return row, secret

    async def change(self, act: Act, expected_version: int, **values: Any) -> None:
        """Set columns of a live app; they count from the next request on."""
        async with transaction():
            await self._write(act, expected_version, values)
            await record(act, "app_changed", "app", self.id, columns=sorted(values))

    async def rotate_secret(self, act: Act, expected_version: int, overlap: timedelta) -> str:
        """Give a confidential app a new secret and answer it; the one it had works for the overlap, older ones end."""
        if not self.confidential:
            raise ValidationFailed(FieldProblem("id", "This app is public: it has no secret, PKCE protects it."))
        secret = random_token("as")
        values = {
            "secret_hash": token_hash(secret),
            "earlier_secret_hash": self.secret_hash if overlap else None,
            "earlier_secret_ends_at": act.at + overlap if overlap else None,
        }
        async with transaction():
            await self._write(act, expected_version, values)
            await record(act, "app_secret_rotated", "app", self.id)
        return secret

    async def archive(self, act: Act, expected_version: int) -> None:
        """End the app for good, and with it every token of it, everywhere. Archiving what is archived changes nothing.

        Nothing is written in the accounts that have it: their tokens count only while the app is live.
        """
        if self.archived_at is not None:
            return
        async with transaction():
            await self._write(act, expected_version, {"archived_at": act.at})
            await record(act, "app_archived", "app", self.id)

    def client(self, at: datetime) -> Client:
        """The app as the protocol sees it at this moment."""
        overlaps = self.earlier_secret_ends_at is not None and self.earlier_secret_ends_at > at
        hashes = (self.secret_hash, self.earlier_secret_hash if overlaps else None)
        return Client(
            self.id, global_id("app", self.id), tuple(self.redirect_uris), tuple(self.scopes),
            tuple(one for one in hashes if one), self.confidential,
        )  # fmt: skip

    async def _write(self, act: Act, expected_version: int, values: dict[str, Any]) -> None:
        rows = type(self).made_by(act.account_id).filter(id=self.id)
        written = {**values, "updated_at": act.at}
        live = rows.filter(version=expected_version, archived_at=None)
        if not await live.update(**written, version=F("version") + 1):
            raise await self._why_not(rows)
        for column, value in {**written, "version": expected_version + 1}.items():
            setattr(self, column, value)

    @staticmethod
    async def _why_not(rows: QuerySet[App]) -> NotFound | ValidationFailed | VersionConflict:
        current = await rows.get_or_none()
        if current is None:
            return NotFound("app")
        if current.archived_at is not None:
            return ValidationFailed(FieldProblem("id", "This app is archived for good. Make a new one."))
        return VersionConflict(current.version)
