"""Several bookings of a series changed at once: each by the ordinary verb, in one transaction, told in one mail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from tortoise.expressions import F

from models.act import Act
from models.booking import Booking
from models.booking_changes import Change, change
from models.engagement import Engagement
from models.event import record
from models.mail import MailTemplate
from models.occupancy import lock_calendars
from models.regaining import Regain, regain
from models.series import BookingSeries, SeriesOccurrence, SeriesScope
from models.series_booking import conflict, post_series
from models.staff import Calendar
from models.storage.database import lock, retrying, transaction
from rules.booking_states import PENDING, BookingStatus
from rules.errors import (
    FieldProblem,
    NotFound,
    NotOffered,
    OccurrenceConflict,
    SeatsTaken,
    SeriesConflicts,
    SlotTaken,
    TooLateToCancel,
    ValidationFailed,
    WrongState,
)

_S = BookingStatus
_IN_THE_WAY = (WrongState, TooLateToCancel, SlotTaken, SeatsTaken, NotOffered)
# The states of bookings that a change is about.
_ABOUT = {_S.CANCELLED: PENDING, _S.CONFIRMED: {_S.REQUESTED}, _S.DECLINED: {_S.REQUESTED}}
_MAILS = {
    _S.CANCELLED: MailTemplate.SERIES_CANCELLED,
    _S.CONFIRMED: MailTemplate.SERIES_BOOKED,
    _S.DECLINED: MailTemplate.SERIES_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Aim:
    """Which bookings: those in `scope` of `booking_id`. `skipping`: what cannot be changed is left as it is, otherwise
    all is changed or nothing. `with_staff`: whoever acts may change only what this person serves."""

    booking_id: UUID
    scope: SeriesScope
    skipping: bool = False
    with_staff: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A series with the bookings that are meant, in the order of their positions; the first is the named one's or
    earlier."""

    series: BookingSeries
    named: SeriesOccurrence
    bookings: list[tuple[SeriesOccurrence, Booking]]


@dataclass(frozen=True, slots=True)
class Changed:
    """The series of the named booking as it is now, what was changed, and what was left because it could not be."""

    series: BookingSeries
    bookings: list[UUID]
    skipped: list[OccurrenceConflict]


async def reach(act: Act, aim: Aim, states: Collection[BookingStatus], *new_staff: UUID | None) -> Reached:
    """The bookings that are meant, once nobody else writes their series or their calendars. NotFound where one of them
    is not the actor's, ValidationFailed for a booking that is in no series."""
    place = await SeriesOccurrence.of(act.account_id).get_or_none(booking_id=aim.booking_id)
    if place is None:
        message = "This booking is in no series. Change it alone, without saying how much of a series is meant."
        raise ValidationFailed(FieldProblem("bookingId", message))
    await lock([f"{act.account_id}/series/{place.series_id}"])
    found = await _find(act, aim, states)
    if aim.scope is not SeriesScope.THIS and _begun(act, found):
        message = "This booking has begun. Name one that is to come, or only THIS."
        raise ValidationFailed(FieldProblem("bookingId", message))
    has = await Engagement.of(act.account_id).filter(booking_id__in=[one.id for _, one in found.bookings])
    served = {one.booking_id for one in has if one.staff_id == aim.with_staff}
    if aim.with_staff is not None and any(one.id not in served for _, one in found.bookings):
        raise NotFound("booking")
    gets = await Calendar.of(act.account_id).filter(staff_id__in=[one for one in new_staff if one is not None])
    await lock_calendars(act.account_id, *(one.calendar_id for one in has), *(one.id for one in gets))
    return await _find(act, aim, states)


def _begun(act: Act, found: Reached) -> bool:
    return any(place.id == found.named.id and one.starts_at <= act.at for place, one in found.bookings)


async def _find(act: Act, aim: Aim, states: Collection[BookingStatus]) -> Reached:
    named = await SeriesOccurrence.of(act.account_id).get(booking_id=aim.booking_id)
    series = await BookingSeries.of(act.account_id).get(id=named.series_id)
    rows = SeriesOccurrence.of(act.account_id).filter(series_id=series.id, booking_id__isnull=False)
    if aim.scope is SeriesScope.THIS:
        rows = rows.filter(id=named.id)
    if aim.scope is SeriesScope.FOLLOWING:
        rows = rows.filter(position__gte=named.position)
    places = await rows.order_by("position")
    bookings = Booking.of(act.account_id).filter(id__in=[place.booking_id for place in places])
    by_id = {one.id: one for one in await bookings}
    meant = [(place, by_id[place.booking_id]) for place in places]
    # The named one is meant whatever it is: what stands against changing it is said.
    return Reached(
        series, named,
        [
            (place, one) for place, one in meant
            if place.id == named.id or (one.status in states and one.starts_at > act.at)
        ],
    )  # fmt: skip


async def change_series(act: Act, aim: Aim, wanted: Change) -> Changed:
    """Carry out a transition on several bookings. `expected_version` is the named one's.

    SeriesConflicts where one cannot be changed; where such are skipped, if none can. NotFound, VersionConflict,
    ValidationFailed.
    """

    async def work() -> Changed:
        async with transaction():
            return await _change(act, aim, wanted)

    return await retrying(work)


async def _change(act: Act, aim: Aim, wanted: Change) -> Changed:
    reached = await reach(act, aim, _ABOUT[wanted.to])
    quiet, done, conflicts = replace(act, mails=False), [], []
    for place, booking in reached.bookings:
        each = wanted if place.id == reached.named.id else replace(wanted, expected_version=None)
        try:
            await _carry_out(quiet, booking, each)
            done.append(booking.id)
        except _IN_THE_WAY as refusal:
            conflicts.append(conflict(refusal, place.position, booking.starts_at, booking.zone))
    settle(aim, done, conflicts)
    if wanted.to is _S.CANCELLED and aim.scope is not SeriesScope.THIS:
        await _end(act, reached.series)
    await record(
        act, f"series_{wanted.to.value.lower()}", "booking_series", reached.series.id, scope=aim.scope.value,
        occurrences=len(done), skipped=len(conflicts),
    )  # fmt: skip
    await post_series(act, reached.series, _MAILS[wanted.to], ids=done)
    return Changed(await BookingSeries.of(act.account_id).get(id=reached.series.id), done, conflicts)


async def _carry_out(act: Act, booking: Booking, wanted: Change) -> None:
    if wanted.to is _S.CONFIRMED and not booking.requests_block:  # it has waited without its time
        await regain(act, booking, Regain(wanted.expected_version))
    else:
        await change(act, booking.id, wanted)


def settle(aim: Aim, done: Sequence[UUID], conflicts: Sequence[OccurrenceConflict]) -> None:
    """SeriesConflicts unless what was done may stand."""
    if conflicts and not (aim.skipping and done):
        raise SeriesConflicts(conflicts)


async def _end(act: Act, series: BookingSeries) -> None:
    """Note that the rest of a series was called off, unless some of it still stands."""
    places = SeriesOccurrence.of(act.account_id).filter(series_id=series.id, booking_id__isnull=False)
    ids = [place.booking_id for place in await places]
    standing = Booking.of(act.account_id).filter(id__in=ids, status__in=list(PENDING), starts_at__gt=act.at)
    if not await standing.exists():
        rows = BookingSeries.of(act.account_id).filter(id=series.id)
        await rows.update(ended_at=act.at, updated_at=act.at, version=F("version") + 1)
