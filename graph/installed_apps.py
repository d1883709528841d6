"""Partners' apps in an account: asking to be let in, what was approved, and ending it."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.app_authorizations as authorize
import resolvers.installed_apps as resolve
from graph.enums import Permission
from graph.enums import Scope as PartnerScope
from graph.errors import NotFound, ValidationFailed
from graph.field import computed, edge, graph_type, listing, shown, told, value
from graph.members import Person
from graph.mutations import mutation
from graph.node import Node
from models.app import App as AppRow
from models.app_installation import AppInstallation as InstallationRow

P = Permission


@graph_type(AppRow)
class PublishedApp:
    """A partner's app, as its developer shows it to the businesses that have it."""

    name: str = shown(P.APPS_INSTALL, "What its developer calls it now.")
    description: str = shown(P.APPS_INSTALL, "What it does, in its developer's words; may be empty.")
    homepage: str = shown(P.APPS_INSTALL, "Where to learn more.")
    archived_at: datetime | None = shown(
        P.APPS_INSTALL, "Since when its developer has ended it for good; null while it is live."
    )


@graph_type(InstallationRow)
class InstalledApp(Node):
    """A partner's app that may ask for this account's data."""

    app: PublishedApp = edge(P.APPS_INSTALL, "The app as its developer shows it today.", via="app_id")
    name: str = shown(P.APPS_INSTALL, "What it was called when it was approved last; history calls it so.")
    approved_by: Person | None = edge(
        P.APPS_INSTALL, "Who approved it last. They may have left since: it is the business that has the app.",
        via="approved_by_id",
    )  # fmt: skip
    approved_at: datetime = shown(P.APPS_INSTALL, "When it was approved last.")
    created_at: datetime = shown(P.APPS_INSTALL, "When it was installed.")
    last_used_at: datetime | None = shown(
        P.APPS_INSTALL, "When it asked for something last, to the minute; null when it never has."
    )
    uninstalled_at: datetime | None = shown(
        P.APPS_INSTALL, "Since when it is refused; null while it is installed.", column="ended_at"
    )

    @computed(P.APPS_INSTALL, "scopes")
    def scopes(root: InstallationRow) -> list[PartnerScope]:
        """Everything that was approved since it was installed."""
        return [PartnerScope(scope) for scope in root.scopes]


@strawberry.type(description="An app, as it shows itself to whoever is to approve it.")
class AskingApp:
    name: str = told("What its developer calls it.")
    description: str = told("What it does, in its developer's words; may be empty.")
    homepage: str = told("Where to learn more.")


@strawberry.type(description="What an app asks for, for a page on which somebody approves or declines.")
class AppAuthorization:
    app: AskingApp = told("The app that asks.")
    developer_name: str = told("The business that made it.")
    scopes: list[PartnerScope] = told("What it asks for.")
    allows: list[str] = told("The same in words for people, each thing once.")
    may_approve: bool = told("Whether this viewer may approve it for the account that they work in.")
    decline_to: str = told("Where to send the browser of somebody who says no.")


@strawberry.type
class InstalledAppQueries:
    installed_apps = listing(resolve.installed_apps, P.APPS_INSTALL, InstalledApp)
    app_authorization = value(authorize.app_authorization, None, AppAuthorization)


@strawberry.type
class InstalledAppMutations:
    approve_app = mutation(
        authorize.approve_app, P.APPS_INSTALL,
        {"redirect_to": (str, "Where to send the browser: back to the app, with the code.")},
        ValidationFailed, NotFound, fresh=True,
    )  # fmt: skip
    uninstall_app = mutation(
        resolve.uninstall_app, P.APPS_INSTALL, {"installed_app": (InstalledApp, "As it is stored now.")}, NotFound
    )
