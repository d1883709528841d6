"""AppInstallation: a partner's app in an account, with what was approved. Ending it ends every token of it."""

from __future__ import annotations

from typing import Any, Self

from tortoise import fields
from tortoise.expressions import F

from models.act import Act
from models.app import App
from models.app_grant import AppGrant
from models.columns import moment, moment_if_any
from models.event import record
from models.personal import Why, plain
from models.storage.database import lock, transaction
from models.tenancy import Owned
from rules.errors import NotFound
from rules.oauth.authorizing import Asked


class AppInstallation(Owned):
    """`scopes` is everything that was approved since it was installed; each token has those of its own approval.

    `name` is the app's at the last approval: what people agreed to, and what history calls it, whatever it is named
    later. It stays when whoever approved it leaves: it is the business that has the app.
    """

    app_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    scopes = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    approved_by_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    approved_at = moment()
    last_used_at = moment_if_any()
    ended_at = moment_if_any()

    class Meta:
        table = "app_installation"

    @classmethod
    async def approve(cls, act: Act, app: App, asked: Asked) -> str:
        """Install the app, or allow it more, and answer the code that it redeems within a minute.

        NotFound when it was archived meanwhile.
        """
        async with transaction():
            await lock([f"app {app.id} in {act.account_id}"])
            installation = await cls._installed(act, app, asked)
            code = await AppGrant.begin(act, installation.id, asked)
            await record(
                act, "app_approved", "app_installation", installation.id,
                app_id=str(app.id), scopes=list(asked.scopes),
            )  # fmt: skip
        return code

    @classmethod
    async def _installed(cls, act: Act, app: App, asked: Asked) -> Self:
        approval: dict[str, Any] = {"name": app.name, "approved_by_id": act.actor.id, "approved_at": act.at}
        live = cls.of(act.account_id).filter(app_id=app.id, ended_at=None)
        found = await live.get_or_none()
        if found is not None:
            approval["scopes"] = list(dict.fromkeys([*found.scopes, *asked.scopes]))
            await live.update(**approval)
            return found
        if not await App.filter(id=app.id, archived_at=None).update(installed=F("installed") + 1):
            raise NotFound("app")
        return await cls.add(act.account_id, created_at=act.at, app_id=app.id, scopes=list(asked.scopes), **approval)

    async def uninstall(self, act: Act) -> None:
        """End it: the next request with any of its tokens is refused. Doing it again changes nothing."""
        live = type(self).of(act.account_id).filter(id=self.id, ended_at=None)
        async with transaction():
            await lock([f"app {self.app_id} in {act.account_id}"])
            if await live.update(ended_at=act.at):
                await App.filter(id=self.app_id).update(installed=F("installed") - 1)
                await record(act, "app_uninstalled", "app_installation", self.id, app_id=str(self.app_id))
