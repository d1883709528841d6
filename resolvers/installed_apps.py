"""Partners' apps in the account: what was approved, and ending it."""

from __future__ import annotations

from typing import Annotated

import strawberry

from models.app_installation import AppInstallation
from permissions.roles import Permission
from resolvers.context import Info
from resolvers.listing import Listing

P = Permission
IncludeUninstalled = Annotated[bool, strawberry.argument(description="Whether apps that were uninstalled are listed.")]


async def installed_apps(info: Info, include_uninstalled: IncludeUninstalled = False) -> Listing:
    """The partners' apps that may ask for this account's data, the newest first."""
    rows = info.context.rows(AppInstallation, P.APPS_INSTALL)
    if not include_uninstalled:
        rows = rows.filter(ended_at=None)
    return Listing(rows, order="created_at", descending=True)


@strawberry.input(description="Which app to uninstall.")
class UninstallAppInput:
    id: strawberry.ID = strawberry.field(description="The installation, as `installedApps` lists it.")


async def uninstall_app(info: Info, input: UninstallAppInput) -> AppInstallation:
    """End an app's access: its next request is refused. Doing it again changes nothing."""
    found = await info.context.find(AppInstallation, input.id, P.APPS_INSTALL)
    await found.uninstall(info.context.act)
    return found
