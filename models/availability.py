"""Availability: which starts of an offer are free, why one is not, and which others are near it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from models.busy import NOTHING, Busy, Ignoring, Joinable, read_busy
from models.offer import Offer, Provider
from rules.errors import Alternative
from rules.intervals import Window
from rules.notice import Reach, reach
from rules.opening import stretches_between
from rules.slot_checks import OFF_GRID, Unfit, can_be_joined, fits, nearest
from rules.slots import Candidate, Terms, busy_span, offers
from rules.stretches import Stretch
from rules.wall_time import day_start, epoch, instant, local_date

ALTERNATIVES = 5
_ONE_DAY = timedelta(days=1)
_NEAR = timedelta(days=7)
# A session keeps the length that its service had: however that has changed, it is seen to its end.
_LONGEST_SESSION = 86_400


@dataclass(frozen=True, slots=True)
class Slot:
    """A start (epoch seconds) with those who are free then, and the zone of the place where the first would serve.

    `remaining` are the seats that are left then, with whoever has most: 1 where a service is not shared.
    """

    start: int
    zone: ZoneInfo
    staff_ids: list[UUID]
    remaining: int


@dataclass(frozen=True, slots=True)
class _Hours:
    """When one person is open in the range that is asked for, and which starts are allowed there."""

    person: Provider
    stretches: list[Stretch]
    reach: Reach


async def free_slots(
    account_id: UUID, offer: Offer, first: date, last: date, now: datetime,
    *, staff_id: UUID | None = None, ignoring: Ignoring = NOTHING, party: int = 1,
) -> list[Slot]:  # fmt: skip
    """The free starts on the dates `first` to `last`, inclusive, as the place of the appointment counts dates.

    Sessions with seats for the party are among them, and nothing that overlaps a session of the same person.
    """
    if party > offer.capacity:
        return []
    people = [person for person in offer.providers if staff_id in (None, person.staff_id)]
    open_hours = [_open_on(offer, person, first, last, now) for person in people]
    span = _together(busy_span(hours.stretches, offer.terms) for hours in open_hours)
    if span is None:
        return []
    busy = await read_busy(
        account_id, _seen(offer, span), now, ignoring, service_id=offer.service_id, staff_id=staff_id,
        shared=_shared(offer),
    )  # fmt: skip
    groups: defaultdict[tuple[ZoneInfo, Reach], list[Candidate[UUID]]] = defaultdict(list)
    for hours in open_hours:
        staff = hours.person.staff_id
        groups[hours.person.zone, hours.reach].append(Candidate(staff, hours.stretches, busy.of(staff)))
    found: dict[int, Slot] = {}
    for (zone, allowed), candidates in groups.items():  # nearly always one: the business has one zone
        for start, staff_ids in offers(candidates, offer.terms, allowed).items():
            slot = found.setdefault(start, Slot(start, zone, [], offer.capacity))
            slot.staff_ids.extend(staff_ids)
    if busy.sessions:
        _add_sessions(found, offer, open_hours, busy, party)
    return [found[start] for start in sorted(found)]


def _add_sessions(found: dict[int, Slot], offer: Offer, open_hours: list[_Hours], busy: Busy, party: int) -> None:
    """The starts of sessions that have seats for the party, beside those at which a new one can begin."""
    joined = set()
    for hours in open_hours:
        staff = hours.person.staff_id
        away = busy.away_of(staff)
        for one in busy.sessions.get(staff, []):
            if one.remaining >= party and can_be_joined(
                one.start, one.end, hours.stretches, away, offer.terms, hours.reach
            ):
                slot = found.get(one.start) or Slot(one.start, hours.person.zone, [], 0)
                slot.staff_ids.append(staff)
                found[one.start] = slot if slot.remaining >= one.remaining else replace(slot, remaining=one.remaining)
                joined.add(one.start)
    places = {hours.person.staff_id: place for place, hours in enumerate(open_hours)}
    for start in joined:
        found[start].staff_ids.sort(key=places.__getitem__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a start cannot be booked, None if it can be; and the rule that stands against it but was waived, if any.

    `remaining` are the seats that a session has left which begins then; None where there is none.
    """

    refused: Unfit | None
    overridden: Unfit | None
    remaining: int | None = None


