"""Look: who of a service is open when, and what is in their way. One statement, whoever asks for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from models.busy import NOTHING, Busy, Ignoring, read_busy
from models.offer import Offer
from models.teams import Need, Team, Unit
from rules.alignment import align
from rules.intervals import Window
from rules.notice import Reach, reach
from rules.opening import closed_between, stretches_between
from rules.slots import Candidate, Pool, Terms, busy_span, free_units
from rules.stays import Stay
from rules.stretches import Stretch, without
from rules.stretches import together as open_together
from rules.visit_plans import Plans
from rules.wall_time import day_start

_ONE_DAY = timedelta(days=1)
# A session keeps the length that its service had: however that has changed, it is seen to its end.
_LONGEST_SESSION = 86_400


@dataclass(frozen=True, slots=True)
class Hours:
    """When a team is open in the range that is asked for, and which starts are allowed there."""

    team: Team
    stretches: Sequence[Stretch]
    reach: Reach


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the database found: who is open when, what is in their way, and candidates by zone and reach,
    which are nearly always the same for all. Each candidate's key is its leading staff member. `plans` are those of
    visits, place by place."""

    open_hours: list[Hours]
    busy: Busy
    groups: dict[tuple[ZoneInfo, Reach], list[Candidate[UUID]]]
    plans: Sequence[Plans[UUID]] = ()


async def look(
    account_id: UUID, offer: Offer, first: date, last: date, now: datetime,
    *, staff_id: UUID | None, party: int, ignoring: Ignoring = NOTHING,
) -> Look | None:  # fmt: skip
    """None where nobody is open on any of the dates, or the party is too large."""
    if party > offer.capacity:
        return None
    teams = offer.teams(staff_id)
    open_hours = [_open_on(offer, one, first, last, now) for team in teams for one in team.in_turn()]
    span = together(busy_span(hours.stretches, offer.terms) for hours in open_hours)
    if span is None:
        return None
    busy = await read_busy(
        account_id, calendars_of(offer, teams), seen_in(offer, span), now, ignoring, shared=shared_by(offer)
    )
    pools = pools_of(offer.needs, busy, span)
    groups: defaultdict[tuple[ZoneInfo, Reach], list[Candidate[UUID]]] = defaultdict(list)
    for hours in open_hours:
        candidate = candidate_of(hours.team, hours.stretches, busy, pools)
        groups[hours.team.zone, hours.reach].append(candidate)
    return Look(open_hours, busy, groups)


def candidate_of(
    team: Team, stretches: Sequence[Stretch], busy: Busy, pools: tuple[Pool, ...]
) -> Candidate[UUID]:  # fmt: skip
    """A team as the sweep takes it: what blocks one of them blocks all."""
    own = busy.of(*(person.calendar_id for person in team.members))
    return Candidate(team.lead.staff_id, stretches, own, pools)


def calendars_of(offer: Offer, teams: Iterable[Team]) -> set[UUID]:
    """Every calendar that these teams may need for the offer."""
    people = {person.calendar_id for team in teams for person in team.members}
    return people | {unit.calendar_id for need in offer.needs for unit in need.units}


def pools_of(needs: Iterable[Need], busy: Busy, span: Window) -> tuple[Pool, ...]:
    """What is needed of rooms and things, as the sweep takes it, for appointments within `span`."""
    return tuple(
        Pool(
            [busy.own.get(unit.calendar_id, []) for unit in need.units],
            need.count,
            [closed_between(unit.hours, *span) if unit.hours else [] for unit in need.units],
        )
        for need in needs
    )


def shared_by(offer: Offer) -> UUID | None:
    return offer.service_id if offer.shared else None


def seen_in(offer: Offer, span: Window) -> Window:
    return (span[0], span[1] + _LONGEST_SESSION) if offer.shared else span


def open_range(offer: Offer, team: Team, first: date, last: date, now: datetime) -> tuple[Reach, int, int]:
    """What is allowed on these dates, and between which seconds that lies; empty where the first is not the lesser."""
    begin, end = day_start(first, team.zone), day_start(last + _ONE_DAY, team.zone)
    allowed = reach_of(offer, team, now).within(begin, end)
    return allowed, max(begin, allowed.earliest), min(end, allowed.until)


def _open_on(offer: Offer, team: Team, first: date, last: date, now: datetime) -> Hours:
    allowed, begin, end = open_range(offer, team, first, last, now)
    stretches = stretches_of(team, begin, end, offer.terms) if begin < end else []
    return Hours(team, stretches, allowed)


def stretches_of(team: Team, begin: int, end: int, terms: Terms) -> Sequence[Stretch]:
    """When all of a team are open at their places, where an appointment on these terms can start in [begin, end)."""
    lead = team.lead
    if lead.stay.hours is None:
        return []
    each = [_open_hours(person.stay, begin, end, terms) for person in team.members]
    return align(each[0] if len(each) == 1 else open_together(each), lead.stay.hours.zone, terms.alignment)


def _open_hours(stay: Stay, begin: int, end: int, terms: Terms) -> Sequence[Stretch]:
    if stay.hours is None:
        return []
    found = stretches_between(stay.hours, begin, end, duration=terms.duration, begun=stay.begun)
    return without(found, stay.closed)


def reach_of(offer: Offer, team: Team, now: datetime) -> Reach:
    return reach(now, team.zone, notice_minutes=offer.notice_minutes, horizon_days=offer.horizon_days)


def together(spans: Iterable[Window]) -> Window | None:
    """The range from the first to the last of `spans`; empty ones do not count."""
    real: Sequence[Window] = [span for span in spans if span[0] < span[1]]
    return (min(begin for begin, _ in real), max(end for _, end in real)) if real else None


def given_units(needs: Iterable[Need], pools: Iterable[Pool], start: int, terms: Terms) -> Iterable[Unit]:
    """The first units of each need that are free; where what is taken does not count, then those that are not."""
    for need, pool in zip(needs, pools, strict=True):
        free = free_units(pool, start, terms)
        others = (at for at in range(len(need.units)) if at not in free)
        yield from (need.units[at] for at in [*free, *others][: need.count])
