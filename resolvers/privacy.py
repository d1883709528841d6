"""Privacy: what a business chose, and its own notice to its customers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import strawberry
from tortoise.queryset import QuerySet

from models.privacy_settings import PrivacySettings
from models.user import User
from permissions.roles import Permission
from resolvers.checking import Checks, given
from resolvers.context import Info
from rules.names import clean_note
from rules.retention import RetentionClass, validate_setting

P = Permission

RULES: dict[str, Callable[[Any], Any]] = {
    "booking_months": partial(validate_setting, RetentionClass.BOOKING),
    "customer_months": partial(validate_setting, RetentionClass.CUSTOMER),
    "staff_see_contacts": bool,
    "staff_see_own_diary": bool,
    "require_second_factor": bool,
    "analytics": bool,
    "booking_notice": partial(clean_note, what="notice"),
}
_PATHS = {
    "booking_months": "bookingMonths",
    "customer_months": "customerMonths",
    "staff_see_contacts": "staffSeeContacts",
    "staff_see_own_diary": "staffSeeOwnDiary",
    "booking_notice": "bookingNotice",
    "require_second_factor": "requireSecondFactor",
}


async def privacy_settings(info: Info) -> QuerySet[PrivacySettings]:
    """What the business chose about the personal data it holds, with the limits of each choice."""
    return info.context.rows(PrivacySettings, P.PRIVACY_SETTINGS_READ)


async def privacy_notice(info: Info) -> QuerySet[PrivacySettings]:
    """The business's own notice about its customers' data, and how long it keeps it: to be shown before booking."""
    return info.context.rows(PrivacySettings, P.PRIVACY_NOTICE_READ)


@strawberry.input(description="Changes to the privacy settings. What is left out stays as it is.")
class UpdatePrivacySettingsInput:
    expected_version: int = strawberry.field(description="The `version` that was read.")
    booking_months: strawberry.Maybe[int] = strawberry.field(
        description="How long a booking stays after the appointment ended, in months; `retention` says from what to "
        "what.",
        default=None,
    )
    customer_months: strawberry.Maybe[int] = strawberry.field(
        description="How long a customer stays after their last appointment ended, in months; `retention` says from "
        "what to what.",
        default=None,
    )
    staff_see_contacts: strawberry.Maybe[bool] = strawberry.field(
        description="Whether members with the role STAFF see customers' email addresses and phone numbers in clear.",
        default=None,
    )
    staff_see_own_diary: strawberry.Maybe[bool] = strawberry.field(
        description="Whether members with the role STAFF see and change only their own bookings, and only the "
        "customers who have one with them. Whoever is linked to no staff member then sees none.",
        default=None,
    )
    require_second_factor: strawberry.Maybe[bool] = strawberry.field(
        description="Whether members must have a second factor. Counts at once: who has none can only set one up. "
        "Takes one of your own.",
        default=None,
    )
    analytics: strawberry.Maybe[bool] = strawberry.field(
        description="Whether use of this account is counted, without cookies, for learning from it.", default=None
    )
    booking_notice: strawberry.Maybe[str] = strawberry.field(
        description="The business's own notice, shown before booking; up to 4000 characters, empty for none.",
        default=None,
    )


async def update_privacy_settings(info: Info, input: UpdatePrivacySettingsInput) -> PrivacySettings:
    """Change how long personal data stays, who sees it and what customers are told. Counts from the next request on."""
    checks = Checks()
    chosen = given(input, *RULES).items()
    values = {column: checks(_PATHS.get(column, column), RULES[column], value) for column, value in chosen}
    if values.get("require_second_factor") and not await User.exists(
        id=info.context.viewer.user_id, second_factor=True
    ):
        checks.wrong("requireSecondFactor", "Set up a second factor of your own first, or you would shut yourself out.")
    checks.done()
    found = await info.context.rows(PrivacySettings, P.PRIVACY_SETTINGS_MANAGE).get()
    await found.change(info.context.act, input.expected_version, **values)
    return found
