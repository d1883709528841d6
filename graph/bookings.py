"""Bookings: appointments of customers with staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.book as make
import resolvers.booking_changes as change
import resolvers.bookings as resolve
import resolvers.reschedule as move
from graph.customers import Customer
from graph.enums import BookingSource, BookingStatus, Permission
from graph.errors import (
    HoldEnded,
    IdempotencyKeyReused,
    NotFound,
    NotOffered,
    SeatsTaken,
    SlotTaken,
    Throttled,
    TooEarly,
    TooLateToCancel,
    TooLateToReschedule,
    ValidationFailed,
    VersionConflict,
    WrongState,
)
from graph.field import computed, edge, graph_type, listing, many, one, shown, sole
from graph.group_sessions import GroupSession
from graph.history import Event
from graph.locations import Location
from graph.money import Money, money
from graph.mutations import mutation
from graph.node import Node
from graph.services import Service
from graph.shape import Through
from graph.staff import Staff
from graph.times import LocalTime, local_time
from models.booking import Booking as BookingRow
from models.cancellation import Cancellation as CancellationRow
from models.event import Event as EventRow
from rules.booking_states import last_moment

P = Permission


@graph_type(CancellationRow)
class Cancellation:
    """Why a booking was cancelled or declined. Who did it and when is in its history."""

    reason: str = shown(P.BOOKING_NOTES_READ, "In the words of who did it; may be empty.")


@graph_type(BookingRow)
class Booking(Node):
    """An appointment. What was promised when it was made (price, buffers, cutoffs) never changes."""

    reference: str = shown(P.BOOKINGS_READ, "Short code to read out on the telephone; unique in the business.")
    status: BookingStatus = shown(P.BOOKINGS_READ, "Where it stands.")
    service: Service | None = edge(P.CATALOGUE_READ, "What was booked.", via="service_id")
    staff: Staff | None = edge(P.CATALOGUE_READ, "With whom.", via="staff_id")
    customer: Customer | None = edge(
        P.CUSTOMERS_READ,
        "Who booked. The holder of a link sees it only when the link came by mail.",
        via="customer_id",
    )
    location: Location | None = edge(P.CATALOGUE_READ, "Where; null where that is not said.", via="location_id")
    starts_at: datetime = shown(P.BOOKINGS_READ, "Begin of the appointment.")
    ends_at: datetime = shown(P.BOOKINGS_READ, "End of the appointment; exclusive.")

    @computed(P.BOOKINGS_READ, "starts_at", "zone")
    def local(self: Any) -> LocalTime:
        """The begin as the clock on the wall shows it where the appointment takes place."""
        return local_time(self.starts_at, self.zone)

    @computed(P.BOOKINGS_READ, "ends_at", "zone")
    def local_end(self: Any) -> LocalTime:
        """The end as the clock on the wall shows it there."""
        return local_time(self.ends_at, self.zone)

    customer_zone: str | None = shown(P.BOOKINGS_READ, "IANA zone in which the customer reads clocks; null if unknown.")

    party_size: int = shown(P.BOOKINGS_READ, "How many come: the seats it has of a group session.")
    group_session: GroupSession | None = edge(
        P.CATALOGUE_READ,
        "The group session it has seats in; null where nobody shares it, and once it was called off.",
        via="group_session_id",
    )

    @computed(P.BOOKINGS_READ, "price_minor", "currency")
    def price(self: Any) -> Money | None:
        """What was promised; null where no price was."""
        return money(self)

    before_minutes: int | None = shown(P.CATALOGUE_INTERNALS_READ, "Minutes kept free before it.")
    after_minutes: int | None = shown(P.CATALOGUE_INTERNALS_READ, "Minutes kept free after it.")

    @computed(P.BOOKINGS_READ, "starts_at", "cancel_cutoff_minutes")
    def cancellable_until(self: Any) -> datetime:
        """The last moment (inclusive) at which its customer may cancel. Members may later."""
        return last_moment(self.starts_at, self.cancel_cutoff_minutes)

    @computed(P.BOOKINGS_READ, "starts_at", "reschedule_cutoff_minutes")
    def reschedulable_until(self: Any) -> datetime:
        """The last moment (inclusive) at which its customer may move it. Members may later."""
        return last_moment(self.starts_at, self.reschedule_cutoff_minutes)

    request_expires_at: datetime | None = shown(
        P.BOOKINGS_READ, "Until when a request waits for an answer; null once it has one, and for all others."
    )
    source: BookingSource = shown(P.BOOKINGS_READ, "Through which door it came.")
    customer_note: str | None = shown(P.BOOKING_NOTES_READ, "What the customer wrote; may be empty.")
    internal_note: str | None = shown(P.BOOKING_NOTES_MANAGE, "The business's own note; customers never see it.")
    cancellation: Cancellation | None = sole(
        P.BOOKING_NOTES_READ,
        "Why it was cancelled or declined; null while it is neither.",
        Through(CancellationRow, near="booking_id"),
    )
    history: list[Event] | None = many(
        P.HISTORY_READ, "What happened to it, in order.", Through(EventRow, near="subject_id")
    )
    version: int = shown(P.BOOKINGS_READ, "Grows with every change; send it back as `expectedVersion`.")
    sequence: int = shown(P.BOOKINGS_READ, "Grows when it is moved or called off: iCalendar's SEQUENCE.")
    ical_uid: str = shown(P.BOOKINGS_READ, "iCalendar's UID. Never changes.")
    created_at: datetime = shown(P.BOOKINGS_READ, "When it was made.")
    updated_at: datetime = shown(P.BOOKINGS_READ, "When it last changed.")


@strawberry.type
class BookingQueries:
    bookings = listing(resolve.bookings, P.BOOKINGS_LIST, Booking)
    booking = one(resolve.booking, P.BOOKINGS_READ, Booking | None)


_STORED = {"booking": (Booking, "The booking as stored now.")}
_LINK = (
    "The secret of its manage link, as `Authorization: Bearer` takes it. From a widget it opens this booking alone; "
    "the mailed one also opens the customer's own data. Null for members and partners who do not see contacts in "
    "clear."
)


@strawberry.type
class BookingMutations:
    book = mutation(
        make.book,
        P.BOOKINGS_MAKE,
        {"booking": (Booking, "The booking as stored now."), "manage_token": (str | None, _LINK)},
        ValidationFailed,
        NotFound,
        NotOffered,
        SlotTaken,
        SeatsTaken,
        HoldEnded,
        IdempotencyKeyReused,
        Throttled,
    )
    reschedule_booking = mutation(
        move.reschedule_booking,
        P.BOOKINGS_MOVE,
        _STORED,
        ValidationFailed,
        NotFound,
        VersionConflict,
        WrongState,
        NotOffered,
        SlotTaken,
        SeatsTaken,
        TooLateToReschedule,
        IdempotencyKeyReused,
        Throttled,
    )
    cancel_booking = mutation(
        change.cancel_booking,
        P.BOOKINGS_CANCEL,
        _STORED,
        ValidationFailed,
        NotFound,
        VersionConflict,
        WrongState,
        TooLateToCancel,
    )
    confirm_booking = mutation(
        change.confirm_booking, P.BOOKINGS_DECIDE, _STORED, NotFound, VersionConflict, WrongState
    )
    decline_booking = mutation(
        change.decline_booking, P.BOOKINGS_DECIDE, _STORED, ValidationFailed, NotFound, VersionConflict, WrongState
    )
    complete_booking = mutation(
        change.complete_booking, P.BOOKINGS_CLOSE, _STORED, NotFound, VersionConflict, WrongState, TooEarly
    )
    mark_no_show = mutation(
        change.mark_no_show, P.BOOKINGS_CLOSE, _STORED, NotFound, VersionConflict, WrongState, TooEarly
    )
    update_booking_note = mutation(
        change.update_booking_note, P.BOOKING_NOTES_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict
    )
