"""PlatformStaff: who works for the platform, and as what. They are members of no account by it."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from tortoise import fields

from models.columns import choice
from models.personal import Why, plain
from models.storage.database import transaction
from models.tenancy import Global
from models.user import User


class PlatformRole(enum.Enum):
    """What somebody does for the platform."""

    SUPPORT = "SUPPORT"
    PRIVACY_OFFICER = "PRIVACY_OFFICER"
    AUDITOR = "AUDITOR"


class PlatformStaff(Global):
    """A user with a role of the platform. Given and taken by the operator's command line only."""

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    role = choice(PlatformRole)

    class Meta:
        table = "platform_staff"

    @classmethod
    async def grant(cls, user_id: UUID, role: PlatformRole, at: datetime) -> bool:
        """Give somebody a role. False where they have it already."""
        async with transaction():
            if await cls.exists(user_id=user_id, role=role):
                return False
            await cls.create(created_at=at, user_id=user_id, role=role)
        return True

    @classmethod
    async def revoke(cls, user_id: UUID, role: PlatformRole) -> bool:
        """Take a role, from the next request on. False where they do not have it."""
        return bool(await cls.filter(user_id=user_id, role=role).delete())

    @classmethod
    async def people(cls, *roles: PlatformRole) -> list[User]:
        """Who has one of these roles."""
        ids = await cls.filter(role__in=list(roles)).values_list("user_id", flat=True)
        return await User.filter(id__in=list(ids)).order_by("id")
