"""The diary for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
from tortoise.queryset import QuerySet

import resolvers.diary_pages as resolve
from graph.bookings import Booking
from graph.enums import Permission, described
from graph.field import found, told, value
from graph.staff import Staff
from models.booking import Booking as BookingRow
from models.staff import Staff as StaffRow
from rules.diary_pages import Busy, Clash
from rules.ids import global_id
from rules.intervals import Window
from rules.wall_time import instant

P = Permission
_SEARCH = 50  # hours of everybody, and whatever is in their calendars
_TABLES = {Busy.BOOKING: "booking", Busy.TIME_OFF: "time_off"}
described(
    Busy,
    "BusyKind",
    "Why a calendar is busy.",
    BOOKING="A booking, requested or confirmed, or one that took place.",
    SESSION="A group session with somebody in it.",
    HOLD="A slot that somebody is about to book.",
    TIME_OFF="Time off of a person, a place or the business.",
    EXTERNAL="A calendar elsewhere says so.",
)
described(
    Clash,
    "ClashKind",
    "What a booking or a session contradicts.",
    OVERLAPS="Another one of the same calendar, buffers included: somebody booked over it on purpose.",
    TIME_OFF="Time off that was entered after it.",
    EXTERNAL="What a calendar elsewhere says.",
    OUTSIDE_HOURS="The hours of the calendar, or a date on which its place is closed.",
)


def _id(kind: Busy, key: Any) -> strawberry.ID | None:
    return _named(_TABLES[kind], key) if kind in _TABLES else None


def _named(table: str, key: Any) -> strawberry.ID | None:
    return None if key is None else strawberry.ID(global_id(table, key))


@strawberry.type(description="A stretch of time in a diary.")
class Stretch:
    starts_at: datetime = told("From when.", resolver=lambda root: instant(root[0]))
    ends_at: datetime = told("Until when; exclusive.", resolver=lambda root: instant(root[1]))


@strawberry.type(description="What a calendar is busy with.")
class BusyStretch:
    kind: Busy = told("Why.")
    starts_at: datetime = told("From when, buffers included.", resolver=lambda root: instant(root.start))
    ends_at: datetime = told("Until when, buffers included; exclusive.", resolver=lambda root: instant(root.end))
    about_id: strawberry.ID | None = told(
        "The booking or the time off; null for all others.", resolver=lambda root: _id(root.kind, root.id)
    )
    segment: int | None = told(
        "Which of the booking's `segments`, from 0; null for all others.", resolver=lambda root: root.place
    )


@strawberry.type(description="A booking or a session that contradicts something. It stands all the same.")
class Conflict:
    kind: Clash = told("What it contradicts.", resolver=lambda root: root.clash)
    starts_at: datetime = told("When it begins.", resolver=lambda root: instant(root.begin))
    booking_id: strawberry.ID | None = told(
        "Which booking; null for a session.", resolver=lambda root: _id(root.piece.kind, root.piece.id)
    )
    with_id: strawberry.ID | None = told(
        "The other booking, or the time off; null for all others.",
        resolver=lambda root: (
            _id(Busy.TIME_OFF if root.clash is Clash.TIME_OFF else Busy.BOOKING, root.with_id)
            if root.clash in (Clash.TIME_OFF, Clash.OVERLAPS)
            else None
        ),
    )


@strawberry.type(description="One calendar of the diary: of a person, or of a unit of a resource.")
class DiaryPage:
    staff_id: strawberry.ID | None = told(
        "Whose; null for a resource.",
        resolver=lambda root: _named("staff", root.of.staff_id),
    )
    resource_id: strawberry.ID | None = told(
        "Which resource; null for a person.",
        resolver=lambda root: _named("resource", root.of.resource_id),
    )
    unit: int | None = told(
        "Which unit of the resource, from 1; null for a person.", resolver=lambda root: root.of.unit
    )
    open_hours: list[Stretch] = told("When it is open, in order.", resolver=lambda root: _all(root.opens))
    busy: list[BusyStretch] = told("What it is busy with, in order of begin.", resolver=lambda root: root.pieces)
    free: list[Stretch] = told("When it is open and nothing has it, in order.", resolver=lambda root: _all(root.free))
    conflicts: list[Conflict] = told("What contradicts itself, in order; empty where all is well.")


def _all(windows: list[Window]) -> list[Any]:
    return list(windows)


def _bookings(root: Any) -> QuerySet[BookingRow]:
    """The bookings that this viewer may see, in order of begin, in whatever state. Those of several pages are here
    once: `busy` of each page names them."""
    rows: QuerySet[BookingRow] = root.bookings()
    return rows


def _staff(root: Any) -> QuerySet[StaffRow]:
    """The people of the pages, by id: in no order."""
    rows: QuerySet[StaffRow] = root.staff()
    return rows


@strawberry.type(description="The diary of some days.")
class CalendarView:
    zone: str = told(
        "IANA zone in which the dates are counted: of the place that was asked for, or else of the business.",
        resolver=lambda root: root.zone.key,
    )
    pages: list[DiaryPage] = told("People by name, then resources by name and unit.")
    bookings: list[Booking] | None = found(_bookings, P.BOOKINGS_LIST, list[Booking] | None, holds=50)
    staff: list[Staff] | None = found(_staff, P.CATALOGUE_READ, list[Staff] | None, holds=10)


@strawberry.type
class DiaryQueries:
    calendar_view = value(resolve.calendar_view, P.SCHEDULES_READ, CalendarView, weight=_SEARCH)
