"""Bookings: appointments of customers with staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.book as make
import resolvers.booking_changes as change
import resolvers.bookings as resolve
import resolvers.reschedule as move
from graph.add_ons import BookingAddOn
from graph.attendees import Attendee
from graph.customers import Customer
from graph.enums import BookingSource, BookingStatus, Permission
from graph.errors import (
    AddOnRefused,
    CustomerBlocked,
    HoldEnded,
    IdempotencyKeyReused,
    NotFound,
    NotOffered,
    NotPayable,
    SeatsTaken,
    SlotTaken,
    Throttled,
    TooEarly,
    TooLateToCancel,
    TooLateToReschedule,
    TooManyActiveBookings,
    ValidationFailed,
    VersionConflict,
    WrongState,
)
from graph.field import computed, edge, graph_type, listing, many, one, shown, sole
from graph.group_sessions import GroupSession
from graph.history import Event
from graph.ics import SPOKEN_OF, calendar_file
from graph.intake import IntakeAnswer, SensitiveAnswer
from graph.locations import Location
from graph.money import Money, money, money_of
from graph.money_enums import PriceUnit, Wait
from graph.mutations import mutation
from graph.node import Node
from graph.payments import Deposit, Payment, deposit_of
from graph.resources import BookedResource
from graph.series import BookingSeries, SeriesOccurrence
from graph.services import Service
from graph.shape import Through
from graph.staff import Staff
from graph.times import LocalTime, local_time
from models.add_on import BookingAddOn as BookingAddOnRow
from models.attendee import Attendee as AttendeeRow
from models.booking import Booking as BookingRow
from models.cancellation import Cancellation as CancellationRow
from models.engagement import Engagement as EngagementRow
from models.event import Event as EventRow
from models.intake import IntakeAnswer as IntakeAnswerRow
from models.payment import Payment as PaymentRow
from models.segment import Segment as SegmentRow
from models.series import SeriesOccurrence as OccurrenceRow
from resolvers.attendees import update_booking_attendees
from resolvers.context import Info
from resolvers.history import events_confined
from resolvers.intake_answers import ordinary, sensitive, update_booking_answers
from resolvers.resources import given_to_bookings
from rules.booking_states import last_moment

P = Permission


@graph_type(CancellationRow)
class Cancellation:
    """Why a booking was cancelled or declined. Who did it and when is in its history."""

    reason: str = shown(P.BOOKING_NOTES_READ, "In the words of who did it; may be empty.")


@graph_type(SegmentRow)
class Segment:
    """One service of a booking: what is done, when, and by whom. The customer may have to wait between two."""

    service: Service | None = edge(P.CATALOGUE_READ, "What is done.", via="service_id")
    staff: Staff | None = edge(P.CATALOGUE_READ, "Who does it; who leads, where several do.", via="staff_id")
    starts_at: datetime = shown(P.BOOKINGS_READ, "When it begins.")
    ends_at: datetime = shown(P.BOOKINGS_READ, "When it ends; exclusive.")

    @computed(P.BOOKINGS_READ, "price_minor", "currency")
    def price(self: Any) -> Money | None:
        """What was promised for it; null where no price was."""
        return money(self)


@graph_type(BookingRow)
class Booking(Node):
    """An appointment. What was promised when it was made (price, buffers, cutoffs) never changes."""

    reference: str = shown(P.BOOKINGS_READ, "Short code to read out on the telephone; unique in the business.")
    status: BookingStatus = shown(P.BOOKINGS_READ, "Where it stands.")
    service: Service | None = edge(P.CATALOGUE_READ, "What was booked; of a visit the first.", via="service_id")
    segments: list[Segment] | None = many(
        P.BOOKINGS_READ,
        "Its services in order: several of a visit, otherwise one.",
        Through(SegmentRow, near="booking_id", order="place"),
        holds=2,
    )
    staff: Staff | None = edge(P.CATALOGUE_READ, "With whom; of a visit, who does the first service.", via="staff_id")
    staff_members: list[Staff] = many(
        P.CATALOGUE_READ,
        "Everyone who serves it, by name: `staff`, whoever does so with them, and whoever does a service of it.",
        Through(EngagementRow, near="booking_id", far="staff_id", sorted_by="search_name"),
    )
    resources: list[BookedResource] | None = many(
        P.CATALOGUE_INTERNALS_READ,
        "The rooms and things that were given to it.",
        Through(EngagementRow, near="booking_id", shows=given_to_bookings),
    )
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

    promised_local_start: str = shown(
        P.BOOKINGS_READ,
        "The begin as it was promised, on the clock of `local.zone`: `YYYY-MM-DDTHH:MM`. Other than `local` only after "
        "that zone has changed its rules.",
        column="local_start",
    )

    @computed(P.SCHEDULES_READ, "staff_id", "location_id", "zone", "starts_at", "ends_at")
    async def outside_hours(self: Any, info: Info) -> bool | None:
        """Whether it lies outside the hours of whoever serves it, on a closed day of its location, or on a travel that
        takes them elsewhere, as they are now: these may have changed since it was promised."""
        return await resolve.is_outside_hours(info, self)

    customer_zone: str | None = shown(P.BOOKINGS_READ, "IANA zone in which the customer reads clocks; null if unknown.")

    party_size: int = shown(P.BOOKINGS_READ, "How many come: the seats it has of a group session.")
    group_session: GroupSession | None = edge(
        P.CATALOGUE_READ,
        "The group session it has seats in; null where nobody shares it, and once it was called off.",
        via="group_session_id",
    )

    @computed(P.BOOKINGS_READ, "price_minor", "currency")
    def price(self: Any) -> Money | None:
        """What was promised for all of it, whoever comes; null where no price was."""
        return money(self)

    @computed(P.BOOKINGS_READ, "unit_price_minor", "currency")
    def unit_price(self: Any) -> Money | None:
        """The price of the service that `price` was made from; null where no price was, and where that was not kept."""
        return money_of(self.unit_price_minor, self.currency)

    price_unit: PriceUnit = shown(P.BOOKINGS_READ, "What `unitPrice` is for.")

    @computed(P.BOOKINGS_READ, "deposit_minor", "currency", "deposit_provider", "deposit_refund")
    def deposit(self: Any) -> Deposit | None:
        """What is asked before the appointment, as it was promised; null where nothing is."""
        return deposit_of(self)

    @computed(P.PAYMENTS_READ, "paid_minor", "currency")
    def paid(self: Any) -> Money | None:
        """What came for it, less what went back; null where no currency is known."""
        return money_of(self.paid_minor, self.currency)

    @computed(P.PAYMENTS_READ, "price_minor", "paid_minor", "currency")
    def balance(self: Any) -> Money | None:
        """What is left to be paid of its price; below zero where more came. Null where no price was promised."""
        return None if self.price_minor is None else money_of(self.price_minor - self.paid_minor, self.currency)

    payments: list[Payment] | None = many(
        P.PAYMENTS_READ,
        "What was asked for or came, in order.",
        Through(PaymentRow, near="booking_id"),
        holds=2,
    )

    @computed(P.BOOKINGS_READ, "status", "awaits_payment")
    def waits_for(self: Any) -> Wait | None:
        """What a request waits for; null for all others."""
        if self.status is not BookingStatus.REQUESTED:
            return None
        return Wait.PAYMENT if self.awaits_payment else Wait.ANSWER

    add_ons: list[BookingAddOn] = many(
        P.BOOKINGS_READ,
        "What was chosen beside the service; its minutes and prices are in the booking's.",
        Through(BookingAddOnRow, near="booking_id"),
        holds=3,
    )

    before_minutes: int | None = shown(P.CATALOGUE_INTERNALS_READ, "Minutes kept free before its first service.")
    after_minutes: int | None = shown(P.CATALOGUE_INTERNALS_READ, "Minutes kept free after its last service.")

    @computed(P.BOOKINGS_READ, "starts_at", "cancel_cutoff_minutes")
    def cancellable_until(self: Any) -> datetime:
        """The last moment (inclusive) at which its customer may cancel. Members may later."""
        return last_moment(self.starts_at, self.cancel_cutoff_minutes)

    @computed(P.BOOKINGS_READ, "starts_at", "reschedule_cutoff_minutes")
    def reschedulable_until(self: Any) -> datetime:
        """The last moment (inclusive) at which its customer may move it. Members may later."""
        return last_moment(self.starts_at, self.reschedule_cutoff_minutes)

    occurrence: SeriesOccurrence | None = sole(
        P.BOOKINGS_READ,
        "Its place in a series, as the third of ten; null for what does not repeat.",
        Through(OccurrenceRow, near="booking_id"),
    )
    series: BookingSeries | None = sole(
        P.BOOKINGS_READ,
        "The series that it belongs to; null for what does not repeat.",
        Through(OccurrenceRow, near="booking_id", far="series_id"),
    )

    request_expires_at: datetime | None = shown(
        P.BOOKINGS_READ, "Until when a request waits for an answer; null once it has one, and for all others."
    )
    requests_block: bool = shown(
        P.BOOKINGS_READ,
        "Whether it keeps its time from others while it is a request; if not, it gets it with the yes.",
    )
    source: BookingSource = shown(P.BOOKINGS_READ, "Through which door it came.")
    customer_note: str | None = shown(P.BOOKING_NOTES_READ, "What the customer wrote; may be empty.")
    internal_note: str | None = shown(P.BOOKING_NOTES_MANAGE, "The business's own note; customers never see it.")
    cancellation: Cancellation | None = sole(
        P.BOOKING_NOTES_READ,
        "Why it was cancelled or declined; null while it is neither.",
        Through(CancellationRow, near="booking_id"),
    )
    answers: list[IntakeAnswer] | None = many(
        P.ANSWERS_READ,
        "What was answered to the service's questions, in their order; without special categories of data.",
        Through(IntakeAnswerRow, near="booking_id", order="place", shows=ordinary),
    )
    sensitive_answers: list[SensitiveAnswer] | None = many(
        P.SENSITIVE_ANSWERS_READ,
        "The answers of special categories of data, as health. Its staff member sees them, and an owner who has just "
        "proved who they are.",
        Through(IntakeAnswerRow, near="booking_id", order="place", shows=sensitive),
        fresh_beyond_own=True,
    )
    attendees: list[Attendee] | None = many(
        P.CUSTOMERS_READ, "Who comes beside who booked, as far as they were named; `partySize` counts everybody.",
        Through(AttendeeRow, near="booking_id", order="place"), holds=2,
    )  # fmt: skip
    history: list[Event] | None = many(
        P.HISTORY_READ,
        "What happened to it, in order: all of it, so ask for one booking's. `bookingHistory` answers it in pages.",
        Through(EventRow, near="subject_id", order="created_at", shows=events_confined),
        holds=10,
    )
    version: int = shown(P.BOOKINGS_READ, "Grows with every change; send it back as `expectedVersion`.")
    sequence: int = shown(P.BOOKINGS_READ, "Grows when it is moved or called off: iCalendar's SEQUENCE.")
    ical_uid: str = shown(P.BOOKINGS_READ, "iCalendar's UID. Never changes.")

    @computed(
        P.BOOKINGS_READ, "ical_uid", "sequence", "status", "starts_at", "ends_at", "updated_at", "reference", "title",
        "zone", beside=SPOKEN_OF,
    )  # fmt: skip
    async def ics(self: Any, info: Info) -> str:
        """The appointment as an iCalendar file (`text/calendar`), for the calendar of who goes there. Times are UTC.
        A file that is read in later replaces the earlier one, by UID and SEQUENCE. It names neither the customer nor
        anybody else who comes."""
        return await calendar_file(self, info.context.viewer)

    created_at: datetime = shown(P.BOOKINGS_READ, "When it was made.")
    updated_at: datetime = shown(P.BOOKINGS_READ, "When it last changed.")


@strawberry.type
class BookingQueries:
    bookings = listing(resolve.bookings, P.BOOKINGS_LIST, Booking)
    booking = one(resolve.booking, P.BOOKINGS_READ, Booking | None)
    bookings_outside_hours = listing(resolve.bookings_outside_hours, P.SCHEDULES_READ, Booking)
    bookings_with_moved_wall_time = listing(resolve.bookings_with_moved_wall_time, P.BOOKINGS_LIST, Booking)


_STORED = {"booking": (Booking, "The booking as stored now.")}
_LINK = (
    "The secret of its manage link, as `Authorization: Bearer` takes it. From a widget it opens this booking alone; "
    "the mailed one also opens the customer's own data. Null for members and partners who do not see contacts in "
    "clear."
)

_PAYMENT = (
    "What has to be paid now, so that the booking becomes binding: send the customer to its `redirectUrl`. Null where "
    "nothing has."
)


@strawberry.type
class BookingMutations:
    book = mutation(
        make.book,
        P.BOOKINGS_MAKE,
        {
            "booking": (Booking, "The booking as stored now."),
            "manage_token": (str | None, _LINK),
            "payment": (Payment | None, _PAYMENT),
        },
        ValidationFailed,
        NotFound,
        NotOffered,
        SlotTaken,
        SeatsTaken,
        AddOnRefused,
        NotPayable,
        HoldEnded,
        CustomerBlocked,
        TooManyActiveBookings,
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
        change.confirm_booking,
        P.BOOKINGS_DECIDE,
        _STORED,
        ValidationFailed,
        NotFound,
        VersionConflict,
        WrongState,
        NotOffered,
        SlotTaken,
        SeatsTaken,
    )
    restore_booking = mutation(
        change.restore_booking,
        P.BOOKINGS_RESTORE,
        _STORED,
        ValidationFailed,
        NotFound,
        VersionConflict,
        WrongState,
        NotOffered,
        SlotTaken,
        SeatsTaken,
        TooManyActiveBookings,
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
    update_booking_attendees = mutation(
        update_booking_attendees, P.ATTENDEES_WRITE, _STORED, ValidationFailed, NotFound, VersionConflict, WrongState,
        Throttled,
    )  # fmt: skip
    update_booking_answers = mutation(
        update_booking_answers, P.ANSWERS_WRITE, _STORED, ValidationFailed, NotFound, VersionConflict
    )
    update_booking_note = mutation(
        change.update_booking_note, P.BOOKING_NOTES_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict
    )
