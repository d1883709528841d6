"""Choosing who serves a wanted time, and taking it from them: the one guarded way in for bookings and holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from models.act import Act
from models.availability import alternatives
from models.busy import NOTHING, Ignoring
from models.chosen import Choice
from models.extras import with_extras
from models.group_session import clear_seats
from models.judging import Start, Verdict, look_at
from models.occupancy import calendar_keys, clear_ended, places_blocked
from models.offer import NOBODY, Offer
from models.ranking import ranked
from models.resource import units_there
from models.segment import Promised, Step
from models.service import Assignment, Visibility
from models.staff import Staff
from models.storage.database import in_transaction, lock, retrying, transaction, try_lock, wait_for
from models.storage.errors import Contended
from models.teams import Need, Provider, Team
from models.transitions import expire_overdue
from models.used import lock_limits
from models.visit import read_steps, read_steps_at, refuse_unnamed, visit_of
from models.visit_judging import VisitStart, look_at_visit, only
from rules.add_ons import AddOnChoice
from rules.allowed import allowed, words
from rules.errors import Alternative, FieldProblem, NotFound, NotOffered, SeatsTaken, SlotTaken, ValidationFailed
from rules.explaining import likeliest
from rules.slot_checks import Unfit
from rules.wall_time import epoch

T = TypeVar("T")
Adapt = Callable[[Offer], Offer]
_Free = tuple[Verdict, Start | VisitStart]
_Refusal = SlotTaken | SeatsTaken | NotOffered
Write = Callable[["Choice", tuple[Unfit, ...]], Awaitable[T]]

# How often a choice is looked for while others are faster. Each time somebody else has got what was wanted.
_ATTEMPTS = 8
# Alternatives lie at most a week away, on local dates that may differ from those in UTC.
_AROUND = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Wish:
    """An appointment that somebody wants. `staff_id` None: with anyone. `private`: also services kept for members.

    `waived` are the reasons that do not count for whoever asks. `party_size` None: not said. `duration_minutes`
    None: the usual one; `followed_by` are the services that come next in the same visit, exactly `gap` minutes after
    this one where the time is kept already; `promised` is what was promised of this one, and `kept` who has it.
    `instead_of` is the start of the booking that is to be moved, which is no alternative to where it cannot go; `also`
    are those who serve it, who count although they may not offer the service any more. `clocks` is the zone of a
    series: it does not follow anybody who travels to other clocks.
    """

    service_id: UUID
    starts_at: datetime
    staff_id: UUID | None = None
    private: bool = False
    waived: frozenset[Unfit] = frozenset()
    ignoring: Ignoring = NOTHING
    instead_of: datetime | None = None
    party_size: int | None = None
    duration_minutes: int | None = None
    also: frozenset[UUID] = frozenset()
    add_ons: tuple[AddOnChoice, ...] = ()
    followed_by: tuple[Step, ...] = ()
    gap: int | None = None
    promised: Promised | None = None
    kept: UUID | None = None
    clocks: str | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every service that is wanted, in order."""
        first = Step(self.service_id, self.duration_minutes, self.staff_id, self.kept, self.promised, self.gap)
        return (first, *self.followed_by)

    @property
    def party(self) -> int:
        """How many come."""
        return self.party_size or 1

    @property
    def may_overlap(self) -> bool:
        """Whether other bookings do not stand in the way."""
        return Unfit.TAKEN in self.waived


async def offer_for(act: Act, wish: Wish) -> Offer:
    """The offer of the wished services at the wished time, with everybody where they are then. NotFound for one that
    this wish may not know, ValidationFailed for a party that it never has room for, a duration that it does not take,
    services that cannot be booked together, AddOnRefused for what it does not offer beside it."""
    offers = await read_steps_at(act.account_id, wish.steps, wish.starts_at, clocks=wish.clocks)
    if offers is None or any(one.archived or _hidden(one, wish) for one in offers):
        raise NotFound("service")
    offer = visit_of(offers, wish.steps)
    if wish.party > offer.capacity:
        message = f"One appointment takes {offer.capacity} at most. Book for fewer, or several times."
        raise ValidationFailed(FieldProblem("partySize", message))
    if offer.parts and wish.add_ons:
        message = "What is added to a service is booked with it alone. Leave out the one or the other."
        raise ValidationFailed(FieldProblem("followedBy", message))
    return await with_extras(act.account_id, offer, wish.add_ons)


def _hidden(offer: Offer, wish: Wish) -> bool:
    return offer.visibility is Visibility.PRIVATE and not wish.private


class _InHand(Exception):
    """Another transaction has one of the calendars."""

    def __init__(self, locks: frozenset[UUID]) -> None:
        super().__init__()
        self.locks = locks


class _Stale(Exception):
    """What was chosen is no longer what it was."""


