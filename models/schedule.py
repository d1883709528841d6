"""Schedule: weekly rules and dated overrides, in wall time with a zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypedDict
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from models.act import Act
from models.columns import moment_if_any
from models.event import record
from models.kept import Kept
from models.personal import Why, plain, ref
from models.resource import Resource
from models.staff import Staff
from models.storage.database import transaction
from models.tenancy import Owned
from models.travel import coming
from rules.errors import FieldProblem, NotFound, ValidationFailed

OVERRIDES_AHEAD = 400


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

    async def archive(self, act: Act, expected_version: int) -> None:
        """Take it out of use. ValidationFailed while staff or resources in use, or travels to come, follow it: they
        would be closed."""
        async with transaction():
            await super().archive(act, expected_version)
            followers = await Staff.of(act.account_id).filter(schedule_id=self.id, archived_at=None).count()
            followers += await Resource.of(act.account_id).filter(schedule_id=self.id, archived_at=None).count()
            followers += await coming(act.account_id, act.at).filter(schedule_id=self.id).count()
            if followers:
                message = f"{followers} staff, resources and travels follow this schedule; give them another one first."
                raise ValidationFailed(FieldProblem("id", message))

    async def set_override(self, act: Act, on_date: date, windows: list[list[int]]) -> None:
        """Replace the windows of a date. ValidationFailed where 400 days that have not passed have their own already.

        The schedule is written first: whoever changes another of its days waits, so the count and the day are exact.
        """
        overrides = ScheduleOverride.of(act.account_id).filter(schedule_id=self.id, on_date=on_date)
        async with transaction():
            await self._bump(act)
            if await overrides.update(windows=windows) == 0:
                await self._refuse_more(act)
                await ScheduleOverride.add(
                    act.account_id, created_at=act.at, schedule_id=self.id, on_date=on_date, windows=windows
                )
            await record(act, "schedule_override_set", "schedule", self.id, on=on_date.isoformat())

    async def remove_override(self, act: Act, on_date: date) -> None:
        """Give a date its weekly windows again. Where it has them, nothing changes."""
        overrides = ScheduleOverride.of(act.account_id).filter(schedule_id=self.id, on_date=on_date)
        if await overrides.exists():
            async with transaction():
                await self._bump(act)
                await overrides.delete()
                await record(act, "schedule_override_removed", "schedule", self.id, on=on_date.isoformat())

    async def _bump(self, act: Act) -> None:
        changes: dict[str, Any] = {"version": F("version") + 1, "updated_at": act.at}
        if await Schedule.of(act.account_id).filter(id=self.id).update(**changes) == 0:
            raise NotFound("schedule")

    async def _refuse_more(self, act: Act) -> None:
        if await overrides_ahead(act.account_id, act.at).filter(schedule_id=self.id).count() >= OVERRIDES_AHEAD:
            message = f"A schedule has at most {OVERRIDES_AHEAD} days of their own; change its weekly hours instead."
            raise ValidationFailed(FieldProblem("date", message))


class ScheduleOverride(Owned):
    """A date whose windows replace the weekly ones. `windows` is [[start_minute, end_minute], …]; none = closed."""

    schedule_id = ref("schedule")
    on_date = plain(fields.DateField(), Why.SETTING)
    windows = plain(fields.JSONField[list[list[int]]](default=list), Why.SETTING)

    class Meta:
        table = "schedule_override"


def overrides_ahead(account_id: UUID, at: datetime) -> QuerySet[ScheduleOverride]:
    """The days of their own that have not passed everywhere on earth: where it is latest, today is UTC's yesterday."""
    return ScheduleOverride.of(account_id).filter(on_date__gte=at.date() - timedelta(days=1))
