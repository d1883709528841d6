"""Privacy: what a business chose, and its own notice to its customers."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.privacy as resolve
from graph.enums import Permission, RetentionClass
from graph.errors import ValidationFailed, VersionConflict
from graph.field import computed, graph_type, one, shown, told
from graph.mutations import mutation
from graph.node import Node
from models.privacy_settings import PrivacySettings as PrivacySettingsRow
from rules.retention import RULES
from rules.retention import RetentionClass as Kind

P = Permission


@strawberry.type(description="How long one class of personal data stays, and what a business may choose.")
class RetentionPeriod:
    retention_class: RetentionClass = told("Which class of data.")
    since: str = told("The moment the period counts from, in words.")
    unit: str = told("What the numbers count: `months` of the calendar in UTC, or `days` or `hours` of elapsed time.")
    amount: int = told("The period in force for this account.")
    default: int = told("The period where a business chose none.")
    least: int = told("The shortest period that can be chosen; equal to `most` where the platform fixes it.")
    most: int = told("The longest period that can be chosen.")
    settable: bool = told("Whether this account can choose it, with `updatePrivacySettings`.")


def _period(kind: Kind, chosen: int | None) -> RetentionPeriod:
    rule = RULES[kind]
    fixed = chosen is None
    return RetentionPeriod(
        retention_class=kind,
        since=rule.since,
        unit=rule.unit.value,
        amount=rule.default if chosen is None else chosen,
        default=rule.default,
        least=rule.default if fixed else rule.least,
        most=rule.default if fixed else rule.most,
        settable=not fixed,
    )


@graph_type(PrivacySettingsRow)
class PrivacySettings(Node):
    """What a business chose about the personal data it holds."""

    booking_months: int = shown(P.PRIVACY_SETTINGS_READ, "Months that a booking stays after the appointment ended.")
    customer_months: int = shown(
        P.PRIVACY_SETTINGS_READ, "Months that a customer stays after their last appointment ended."
    )
    staff_see_contacts: bool = shown(
        P.PRIVACY_SETTINGS_READ, "Whether STAFF see customers' contacts in clear; masked otherwise."
    )
    staff_see_own_diary: bool = shown(
        P.PRIVACY_SETTINGS_READ,
        "Whether STAFF see and change only what is in their own diary, and only its customers; everybody's otherwise.",
    )
    require_second_factor: bool = shown(
        P.PRIVACY_SETTINGS_READ, "Whether members must have a second factor; who has none can only set one up."
    )
    analytics: bool = shown(P.PRIVACY_SETTINGS_READ, "Whether use of this account is counted, without cookies.")
    booking_notice: str = shown(
        P.PRIVACY_SETTINGS_READ, "The business's own notice, shown before booking; empty where there is none."
    )
    updated_at: datetime = shown(P.PRIVACY_SETTINGS_READ, "When they were last changed.")
    version: int = shown(P.PRIVACY_SETTINGS_READ, "Grows with every change; send it back as `expectedVersion`.")

    @computed(P.PRIVACY_SETTINGS_READ, "booking_months", "customer_months")
    def retention(root: PrivacySettingsRow) -> list[RetentionPeriod]:
        """How long every class of personal data stays in this account, and the limits of what can be chosen."""
        chosen = {Kind.BOOKING: root.booking_months, Kind.CUSTOMER: root.customer_months}
        return [_period(kind, chosen.get(kind)) for kind in RULES]


@graph_type(PrivacySettingsRow, name="PrivacyNotice")
class PrivacyNotice:
    """What a business tells its customers about their data."""

    booking_months: int = shown(P.PRIVACY_NOTICE_READ, "Months that a booking stays after the appointment ended.")
    customer_months: int = shown(
        P.PRIVACY_NOTICE_READ, "Months that a customer's details stay after their last appointment ended."
    )
    updated_at: datetime = shown(P.PRIVACY_NOTICE_READ, "When the business last changed its privacy settings.")

    @computed(P.PRIVACY_NOTICE_READ, "booking_notice")
    def text(root: PrivacySettingsRow) -> str:
        """In the business's own words, as plain text; empty where it wrote none."""
        return root.booking_notice


@strawberry.type
class PrivacyQueries:
    privacy_settings = one(resolve.privacy_settings, P.PRIVACY_SETTINGS_READ, PrivacySettings)
    privacy_notice = one(resolve.privacy_notice, P.PRIVACY_NOTICE_READ, PrivacyNotice)


_STORED = {"privacy_settings": (PrivacySettings, "The settings as they are stored now.")}


@strawberry.type
class PrivacyMutations:
    update_privacy_settings = mutation(
        resolve.update_privacy_settings, P.PRIVACY_SETTINGS_MANAGE, _STORED, ValidationFailed, VersionConflict,
        fresh=True,
    )  # fmt: skip
