"""Own: which rows of a table belong to the viewer. Asked for in SQL where rows are read, and again at each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from models.booking import Booking
from models.engagement import Engagement
from models.occupancy import Occupancy
from models.staff import Calendar, Staff
from models.tenancy import Owned

# Where a row was read, its answer to the ways that go through another table stands under this name.
FLAG = "own_"
NO_ROW = UUID(int=0)


def _q(condition: str, value: Any) -> Q:
    return Q(**{condition: value})


@dataclass(frozen=True, slots=True)
class Through:
    """Rows of `model` whose `column` is one of the viewer's values own what their column `far` names. With `then`: rows
    whose `column` is what rows of a further model name in the same way."""

    model: type[Owned]
    far: str
    column: str
    then: Through | None = None

    def named(self, account_id: UUID, values: frozenset[UUID]) -> Subquery:
        """What such rows name, for a query on the table that it is about."""
        mine = list(values) if self.then is None else self.then.named(account_id, values)
        return Subquery(self.model.of(account_id).filter(_q(f"{self.column}__in", mine)).values(self.far))


@dataclass(frozen=True, slots=True)
class Own:
    """Rows whose `column` is one of `values` are the viewer's own; with `through`, those that such rows there name.

    `or_none`: so are the rows that have nothing in the column, and therefore concern everybody.
    """

    column: str
    values: frozenset[UUID]
    through: Through | None = None
    or_none: bool = False

    def condition(self, account_id: UUID | None) -> Q:
        """The same for a query on the table. Rows that belong to no account are found through no others."""
        if self.through is None:
            found = _q(f"{self.column}__in", list(self.values))
            return found | _q(f"{self.column}__isnull", True) if self.or_none else found
        if account_id is None:
            return Q(id__in=[])
        return _q(f"{self.column}__in", self.through.named(account_id, self.values))

    def includes(self, row: Any) -> bool:
        """Whether a row that was read is one. What was not asked for where it was read is nobody's."""
        if self.through is not None:
            return bool(getattr(row, FLAG, False))
        value = getattr(row, self.column)
        return value in self.values or (self.or_none and value is None)


# The bookings that somebody serves, alone, with others, or a part of: whose calendars a booking has, engagements say.
SERVED = Through(Engagement, "booking_id", "staff_id")
# What a hold keeps is said by what it blocks, until it is a booking.
_HELD = Through(Occupancy, "hold_id", "calendar_id", Through(Calendar, "id", "staff_id"))
# A table's rows are own where any of these says so.
Owns = tuple[Own, ...]
_OF_STAFF = ("booking_series", "busy_source", "calendar_subscription")
# Rows of bookings, and the column that names the booking.
OF_BOOKINGS = {
    "booking": "id", "event": "subject_id",
    **dict.fromkeys(
        (
            "series_occurrence", "booking_add_on", "payment", "payment_entry", "cancellation", "intake_answer",
            "segment", "attendee",
        ),
        "booking_id",
    ),
}  # fmt: skip


def bookings_of(customer_id: UUID) -> Mapping[str, Owns]:
    """What belongs to one customer of a business."""
    who = frozenset({customer_id})
    return {
        "booking": (Own("customer_id", who),),
        "booking_add_on": (Own("booking_id", who, Through(Booking, "id", "customer_id")),),
        "event": (Own("subject_id", who, Through(Booking, "id", "customer_id")),),
        "attendee": (Own("booking_id", who, Through(Booking, "id", "customer_id")),),
        "payment": (Own("booking_id", who, Through(Booking, "id", "customer_id")),),
        "payment_entry": (Own("booking_id", who, Through(Booking, "id", "customer_id")),),
        "cancellation": (Own("booking_id", who, Through(Booking, "id", "customer_id")),),
        "booking_series": (Own("customer_id", who),),
        "segment": (Own("booking_id", who, Through(Booking, "id", "customer_id")),),
        "customer": (Own("id", who),),
        "intake_answer": (Own("booking_id", who, Through(Booking, "id", "customer_id")),),
        "customer_session": (Own("customer_id", who),),
        "series_occurrence": (Own("booking_id", who, Through(Booking, "id", "customer_id")),),
    }


def served_by(staff_id: UUID) -> Mapping[str, Owns]:
    """What is one staff member's alone, whatever else they see of the diary: what was told to them, and their calendars
    elsewhere."""
    own = diary(staff_id)
    return {table: own[table] for table in ("booking", "intake_answer", "busy_source", "calendar_subscription")}


def diary(staff_id: UUID | None) -> Mapping[str, Owns]:
    """What belongs to the diary of one staff member, and to nobody's diary where the viewer is none."""
    who = frozenset({staff_id} if staff_id else ())
    visiting = Through(Booking, "customer_id", "id", SERVED)
    followed = Through(Staff, "schedule_id", "id")
    theirs = {table: (Own("staff_id", who),) for table in _OF_STAFF}
    booked = {table: (Own(column, who, SERVED),) for table, column in OF_BOOKINGS.items()}
    return {
        **theirs,
        **booked,
        "hold": (Own("staff_id", who), Own("id", who, _HELD)),
        "time_off": (Own("staff_id", who, or_none=True),),
        "customer": (Own("id", who, visiting),),
        "customer_tag": (Own("customer_id", who, visiting),),
        "customer_block": (Own("customer_id", who, visiting),),
        "schedule": (Own("id", who, followed),),
        "schedule_override": (Own("schedule_id", who, followed),),
        "travel": (Own("staff_id", who),),
    }
