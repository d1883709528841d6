"""User: a person who signs in. Users, sign-ups and password resets belong to no account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from uuid_utils.compat import uuid7

from models.challenge import Challenge
from models.columns import moment, moment_if_any, secret_hash, version
from models.keyring import link_token, random_nonce
from models.mail import Mail, MailTemplate
from models.personal import Purpose, Subject, Why, personal, plain
from models.session import Session
from models.storage.database import lock, transaction
from models.tenancy import Global
from rules.errors import FieldProblem, LinkInvalid, ValidationFailed
from rules.passwords import PasswordProblem
from rules.retention import RetentionClass
from rules.tokens import token_hash

SIGN_UP_KEPT = timedelta(hours=24)
RESET_KEPT = timedelta(hours=1)


def ways_in(user_id: UUID) -> str:
    """The lock under which a person's ways to sign in change: password and factors depend on each other."""
    return f"ways in of {user_id}"


class User(Global):
    """A person who signs in; may be a member of several accounts.

    `second_factor`: the password alone does not sign in. `short_password`: it was accepted only because of that.
    """

    email = personal(
        fields.CharField(max_length=254), "user.contact.email", Subject.MEMBER, Purpose.SERVICE, RetentionClass.USER
    )
    name = personal(fields.CharField(max_length=120), "user.name", Subject.MEMBER, Purpose.SERVICE, RetentionClass.USER)
    password_hash = plain(fields.CharField(max_length=255), Why.SECRET)
    second_factor = plain(fields.BooleanField(default=False), Why.STATE)
    short_password = plain(fields.BooleanField(default=False), Why.STATE)
    version = version()
    updated_at = moment()

    class Meta:
        table = "app_user"

    @classmethod
    async def of_email(cls, email: str, at: datetime, *, name: str, password_hash: str) -> User:
        """The user of an address; made with this name and password where there is none yet."""
        found = await cls.get_or_none(email=email)
        if found is not None:
            return found
        try:
            async with transaction():
                return await cls.create(
                    created_at=at, updated_at=at, email=email, name=name, password_hash=password_hash
                )
        except IntegrityError:
            # Somebody else followed another link to the same mailbox a moment ago.
            return await cls.get(email=email)

    async def rename(self, name: str, at: datetime) -> None:
        """Be called something else from now on, in every account."""
        await self._set(at, name=name)

    async def change_password(self, password_hash: str, at: datetime, *, short: bool, keep: UUID | None) -> int:
        """Set the password and end the sessions, all but `keep`; links to reset it die, and sign-ins that began with
        the old one. Answers how many were ended.

        ValidationFailed for a short one when the second factor beside which it was acceptable is gone meanwhile.
        """
        async with transaction():
            await lock([ways_in(self.id)])
            if short and not await User.filter(id=self.id, second_factor=True).exists():
                raise ValidationFailed(FieldProblem("newPassword", PasswordProblem.TOO_SHORT.message))
            await self._set(at, password_hash=password_hash, short_password=short)
            await PasswordReset.filter(user_id=self.id, used_at=None).update(used_at=at)
            await Challenge.end_half_sign_ins(self.id)
            others = Session.live(self.id, at)
            return await Session.end(others.exclude(id=keep) if keep else others, at)

    async def rehash(self, password_hash: str) -> None:
        """Keep the same password under a newer hash, unless it was changed meanwhile."""
        await User.filter(id=self.id, password_hash=self.password_hash).update(password_hash=password_hash)

    async def _set(self, at: datetime, **values: Any) -> None:
        await User.filter(id=self.id).update(**values, version=F("version") + 1, updated_at=at)
        for column, value in values.items():
            setattr(self, column, value)


