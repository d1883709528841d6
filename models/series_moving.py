"""Moving several bookings of a series at once, by the same distance on the wall clock.

They are moved from the far end on: forwards the last one first, backwards the first. So each finds free what another
of them has left, and none needs to give its time up before the next has a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from models.act import Act
from models.book import Repeatable
from models.booking import Booking
from models.event import record
from models.mail import MailTemplate
from models.offer import read_offer
from models.reschedule import Move, reschedule
from models.series import BookingSeries, SeriesOccurrence, SeriesScope, begin_series, columns_of
from models.series_booking import ALONE, conflict, post_series, with_alternatives
from models.series_changes import Aim, Changed, Reached, reach, settle
from models.slot_choice import Wish
from models.storage.database import transaction
from models.used import lock_limits
from rules.booking_states import PENDING
from rules.errors import (
    FieldProblem,
    NotOffered,
    OccurrenceConflict,
    SeatsTaken,
    SlotTaken,
    TooLateToReschedule,
    ValidationFailed,
    VersionConflict,
    WrongState,
)
from rules.series import Pattern, cut, shifted
from rules.wall_time import local, to_instant

_IN_THE_WAY = (SlotTaken, SeatsTaken, NotOffered, TooLateToReschedule, WrongState)
_NO_RULE = (
    "No rule gives all of these dates moved so far. Move them one by one, or cancel the following ones and book a new "
    "series."
)


@dataclass(frozen=True, slots=True)
class Shift:
    """Where the named booking goes (Move), and the others by as much on the wall clock of the series."""

    days: timedelta
    start: datetime  # the named one's new wall time

    def of(self, planned: datetime, pattern: Pattern) -> datetime:
        """The instant to which an occurrence goes that the rule means at `planned`."""
        wall = local(planned, pattern.zone).date_time
        return to_instant(datetime.combine(wall.date() + self.days, self.start.time()), pattern.zone)


async def move_series(act: Act, booking: Booking, aim: Aim, move: Move, request: Repeatable) -> Changed:
    """Move a booking of a series and, by the same distance, the others that are meant. From there on the series is one
    of its own, where something came before. Those that were moved alone before keep their time.

    SeriesConflicts (with alternatives) where one cannot be moved; where such are skipped, if none can. NotFound,
    VersionConflict, ValidationFailed, IdempotencyKeyReused.
    """
    wish = Wish(
        booking.service_id, move.starts_at, move.staff_id or booking.staff_id, private=True, waived=move.waived,
        party_size=booking.party_size,
    )  # fmt: skip

    async def work() -> Changed:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is not None:
                return Changed(await BookingSeries.of(act.account_id).get(id=begun.done), [], [])
            changed = await _move(act, aim, move)
            await begun.keep(changed.series.id)
            return changed

    return await with_alternatives(act, wish, work)


async def _move(act: Act, aim: Aim, move: Move) -> Changed:
    reached = await _reach(act, aim, move)
    pattern = reached.series.pattern
    shift = _shift(reached, move, pattern)
    done, conflicts = await _move_each(act, reached, move, shift, pattern)
    settle(aim, done, conflicts)
    series = reached.series
    if aim.scope is not SeriesScope.THIS:
        series = await _rewrite(act, reached, move, shift, pattern)
    await record(
        act, "series_moved", "booking_series", series.id, scope=aim.scope.value, occurrences=len(done),
        skipped=len(conflicts), previous_series_id=str(reached.series.id),
    )  # fmt: skip
    if done:
        await post_series(act, series, MailTemplate.SERIES_CHANGED, ids=done)
    return Changed(series, done, conflicts)


async def _reach(act: Act, aim: Aim, move: Move) -> Reached:
    """What is meant, under the locks of every verb in their order: limits before calendars."""
    booking = await Booking.of(act.account_id).get(id=aim.booking_id)
    day = move.starts_at.date()
    offer = await read_offer(act.account_id, booking.service_id, day, day)
    if offer is not None:
        await lock_limits(act.account_id, offer)
    reached = await reach(act, aim, PENDING, move.staff_id)
    version = next(one.version for place, one in reached.bookings if place.id == reached.named.id)
    if version != move.expected_version:
        raise VersionConflict(version)
    return reached


def _shift(reached: Reached, move: Move, pattern: Pattern) -> Shift:
    planned = local(reached.named.planned_at, pattern.zone).date_time
    start = local(move.starts_at, pattern.zone).date_time
    return Shift(start.date() - planned.date(), start)


async def _move_each(
    act: Act, reached: Reached, move: Move, shift: Shift, pattern: Pattern
) -> tuple[list[UUID], list[OccurrenceConflict]]:
    quiet = replace(act, mails=False)
    done: list[UUID] = []
    conflicts: list[OccurrenceConflict] = []
    forwards = move.starts_at > reached.named.planned_at
    for place, booking in sorted(reached.bookings, key=lambda one: one[0].planned_at, reverse=forwards):
        to = _target(place, booking, reached, move, shift, pattern)
        each = replace(move, starts_at=to, expected_version=booking.version, clocks=pattern.zone.key)
        try:
            moved = await reschedule(quiet, booking, each, ALONE)
        except _IN_THE_WAY as refusal:
            conflicts.append(conflict(refusal, place.position, to, pattern.zone.key))
        else:
            if moved.version != booking.version:
                done.append(booking.id)
    return done, sorted(conflicts, key=lambda one: one.position)


def _target(
    place: SeriesOccurrence, booking: Booking, reached: Reached, move: Move, shift: Shift, pattern: Pattern
) -> datetime:
    if place.id == reached.named.id:
        return move.starts_at
    if booking.starts_at != place.planned_at:  # moved alone before: that was agreed
        return booking.starts_at
    return shift.of(place.planned_at, pattern)


async def _rewrite(act: Act, reached: Reached, move: Move, shift: Shift, pattern: Pattern) -> BookingSeries:
    """The rule as it is now from the first of the moved ones on; what came before stays a series of its own."""
    first = reached.bookings[0][0]
    before, after = cut(pattern, local(first.planned_at, pattern.zone).date_time.date())
    start = datetime.combine(after.start.date() + shift.days, shift.start.time())
    same = (shift.days, shift.start.time()) == (timedelta(0), pattern.start.time())
    moved = after if same else shifted(after, shift.days.days, start)
    if moved is None:
        raise ValidationFailed(FieldProblem("startsAt", _NO_RULE))
    places = SeriesOccurrence.of(act.account_id).filter(series_id=reached.series.id, position__gte=first.position)
    for place in await places:
        if not same:
            planned_at = shift.of(place.planned_at, pattern)
            await SeriesOccurrence.of(act.account_id).filter(id=place.id).update(planned_at=planned_at)
    if before is None:
        return await _write(act, reached.series, moved, reached.series.size, move.staff_id)
    size = reached.series.size - first.position + 1
    staff_id = move.staff_id or reached.series.staff_id
    made = await begin_series(
        act, moved, size, customer_id=reached.series.customer_id, service_id=reached.series.service_id,
        staff_id=staff_id,
    )  # fmt: skip
    await places.update(series_id=made.id, position=F("position") - (first.position - 1))
    await _write(act, reached.series, before, first.position - 1)
    return made


async def _write(
    act: Act, series: BookingSeries, pattern: Pattern, size: int, staff_id: UUID | None = None
) -> BookingSeries:
    values: dict[str, Any] = {**columns_of(pattern), "size": size, "updated_at": act.at}
    if staff_id is not None:
        values["staff_id"] = staff_id
    rows = BookingSeries.of(act.account_id).filter(id=series.id)
    await rows.update(**values, version=F("version") + 1)
    return await rows.get()
