"""Apps as their developer keeps them. What the businesses do that install them, their developer never sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import strawberry

from models.app import App
from permissions.roles import Scope
from resolvers.checking import Checks, between, given
from resolvers.context import Context, Info
from resolvers.listing import Listing
from rules.errors import NotFound
from rules.ids import key_of
from rules.names import clean_name
from rules.oauth.redirect_uris import clean_redirect_uri
from rules.text import clean_block
from rules.web_addresses import clean_url

MOST_REDIRECTS = 10
MOST_OVERLAP_HOURS = 168
IncludeArchived = Annotated[bool, strawberry.argument(description="Whether archived apps are listed too.")]


async def apps(info: Info, include_archived: IncludeArchived = False) -> Listing:
    """The apps that this account develops, the newest first. Those of others that it installed are `installedApps`."""
    rows = App.made_by(info.context.account_id)
    return Listing(rows if include_archived else rows.filter(archived_at=None), order="created_at", descending=True)


async def find_app(context: Context, id: str) -> App:
    """The app with this id, if the account develops it; otherwise NotFound."""
    key = key_of("app", id)
    found = await App.made_by(context.account_id).get_or_none(id=key) if key else None
    if found is None:
        raise NotFound("app")
    return found


def _homepage(value: str) -> str:
    url = clean_url(value)
    if not url.startswith("https://"):
        raise ValueError("A homepage begins with https://.")
    return url


def _rules(checks: Checks) -> dict[str, Callable[[Any], Any]]:
    return {
        "name": lambda value: checks("name", clean_name, value),
        "description": lambda value: checks(
            "description", lambda text: clean_block(text, "description", most=500), value
        ),
        "homepage": lambda value: checks("homepage", _homepage, value),
        "redirect_uris": lambda value: _redirect_uris(checks, value),
        "scopes": lambda value: _scopes(checks, value),
    }


def _redirect_uris(checks: Checks, uris: list[str]) -> list[str]:
    if not 1 <= len(uris) <= MOST_REDIRECTS:
        checks.wrong("redirectUris", f"Give from 1 to {MOST_REDIRECTS} addresses, not {len(uris)}.")
        return []
    cleaned = [checks(f"redirectUris.{place}", clean_redirect_uri, uri) for place, uri in enumerate(uris)]
    return list(dict.fromkeys(cleaned))


def _scopes(checks: Checks, scopes: list[Scope]) -> list[str]:
    if not scopes:
        checks.wrong("scopes", "Give at least one scope: an app without one could do nothing.")
    return list(dict.fromkeys(scope.value for scope in scopes))


_REDIRECTS = (
    "Where browsers may be sent back to, 1 to 10; compared character by character. `https://…`, or for programs on the "
    "user's machine `http://127.0.0.1/…` or `http://[::1]/…`, where any port will do."
)


@strawberry.input(description="A new app.")
class CreateAppInput:
    name: str = strawberry.field(description="What people read when they approve it; 1 to 120 characters.")
    homepage: str = strawberry.field(description="Where they learn more, as `https://example.com`.")
    redirect_uris: list[str] = strawberry.field(description=_REDIRECTS)
    scopes: list[Scope] = strawberry.field(description="All that it may ever ask for; at least one.")
    confidential: bool = strawberry.field(
        description="Whether it runs on a server that can keep a secret. Programs on people's devices cannot: they are "
        "public, and PKCE alone protects them. Can never be changed."
    )
    description: str = strawberry.field(description="What it does, at most 500 characters.", default="")


@dataclass(frozen=True, slots=True)
class AppMade:
    """An app, and its secret for the only time."""

    app: App
    secret: str | None


async def create_app(info: Info, input: CreateAppInput) -> AppMade:
    """Make an app that any business may install. Its secret (`as_…`) is shown in this answer and never again."""
    checks = Checks()
    values = {column: rule(getattr(input, column)) for column, rule in _rules(checks).items()}
    checks.done()
    return AppMade(*await App.register(info.context.act, confidential=input.confidential, **values))


@strawberry.input(description="Changes to an app. What is left out stays as it is.")
class UpdateAppInput:
    id: strawberry.ID = strawberry.field(description="Which app.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = strawberry.field(description="1 to 120 characters.", default=None)
    description: strawberry.Maybe[str] = strawberry.field(description="At most 500 characters.", default=None)
    homepage: strawberry.Maybe[str] = strawberry.field(description="As `https://example.com`.", default=None)
    redirect_uris: strawberry.Maybe[list[str]] = strawberry.field(
        description=f"All of them from now on. {_REDIRECTS}", default=None
    )
    scopes: strawberry.Maybe[list[Scope]] = strawberry.field(
        description="All that it may ask for from now on. Businesses that approved others keep them until they "
        "uninstall it.",
        default=None,
    )


async def update_app(info: Info, input: UpdateAppInput) -> App:
    """Change an app. It counts from the next request on; businesses that have it are not asked again."""
    found = await find_app(info.context, input.id)
    checks = Checks()
    rules = _rules(checks)
    values = {column: rules[column](value) for column, value in given(input, *rules).items()}
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="Which app gets a new secret.")
class RotateAppSecretInput:
    id: strawberry.ID = strawberry.field(description="Which app.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    overlap_hours: int = strawberry.field(
        description="How long the secret that it has now keeps working, 0 to 168 hours. 0 where it has leaked.",
        default=24,
    )


async def rotate_app_secret(info: Info, input: RotateAppSecretInput) -> AppMade:
    """Make a new secret for a confidential app. One earlier secret overlaps at most. Tokens are not touched."""
    found = await find_app(info.context, input.id)
    checks = Checks()
    hours = checks("overlapHours", between(0, MOST_OVERLAP_HOURS, "hours"), input.overlap_hours)
    checks.done()
    secret = await found.rotate_secret(info.context.act, input.expected_version, timedelta(hours=hours))
    return AppMade(found, secret)


@strawberry.input(description="Which app to end.")
class ArchiveAppInput:
    id: strawberry.ID = strawberry.field(description="Which app.")
    expected_version: int = strawberry.field(description="The `version` that was read.")


async def archive_app(info: Info, input: ArchiveAppInput) -> App:
    """End an app for good: from the next request on, every token of it is refused, at every business."""
    found = await find_app(info.context, input.id)
    await found.archive(info.context.act, input.expected_version)
    return found
