"""PrivacySettings: what a business chose about the personal data it holds."""

from __future__ import annotations

from tortoise import fields

from models.columns import setting
from models.kept import Kept
from models.personal import Why, plain
from rules.retention import RULES, RetentionClass


class PrivacySettings(Kept):
    """One row an account, made with it. Every choice counts from the next request on."""

    booking_months = setting(RULES[RetentionClass.BOOKING].default)
    customer_months = setting(RULES[RetentionClass.CUSTOMER].default)
    staff_see_contacts = plain(fields.BooleanField(default=False), Why.SETTING)
    staff_see_own_diary = plain(fields.BooleanField(default=False), Why.SETTING)
    require_second_factor = plain(fields.BooleanField(default=False), Why.SETTING)
    analytics = plain(fields.BooleanField(default=True), Why.SETTING)
    booking_notice = plain(fields.TextField(default=""), Why.SETTING)

    class Meta:
        table = "privacy_settings"
