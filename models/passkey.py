"""Passkey: the public half of a key that stays in a person's device. Nothing here opens anything."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from models.columns import moment_if_any
from models.personal import Purpose, Subject, Why, personal, plain
from models.tenancy import Global
from rules.passkeys import Json, Known, Registered, Site, credential_id_in, is_copied, signed
from rules.retention import RetentionClass

MOST = 20


class PasskeyCopied(Exception):
    """A passkey's counter went back: two devices have it, one of which should not."""

    def __init__(self, user_id: UUID) -> None:
        super().__init__("A passkey exists twice.")
        self.user_id = user_id


class Passkey(Global):
    """`sign_count` is what its device counted last; 0 always for passkeys that several devices share."""

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    name = personal(
        fields.CharField(max_length=120), "user.device", Subject.MEMBER, Purpose.SECURITY, RetentionClass.USER
    )
    credential_id = plain(fields.CharField(max_length=1400), Why.IDENTIFIER)
    public_key = plain(fields.TextField(), Why.SECRET)
    sign_count = plain(fields.BigIntField(), Why.STATE)
    transports = plain(fields.JSONField[list[str]](), Why.STATE)
    backed_up = plain(fields.BooleanField(), Why.STATE)
    last_used_at = moment_if_any()

    class Meta:
        table = "passkey"

    @classmethod
    def of_user(cls, user_id: UUID) -> QuerySet[Passkey]:
        """A person's own."""
        return cls.filter(user_id=user_id)

    @classmethod
    async def keep(cls, user_id: UUID, name: str, new: Registered, at: datetime) -> Passkey:
        """Store a new one. IntegrityError for one that is stored already, whoever's it is."""
        return await cls.create(
            created_at=at, user_id=user_id, name=name, credential_id=new.credential_id, public_key=new.public_key,
            sign_count=new.sign_count, transports=new.transports, backed_up=new.backed_up,
        )  # fmt: skip

    @classmethod
    async def known(cls, user_id: UUID) -> list[Known]:
        """What a browser is told of a person's passkeys."""
        return [Known(one.credential_id, one.transports) for one in await cls.of_user(user_id).order_by("created_at")]

    @classmethod
    async def behind(cls, credential: Json) -> Passkey | None:
        """The passkey that a credential says it is from."""
        id = credential_id_in(credential)
        return await cls.get_or_none(credential_id=id) if id else None

    async def accept(
        self, site: Site, credential: Json, token: str, at: datetime, *, instead_of_password: bool = False
    ) -> bool:
        """Whether it signed this challenge at this site, now. PasskeyCopied where its counter went back."""
        found = signed(site, credential, token, self.public_key, instead_of_password=instead_of_password)
        if found is None:
            return False
        if is_copied(self.sign_count, found.sign_count):
            raise PasskeyCopied(self.user_id)
        mine = Passkey.filter(id=self.id, sign_count=self.sign_count)
        return bool(await mine.update(sign_count=found.sign_count, backed_up=found.backed_up, last_used_at=at))
