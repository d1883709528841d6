"""Looking at visits: who could do which service of one when, place by place. No statement of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from models.busy import NOTHING, Busy, Ignoring, read_busy
from models.look import Look, candidate_of, open_range, pools_of, stretches_of, together
from models.offer import Offer
from models.teams import Team
from models.visit import Where, where
from rules.intervals import Window
from rules.notice import Reach
from rules.slot_checks import Unfit
from rules.slots import Candidate, Pool, Terms, busy_span
from rules.stretches import Stretch
from rules.visit_plans import Plans, Step

_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Hours:
    """Those at one place who could do each service of a visit, with when they are open for it."""

    parts: tuple[Offer, ...]
    begin: int
    end: int
    open: tuple[Mapping[Team, Sequence[Stretch]], ...]

    @property
    def span(self) -> Window:
        """Whose busy times decide about it; (0, 0) where nobody is open."""
        spans = [
            busy_span(stretches, part.terms)
            for part, them in zip(self.parts, self.open, strict=True)
            for stretches in them.values()
        ]
        return together(spans) or (0, 0)

    def plans(self, busy: Busy, span: Window, waived: Collection[Unfit] = ()) -> Plans[UUID]:
        """Every way to serve the visit. `span` is what was looked at; hours and other bookings that are `waived` do not
        stand in the way."""
        return Plans(
            [
                Step(self.candidates(at, busy, span, waived), part.terms, part.distance[0], _wait(part), part.kept)
                for at, part in enumerate(self.parts)
            ]
        )

    def candidates(
        self, at: int, busy: Busy, span: Window, waived: Collection[Unfit] = ()
    ) -> list[Candidate[UUID]]:  # fmt: skip
        """Those who could do one service, as the sweep takes them."""
        freely, over = Unfit.OUTSIDE_OPENING_HOURS in waived, Unfit.TAKEN in waived
        pools = pools_of(self.parts[at].needs, busy, span)
        if freely or over:
            pools = tuple(_without(pool, closed=freely, taken=over) for pool in pools)
        always = [(self.begin - _A_DAY, self.end + _A_DAY, self.end + _A_DAY)]
        found = [
            candidate_of(team, always if freely else stretches, busy, pools)
            for team, stretches in self.open[at].items()
        ]  # fmt: skip
        return [Candidate(one.key, one.stretches, (), pools) for one in found] if over else found


def _wait(part: Offer) -> int:
    least, most = part.distance
    return most - least


def _without(pool: Pool, *, closed: bool, taken: bool) -> Pool:
    return Pool([()] * len(pool.units) if taken else pool.units, pool.needed, () if closed else pool.closed)


def hours_of(offer: Offer, place: Where, begin: int, end: int, *, staff_id: UUID | None = None) -> Hours:
    """The hours of everybody who could serve a visit at a place that begins in [begin, end), the first service with
    `staff_id` where that is given. Whoever travels counts for as long as they are there."""
    open_: list[Mapping[Team, Sequence[Stretch]]] = []
    first, last = begin, end
    for part in offer.parts:
        teams = [Team((person,)) for person in part.providers if open_ or staff_id in (None, person.staff_id)]
        there = [[turn for turn in team.in_turn() if where(turn.lead) == place] for team in teams]
        open_.append({turns[0]: _in_turn(turns, first, last, part.terms) for turns in there if turns})
        least, most = part.distance
        first, last = first + part.terms.duration + least, last + part.terms.duration + most
    return Hours(offer.parts, begin, last, tuple(open_))


def _in_turn(turns: Sequence[Team], begin: int, end: int, terms: Terms) -> Sequence[Stretch]:
    """When somebody is open who is at a place several times: no two of these times meet."""
    return [stretch for turn in turns for stretch in stretches_of(turn, begin, end, terms)]


def calendars_of_visit(offer: Offer) -> set[UUID]:
    """Every calendar that it may need."""
    people = {person.calendar_id for part in offer.parts for person in part.providers}
    return people | {unit.calendar_id for part in offer.parts for need in part.needs for unit in need.units}


async def look_for_visits(
    account_id: UUID, offer: Offer, first: date, last: date, now: datetime,
    *, staff_id: UUID | None, party: int, ignoring: Ignoring = NOTHING,
) -> Look | None:  # fmt: skip
    """As `models.look.look`: each candidate is one who could begin, at the starts from which the rest can follow."""
    found: dict[Where, tuple[Reach, Hours]] = {}
    teams = offer.teams(staff_id) if party <= offer.capacity else ()
    for team in (turn for one in teams for turn in one.in_turn()):
        if where(team.lead) not in found:
            allowed, begin, end = open_range(offer, team, first, last, now)
            if begin < end:
                hours = hours_of(offer, where(team.lead), begin, end, staff_id=staff_id)
                found[where(team.lead)] = allowed, hours
    span = together(hours.span for _, hours in found.values())
    if span is None:
        return None
    busy = await read_busy(account_id, calendars_of_visit(offer), span, now, ignoring)
    groups: defaultdict[tuple[ZoneInfo, Reach], list[Candidate[UUID]]] = defaultdict(list)
    plans: list[Plans[UUID]] = []
    for (_, zone), (allowed, hours) in found.items():
        plans.append(hours.plans(busy, span))
        groups[zone, allowed] += plans[-1].first()
    return Look([], busy, groups, plans)
