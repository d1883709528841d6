"""Membership: a user in an account, with a role. Invitation: a membership on offer."""

from __future__ import annotations

import enum

from tortoise import fields

from models.columns import choice, moment, secret_hash
from models.kept import Kept
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.tenancy import Owned
from rules.retention import RetentionClass


class Role(enum.Enum):
    """What a member may do; the table is in permissions/roles.py."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    STAFF = "STAFF"
    AUDITOR = "AUDITOR"


class InvitationStatus(enum.Enum):
    """Where an invitation is."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"


class Membership(Kept):
    """A user in an account. `staff_id` links the person to a bookable staff member, where they are one."""

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    role = choice(Role)
    staff_id = ref("staff", null=True)

    class Meta:
        table = "membership"


class Invitation(Owned):
    """A mailed offer of a membership: once, within seven days."""

    email = personal(
        fields.CharField(max_length=254),
        "user.contact.email",
        Subject.MEMBER,
        Purpose.SERVICE,
        RetentionClass.INVITATION,
    )
    role = choice(Role)
    staff_id = ref("staff", null=True)
    status = choice(InvitationStatus, InvitationStatus.PENDING)
    invited_by_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    token_hash = secret_hash()
    nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    expires_at = moment()

    class Meta:
        table = "invitation"
