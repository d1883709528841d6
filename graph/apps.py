"""Apps as their developer keeps them."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.apps as resolve
from graph.enums import Permission
from graph.enums import Scope as PartnerScope
from graph.errors import NotFound, ValidationFailed, VersionConflict
from graph.field import computed, graph_type, listing, shown
from graph.mutations import mutation
from graph.node import Node
from models.app import App as AppRow
from rules.ids import global_id

P = Permission


@graph_type(AppRow)
class App(Node):
    """A program of this account's that any business may install, as its developer sees it."""

    name: str = shown(P.APPS_MANAGE, "What people read when they approve it.")
    description: str = shown(P.APPS_MANAGE, "What it does, in its developer's words; may be empty.")
    homepage: str = shown(P.APPS_MANAGE, "Where people learn more.")
    redirect_uris: list[str] = shown(P.APPS_MANAGE, "Where browsers may be sent back to, character by character.")
    confidential: bool = shown(P.APPS_MANAGE, "Whether it has a secret; a public app has PKCE alone.")
    installed: int = shown(P.APPS_MANAGE, "How many businesses have it now. Which, only they know.")
    earlier_secret_ends_at: datetime | None = shown(
        P.APPS_MANAGE, "Until when the secret before the last rotation works too; null where there is none."
    )
    created_at: datetime = shown(P.APPS_MANAGE, "When it was made.")
    archived_at: datetime | None = shown(P.APPS_MANAGE, "Since when it is ended for good; null while it is live.")
    version: int = shown(P.APPS_MANAGE, "Grows with every change; send it back as `expectedVersion`.")

    @computed(P.APPS_MANAGE, "scopes")
    def scopes(root: AppRow) -> list[PartnerScope]:
        """All that it may ask for."""
        return [PartnerScope(scope) for scope in root.scopes]

    @computed(P.APPS_MANAGE, "id")
    def client_id(root: AppRow) -> str:
        """Its `client_id` in OAuth; the same as its id."""
        return global_id("app", root.id)


@strawberry.type
class AppQueries:
    apps = listing(resolve.apps, P.APPS_MANAGE, App)


_STORED = {"app": (App, "The app as it is stored now.")}
_SECRET = "Its `client_secret`. Shown now and never again: keep it safe."  # noqa: S105 - words
_MADE = {**_STORED, "secret": (str | None, f"{_SECRET} Null for a public app.")}


@strawberry.type
class AppMutations:
    create_app = mutation(resolve.create_app, P.APPS_MANAGE, _MADE, ValidationFailed, fresh=True)
    update_app = mutation(
        resolve.update_app, P.APPS_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict, fresh=True
    )
    rotate_app_secret = mutation(
        resolve.rotate_app_secret, P.APPS_MANAGE, {**_STORED, "secret": (str, _SECRET)},
        ValidationFailed, NotFound, VersionConflict, fresh=True,
    )  # fmt: skip
    archive_app = mutation(
        resolve.archive_app, P.APPS_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict, fresh=True
    )
