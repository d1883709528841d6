"""Access keys: the widget keys that stand in pages, and the secret keys of partners' servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from models.access_key import AccessKey, AccessKeyKind
from permissions.roles import Permission, Scope
from resolvers.checking import Checks, given
from resolvers.context import Info
from resolvers.listing import Listing
from rules.errors import NotFound
from rules.names import clean_name
from rules.web_addresses import clean_origin

P = Permission
MOST_ORIGINS = 20


IncludeRevoked = Annotated[bool, strawberry.argument(description="Whether revoked keys are listed too.")]


async def access_keys(info: Info, include_revoked: IncludeRevoked = False) -> Listing:
    """The keys of the account, the newest first."""
    rows = info.context.rows(AccessKey, P.ACCESS_KEYS_MANAGE)
    if not include_revoked:
        rows = rows.filter(revoked_at=None)
    return Listing(rows, order="created_at", descending=True)


def _origins(checks: Checks, origins: list[str]) -> list[str]:
    """The origins as browsers write them, each once; what is wrong is noted by its place in the list."""
    if not 1 <= len(origins) <= MOST_ORIGINS:
        checks.wrong("origins", f"Give from 1 to {MOST_ORIGINS} origins, not {len(origins)}.")
        return []
    cleaned = [checks(f"origins.{place}", clean_origin, origin) for place, origin in enumerate(origins)]
    return list(dict.fromkeys(cleaned))


@strawberry.input(description="A new publishable key for a booking widget.")
class CreateWidgetKeyInput:
    name: str = strawberry.field(description="What you call it, as the site it stands in; 1 to 120 characters.")
    origins: list[str] = strawberry.field(
        description="The sites whose pages may use it, 1 to 20, each as `https://www.example.com`: scheme, host and "
        "port, without a path. `http://` is for `localhost` only."
    )


async def create_widget_key(info: Info, input: CreateWidgetKeyInput) -> AccessKey:
    """Make a publishable key (`pk_…`). It stands in pages for everyone to read, and opens only the shop window."""
    checks = Checks()
    name = checks("name", clean_name, input.name)
    origins = _origins(checks, input.origins)
    checks.done()
    row, _ = await AccessKey.issue(info.context.act, AccessKeyKind.WIDGET, name, origins=origins, scopes=[])
    return row


@strawberry.input(description="A new secret key for a partner's server.")
class CreatePartnerKeyInput:
    name: str = strawberry.field(description="What you call it, as the partner it is for; 1 to 120 characters.")
    scopes: list[Scope] = strawberry.field(description="What it may do; at least one. They can never be changed.")


@dataclass(frozen=True, slots=True)
class PartnerKeyMade:
    """A new partner key, and its secret for the only time."""

    access_key: AccessKey
    secret: str


async def create_partner_key(info: Info, input: CreatePartnerKeyInput) -> PartnerKeyMade:
    """Make a secret key (`sk_…`). This answer is the only time it is shown: what is stored cannot give it back."""
    checks = Checks()
    name = checks("name", clean_name, input.name)
    scopes = list(dict.fromkeys(scope.value for scope in input.scopes))
    if not scopes:
        checks.wrong("scopes", "Give at least one scope: a key without one could do nothing.")
    checks.done()
    row, secret = await AccessKey.issue(info.context.act, AccessKeyKind.PARTNER, name, origins=[], scopes=scopes)
    return PartnerKeyMade(row, secret)


@strawberry.input(description="Changes to a widget key. What is left out stays as it is.")
class UpdateWidgetKeyInput:
    id: strawberry.ID = strawberry.field(description="Which key.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = strawberry.field(description="What you call it; 1 to 120 characters.", default=None)
    origins: strawberry.Maybe[list[str]] = strawberry.field(
        description="All the sites that may use it from now on, 1 to 20; the earlier list is replaced.", default=None
    )


async def update_widget_key(info: Info, input: UpdateWidgetKeyInput) -> AccessKey:
    """Change a widget key's name or the sites that may use it. It counts from the next request on."""
    found = await info.context.find(AccessKey, input.id, P.ACCESS_KEYS_MANAGE)
    if found.kind is not AccessKeyKind.WIDGET:
        raise NotFound("widget key")
    checks = Checks()
    rules: dict[str, Callable[[Any], Any]] = {
        "name": lambda value: checks("name", clean_name, value),
        "origins": lambda value: _origins(checks, value),
    }
    values = {column: rules[column](value) for column, value in given(input, *rules).items()}
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="Which key to end.")
class RevokeAccessKeyInput:
    id: strawberry.ID = strawberry.field(description="Which key.")


async def revoke_access_key(info: Info, input: RevokeAccessKeyInput) -> AccessKey:
    """End a key for good: the next request with it is refused. Doing it again changes nothing."""
    found = await info.context.find(AccessKey, input.id, P.ACCESS_KEYS_MANAGE)
    await found.revoke(info.context.act)
    return found