async def take(act: Act, offer: Offer, wish: Wish, write: Write[T], *, held: Collection[UUID] = ()) -> T:
    """What `write` makes for the first choice that is free, and the rules waived for it; in the caller's transaction.

    Looks, then tries each choice in a savepoint: all its calendars are locked at once, looked at again, then written.
    `held` are calendars that are given up for it: locked with them, and kept where they will do. SlotTaken, SeatsTaken
    or NotOffered when nothing is free; NotFound for a staff member who is not there, ValidationFailed for one who does
    not offer the service or has to be named.
    """
    await lock_limits(act.account_id, offer)
    offer = replace(offer, needs=tuple(need.preferring(held) for need in offer.needs))
    teams = await ranked(act.account_id, offer, await _teams(act, offer, wish), wish.starts_at)
    offer = await _in_order(act, offer, wish, held)
    refusal: _Refusal | None = None
    for attempt in range(_ATTEMPTS):
        free = await _free(act, offer, wish, teams)
        try:
            return await _first(act, offer, wish, free, write, held, wait=attempt > 1)
        except _InHand as other:
            if attempt == 0:  # most want the very same: all who wait for one transaction see together what it left
                await wait_for(calendar_keys(act.account_id, other.locks))
        except _Stale:
            continue
        except (SlotTaken, SeatsTaken, NotOffered) as error:
            refusal = error  # somebody was faster: a new look says what that leaves
    raise refusal or Contended("Too many want the same at once.")


async def _first(
    act: Act, offer: Offer, wish: Wish, free: list[_Free], write: Write[T], held: Collection[UUID], *, wait: bool
) -> T:
    """What `write` makes for the first that no other transaction has in hand. With `wait`, where all are in hand, for
    the first. _InHand where nothing could be tried; what stands against the last one that was tried, otherwise."""
    passed: _Refusal | _Stale | None = None
    in_hand: Choice | None = None
    for one in free:
        choice = await _choice(act, one, held)
        try:
            return await _try(act, offer, wish, choice, write, wait=False)
        except _InHand:
            in_hand = in_hand or choice
            if offer.shared:
                break  # whoever has it begins a session, which is joined, not avoided
        except (SlotTaken, SeatsTaken, NotOffered, _Stale) as error:
            passed = error
    if in_hand is not None and wait:
        return await _try(act, offer, wish, in_hand, write, wait=True)
    if in_hand is not None:
        raise _InHand(in_hand.locks)
    raise passed or _Stale


async def _try(act: Act, offer: Offer, wish: Wish, choice: Choice, write: Write[T], *, wait: bool) -> T:
    """Undoing the savepoint gives the locks back, so nobody ever waits for calendars while holding others."""
    async with transaction():
        keys = calendar_keys(act.account_id, choice.locks)
        if wait:
            await lock(keys)
        elif not await try_lock(keys):
            raise _InHand(choice.locks)
        return await write(choice, await _settle(act, offer, wish, choice))


async def _free(act: Act, offer: Offer, wish: Wish, teams: list[Team]) -> list[_Free]:
    """The teams that are free as far as can be seen: those first whose session can be joined. SlotTaken, SeatsTaken or
    NotOffered where none is."""
    seen = await _look(act, offer, teams, wish)
    verdicts = [seen.judge(team, wish.waived) for team in teams]
    fit = [(one, seen) for one in verdicts if one.refused is None and _has_room(one, wish)]
    if fit:
        return sorted(fit, key=lambda one: (one[0].session is None, one[0].cost))
    left = [one.session.remaining for one in verdicts if one.refused is None and one.session is not None]
    raise SeatsTaken(max(left)) if left else _refusal(seen, dict(zip(teams, verdicts, strict=True)))


async def _look(act: Act, offer: Offer, teams: list[Team], wish: Wish) -> Start | VisitStart:
    looking = look_at_visit if offer.parts else look_at
    return await looking(act.account_id, offer, teams, epoch(wish.starts_at), act.at, wish.ignoring)


def _has_room(verdict: Verdict, wish: Wish) -> bool:
    return verdict.session is None or verdict.session.remaining >= wish.party


async def _choice(act: Act, free: _Free, held: Collection[UUID]) -> Choice:
    """Everything that serves the wish if this team does."""
    verdict, seen = free
    session, legs = verdict.session.id if verdict.session else None, verdict.legs
    if session is not None:
        legs = (replace(legs[0], places=tuple(await places_blocked(act.account_id, session))),)
    locks = {place.calendar_id for leg in legs for place in leg.places} | set(held)
    for ended in seen.over:
        locks |= {place.calendar_id for place in await places_blocked(act.account_id, ended)}
    return Choice(legs, frozenset(locks), session, seen.over)


