"""Availability: when a service can be booked."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.availability as resolve
from graph.enums import Permission
from graph.field import told, value
from graph.times import LocalTime, local_time
from rules.ids import global_id
from rules.wall_time import instant


@strawberry.type(description="A start that is free.")
class Slot:
    starts_at: datetime = told("Begin of the appointment.", resolver=lambda root: instant(root.slot.start))
    ends_at: datetime = told(
        "End of the appointment; exclusive.", resolver=lambda root: instant(root.slot.start + root.duration)
    )
    local: LocalTime = told(
        "The begin as the clock on the wall shows it where the appointment takes place.",
        resolver=lambda root: local_time(instant(root.slot.start), root.slot.zone.key),
    )
    staff_ids: list[strawberry.ID] = told(
        "Who is free then, by name. At least one.",
        resolver=lambda root: [strawberry.ID(global_id("staff", key)) for key in root.slot.staff_ids],
    )
    remaining: int = told(
        "How many seats are left then, with whoever of them has most; 1 where an appointment is for one party alone.",
        resolver=lambda root: root.slot.remaining,
    )


@strawberry.type(description="What is free of a service in a range of dates.")
class Availability:
    zone: str = told(
        "IANA zone in which the dates were counted: the place's, or the business's.",
        resolver=lambda root: root.zone.key,
    )
    slots: list[Slot] = told("The free starts, in order; empty where everything is taken or closed.")


@strawberry.type
class AvailabilityQueries:
    availability = value(resolve.availability, Permission.AVAILABILITY_READ, Availability | None)
