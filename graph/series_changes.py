"""Series: changing several of their bookings at once."""

from __future__ import annotations

import strawberry

import resolvers.series_changes as change
from graph.enums import Permission
from graph.errors import (
    CustomerBlocked,
    IdempotencyKeyReused,
    NotFound,
    OccurrenceConflict,
    SeriesConflicts,
    Throttled,
    ValidationFailed,
    VersionConflict,
)
from graph.mutations import mutation
from graph.series import BookingSeries

P = Permission
_SEVERAL = 100  # as a mutation for each of what is usually one
_CHANGED = {
    "series": (BookingSeries, "The series of the named booking as stored now."),
    "skipped": (
        list[OccurrenceConflict],
        "What was left as it is because it could not be changed; empty for a request that was repeated.",
    ),
}
_REFUSALS = (ValidationFailed, NotFound, VersionConflict, SeriesConflicts)


@strawberry.type
class SeriesChangeMutations:
    cancel_booking_series = mutation(
        change.cancel_booking_series, P.BOOKINGS_CANCEL, _CHANGED, *_REFUSALS, weight=_SEVERAL
    )
    confirm_booking_series = mutation(
        change.confirm_booking_series, P.BOOKINGS_DECIDE, _CHANGED, *_REFUSALS, weight=_SEVERAL
    )
    decline_booking_series = mutation(
        change.decline_booking_series, P.BOOKINGS_DECIDE, _CHANGED, *_REFUSALS, weight=_SEVERAL
    )
    reschedule_booking_series = mutation(
        change.reschedule_booking_series, P.BOOKINGS_MOVE, _CHANGED, *_REFUSALS, IdempotencyKeyReused, Throttled,
        weight=_SEVERAL,
    )  # fmt: skip
    extend_booking_series = mutation(
        change.extend_booking_series,
        P.SERIES_EXTEND,
        {"series": (BookingSeries, "The series as stored now; with what was refused of it.")},
        *_REFUSALS,
        CustomerBlocked,
        IdempotencyKeyReused,
        weight=_SEVERAL,
    )