async def _settle(act: Act, offer: Offer, wish: Wish, choice: Choice) -> tuple[Unfit, ...]:
    """Look again, now that nobody else writes there, and remove what has ended. The rules that had to be waived.

    SlotTaken, SeatsTaken or NotOffered where it is not free any more.
    """
    if choice.session is None and not await units_there(act.account_id, choice.places):
        raise SlotTaken  # there are fewer since the offer was read
    if offer.parts:
        offer = only(offer, choice.legs)
    elif choice.session is None:
        given = set(choice.calendar_ids)
        units = [unit for need in offer.needs for unit in need.units if unit.calendar_id in given]
        offer = replace(offer, needs=tuple(Need((unit,), 1) for unit in units))
    seen = await _look(act, offer, [choice.team], wish)
    verdict = seen.judge(choice.team, wish.waived)
    if verdict.refused is not None:
        raise _refusal(seen, {choice.team: verdict})
    if offer.parts and [leg.starts for leg in verdict.legs] != [leg.starts for leg in choice.legs]:
        raise _Stale
    session = verdict.session.id if verdict.session else None
    if session != choice.session or not seen.over <= choice.over:
        raise _Stale
    if not _has_room(verdict, wish) and verdict.session is not None:
        raise SeatsTaken(verdict.session.remaining)
    if seen.busy.ended:
        await clear_ended(act, choice.calendar_ids, seen.itself)
    over = seen.over | {session} if session else seen.over
    if over:
        await expire_overdue(act, over, wish.ignoring.booking_id or NOBODY)
    for one in sorted(over):
        await clear_seats(act, one)
    return verdict.overridden


def _as_it_is(offer: Offer) -> Offer:
    return offer


async def or_alternatives(act: Act, wish: Wish, work: Callable[[], Awaitable[T]], terms: Adapt = _as_it_is) -> T:
    """The work, run again while others are in its way. What it refuses for its time names free times near it.

    They are looked for after everything has been rolled back, so that nobody waits for the answer. `terms` puts those
    of a booking that is being moved in the place of the service's.
    """
    if in_transaction():  # part of something larger, which looks around itself once it has let go
        return await work()
    try:
        return await retrying(work)
    except (SlotTaken, SeatsTaken, NotOffered) as refusal:
        found = await nearby(act, wish, terms)
        if isinstance(refusal, SlotTaken):
            raise SlotTaken(found, refusal.step) from None
        if isinstance(refusal, SeatsTaken):
            raise SeatsTaken(refusal.remaining, found) from None
        raise NotOffered(refusal.reason, refusal.message, found, refusal.allowed, refusal.step) from None


async def nearby(act: Act, wish: Wish, terms: Adapt = _as_it_is) -> list[Alternative]:
    """Free times near the wished one, outside of transactions."""
    day = wish.starts_at.date()
    around = (day - _AROUND, day + _AROUND)
    offers = await read_steps(act.account_id, wish.steps, *around, also=wish.also)
    try:
        offer = visit_of(offers, wish.steps, moving=wish.ignoring.booking_id is not None) if offers else None
    except ValidationFailed:  # changed since it was refused
        offer = None
    if offer is None:
        return []
    offer = await with_extras(act.account_id, offer, () if offer.parts else wish.add_ons)
    return await alternatives(
        act.account_id, terms(offer), wish.starts_at, act.at, staff_id=wish.staff_id,
        ignoring=wish.ignoring, instead_of=wish.instead_of, party=wish.party,
    )  # fmt: skip


def _refusal(seen: Start | VisitStart, verdicts: Mapping[Team, Verdict]) -> SlotTaken | NotOffered:
    reason = likeliest([one.refused for one in verdicts.values() if one.refused])
    step = next((one.step for one in verdicts.values() if one.refused is reason), None)
    if reason is Unfit.TAKEN:
        return SlotTaken(step=step)
    zone = seen.offer.zone
    reaches = [seen.reach(team) for team, one in verdicts.items() if one.refused is reason]
    said = allowed(reason, seen.at, reaches, zone, seen.limit)
    return NotOffered(reason, words(reason, said, zone), allowed=said, step=step)


async def _in_order(act: Act, offer: Offer, wish: Wish, held: Collection[UUID]) -> Offer:
    """A visit with those who could do each of its services in the order in which these are assigned."""
    if not offer.parts:
        return offer
    refuse_unnamed(offer, wish.steps, all_of_them=wish.may_overlap)
    parts = []
    for at, part in enumerate(offer.parts):
        named = wish.staff_id if at == 0 else None
        teams = await ranked(act.account_id, part, part.teams(named), wish.starts_at)
        needs = tuple(need.preferring(held) for need in part.needs)
        parts.append(replace(part, providers=tuple(team.lead for team in teams), needs=needs))
    return replace(offer, parts=tuple(parts), providers=parts[0].providers)


async def provider(act: Act, offer: Offer, staff_id: UUID, path: str = "staffId") -> Provider:
    """The provider with this id. NotFound for nobody the account knows, ValidationFailed for somebody else."""
    person = offer.provider(staff_id)
    if person is not None:
        return person
    if await Staff.of(act.account_id).filter(id=staff_id, archived_at=None).exists():
        message = "This person does not offer the service. Choose somebody who does, or leave it out for anyone."
        raise ValidationFailed(FieldProblem(path, message))
    raise NotFound("staff")


async def _teams(act: Act, offer: Offer, wish: Wish) -> list[Team]:
    if wish.staff_id is not None:
        await provider(act, offer, wish.staff_id)
    elif offer.assignment is Assignment.CUSTOMER_CHOICE:
        message = "This service is booked with somebody of the customer's choice: say with whom."
        raise ValidationFailed(FieldProblem("staffId", message))
    return [team.at(epoch(wish.starts_at)) for team in offer.teams(wish.staff_id)]
