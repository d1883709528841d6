"""Choosing who serves a wanted time, and taking it from them: the one guarded way in for bookings and holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from models.act import Act
from models.availability import alternatives, judge
from models.busy import NOTHING, Ignoring
from models.group_session import GroupSession
from models.occupancy import lock_calendars
from models.offer import Offer, Provider, key_or_none, read_offer
from models.service import Visibility
from models.staff import Staff
from models.storage.client import Row
from models.storage.database import fetch, retrying, transaction
from models.storage.instant import from_database
from rules.errors import Alternative, FieldProblem, NotFound, NotOffered, SeatsTaken, SlotTaken, ValidationFailed
from rules.limits import Period, period_bounds
from rules.slot_checks import Unfit
from rules.staff_choice import StaffLoad, in_order
from rules.wall_time import day_start, epoch, instant, local_date

T = TypeVar("T")
Adapt = Callable[[Offer], Offer]
Write = Callable[[Provider, Unfit | None], Awaitable[T]]

# Who has had nothing for this long counts as never busy; it bounds how many bookings are looked at.
_IDLE = timedelta(days=31)
# Alternatives lie at most a week away, on local dates that may differ from those in UTC.
_AROUND = timedelta(days=8)
_LOADS = """
    SELECT b.staff_id,
      SUM(CASE WHEN b.starts_at >= $3 AND b.starts_at < $4 THEN 1 ELSE 0 END) AS bookings,
      MAX(CASE WHEN b.ends_at <= $5 THEN b.ends_at END) AS busy_until
    FROM booking b
    JOIN offering x ON x.account_id = b.account_id AND x.service_id = $2 AND x.staff_id = b.staff_id
    WHERE b.account_id = $1 AND b.starts_at >= $6 AND b.starts_at < $4
      AND b.status IN ('REQUESTED', 'CONFIRMED', 'COMPLETED', 'NO_SHOW')
    GROUP BY b.staff_id