async def judge(
    account_id: UUID, offer: Offer, person: Provider, start: int, now: datetime,
    *, waived: frozenset[Unfit] = frozenset(), ignoring: Ignoring = NOTHING,
) -> Verdict:  # fmt: skip
    """Whether the person can be booked at `start` (epoch seconds). Looks at the database: lock their calendar first."""
    terms = offer.terms
    stretches = _stretches(person, start, start + 1, terms.duration)
    spans = [busy_span(stretches, terms), (start - terms.before, start + terms.duration + terms.after)]
    span = _together(spans) or spans[1]
    busy = await read_busy(
        account_id, _seen(offer, span), now, ignoring, staff_id=person.staff_id, shared=_shared(offer)
    )  # fmt: skip
    allowed = _reach(offer, person, now)
    session = next((one for one in busy.sessions.get(person.staff_id, []) if one.start == start), None)
    if session is not None:
        return _judge_session(session, offer, person, busy, allowed, waived)
    candidate = Candidate(person.staff_id, stretches, busy.of(person.staff_id))
    refused = fits(start, candidate, terms, allowed, waived)
    return Verdict(refused, None if refused or not waived else fits(start, candidate, terms, allowed))


def _judge_session(
    session: Joinable, offer: Offer, person: Provider, busy: Busy, allowed: Reach, waived: frozenset[Unfit]
) -> Verdict:
    """Whether a session can be joined. It has its time already: no other booking and no grid stand against it."""
    terms = _terms_of(session, offer)
    stretches = _stretches(person, session.start, session.start + 1, terms.duration)
    candidate = Candidate(person.staff_id, stretches, busy.away_of(person.staff_id))
    refused = fits(session.start, candidate, terms, allowed, waived | OFF_GRID)
    overridden = None if refused or not waived else fits(session.start, candidate, terms, allowed, OFF_GRID)
    return Verdict(refused, overridden, session.remaining)


def _terms_of(session: Joinable, offer: Offer) -> Terms:
    """Those of the service, but as long as the session was begun, whatever the service has become."""
    return replace(offer.terms, duration=session.end - session.start)


def _shared(offer: Offer) -> UUID | None:
    return offer.service_id if offer.shared else None


def _seen(offer: Offer, span: Window) -> Window:
    return (span[0], span[1] + _LONGEST_SESSION) if offer.shared else span


async def alternatives(
    account_id: UUID, offer: Offer, wanted: datetime, now: datetime,
    *, staff_id: UUID | None = None, ignoring: Ignoring = NOTHING, instead_of: datetime | None = None, party: int = 1,
) -> list[Alternative]:  # fmt: skip
    """The free starts nearest to `wanted` that have room for the party, at most a week before or after it.

    `instead_of` is none of them.
    """
    day = local_date(epoch(wanted), _zone_of(offer, staff_id))
    slots = await free_slots(
        account_id, offer, day - _NEAR, day + _NEAR, now, staff_id=staff_id, ignoring=ignoring, party=party
    )  # fmt: skip
    left_out = None if instead_of is None else epoch(instead_of)
    zones = {slot.start: slot.zone for slot in slots if slot.start != left_out}
    return [
        Alternative(instant(start), instant(start + offer.terms.duration), zones[start].key)
        for start in nearest(list(zones), epoch(wanted), ALTERNATIVES)
    ]


def _zone_of(offer: Offer, staff_id: UUID | None) -> ZoneInfo:
    person = offer.provider(staff_id) if staff_id else None
    return person.zone if person else offer.zone


def _open_on(offer: Offer, person: Provider, first: date, last: date, now: datetime) -> _Hours:
    begin, end = day_start(first, person.zone), day_start(last + _ONE_DAY, person.zone)
    allowed = _reach(offer, person, now).within(begin, end)
    begin, end = max(begin, allowed.earliest), min(end, allowed.until)
    stretches = _stretches(person, begin, end, offer.terms.duration) if begin < end else []
    return _Hours(person, stretches, allowed)


def _stretches(person: Provider, begin: int, end: int, duration: int) -> list[Stretch]:
    return stretches_between(person.hours, begin, end, duration=duration) if person.hours else []


def _reach(offer: Offer, person: Provider, now: datetime) -> Reach:
    return reach(now, person.zone, notice_minutes=offer.notice_minutes, horizon_days=offer.horizon_days)


def _together(spans: Iterable[Window]) -> Window | None:
    """The range from the first to the last of `spans`; empty ones do not count."""
    real: Sequence[Window] = [span for span in spans if span[0] < span[1]]
    return (min(begin for begin, _ in real), max(end for _, end in real)) if real else None
