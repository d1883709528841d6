"""Series: bookings that repeat by one rule."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import resolvers.series as resolve
from graph.customers import Customer
from graph.enums import NotOfferedReason, Permission, described
from graph.errors import (
    AddOnRefused,
    CustomerBlocked,
    HoldEnded,
    IdempotencyKeyReused,
    NotFound,
    SeriesConflicts,
    Throttled,
    ValidationFailed,
)
from graph.field import computed, edge, graph_type, listing, many, one, shown, told, value
from graph.history import Event
from graph.mutations import mutation
from graph.node import Node
from graph.services import Service
from graph.shape import Through
from graph.staff import Staff
from graph.times import LocalTime, local_time
from models.event import Event as EventRow
from models.series import BookingSeries as SeriesRow
from models.series import SeriesOccurrence as OccurrenceRow
from models.series import SeriesScope
from resolvers.history import events_confined
from resolvers.series import OnConflict
from rules.wall_time import to_instant
from rules.zones import zone

if TYPE_CHECKING:
    from graph.bookings import Booking

P = Permission
_TYPICAL = 20

described(
    OnConflict,
    "OnConflict",
    "What becomes of several bookings where some of them cannot be done as asked.",
    ALL_OR_NOTHING="Nothing is done, and the refusal names each that stands in the way.",
    SKIP_CONFLICTS="What can be done is done; the others stay as they are.",
)
described(
    SeriesScope,
    "SeriesScope",
    "How much of a series is meant, seen from one of its bookings.",
    THIS="That booking alone. It keeps its place in the series.",
    FOLLOWING="That booking and all that come after it in the series.",
    ALL="All bookings of the series that have not begun.",
)


@graph_type(OccurrenceRow)
class SeriesOccurrence:
    """The place of one appointment in its series."""

    position: int = shown(P.BOOKINGS_READ, "Which one it is, from 1 to the `size` of the series.")
    planned_at: datetime = shown(
        P.BOOKINGS_READ, "When the rule means it (RECURRENCE-ID). Its booking may have been moved since."
    )
    refused: NotOfferedReason | None = shown(P.BOOKINGS_READ, "Why it could not be booked; null where it was.")
    booking: Annotated[Booking, strawberry.lazy("graph.bookings")] | None = edge(
        P.BOOKINGS_READ, "The booking, also where it was called off since; null where it was refused.", via="booking_id"
    )


@graph_type(SeriesRow)
class BookingSeries(Node):
    """Bookings that repeat by one rule. Each is an ordinary booking, which can be moved or called off alone."""

    rule: str = shown(P.BOOKINGS_READ, "How it repeats, as an RRULE of RFC 5545 in its one spelling.")

    @computed(P.BOOKINGS_READ, "local_start", "zone")
    def local(self: Any) -> LocalTime:
        """The first start of the rule (DTSTART), on the wall clock that the rule is read on."""
        return local_time(to_instant(datetime.fromisoformat(self.local_start), zone(self.zone)), self.zone)

    @computed(P.BOOKINGS_READ, "left_out")
    def left_out(self: Any) -> list[date]:
        """Dates of the rule on which it does not take place (EXDATE)."""
        return [date.fromisoformat(day) for day in self.left_out]

    @computed(P.BOOKINGS_READ, "added")
    def added(self: Any) -> list[date]:
        """Dates beside those of the rule on which it takes place (RDATE)."""
        return [date.fromisoformat(day) for day in self.added]

    size: int = shown(P.BOOKINGS_READ, "How many occurrences it has, also those that were refused or called off.")
    service: Service | None = edge(P.CATALOGUE_READ, "What was booked.", via="service_id")
    staff: Staff | None = edge(P.CATALOGUE_READ, "With whom; null: with whoever was free.", via="staff_id")
    customer: Customer | None = edge(P.CUSTOMERS_READ, "Who booked.", via="customer_id")
    occurrences: list[SeriesOccurrence] = many(
        P.BOOKINGS_READ, "Its occurrences, in order; of them those that the viewer may see.",
        Through(OccurrenceRow, near="series_id", order="position", shows=resolve.occurrences_shown), holds=_TYPICAL,
    )  # fmt: skip
    ended_at: datetime | None = shown(P.BOOKINGS_READ, "When the rest of it was called off at once; null: it was not.")
    history: list[Event] | None = many(
        P.HISTORY_READ, "What happened to the series as a whole, in order. Each booking has a history of its own.",
        Through(EventRow, near="subject_id", shows=events_confined),
    )  # fmt: skip
    version: int = shown(P.BOOKINGS_READ, "Grows with every change of the rule.")
    created_at: datetime = shown(P.BOOKINGS_READ, "When it was booked.")
    updated_at: datetime = shown(P.BOOKINGS_READ, "When its rule last changed.")


@strawberry.type(description="One occurrence of a series that is not booked yet.")
class PreviewedOccurrence:
    position: int = told("Which one it would be, from 1.")
    starts_at: datetime = told("Begin of the appointment.")
    offered: bool = told("Whether it can be booked with somebody.", resolver=lambda root: root.reason is None)
    reason: NotOfferedReason | None = told("Which rule stands against it; null where none does.")
    message: str = told("The same in words.")


@strawberry.type(description="What would become of a series that is booked now.")
class SeriesPreview:
    zone: str = told("IANA zone whose clock the rule is read on.")
    occurrences: list[PreviewedOccurrence] = told("Each occurrence, in order.")


@strawberry.type
class SeriesQueries:
    booking_series = one(resolve.booking_series, P.BOOKINGS_READ, BookingSeries | None)
    booking_series_list = listing(resolve.booking_series_list, P.BOOKINGS_LIST, BookingSeries)
    preview_series = value(resolve.preview_series, P.AVAILABILITY_READ, SeriesPreview | None, weight=100)


_STORED = {"series": (BookingSeries, "The series as stored now; with what was refused of it.")}


@strawberry.type
class SeriesMutations:
    create_booking_series = mutation(
        resolve.create_booking_series,
        P.BOOKINGS_MAKE,
        _STORED,
        ValidationFailed,
        NotFound,
        AddOnRefused,
        CustomerBlocked,
        SeriesConflicts,
        HoldEnded,
        IdempotencyKeyReused,
        Throttled,
        weight=100,
    )
