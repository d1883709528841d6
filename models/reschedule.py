"""Rescheduling: the same booking at another time, perhaps with somebody else. One UPDATE, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from tortoise.expressions import F

from models.act import Act
from models.book import Repeatable, overriding
from models.booking import Booking, local_start
from models.booking_changes import refuse_state
from models.busy import Ignoring
from models.chosen import Choice
from models.engagement import calendars_of, people_of, reengage
from models.event import record
from models.intake import answers_moved
from models.letters import post
from models.mail import MailTemplate
from models.occupancy import occupy
from models.offer import Offer
from models.reminder import plan_reminders
from models.seats import seat, unseat
from models.segment import Step, move_segments, steps_of
from models.service import Assignment
from models.slot_choice import Wish, or_alternatives, provider, take
from models.storage.database import transaction
from models.transitions import current
from models.visit import read_steps, read_steps_at, visit_of
from rules.booking_states import PENDING, in_time, last_moment
from rules.errors import (
    FieldProblem,
    NotFound,
    NotOffered,
    SlotTaken,
    TooLateToReschedule,
    ValidationFailed,
    VersionConflict,
    WrongState,
)
from rules.slot_checks import Unfit
from rules.wall_time import elapsed


@dataclass(frozen=True, slots=True)
class Move:
    """Where a booking is to go. `staff_id` None: with whom it is; `duration_minutes` None: as long as it is. `people`
    are whom each service of a visit is to be with, None: preferably with whom it is. `by_customer`: their cutoff
    counts. `clocks`: see `Wish`."""

    starts_at: datetime
    staff_id: UUID | None
    expected_version: int
    by_customer: bool
    waived: frozenset[Unfit] = frozenset()
    duration_minutes: int | None = None
    people: tuple[UUID | None, ...] | None = None
    clocks: str | None = None


async def reschedule(act: Act, booking: Booking, move: Move, request: Repeatable) -> Booking:
    """Move a booking in place: id, reference and iCal UID stay, version and sequence grow by one, a mail tells.

    Moving it to where it is changes nothing. VersionConflict, WrongState, TooLateToReschedule, SlotTaken, SeatsTaken
    and NotOffered (all with alternatives), NotFound, ValidationFailed, IdempotencyKeyReused.
    """
    wish = await _wish(act, booking, move)

    async def work() -> Booking:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is None:
                await _move(act, booking.id, wish, move)
                await begun.keep(booking.id)
            return await current(act, booking.id)

    def terms(offer: Offer) -> Offer:
        if offer.parts:
            return _open(offer, wish)[0]
        return as_promised(booking, with_its_own(wish, offer), move.duration_minutes)

    return await or_alternatives(act, wish, work, terms)


async def _wish(act: Act, booking: Booking, move: Move) -> Wish:
    people = await people_of(act.account_id, booking.id)
    first, *rest = _with(await steps_of(booking), move)
    staff_id = first.staff_id if rest else move.staff_id or booking.staff_id
    return Wish(
        booking.service_id, move.starts_at, staff_id, private=True, waived=move.waived,
        ignoring=Ignoring(booking_id=booking.id), party_size=booking.party_size,
        instead_of=booking.starts_at if staff_id is None or staff_id in people else None, also=people,
        duration_minutes=first.duration_minutes, followed_by=tuple(rest), promised=first.promised, kept=first.kept,
        clocks=move.clocks,
    )  # fmt: skip


def _with(steps: tuple[Step, ...], move: Move) -> tuple[Step, ...]:
    """What was booked, with whom it is to be. Of a visit, whoever comes in the place of who does the first service does
    so in all of theirs."""
    if len(steps) == 1:
        if move.people is not None:
            raise ValidationFailed(FieldProblem("segmentStaffIds", "It is of one service. Say `staffId` instead."))
        return steps
    if move.people is not None and len(move.people) != len(steps):
        message = f"The visit has {len(steps)} services: name one person, or null, for each of them."
        raise ValidationFailed(FieldProblem("segmentStaffIds", message))
    replaced = steps[0].kept if move.staff_id is not None else None
    named = move.people or tuple(move.staff_id if one.kept == replaced else None for one in steps)
    return tuple(
        replace(step, staff_id=who, kept=None if who else step.kept) for step, who in zip(steps, named, strict=True)
    )


async def offer_to_move(
    act: Act, booking: Booking, first: date, last: date, *, staff_id: UUID | None, minutes: int | None,
    by_customer: bool,
) -> tuple[Offer, UUID | None]:  # fmt: skip
    """What a booking can be moved to on some dates, and with whom (None: anybody of the offer): the offer that
    `reschedule` would look at, with nobody to serve it where it could not be moved at all. ValidationFailed for a
    length that it cannot have."""
    move = Move(booking.starts_at, staff_id, booking.version, by_customer, duration_minutes=minutes)
    wish = await _wish(act, booking, move)
    offer = _as_moved(booking, wish, move, await read_steps(act.account_id, wish.steps, first, last, also=wish.also))
    if offer.parts:
        offer, wish = _open(offer, wish)
    try:
        _refuse_change(act, booking, move)
    except (TooLateToReschedule, WrongState):
        return replace(offer, providers=()), wish.staff_id
    return offer, wish.staff_id


async def _move(act: Act, booking_id: UUID, wish: Wish, move: Move) -> None:
    read = await current(act, booking_id)
    offer = await _destination(act, read, wish, move)
    _refuse_change(act, read, move)
    if _is_there(read, offer, wish):
        return

    async def write(choice: Choice, overridden: tuple[Unfit, ...]) -> None:
        booking = await current(act, booking_id)
        late = _refuse_change(act, booking, move)
        await _write(act, booking, offer, wish, choice)
        moved = await current(act, booking_id)
        await record(
            act, "booking_rescheduled", "booking", booking.id, staff_id=str(choice.lead.staff_id),
            previous_staff_id=str(booking.staff_id), after_cutoff=late, **_left(booking, wish.also), **choice.told,
            **await overriding(wish, moved, overridden),
        )  # fmt: skip
        if moved.starts_at >= act.at:  # or they are there
            await post(act, moved, MailTemplate.BOOKING_RESCHEDULED)
        await plan_reminders(act, moved)

    held = await calendars_of(act.account_id, booking_id)
    if offer.parts:
        try:  # with whom it is, also where somebody would have to be waited for
            await take(act, *_kept(offer, wish), write, held=held)
            return
        except (SlotTaken, NotOffered):
            offer, wish = _open(offer, wish)
    await take(act, offer, wish, write, held=held)


def _is_there(booking: Booking, offer: Offer, wish: Wish) -> bool:
    """Whether nothing else is asked for than what it has."""
    if offer.parts:
        return booking.starts_at == wish.starts_at and not any(step.staff_id for step in wish.steps)
    ends_at = wish.starts_at + timedelta(seconds=offer.terms.duration)
    return wish.staff_id in wish.also and (booking.starts_at, booking.ends_at) == (wish.starts_at, ends_at)


def _kept(offer: Offer, wish: Wish) -> tuple[Offer, Wish]:
    """The visit with nobody but whom it is with, and whoever is named."""
    people = [step.staff_id or step.kept for step in wish.steps]
    parts = tuple(
        replace(part, providers=tuple(one for one in part.providers if who is None or one.staff_id == who))
        for part, who in zip(offer.parts, people, strict=True)
    )
    first = people[0] if any(one.staff_id == people[0] for one in parts[0].providers) else None
    following = tuple(replace(step, staff_id=who) for step, who in zip(wish.followed_by, people[1:], strict=True))
    return replace(offer, parts=parts, providers=parts[0].providers), replace(
        wish, staff_id=first, followed_by=following
    )


def _open(offer: Offer, wish: Wish) -> tuple[Offer, Wish]:
    """The visit with anybody where nobody is named, but whom a customer chose stays."""
    parts, steps = [], []
    for part, step in zip(offer.parts, wish.steps, strict=True):
        chosen = step.kept if part.assignment is Assignment.CUSTOMER_CHOICE and step.staff_id is None else step.staff_id
        parts.append(part if chosen is None else replace(part, providers=tuple(
            one for one in part.providers if one.staff_id == chosen)))  # fmt: skip
        steps.append(replace(step, staff_id=chosen))
    offer = replace(offer, parts=tuple(parts), providers=parts[0].providers)
    return offer, replace(wish, staff_id=steps[0].staff_id, followed_by=tuple(steps[1:]))


def _left(booking: Booking, people: Collection[UUID]) -> dict[str, object]:
    """Who served it, and the place that it was at: some of them may do so no longer."""
    place = {"previous_location_id": str(booking.location_id)} if booking.location_id is not None else {}
    return {"previous_staff_ids": sorted(str(one) for one in people), **place}


async def _destination(act: Act, booking: Booking, wish: Wish, move: Move) -> Offer:
    """The service with those who would serve it, where they are then, by the terms that were promised: later changes
    of the service do not reach a booking."""
    offers = await read_steps_at(act.account_id, wish.steps, wish.starts_at, also=wish.also, clocks=wish.clocks)
    offer = _as_moved(booking, wish, move, offers)
    if offer.parts:
        await _refuse_strangers(act, offer, wish, move)
        return offer
    if wish.staff_id in wish.also and offer.provider(wish.staff_id) is None:
        message = "Whoever it is with takes no bookings any more. Say with whom it is to be."
        raise ValidationFailed(FieldProblem("staffId", message))
    await provider(act, offer, wish.staff_id or booking.staff_id)
    return offer


def _as_moved(booking: Booking, wish: Wish, move: Move, offers: Sequence[Offer] | None) -> Offer:
    if offers is None:
        raise NotFound("service")
    offer = visit_of(offers, wish.steps, moving=True)
    if move.duration_minutes is not None and offer.parts:
        message = "A visit of several services keeps its length. Leave it out."
        raise ValidationFailed(FieldProblem("durationMinutes", message))
    if move.duration_minutes is not None and (offer.shared or booking.group_session_id is not None):
        message = "A group session keeps its length. Leave it out."
        raise ValidationFailed(FieldProblem("durationMinutes", message))
    return as_promised(booking, with_its_own(wish, offer), move.duration_minutes)


async def _refuse_strangers(act: Act, offer: Offer, wish: Wish, move: Move) -> None:
    """ValidationFailed and NotFound for whoever is named and does not offer the service; see `provider`."""
    path = "staffId" if move.people is None else "segmentStaffIds"
    for part, step in zip(offer.parts, wish.steps, strict=True):
        if step.staff_id is not None:
            await provider(act, part, step.staff_id, path)


def with_its_own(wish: Wish, offer: Offer) -> Offer:
    """Nobody new is asked for: then all who serve it stay, however the service assigns others now. Of a visit it is
    known with whom each service is."""
    if offer.parts or wish.staff_id not in wish.also:
        return offer
    own = sorted(
        (person for person in offer.providers if person.staff_id in wish.also),
        key=lambda person: person.staff_id != wish.staff_id,
    )
    return replace(offer, assignment=Assignment.COLLECTIVE, providers=tuple(own))


def as_promised(booking: Booking, offer: Offer, duration_minutes: int | None = None) -> Offer:
    """The offer with the buffers that a booking was promised, and its length where no other is asked for. Those of a
    visit are in its services already."""
    if offer.parts:
        return offer
    as_it_is = int(elapsed(booking.starts_at, booking.ends_at).total_seconds())
    terms = replace(
        offer.terms,
        duration=as_it_is if duration_minutes is None else duration_minutes * 60,
        before=booking.before_minutes * 60,
        after=booking.after_minutes * 60,
    )
    return replace(offer, terms=terms)


def _refuse_change(act: Act, booking: Booking, move: Move) -> bool:
    """Whether the customer's cutoff has passed, which is their limit and others' trace."""
    if booking.version != move.expected_version:
        raise VersionConflict(booking.version)
    refuse_state(act, booking, PENDING)
    late = not in_time(booking.starts_at, booking.reschedule_cutoff_minutes, act.at)
    if late and move.by_customer:
        raise TooLateToReschedule(last_moment(booking.starts_at, booking.reschedule_cutoff_minutes))
    return late


async def _write(act: Act, booking: Booking, offer: Offer, wish: Wish, choice: Choice) -> None:
    session = None
    if booking.has_time:  # a request may have none
        await unseat(act, booking)
        session = await seat(act, offer, choice, wish.starts_at, wish.party, may_overlap=wish.may_overlap)
    # A request that is moved waits no longer than before, and never beyond the appointment.
    waits, who = booking.request_expires_at, choice.lead
    rows = Booking.of(act.account_id).filter(id=booking.id, version=booking.version, status=booking.status)
    written = await rows.update(
        starts_at=wish.starts_at, ends_at=choice.ends_at, local_start=local_start(wish.starts_at, who.zone),
        zone=who.zone.key, staff_id=who.staff_id, location_id=who.location_id, updated_at=act.at,
        request_expires_at=min(waits, wish.starts_at) if waits else None,
        group_session_id=session.id if session else None,
        version=F("version") + 1, sequence=F("sequence") + 1,
    )  # fmt: skip
    if written == 0:
        raise VersionConflict((await current(act, booking.id)).version)
    await move_segments(act, booking.id, choice.legs)
    await answers_moved(act, booking.id, choice.ends_at)
    if session is None and booking.has_time:
        await occupy(act, choice.blocks, booking_id=booking.id, may_overlap=wish.may_overlap)
    await reengage(act, booking.id, choice.places)
