"""The account that is asked for, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import strawberry
from tortoise.queryset import QuerySet

from models.account import Account
from models.outside_hours import outside_hours
from models.zone_change import change_account
from permissions.viewer import Viewer
from resolvers.checking import Checks, cleaned, given
from resolvers.context import Info
from rules.currencies import clean_currency
from rules.locales import clean_locale
from rules.names import clean_name, clean_slug
from rules.reminders import LEAST_MINUTES, MOST, MOST_MINUTES, clean_reminders
from rules.zones import zone

RULES: dict[str, Callable[[Any], Any]] = {
    "name": clean_name,
    "slug": clean_slug,
    "zone": lambda value: zone(value).key,
    "currency": clean_currency,
    "locale": clean_locale,
    "reminder_minutes": clean_reminders,
}
REMINDER_WORDS = (
    f"How many minutes before the start customers are reminded by mail, the earliest first; at most {MOST}, of "
    f"{LEAST_MINUTES} to {MOST_MINUTES}; empty: not at all. A service may say otherwise. Bookings have the reminders "
    "that were set when they were confirmed or last moved."
)


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
    reminder_minutes: strawberry.Maybe[list[int]] = strawberry.field(description=REMINDER_WORDS, default=None)


@dataclass(frozen=True, slots=True)
class ChangedAccount:
    """The business, and what its move to another zone did."""

    account: Account
    schedules_moved: int
    outside_hours: int


async def update_account(info: Info, input: UpdateAccountInput) -> ChangedAccount:
    """Change the business's name, address on the web, zone, currency, language or reminders. With another zone, the
    schedules move that were in the old one and whose people work at no location; bookings keep their instant."""
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    checks.done()
    found = await Account.get(id=info.context.account_id)
    moved = await change_account(info.context.act, found, input.expected_version, values)
    outside = await outside_hours(found.id, info.context.now) if "zone" in values else []
    return ChangedAccount(found, moved, len(outside))