class SignUp(Global):
    """A business that asked to sign up and has not yet followed the mailed link. Holds nothing after 24 hours."""

    email = personal(
        fields.CharField(max_length=254),
        "user.contact.email",
        Subject.MEMBER,
        Purpose.SERVICE,
        RetentionClass.INVITATION,
    )
    name = personal(
        fields.CharField(max_length=120), "user.name", Subject.MEMBER, Purpose.SERVICE, RetentionClass.INVITATION
    )
    business_name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    slug = plain(fields.CharField(max_length=60), Why.BUSINESS)
    zone = plain(fields.CharField(max_length=64), Why.SETTING)
    currency = plain(fields.CharField(max_length=3), Why.SETTING)
    locale = plain(fields.CharField(max_length=35), Why.SETTING)
    password_hash = plain(fields.CharField(max_length=255), Why.SECRET)
    token_hash = secret_hash()
    nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    expires_at = moment()

    class Meta:
        table = "sign_up"

    @classmethod
    async def ask(cls, at: datetime, *, email: str, **values: Any) -> None:
        """Keep what was typed for 24 hours and mail the link that confirms it.

        An address that has a user already gets other words, from the same statements: who asks cannot tell. Its link
        opens a further business for that user, whose name and password stay as they are.
        """
        id, nonce = uuid7(), random_nonce()
        hashed = token_hash(link_token("su", id, nonce))
        async with transaction():
            known = await User.exists(email=email)
            await cls.create(
                id=id,
                created_at=at,
                email=email,
                token_hash=hashed,
                nonce=nonce,
                expires_at=at + SIGN_UP_KEPT,
                **values,
            )
            template = MailTemplate.SIGN_UP_EXISTING if known else MailTemplate.SIGN_UP
            await Mail.post(template, email, at, account_id=None, about_id=id)

    @classmethod
    async def take(cls, token: str, at: datetime) -> SignUp:
        """Use up the sign-up of a token, and with it the others of its address. LinkInvalid where there is none.

        Inside the transaction that makes the account of it.
        """
        found = await cls.get_or_none(token_hash=token_hash(token), expires_at__gt=at)
        if found is None or not await cls.filter(id=found.id).delete():
            raise LinkInvalid
        await cls.filter(email=found.email).delete()
        return found


class PasswordReset(Global):
    """A mailed permission to choose a new password: once, within an hour.

    `user_id` None: asked for an address without a user. Kept all the same, so that asking takes equally long; its mail
    is not sent.
    """

    user_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    token_hash = secret_hash()
    nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    expires_at = moment()
    used_at = moment_if_any()

    class Meta:
        table = "password_reset"

    @classmethod
    async def ask(cls, email: str, at: datetime) -> None:
        """Mail a link to whoever signs in with this address. Nobody who asks can tell whether there is one."""
        id, nonce = uuid7(), random_nonce()
        hashed = token_hash(link_token("rt", id, nonce))
        async with transaction():
            user = await User.get_or_none(email=email)
            await cls.create(
                id=id, created_at=at, user_id=user.id if user else None, token_hash=hashed, nonce=nonce,
                expires_at=at + RESET_KEPT,
            )  # fmt: skip
            await Mail.post(MailTemplate.PASSWORD_RESET, email, at, account_id=None, about_id=id)

    @classmethod
    async def user_of(cls, token: str, at: datetime) -> User:
        """Whose password a link may set. LinkInvalid for one that has expired, was used, or never was."""
        found = await cls.get_or_none(token_hash=token_hash(token), used_at=None, expires_at__gt=at)
        user = await User.get_or_none(id=found.user_id) if found and found.user_id else None
        if user is None:
            raise LinkInvalid
        return user

    @classmethod
    async def use(cls, token: str, password_hash: str, at: datetime, *, short: bool) -> int:
        """Set the password, once, and end all sessions of its user; answers how many. LinkInvalid as `user_of`."""
        async with transaction():
            user = await cls.user_of(token, at)
            # Of two who follow one link at once, the second finds it used.
            if not await cls.filter(token_hash=token_hash(token), used_at=None).update(used_at=at):
                raise LinkInvalid
            return await user.change_password(password_hash, at, short=short, keep=None)
