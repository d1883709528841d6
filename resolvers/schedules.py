"""Schedules: when staff are open."""

from __future__ import annotations

from datetime import date as Date
from typing import Annotated

import strawberry
from tortoise.queryset import QuerySet

from models.schedule import OVERRIDES_AHEAD, Schedule, ScheduleOverride, overrides_ahead
from permissions.roles import Permission
from resolvers import archiving
from resolvers.archiving import ArchiveInput, IncludeArchived, in_use
from resolvers.checking import Checks, given
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.opening_inputs import MOST_RULES, MOST_WINDOWS, WeeklyRuleInput, WindowInput, day_windows, weekly_rules
from rules.names import clean_name
from rules.wall_time import local
from rules.zones import zone

P = Permission
NAME_WORDS = "What members know it as, as `Weekdays`; 1 to 120 characters."
ZONE_WORDS = "IANA zone of the clocks it is meant by, as `Europe/Berlin`."
WEEKLY_WORDS = f"When it is open every week; up to {MOST_RULES} rules, which may overlap. None: never open."


def ahead(context: Context) -> QuerySet[ScheduleOverride]:
    """The days of their own that have not passed: what a schedule's list of them shows."""
    return overrides_ahead(context.account_id, context.now)


async def schedules(info: Info, include_archived: IncludeArchived = False) -> Listing:
    """The opening hours that staff follow, by name."""
    rows = info.context.rows(Schedule, P.SCHEDULES_READ)
    return Listing(in_use(info, rows, include_archived, P.SCHEDULES_READ), order="name")


async def schedule(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
) -> QuerySet[Schedule]:
    """One schedule; null when there is none with this id."""
    return info.context.one(Schedule, id, P.SCHEDULES_READ)


@strawberry.input(description="New opening hours.")
class CreateScheduleInput:
    name: str = strawberry.field(description=NAME_WORDS)
    zone: str = strawberry.field(description=ZONE_WORDS)
    weekly: list[WeeklyRuleInput] = strawberry.field(description=WEEKLY_WORDS)


async def create_schedule(info: Info, input: CreateScheduleInput) -> Schedule:
    """Add opening hours. Nobody follows them until a staff member is told to."""
    checks = Checks()
    values = {
        "name": checks("name", clean_name, input.name),
        "zone": checks("zone", _zone, input.zone),
        "weekly": weekly_rules(checks, input.weekly),
    }
    checks.done()
    return await Schedule.begin(info.context.act, **values)


@strawberry.input(description="Changes to opening hours. What is left out stays as it is; so do days of their own.")
class UpdateScheduleInput:
    id: strawberry.ID = strawberry.field(description="Which schedule.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = strawberry.field(description=NAME_WORDS, default=None)
    zone: strawberry.Maybe[str] = strawberry.field(description=ZONE_WORDS, default=None)
    weekly: strawberry.Maybe[list[WeeklyRuleInput]] = strawberry.field(
        description=f"{WEEKLY_WORDS} These replace all that there are.", default=None
    )


async def update_schedule(info: Info, input: UpdateScheduleInput) -> Schedule:
    """Change opening hours. Bookings keep their instant, also where they are now outside."""
    found = await info.context.find(Schedule, input.id, P.SCHEDULES_MANAGE)
    checks = Checks()
    rules = {"name": clean_name, "zone": _zone}
    values: dict[str, object] = {name: checks(name, rules[name], value) for name, value in given(input, *rules).items()}
    if input.weekly is not None:
        values["weekly"] = weekly_rules(checks, input.weekly.value)
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="What to archive.")
class ArchiveScheduleInput(ArchiveInput):
    pass


async def archive_schedule(info: Info, input: ArchiveScheduleInput) -> Schedule:
    """Take opening hours out of use. Refused while staff in use follow them, who would be closed without a word."""
    return await archiving.archive(info, Schedule, input, P.SCHEDULES_MANAGE)


@strawberry.input(description="A date whose windows replace the weekly ones.")
class SetScheduleOverrideInput:
    schedule_id: strawberry.ID = strawberry.field(description="Which schedule.")
    date: Date = strawberry.field(
        description="On which day, in the schedule's zone; one that has not passed. "
        f"Up to {OVERRIDES_AHEAD} days ahead may have windows of their own."
    )
    windows: list[WindowInput] = strawberry.field(
        description=f"When it is open on that day; up to {MOST_WINDOWS}, which may overlap. None: closed all day. "
        "What the day before runs past midnight stays."
    )


async def set_schedule_override(info: Info, input: SetScheduleOverrideInput) -> Schedule:
    """Give a date its own opening hours, instead of those it had. The schedule's version grows."""
    found = await info.context.find(Schedule, input.schedule_id, P.SCHEDULES_MANAGE)
    checks = Checks()
    if input.date < local(info.context.now, zone(found.zone)).date_time.date():
        checks.wrong("date", f"has passed in {found.zone}; choose today or a later day.")
    windows = day_windows(checks, input.windows)
    checks.done()
    await found.set_override(info.context.act, input.date, windows)
    return found


@strawberry.input(description="A date that shall have its weekly windows again.")
class RemoveScheduleOverrideInput:
    schedule_id: strawberry.ID = strawberry.field(description="Which schedule.")
    date: Date = strawberry.field(description="On which day, in the schedule's zone.")


async def remove_schedule_override(info: Info, input: RemoveScheduleOverrideInput) -> Schedule:
    """Give a date its weekly opening hours again. Where it has them, nothing changes."""
    found = await info.context.find(Schedule, input.schedule_id, P.SCHEDULES_MANAGE)
    await found.remove_override(info.context.act, input.date)
    return found


def _zone(value: str) -> str:
    return zone(value).key
