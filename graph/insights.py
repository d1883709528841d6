"""Insights: what a business's appointments add up to."""

from __future__ import annotations

from collections import Counter
from datetime import date
from inspect import cleandoc
from typing import Any

import strawberry

import resolvers.insights as resolve
from graph.enums import BookingStatus, Permission, described
from graph.field import told, value
from graph.money import Money, money_of
from rules.figures import Span
from rules.ids import global_id

_SUMS = 50  # every appointment of the range is looked at
described(
    Span,
    "InsightSpan",
    "How long a bucket is.",
    DAY="A date.",
    WEEK="An ISO week, Monday to Sunday.",
    MONTH="A calendar month.",
)


def _money(sums: Counter[str]) -> list[Money]:
    return [found for currency, amount in sorted(sums.items()) if (found := money_of(amount, currency)) is not None]


@strawberry.type(description="How many bookings are in a state.")
class StatusCount:
    status: BookingStatus = told("Which state.")
    count: int = told("How many, more than none.")


@strawberry.type(description="What some appointments add up to. Shares are from 0 to 1; null of nothing.")
class InsightFigures:
    bookings: int = told("How many bookings begin then, in whatever state.")
    by_status: list[StatusCount] = told(
        "How many of them are in which state; without states that none is in.",
        resolver=lambda root: [
            StatusCount(status=status, count=root.by_status[status])
            for status in BookingStatus
            if root.by_status[status]
        ],
    )
    booked_minutes: int = told(
        "Minutes of appointments that took place, were missed or are to come, without buffers; a group session counts "
        "once."
    )
    no_show_rate: float | None = told("Which share of those that were to take place did not, of those closed.")
    cancellation_rate: float | None = told("Which share was cancelled.")
    average_lead_minutes: int | None = told("How long ahead they were booked, on average.")
    revenue: list[Money] = told(
        "The promised prices of completed bookings, one amount for each currency.",
        resolver=lambda root: _money(root.earned),
    )
    expected_revenue: list[Money] = told(
        "The same of confirmed bookings that are not closed.", resolver=lambda root: _money(root.expected)
    )


@strawberry.type(description="A bucket of dates.")
class InsightBucket:
    first_date: date = told("Its first date.", resolver=lambda root: root[0][0])
    last_date: date = told("Its last date, inclusive.", resolver=lambda root: root[0][1])
    figures: InsightFigures = told("What its appointments add up to.", resolver=lambda root: root[1])


@strawberry.type(description="One service's part.")
class ServiceInsight:
    service_id: strawberry.ID = told(
        "Which service.", resolver=lambda root: strawberry.ID(global_id("service", root[0]))
    )
    figures: InsightFigures = told("What its appointments add up to.", resolver=lambda root: root[1])


@strawberry.type(description="One person's part.")
class StaffInsight:
    staff_id: strawberry.ID = told("Who.", resolver=lambda root: strawberry.ID(global_id("staff", root[0])))
    figures: InsightFigures = told("What their appointments add up to.", resolver=lambda root: root[1])


def _most_first(found: Any) -> list[Any]:
    return sorted(found.items(), key=lambda item: (-item[1].booked_minutes, item[0]))


@strawberry.type(description="Booked minutes of open minutes.")
class OccupancyShare:
    booked_minutes: int = told("Minutes of appointments, without buffers; a group session counts once.")
    open_minutes: int | None = told("Minutes that could be booked; null for a resource that keeps no hours of its own.")
    share: float | None = told("From 0; above 1 where people work beyond their hours. Null where nothing was open.")


@strawberry.type(description="A bucket of dates.")
class OccupancyBucket:
    first_date: date = told("Its first date.", resolver=lambda root: root[0][0])
    last_date: date = told("Its last date, inclusive.", resolver=lambda root: root[0][1])
    occupancy: OccupancyShare = told("Of all people together.", resolver=lambda root: root[1])


@strawberry.type(description="One person's open time, and what is booked of it.")
class StaffOccupancy:
    staff_id: strawberry.ID = told("Who.", resolver=lambda root: strawberry.ID(global_id("staff", root[0])))
    occupancy: OccupancyShare = told("Theirs.", resolver=lambda root: root[1])


@strawberry.type(description="One resource's open time, and what is booked of it.")
class ResourceOccupancy:
    resource_id: strawberry.ID = told("Which.", resolver=lambda root: strawberry.ID(global_id("resource", root[0])))
    occupancy: OccupancyShare = told("Of all its units together.", resolver=lambda root: root[1])


@strawberry.type(description="How much of its open time a business has booked.")
class Occupancy:
    total: OccupancyShare = told("Of all people together.", resolver=lambda root: root.share.total)
    buckets: list[OccupancyBucket] = told("Each bucket of dates, in order, also where nothing was open.")
    by_staff: list[StaffOccupancy] = told(
        "Everybody in use, by name, also who was never open.", resolver=lambda root: list(root.share.by_staff.items())
    )
    by_resource: list[ResourceOccupancy] = told(
        "Each resource in use, by name; none where only one person was asked for.",
        resolver=lambda root: list(root.share.by_resource.items()),
    )


@strawberry.type(description="What the appointments of a range of dates add up to.")
class Insights:
    zone: str = told("IANA zone of the business, in which the dates were counted.", resolver=lambda root: root.zone.key)
    total: InsightFigures = told("All together.", resolver=lambda root: root.insights.total)
    buckets: list[InsightBucket] = told("Each bucket of dates, in order, also where nothing was.")
    by_service: list[ServiceInsight] = told(
        "Each service that was booked, most minutes first.", resolver=lambda root: _most_first(root.insights.by_service)
    )
    by_staff: list[StaffInsight] = told(
        "Everybody who was booked, most minutes first. What several serve together counts for each, with their part of "
        "the time; its price counts for `Booking.staff`, whom it is with, so that revenue adds up to that of `total`.",
        resolver=lambda root: _most_first(root.insights.by_staff),
    )
    occupancy: Occupancy | None = told(
        cleandoc(resolve.occupied.__doc__ or ""), resolver=resolve.occupied, weight=_SUMS
    )


@strawberry.type
class InsightQueries:
    insights = value(resolve.insights, Permission.INSIGHTS_READ, Insights, weight=_SUMS)
