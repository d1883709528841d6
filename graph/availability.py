"""Availability: when a service can be booked."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import resolvers.availability as resolve
from graph.enums import NotOfferedReason, Permission
from graph.errors import Alternative
from graph.field import told, value
from graph.money import Money, money_of
from graph.payments import Deposit, deposit_of
from graph.times import LocalTime, local_time
from rules.ids import global_id
from rules.wall_time import instant

_SEARCH = 20  # opening hours, bookings and holds of everybody who offers it, over up to two months


@strawberry.type(description="One service of a slot.")
class SlotSegment:
    service_id: strawberry.ID = told(
        "Which.", resolver=lambda root: strawberry.ID(global_id("service", root.service_id))
    )  # fmt: skip
    starts_at: datetime = told("When it begins.", resolver=lambda root: instant(root.start))
    ends_at: datetime = told("When it ends; exclusive.", resolver=lambda root: instant(root.end))
    staff_ids: list[strawberry.ID] = told(
        "Who could do it then. At least one.",
        resolver=lambda root: [strawberry.ID(global_id("staff", key)) for key in root.staff_ids],
    )


@strawberry.type(description="A start that is free.")
class Slot:
    starts_at: datetime = told("Begin of the appointment.", resolver=lambda root: instant(root.slot.start))
    ends_at: datetime = told(
        "End of the appointment; exclusive. Of a visit, of the way in which each service is as early as it can be.",
        resolver=lambda root: instant(root.slot.end),
    )
    local: LocalTime = told(
        "The begin as the clock on the wall shows it where the appointment takes place.",
        resolver=lambda root: local_time(instant(root.slot.start), root.slot.zone.key),
    )
    staff_ids: list[strawberry.ID] = told(
        "Who is free then, by name. At least one. Of a visit, who could do its first service.",
        resolver=lambda root: [root.known_as[key] for key in root.slot.staff_ids],
    )
    segments: list[SlotSegment] = told(
        "Its services in order: of a visit each of them, as early as it can be; otherwise the one.",
        resolver=lambda root: root.slot.parts,
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
    price: Money | None = told(
        "What a booking of this party with these add-ons costs in all; null where the price is not said.",
        resolver=lambda root: money_of(*root.price),
    )
    deposit: Deposit | None = told(
        "What of it has to be paid before; null: nothing.",
        resolver=lambda root: deposit_of(root.deposit) if root.deposit else None,
    )


@strawberry.type(description="The dates on which a service has something free.")
class FreeDays:
    zone: str = told(
        "IANA zone in which the dates were counted: the place's, or the business's.",
        resolver=lambda root: root.zone.key,
    )
    dates: list[date] = told("In order; empty where everything is taken or closed.")


@strawberry.type(description="What stands against one person at a start.")
class PersonExplanation:
    staff_id: strawberry.ID = told("Who.", resolver=lambda root: strawberry.ID(global_id("staff", root.staff_id)))
    reason: NotOfferedReason | None = told("Which rule; null where they are free.")
    step: int = told("Which service of a visit they would do then, from 0; 0 where it is of one service.")
    message: str = told("In words. With hours and blocked times for whoever may see schedules, briefly for others.")


@strawberry.type(description="Why a start is offered or not.")
class SlotExplanation:
    offered: bool = told("Whether it can be booked with somebody.", resolver=lambda root: root.reason is None)
    reason: NotOfferedReason | None = told("Of everybody's reasons the one nearest to a free start; null if offered.")
    step: int | None = told(
        "Of a visit, which of its services cannot follow, from 0; null where all of it is refused or offered."
    )
    message: str = told("The reason in words, and what to do.")
    people: list[PersonExplanation] = told(
        "Everyone who offers the service, by name, or the one who was asked for. Of a visit also who offers those that "
        "follow, at the moment when it would be their turn, up to the one that cannot follow."
    )
    alternatives: list[Alternative] = told("Free starts nearest to it, at most a week away; empty if it is offered.")


@strawberry.type
class AvailabilityQueries:
    availability = value(resolve.availability, Permission.AVAILABILITY_READ, Availability | None, weight=_SEARCH)
    days_with_availability = value(
        resolve.days_with_availability, Permission.AVAILABILITY_READ, FreeDays | None, weight=_SEARCH
    )
    next_available = value(resolve.next_available, Permission.AVAILABILITY_READ, Availability | None, weight=_SEARCH)
    explain_slot = value(resolve.explain_slot, Permission.AVAILABILITY_READ, SlotExplanation | None, weight=_SEARCH)
