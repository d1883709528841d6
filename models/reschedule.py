"""Rescheduling: the same booking at another time, perhaps with somebody else. One UPDATE, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from tortoise.expressions import F

from models.act import Act
from models.book import Repeatable, overriding, post
from models.booking import Booking, local_start
from models.booking_changes import current, refuse_state
from models.busy import Ignoring
from models.event import record
from models.group_session import GroupSession
from models.mail import MailTemplate
from models.occupancy import blocked, lock_calendars, occupy, relocate
from models.offer import Offer, Provider, read_offer
from models.seats import seat, unseat
from models.slot_choice import Wish, check, or_alternatives, provider
from models.staff import Calendar
from models.storage.database import transaction
from rules.booking_states import PENDING, in_time, last_moment
from rules.errors import FieldProblem, NotFound, TooLateToReschedule, ValidationFailed, VersionConflict
from rules.slot_checks import Unfit
from rules.wall_time import elapsed


@dataclass(frozen=True, slots=True)
class Move:
    """Where a booking is to go. `staff_id` None: with whom it is. `by_customer`: their cutoff counts."""

    starts_at: datetime
    staff_id: UUID | None
    expected_version: int
    by_customer: bool
    waived: frozenset[Unfit] = frozenset()


async def reschedule(act: Act, booking: Booking, move: Move, request: Repeatable) -> Booking:
    """Move a booking in place: id, reference and iCal UID stay, version and sequence grow by one, a mail tells.

    Moving it to where it is changes nothing. VersionConflict, WrongState, TooLateToReschedule, SlotTaken, SeatsTaken
    and NotOffered (all with alternatives), NotFound, ValidationFailed, IdempotencyKeyReused.
    """
    staff_id = move.staff_id or booking.staff_id
    ignoring = Ignoring(booking_id=booking.id)
    wish = Wish(
        booking.service_id, move.starts_at, staff_id, private=True, waived=move.waived, ignoring=ignoring,
        party_size=booking.party_size,
        instead_of=booking.starts_at if staff_id == booking.staff_id else None,
    )  # fmt: skip

    async def work() -> Booking:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is None:
                await _move(act, booking.id, wish, move)
                await begun.keep(booking.id)
            return await current(act, booking.id)

    return await or_alternatives(act, wish, work, lambda offer: _as_promised(booking, offer))


async def _move(act: Act, booking_id: UUID, wish: Wish, move: Move) -> None:
    read = await current(act, booking_id)
    who, offer = await _destination(act, read, wish)
    own = await Calendar.of(act.account_id).get(staff_id=read.staff_id)
    await lock_calendars(act.account_id, own.id, who.calendar_id)
    booking = await current(act, booking_id)
    late = _refuse_change(act, booking, move)
    if (booking.starts_at, booking.staff_id) == (wish.starts_at, who.staff_id):
        return
    overridden = await check(act, offer, wish, who)
    await _write(act, booking, wish, who, await _reseat(act, booking, offer, wish, who))
    await record(
        act, "booking_rescheduled", "booking", booking.id, staff_id=str(who.staff_id),
        previous_staff_id=str(booking.staff_id), after_cutoff=late, **overriding(overridden),
    )  # fmt: skip
    await post(act, await current(act, booking.id), MailTemplate.BOOKING_RESCHEDULED)


async def _destination(act: Act, booking: Booking, wish: Wish) -> tuple[Provider, Offer]:
    """Who would serve it, by the terms that were promised: later changes of the service do not reach a booking."""
    day = wish.starts_at.date()
    offer = await read_offer(act.account_id, booking.service_id, day, day, also=booking.staff_id)
    if offer is None:
        raise NotFound("service")
    offer = _as_promised(booking, offer)
    staff_id = wish.staff_id or booking.staff_id
    if staff_id == booking.staff_id and offer.provider(staff_id) is None:
        message = "Whoever it is with takes no bookings any more. Say with whom it is to be."
        raise ValidationFailed(FieldProblem("staffId", message))
    return await provider(act, offer, staff_id), offer


def _as_promised(booking: Booking, offer: Offer) -> Offer:
    terms = replace(
        offer.terms,
        duration=int(elapsed(booking.starts_at, booking.ends_at).total_seconds()),
        before=booking.before_minutes * 60,
        after=booking.after_minutes * 60,
    )
    return replace(offer, terms=terms)


def _refuse_change(act: Act, booking: Booking, move: Move) -> bool:
    """Whether the customer's cutoff has passed, which is their limit and others' trace."""
    if booking.version != move.expected_version:
        raise VersionConflict(booking.version)
    refuse_state(booking, PENDING)
    late = not in_time(booking.starts_at, booking.reschedule_cutoff_minutes, act.at)
    if late and move.by_customer:
        raise TooLateToReschedule(last_moment(booking.starts_at, booking.reschedule_cutoff_minutes))
    return late


async def _reseat(
    act: Act, booking: Booking, offer: Offer, wish: Wish, who: Provider
) -> GroupSession | None:  # fmt: skip
    """Leave the session that it was in, and take the seats of the one it goes to."""
    if offer.shared or booking.group_session_id is not None:
        await unseat(act, booking)
    return await seat(act, offer, who, wish.starts_at, wish.party)


async def _write(act: Act, booking: Booking, wish: Wish, who: Provider, session: GroupSession | None) -> None:
    ends_at = session.ends_at if session else wish.starts_at + elapsed(booking.starts_at, booking.ends_at)
    # A request that is moved waits no longer than before, and never beyond the appointment.
    waits = booking.request_expires_at
    rows = Booking.of(act.account_id).filter(id=booking.id, version=booking.version, status=booking.status)
    written = await rows.update(
        starts_at=wish.starts_at, ends_at=ends_at, local_start=local_start(wish.starts_at, who.zone),
        zone=who.zone.key, staff_id=who.staff_id, location_id=who.location_id, updated_at=act.at,
        request_expires_at=min(waits, wish.starts_at) if waits else None,
        group_session_id=session.id if session else None,
        version=F("version") + 1, sequence=F("sequence") + 1,
    )  # fmt: skip
    if written == 0:
        raise VersionConflict((await current(act, booking.id)).version)
    if session is not None:
        return
    span = blocked(wish.starts_at, ends_at, booking.before_minutes, booking.after_minutes)
    if booking.group_session_id is None:
        await relocate(act, booking.id, who.calendar_id, span)
    else:
        await occupy(act, who.calendar_id, span, booking_id=booking.id)
