"""User: a person who signs in. Users, sign-ups and password resets belong to no account."""

from __future__ import annotations

from tortoise import fields

from models.columns import moment, moment_if_any, secret_hash, version
from models.personal import Purpose, Subject, Why, personal, plain
from models.tenancy import Global
from rules.retention import RetentionClass


class User(Global):
    """A person who signs in; may be a member of several accounts."""

    email = personal(
        fields.CharField(max_length=254), "user.contact.email", Subject.MEMBER, Purpose.SERVICE, RetentionClass.USER
    )
    name = personal(fields.CharField(max_length=120), "user.name", Subject.MEMBER, Purpose.SERVICE, RetentionClass.USER)
    password_hash = plain(fields.CharField(max_length=255), Why.SECRET)
    version = version()
    updated_at = moment()

    class Meta:
        table = "app_user"


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


class PasswordReset(Global):
    """A mailed permission to choose a new password: once, within an hour."""

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    token_hash = secret_hash()
    nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    expires_at = moment()
    used_at = moment_if_any()

    class Meta:
        table = "password_reset"


class Attempts(Global):
    """Counts attempts in a window, by a keyed hash of who attempts what. Works across server processes."""

    key = personal(
        fields.CharField(max_length=64),
        "user.device.ip_address",
        Subject.VISITOR,
        Purpose.SECURITY,
        RetentionClass.SECURITY_LOG,
    )
    count = plain(fields.IntField(default=0), Why.STATE)
    window_ends_at = moment()

    class Meta:
        table = "attempts"
