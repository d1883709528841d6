"""Regaining: a booking that has no time gets its own: confirmed at last, or brought back after it was called off.

It is taken as by anybody else: what somebody else has meanwhile stays theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.expressions import F

from models.act import SYSTEM, Act
from models.book import overriding, refuse_more
from models.booking import Booking
from models.booking_changes import refuse_state
from models.busy import Ignoring
from models.cancellation import Cancellation
from models.chosen import Choice
from models.customer import Customer
from models.engagement import calendars_of, people_of, reengage
from models.event import Event
from models.occupancy import occupy
from models.offer import Offer
from models.reschedule import as_promised, with_its_own
from models.seats import seat
from models.segment import steps_of
from models.slot_choice import Wish, or_alternatives, take
from models.storage.database import transaction
from models.transitions import carry_out, current
from models.visit import read_steps_at, visit_of
from rules.booking_states import RESTORABLE, BookingStatus
from rules.errors import FieldProblem, NotFound, ValidationFailed, VersionConflict
from rules.slot_checks import Unfit

_S = BookingStatus
# It was offered when it was made, and that was promised.
_PROMISED = frozenset({Unfit.TOO_SOON, Unfit.TOO_FAR, Unfit.NOT_ON_GRID})
# Whoever says yes to a request decides about the hours too.
_DECIDED = _PROMISED | {Unfit.OUTSIDE_OPENING_HOURS}


@dataclass(frozen=True, slots=True)
class Regain:
    """`restoring` what was called off, or saying yes to a request that had no time. `waived`: as whoever asks wants."""

    expected_version: int | None
    restoring: bool = False
    waived: frozenset[Unfit] = frozenset()


async def regain(act: Act, read: Booking, wanted: Regain) -> Booking:
    """Confirm a booking, with its own time taken anew. VersionConflict, WrongState, SlotTaken, SeatsTaken and
    NotOffered (all with alternatives), TooManyActiveBookings, ValidationFailed."""
    waived = wanted.waived | (_PROMISED if wanted.restoring else _DECIDED)
    first, *rest = await steps_of(read, exactly=True)
    wish = Wish(
        read.service_id, read.starts_at, read.staff_id, private=True, waived=waived,
        ignoring=Ignoring(booking_id=read.id), party_size=read.party_size,
        also=await people_of(act.account_id, read.id),
        duration_minutes=first.duration_minutes, followed_by=tuple(rest), gap=first.gap, promised=first.promised,
    )  # fmt: skip

    async def work() -> Booking:
        async with transaction():
            offer = await _offer(act, read, wish)
            await _unchanged(act, read, wanted)

            async def write(choice: Choice, overridden: tuple[Unfit, ...]) -> Booking:
                booking = await _unchanged(act, read, wanted)
                if wanted.restoring and booking.status is _S.REQUESTED:  # overdue, and nobody has written that down yet
                    booking = await carry_out(Act(act.account_id, SYSTEM, act.at), booking, _S.EXPIRED)
                asked_for = tuple(rule for rule in overridden if rule in wanted.waived)
                return await _take_again(act, booking, wish, choice, offer, wanted, asked_for)

            return await take(act, offer, wish, write, held=await calendars_of(act.account_id, read.id))

    return await or_alternatives(act, wish, work, lambda offer: as_promised(read, with_its_own(wish, offer)))


async def _unchanged(act: Act, read: Booking, wanted: Regain) -> Booking:
    booking = await current(act, read.id)
    if booking.version != read.version or wanted.expected_version not in (None, booking.version):
        raise VersionConflict(booking.version)
    refuse_state(act, booking, RESTORABLE if wanted.restoring else {_S.REQUESTED})
    return booking


async def called_off_as_request(booking: Booking) -> bool:
    """Whether nobody had ever said yes to what was called off."""
    if booking.status in (_S.DECLINED, _S.EXPIRED, _S.REQUESTED):
        return True
    events = Event.of(booking.account_id).filter(subject_id=booking.id, name="booking_cancelled")
    last = await events.order_by("-created_at", "-id").first()
    return last is not None and last.data.get("previous") == _S.REQUESTED.value


async def _offer(act: Act, booking: Booking, wish: Wish) -> Offer:
    offers = await read_steps_at(act.account_id, wish.steps, wish.starts_at, also=wish.also)
    if offers is None:
        raise NotFound("service")
    offer = visit_of(offers, wish.steps, moving=True)
    if offer.provider(booking.staff_id) is None:
        message = "Whoever it was with takes no bookings any more. Book anew with somebody else."
        raise ValidationFailed(FieldProblem("id", message))
    return as_promised(booking, with_its_own(wish, offer))


async def _take_again(
    act: Act, booking: Booking, wish: Wish, choice: Choice, offer: Offer, wanted: Regain, asked_for: tuple[Unfit, ...]
) -> Booking:  # fmt: skip
    if wanted.restoring and Unfit.LIMIT_REACHED not in wish.waived:
        await refuse_more(act, offer, await Customer.of(act.account_id).get(id=booking.customer_id))
    session = await seat(act, offer, choice, wish.starts_at, wish.party, may_overlap=wish.may_overlap)
    if session is None:
        await occupy(act, choice.blocks, booking_id=booking.id, may_overlap=wish.may_overlap)
    await reengage(act, booking.id, choice.places)
    booking.group_session_id = session.id if session else None
    values = {"group_session_id": booking.group_session_id}
    trace = await overriding(wish, booking, asked_for)
    if not wanted.restoring:
        return await carry_out(act, booking, _S.CONFIRMED, values=values, trace=trace)
    await Cancellation.of(act.account_id).filter(booking_id=booking.id).delete()
    again = values | {"sequence": F("sequence") + 1}
    return await carry_out(act, booking, _S.CONFIRMED, values=again, trace=trace, event="booking_restored")