"""
_SAID = {
    Unfit.IN_THE_PAST: "That time has passed. Choose a later one.",
    Unfit.TOO_SOON: "The service cannot be booked at such short notice. Choose a later time.",
    Unfit.TOO_FAR: "The service cannot be booked that far ahead yet. Choose an earlier time.",
    Unfit.OUTSIDE_OPENING_HOURS: "Nobody who offers the service is open for the whole of that time.",
    Unfit.NOT_ON_GRID: "The service does not start at that minute. Choose one of the starts that are offered.",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """An appointment that somebody wants. `staff_id` None: with anyone. `private`: also services kept for members.

    `waived` are the reasons that do not count for whoever asks. `party_size` None: not said. `instead_of` is the start
    of the booking that is to be moved, which is no alternative to where it cannot go.
    """

    service_id: UUID
    starts_at: datetime
    staff_id: UUID | None = None
    private: bool = False
    waived: frozenset[Unfit] = frozenset()
    ignoring: Ignoring = NOTHING
    instead_of: datetime | None = None
    party_size: int | None = None

    @property
    def party(self) -> int:
        """How many come."""
        return self.party_size or 1


async def offer_for(act: Act, wish: Wish) -> Offer:
    """The offer of the wished service around the wished time. NotFound for one that this wish may not know,
    ValidationFailed for a party that it never has room for."""
    day = wish.starts_at.date()
    offer = await read_offer(act.account_id, wish.service_id, day, day)
    if offer is None or offer.archived or (offer.visibility is Visibility.PRIVATE and not wish.private):
        raise NotFound("service")
    if wish.party > offer.capacity:
        message = f"One appointment takes {offer.capacity} at most. Book for fewer, or several times."
        raise ValidationFailed(FieldProblem("partySize", message))
    return offer


async def take(act: Act, offer: Offer, wish: Wish, write: Write[T]) -> T:
    """What `write` makes for the first person who is free, and the rule waived for it; in the caller's transaction.

    Each is tried in a savepoint: their calendar is locked, then looked at, then written. Undoing the savepoint gives
    the lock back, so nobody ever waits for one calendar while holding another. SlotTaken, SeatsTaken or NotOffered
    when nobody is free; NotFound for a staff member who is not there or does not offer the service.
    """
    reasons: list[Unfit] = []
    left: list[int] = []
    for person in await _people(act, offer, wish):
        try:
            async with transaction():
                await lock_calendars(act.account_id, person.calendar_id)
                return await write(person, await check(act, offer, wish, person))
        except SlotTaken:
            reasons.append(Unfit.TAKEN)
        except SeatsTaken as refusal:
            left.append(refusal.remaining)
        except NotOffered as refusal:
            reasons.append(refusal.reason)
    raise SeatsTaken(max(left)) if left else _refusal(reasons)


async def check(act: Act, offer: Offer, wish: Wish, person: Provider) -> Unfit | None:
    """The rule that had to be waived, if any, so that the person can serve the wish. Lock their calendar before.

    SlotTaken, SeatsTaken or NotOffered where they cannot.
    """
    verdict = await judge(
        act.account_id, offer, person, epoch(wish.starts_at), act.at, waived=wish.waived, ignoring=wish.ignoring
    )
    if verdict.refused is not None:
        raise _refusal([verdict.refused])
    if verdict.remaining is not None and verdict.remaining < wish.party:
        raise SeatsTaken(verdict.remaining)
    return verdict.overridden


def _as_it_is(offer: Offer) -> Offer:
    return offer


async def or_alternatives(act: Act, wish: Wish, work: Callable[[], Awaitable[T]], terms: Adapt = _as_it_is) -> T:
    """The work, run again while others are in its way. What it refuses for its time names free times near it.

    They are looked for after everything has been rolled back, so that nobody waits for the answer. `terms` puts those
    of a booking that is being moved in the place of the service's.
    """
    try:
        return await retrying(work)
    except (SlotTaken, SeatsTaken, NotOffered) as refusal:
        found = await _nearby(act, wish, terms)
        if isinstance(refusal, SlotTaken):
            raise SlotTaken(found) from None
        if isinstance(refusal, SeatsTaken):
            raise SeatsTaken(refusal.remaining, found) from None
        raise NotOffered(refusal.reason, refusal.message, found) from None


async def _nearby(act: Act, wish: Wish, terms: Adapt) -> list[Alternative]:
    day = wish.starts_at.date()
    offer = await read_offer(act.account_id, wish.service_id, day - _AROUND, day + _AROUND, also=wish.staff_id)
    if offer is None:
        return []
    return await alternatives(
        act.account_id, terms(offer), wish.starts_at, act.at, staff_id=wish.staff_id, ignoring=wish.ignoring,
        instead_of=wish.instead_of, party=wish.party,
    )  # fmt: skip


def _refusal(reasons: list[Unfit]) -> SlotTaken | NotOffered:
    """If anybody is taken, the time exists; otherwise the rule that comes last, being the nearest to a free start."""
    if Unfit.TAKEN in reasons:
        return SlotTaken()
    order = list(_SAID)
    reason = max(reasons, key=order.index, default=Unfit.OUTSIDE_OPENING_HOURS)
    return NotOffered(reason, _SAID[reason])


async def provider(act: Act, offer: Offer, staff_id: UUID) -> Provider:
    """The provider with this id. NotFound for nobody the account knows, ValidationFailed for somebody else."""
    person = offer.provider(staff_id)
    if person is not None:
        return person
    if await Staff.of(act.account_id).filter(id=staff_id, archived_at=None).exists():
        message = "This person does not offer the service. Choose somebody who does, or leave it out for anyone."
        raise ValidationFailed(FieldProblem("staffId", message))
    raise NotFound("staff")


async def _people(act: Act, offer: Offer, wish: Wish) -> list[Provider]:
    if wish.staff_id is not None:
        return [await provider(act, offer, wish.staff_id)]
    if len(offer.providers) < 2:
        return list(offer.providers)
    loads = await _loads(act, offer, wish)
    known = {person.staff_id: person for person in offer.providers}
    people = [known[load.staff_id] for load in in_order(loads)]
    if offer.shared:  # read after the loads: whoever has just begun a session there is joined, not avoided
        begun = await _running(act, wish)
        people.sort(key=lambda person: person.staff_id not in begun)
    return people


async def _running(act: Act, wish: Wish) -> set[UUID]:
    """With whom a session of the service begins at the wished time."""
    rows = GroupSession.of(act.account_id).filter(service_id=wish.service_id, starts_at=wish.starts_at)
    return {session.staff_id for session in await rows}


async def _loads(act: Act, offer: Offer, wish: Wish) -> list[StaffLoad]:
    """Bookings of the local week of the wish count: even enough to be fair, short enough to notice a new colleague."""
    monday, sunday = period_bounds(local_date(epoch(wish.starts_at), offer.zone), Period.WEEK)
    begin, end = _moment(monday, offer.zone), _moment(sunday + timedelta(days=1), offer.zone)
    rows = await fetch(_LOADS, act.account_id, offer.service_id, begin, end, wish.starts_at, begin - _IDLE)
    found = {key_or_none(row["staff_id"]): row for row in rows}
    return [_load(person, found.get(person.staff_id)) for person in offer.providers]


def _load(person: Provider, row: Row | None) -> StaffLoad:
    if row is None:
        return StaffLoad(person.staff_id, 0, person.weight)
    until = None if row["busy_until"] is None else epoch(from_database(row["busy_until"]))
    return StaffLoad(person.staff_id, int(row["bookings"]), person.weight, until)


def _moment(day: date, zone: ZoneInfo) -> datetime:
    return instant(day_start(day, zone))
