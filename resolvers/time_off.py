"""Time off: when a staff member, or the whole business, is away."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from models.resource import Resource
from models.staff import LONGEST_TIME_OFF, Staff, TimeOff
from permissions.roles import Permission
from resolvers.archiving import reference
from resolvers.checking import Checks, given
from resolvers.context import Info
from resolvers.listing import Listing
from resolvers.searching import key_in
from rules.errors import BadInput
from rules.ids import global_id
from rules.instants import whole_minute
from rules.text import clean_line

P = Permission
REASON_LENGTH = 200
START_WORDS = "From when; a whole minute."
END_WORDS = f"Until when, exclusive; a whole minute after the start, at most {LONGEST_TIME_OFF.days} days later."
REASON_WORDS = f"Why, for members only; up to {REASON_LENGTH} characters, may be empty."


@strawberry.input(description="Which time off. What is left out does not narrow.")
class TimeOffFilter:
    staff_id: strawberry.ID | None = strawberry.field(
        description="Only this person's; what closes the whole business is left out.", default=None
    )
    resource_id: strawberry.ID | None = strawberry.field(description="Only this room's or thing's.", default=None)
    from_: datetime | None = strawberry.field(name="from", description="Only what ends after this.", default=None)
    before: datetime | None = strawberry.field(description="Only what starts before this.", default=None)


async def time_off(
    info: Info,
    filter: Annotated[TimeOffFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
) -> Listing:
    """When staff members or the whole business are away, by start."""
    rows = info.context.rows(TimeOff, P.SCHEDULES_READ)
    if filter is None:
        return Listing(rows, order="starts_at")
    if filter.staff_id is not None:
        rows = rows.filter(staff_id=key_in(Staff, filter.staff_id))
    if filter.resource_id is not None:
        rows = rows.filter(resource_id=key_in(Resource, filter.resource_id))
    if filter.before is not None:
        rows = rows.filter(starts_at__lt=filter.before)
    if filter.from_ is not None:
        if filter.before is not None and filter.before <= filter.from_:
            raise BadInput("`before` must be after `from`.")
        # Nothing is longer than the longest, so an index on starts finds where to begin.
        rows = rows.filter(ends_at__gt=filter.from_, starts_at__gt=filter.from_ - LONGEST_TIME_OFF)
    return Listing(rows, order="starts_at")


@strawberry.input(description="When somebody is away.")
class AddTimeOffInput:
    staff_id: strawberry.ID | None = strawberry.field(
        description="Who; somebody in use. Null, without `resourceId`: the whole business is closed.", default=None
    )
    resource_id: strawberry.ID | None = strawberry.field(
        description="Which room or thing is not there, with all its units; one in use. Not with `staffId`.",
        default=None,
    )
    starts_at: datetime = strawberry.field(description=START_WORDS)
    ends_at: datetime = strawberry.field(description=END_WORDS)
    reason: str = strawberry.field(description=REASON_WORDS, default="")


async def add_time_off(info: Info, input: AddTimeOffInput) -> TimeOff:
    """Enter time off. Nothing more can be booked in it; bookings that are there stay."""
    checks = Checks()
    staff_id = await reference(info, checks, "staffId", Staff, input.staff_id, P.CATALOGUE_READ)
    resource_id = await reference(
        info, checks, "resourceId", Resource, input.resource_id, P.CATALOGUE_INTERNALS_READ
    )  # fmt: skip
    if staff_id is not None and resource_id is not None:
        checks.wrong("resourceId", "Give this or `staffId`, or neither for the whole business.")
    _check_range(checks, input.starts_at, input.ends_at)
    reason = checks("reason", _reason, input.reason)
    checks.done()
    return await TimeOff.begin(
        info.context.act,
        staff_id=staff_id,
        resource_id=resource_id,
        starts_at=input.starts_at,
        ends_at=input.ends_at,
        reason=reason,
    )


@strawberry.input(description="Changes to time off. What is left out stays as it is.")
class UpdateTimeOffInput:
    id: strawberry.ID = strawberry.field(description="Which time off.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    starts_at: strawberry.Maybe[datetime] = strawberry.field(description=START_WORDS, default=None)
    ends_at: strawberry.Maybe[datetime] = strawberry.field(description=END_WORDS, default=None)
    reason: strawberry.Maybe[str] = strawberry.field(description=REASON_WORDS, default=None)


async def update_time_off(info: Info, input: UpdateTimeOffInput) -> TimeOff:
    """Change when time off is, or why."""
    found = await info.context.find(TimeOff, input.id, P.TIME_OFF_MANAGE)
    checks = Checks()
    values = given(input, "starts_at", "ends_at", "reason")
    _check_range(checks, values.get("starts_at", found.starts_at), values.get("ends_at", found.ends_at))
    if "reason" in values:
        values["reason"] = checks("reason", _reason, values["reason"])
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="Which time off to remove.")
class RemoveTimeOffInput:
    id: strawberry.ID = strawberry.field(description="Which one.")
    expected_version: int = strawberry.field(description="The `version` that was read.")


async def remove_time_off(info: Info, input: RemoveTimeOffInput) -> strawberry.ID:
    """Remove time off: it can be booked again, as far as opening hours allow."""
    found = await info.context.find(TimeOff, input.id, P.TIME_OFF_MANAGE)
    await found.remove(info.context.act, input.expected_version)
    return strawberry.ID(global_id("time_off", found.id))


def _reason(value: str) -> str:
    return clean_line(value, "reason", most=REASON_LENGTH, least=0)


def _check_range(checks: Checks, starts_at: datetime, ends_at: datetime) -> None:
    for path, moment in (("startsAt", starts_at), ("endsAt", ends_at)):
        if not whole_minute(moment):
            checks.wrong(path, "must be a whole minute, without seconds.")
    if ends_at <= starts_at:
        checks.wrong("endsAt", "must be after the start.")
    elif ends_at - starts_at > LONGEST_TIME_OFF:
        checks.wrong("endsAt", f"must be at most {LONGEST_TIME_OFF.days} days after the start.")
