"""Schedule: weekly rules and dated overrides, in wall time with a zone."""

from __future__ import annotations

from typing import TypedDict

from tortoise import fields

from models.columns import moment_if_any
from models.kept import Kept
from models.personal import Why, plain, ref
from models.tenancy import Owned


class WeeklyRule(TypedDict):
    """ISO weekday 1–7; minutes since local midnight, start < end ≤ 2880; dates `YYYY-MM-DD` or None."""

    weekday: int
    start_minute: int
    end_minute: int
    valid_from: str | None
    valid_until: str | None


class Schedule(Kept):
    """Weekly opening hours that staff members share. Its `version` is the key under which expansions are cached."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    zone = plain(fields.CharField(max_length=64), Why.SETTING)
    weekly = plain(fields.JSONField[list[WeeklyRule]](default=list), Why.SETTING)
    archived_at = moment_if_any()

    class Meta:
        table = "schedule"


class ScheduleOverride(Owned):
    """A date whose windows replace the weekly ones. `windows` is [[start_minute, end_minute], …]; none = closed."""

    schedule_id = ref("schedule")
    on_date = plain(fields.DateField(), Why.SETTING)
    windows = plain(fields.JSONField[list[list[int]]](default=list), Why.SETTING)

    class Meta:
        table = "schedule_override"
