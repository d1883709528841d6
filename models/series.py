"""BookingSeries: bookings that repeat by one rule. SeriesOccurrence: the place of one booking in its series.

Each booking is an ordinary one: it can be moved or called off alone, and keeps its place. What is done with several at
once is in `models/series_booking.py` and `models/series_changes.py`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from tortoise import fields

from models.act import Act
from models.booking import appointment_moment
from models.columns import moment, moment_if_any, version
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.tenancy import Owned
from rules.recurrence_text import read_rule, rule_text
from rules.retention import RetentionClass
from rules.series import Pattern
from rules.slot_checks import Unfit
from rules.zones import zone


class SeriesScope(enum.Enum):
    """How much of a series is meant, seen from one of its bookings."""

    THIS = "THIS"
    FOLLOWING = "FOLLOWING"
    ALL = "ALL"


def _dates() -> Any:
    column = fields.JSONField[list[str]](default=list)
    return personal(column, "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)


class BookingSeries(Owned):
    """`rule` is an RRULE in its one spelling, from the wall time `local_start` in `zone` on; `left_out` and `added` are
    dates with which it is corrected. `staff_id` None: each with whoever was free. `size` counts its occurrences.
    `ended_at`: when all that was left of it was called off at once."""

    customer_id = ref("customer")
    service_id = ref("service")
    staff_id = ref("staff", null=True)
    rule = personal(
        fields.CharField(max_length=200), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING
    )
    local_start = personal(
        fields.CharField(max_length=16), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING
    )
    zone = plain(fields.CharField(max_length=64), Why.SETTING)
    left_out = _dates()
    added = _dates()
    size = plain(fields.IntField(), Why.STATE)
    ended_at = moment_if_any()
    version = version()
    updated_at = moment()

    class Meta:
        table = "booking_series"

    @property
    def pattern(self) -> Pattern:
        """When it takes place."""
        return Pattern(
            read_rule(self.rule), datetime.fromisoformat(self.local_start), zone(self.zone),
            frozenset(map(date.fromisoformat, self.left_out)), frozenset(map(date.fromisoformat, self.added)),
        )  # fmt: skip


class SeriesOccurrence(Owned):
    """`position` counts from 1. `planned_at` is when the rule means it, wherever its booking was moved to since.

    `refused` says why it could not be booked, and then it has no booking.
    """

    series_id = ref("booking_series")
    position = plain(fields.IntField(), Why.STATE)
    planned_at = appointment_moment()
    booking_id = ref("booking", null=True)
    refused = plain(fields.CharEnumField(Unfit, max_length=32, null=True), Why.STATE)

    class Meta:
        table = "series_occurrence"


def columns_of(pattern: Pattern) -> dict[str, Any]:
    """The columns that say when a series takes place."""
    return {
        "rule": rule_text(pattern.rule), "local_start": pattern.start.isoformat(timespec="minutes"),
        "zone": pattern.zone.key, "left_out": _written(pattern.left_out), "added": _written(pattern.added),
    }  # fmt: skip


def _written(days: Iterable[date]) -> list[str]:
    return [str(day) for day in sorted(days)]


async def begin_series(act: Act, pattern: Pattern, size: int, **values: Any) -> BookingSeries:
    """A new series, without occurrences yet."""
    return await BookingSeries.add(
        act.account_id, created_at=act.at, updated_at=act.at, size=size, **columns_of(pattern), **values
    )
