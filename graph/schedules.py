"""Schedules: when staff are open."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime
from typing import Any

import strawberry

import resolvers.schedules as resolve
from graph.enums import Permission
from graph.errors import NotFound, ValidationFailed, VersionConflict
from graph.field import computed, graph_type, listing, many, one, shown, told
from graph.mutations import mutation
from graph.node import Node
from graph.shape import Through
from models.schedule import OVERRIDES_AHEAD
from models.schedule import Schedule as ScheduleRow
from models.schedule import ScheduleOverride as ScheduleOverrideRow
from resolvers.opening_inputs import END_WORDS, START_WORDS

P = Permission
DAY = 1440


def clock(minute: int) -> str:
    """`HH:MM` of a minute since midnight, as a sign at the door says it: the end of a day is 24:00."""
    hour, minutes = divmod(minute if minute == DAY else minute % DAY, 60)
    return f"{hour:02}:{minutes:02}"


@strawberry.type(description="Open from one time of day to another.")
class Window:
    start_minute: int = told(START_WORDS)
    end_minute: int = told(END_WORDS)
    start_time: str = told("When it opens, as `09:00`.", resolver=lambda root: clock(root.start_minute))
    end_time: str = told(
        "When it closes, as `17:00`; `24:00` at the end of the day, `01:00` when it is the next day's.",
        resolver=lambda root: clock(root.end_minute),
    )
    ends_next_day: bool = told(
        "Whether it closes after the end of the day on which it opened.", resolver=lambda root: root.end_minute > DAY
    )


@strawberry.type(description="Open at this time on a weekday, every week.")
class WeeklyRule(Window):
    weekday: int = told("ISO weekday on which it opens: 1 is Monday, 7 is Sunday.")
    valid_from: Date | None = told("First date on which it applies; null: always has.")
    valid_until: Date | None = told("Last date on which it applies; null: for ever.")


@graph_type(ScheduleOverrideRow)
class ScheduleOverride(Node):
    """A date whose windows replace the weekly ones."""

    on_date: Date = shown(P.SCHEDULES_READ, "Which day, in the schedule's zone.")

    @computed(P.SCHEDULES_READ, "windows")
    def windows(self: Any) -> list[Window]:
        """When it is open on that day; none: closed all day."""
        return [Window(start_minute=start, end_minute=end) for start, end in self.windows]


@graph_type(ScheduleRow)
class Schedule(Node):
    """Opening hours that staff follow, in wall time: they stay at 09:00 when the clocks change."""

    name: str = shown(P.SCHEDULES_READ, "What members know it as.")
    zone: str = shown(P.SCHEDULES_READ, "IANA zone of the clocks it is meant by.")

    @computed(P.SCHEDULES_READ, "weekly")
    def weekly(self: Any) -> list[WeeklyRule]:
        """When it is open every week; none: never. What overlaps is joined."""
        return [_rule(rule) for rule in self.weekly]

    overrides: list[ScheduleOverride] = many(
        P.SCHEDULES_READ,
        f"Days with windows of their own, by date; up to {OVERRIDES_AHEAD}. Those that have passed are left out.",
        Through(ScheduleOverrideRow, near="schedule_id", order="on_date", shows=resolve.ahead),
        holds=10,
    )
    archived_at: datetime | None = shown(P.SCHEDULES_READ, "Since when it is out of use; null while in use.")
    version: int = shown(
        P.SCHEDULES_READ, "Grows with every change, also of its overrides; send it back as `expectedVersion`."
    )
    created_at: datetime = shown(P.SCHEDULES_READ, "When it was entered.")
    updated_at: datetime = shown(P.SCHEDULES_READ, "When it or its overrides last changed.")


def _rule(stored: Any) -> WeeklyRule:
    return WeeklyRule(
        weekday=stored["weekday"],
        start_minute=stored["start_minute"],
        end_minute=stored["end_minute"],
        valid_from=_date(stored["valid_from"]),
        valid_until=_date(stored["valid_until"]),
    )


def _date(text: str | None) -> Date | None:
    return Date.fromisoformat(text) if text else None


@strawberry.type
class ScheduleQueries:
    schedules = listing(resolve.schedules, P.SCHEDULES_READ, Schedule)
    schedule = one(resolve.schedule, P.SCHEDULES_READ, Schedule | None)


_STORED = {"schedule": (Schedule, "The opening hours as stored now.")}
_CHANGED = (ValidationFailed, NotFound, VersionConflict)


@strawberry.type
class ScheduleMutations:
    create_schedule = mutation(resolve.create_schedule, P.SCHEDULES_MANAGE, _STORED, ValidationFailed)
    update_schedule = mutation(resolve.update_schedule, P.SCHEDULES_MANAGE, _STORED, *_CHANGED)
    archive_schedule = mutation(resolve.archive_schedule, P.SCHEDULES_MANAGE, _STORED, *_CHANGED)
    set_schedule_override = mutation(
        resolve.set_schedule_override, P.SCHEDULES_MANAGE, _STORED, ValidationFailed, NotFound
    )
    remove_schedule_override = mutation(resolve.remove_schedule_override, P.SCHEDULES_MANAGE, _STORED, NotFound)
