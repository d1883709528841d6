"""The account that is asked for, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry
from tortoise.queryset import QuerySet

from models.account import Account
from permissions.viewer import Viewer
from resolvers.checking import Checks, cleaned, given
from resolvers.context import Info
from rules.currencies import clean_currency
from rules.locales import clean_locale
from rules.names import clean_name, clean_slug
from rules.zones import zone

RULES: dict[str, Callable[[Any], Any]] = {
    "name": clean_name,
    "slug": clean_slug,
    "zone": lambda value: zone(value).key,
    "currency": clean_currency,
    "locale": clean_locale,
}


async def viewer(info: Info) -> Viewer:
    """Who asks, as this server sees them: with which kind of credential, for which account, and what they may do."""
    return info.context.viewer


async def account(info: Info) -> QuerySet[Account]:
    """The account that this credential belongs to."""
    return Account.filter(id=info.context.account_id)


async def account_if_any(info: Info) -> QuerySet[Account] | None:
    """The account that the viewer works in; null for a visitor and for a person who is a member of none."""
    account_id = info.context.viewer.account_id
    return None if account_id is None else Account.filter(id=account_id)


@strawberry.input(description="Changes to the business. What is left out stays as it is.")
class UpdateAccountInput:
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = strawberry.field(description="What customers know it as.", default=None)
    slug: strawberry.Maybe[str] = strawberry.field(
        description="Its part of web addresses: 3 to 60 of a-z, 0-9 and hyphens. Links with the old one stop working.",
        default=None,
    )
    zone: strawberry.Maybe[str] = strawberry.field(description="IANA zone. Bookings keep their instant.", default=None)
    currency: strawberry.Maybe[str] = strawberry.field(
        description="ISO 4217 code for prices from now on; those that stand keep theirs.", default=None
    )
    locale: strawberry.Maybe[str] = strawberry.field(
        description="BCP 47 tag of the language for customers.", default=None
    )


async def update_account(info: Info, input: UpdateAccountInput) -> Account:
    """Change the business's name, address on the web, zone, currency or language."""
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    checks.done()
    found = await Account.get(id=info.context.account_id)
    await found.change(info.context.act, input.expected_version, **values)
    return found
