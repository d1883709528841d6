"""The account that is asked for, and who asks."""

from __future__ import annotations

from tortoise.queryset import QuerySet

from models.account import Account
from permissions.viewer import Viewer
from resolvers.context import Info


async def viewer(info: Info) -> Viewer:
    """Who asks, as this server sees them: with which kind of credential, for which account, and what they may do."""
    return info.context.viewer


async def account(info: Info) -> QuerySet[Account]:
    """The account that this credential belongs to."""
    return Account.filter(id=info.context.account_id)
