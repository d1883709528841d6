"""Judging one start of a visit: which service cannot follow and why, or how it would be served."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from models.busy import NOTHING, Busy, Ignoring, read_busy
from models.chosen import Leg
from models.judging import Verdict
from models.look import given_units, pools_of, reach_of, together
from models.offer import Offer
from models.teams import Need, Team
from models.used import limit_reached
from models.visit import Where, longest, where
from models.visit_look import Hours, calendars_of_visit, hours_of
from rules.explaining import likeliest
from rules.intervals import Window
from rules.limits import Limit
from rules.notice import UNBOUNDED, Reach
from rules.slot_checks import OFF_GRID, Unfit, against, fits
from rules.visit_plans import Plan, Plans
from rules.wall_time import local_date

# Of a service that follows, only its own hours and calendar can stand against it.
ALWAYS = Reach(-UNBOUNDED, -UNBOUNDED, UNBOUNDED)
_IN_THE_WAY = frozenset({Unfit.OUTSIDE_OPENING_HOURS, Unfit.TAKEN})


@dataclass(frozen=True, slots=True)
class VisitStart:
    """What one look found of everything that decides about a visit that begins at `at` (epoch seconds)."""

    offer: Offer
    at: int
    itself: Window
    span: Window
    busy: Busy
    limit: Limit | None
    now: datetime
    places: dict[Where, tuple[Hours, Plans[UUID]]]

    @property
    def over(self) -> frozenset[UUID]:
        """What has ended and has to be removed first: see `Busy`."""
        begin, end = self.itself
        return frozenset(owner for owner, (starts, ends) in self.busy.over if starts < end and ends > begin)

    def reach(self, team: Team) -> Reach:
        """When a start is neither too soon nor too far away."""
        return reach_of(self.offer, team, self.now)

    def judge(self, team: Team, waived: frozenset[Unfit] = frozenset()) -> Verdict:
        """Whether it can be booked with this team, where they are then, first."""
        if team.place_archived:
            return Verdict(Unfit.PLACE_ARCHIVED)
        early = [reason for reason in self._out_of_reach(team) if reason not in waived]
        if early:
            return Verdict(early[0])
        if self.limit and Unfit.LIMIT_REACHED not in waived:
            return Verdict(Unfit.LIMIT_REACHED)
        plans, plan = self._plan(team, waived)
        if plan is None:
            return self._refused(plans, team)
        reasons = self._against(team, plan) if waived or plans is self.places[where(team.lead)][1] else []
        refused = next((reason for reason in reasons if reason not in waived), None)
        if refused is not None:
            return Verdict(refused)
        return Verdict(None, tuple(reasons), tuple(self._legs(plan)), cost=plan.cost)

    def _plan(self, team: Team, waived: Collection[Unfit]) -> tuple[Plans[UUID], Plan[UUID] | None]:
        hours, plans = self.places[where(team.lead)]
        plan = plans.plan(self.at, [team.lead.staff_id])
        if plan is None and not _IN_THE_WAY.isdisjoint(waived):
            plans = hours.plans(self.busy, self.span, waived)
            plan = plans.plan(self.at, [team.lead.staff_id])
        return plans, plan

    def _out_of_reach(self, team: Team) -> list[Unfit]:
        allowed = self.reach(team)
        rules = (
            (Unfit.IN_THE_PAST, self.at < allowed.now),
            (Unfit.TOO_SOON, self.at < allowed.earliest),
            (Unfit.TOO_FAR, self.at >= allowed.until),
        )
        return [reason for reason, stands in rules if stands]

    def _against(self, team: Team, plan: Plan[UUID]) -> list[Unfit]:
        """Every rule that stands against it, served so, in the order in which they are told."""
        hours, plans = self.places[where(team.lead)]
        found = self._out_of_reach(team)
        for at, leg in enumerate(plan.legs):
            own = next(one for one in hours.candidates(at, self.busy, self.span) if one.key == leg.key)
            found += [one for one in against(leg.start, own, leg.terms, ALWAYS) if one in _IN_THE_WAY]
        if _IN_THE_WAY.isdisjoint(found):
            first = next(one for one in plans.first() if one.key == team.lead.staff_id)
            terms = self.offer.parts[0].terms
            found += [Unfit.NOT_ON_GRID] if Unfit.NOT_ON_GRID in against(self.at, first, terms, ALWAYS) else []
        if self.limit:
            found.append(Unfit.LIMIT_REACHED)
        return [reason for reason in Unfit if reason in found]

    def _refused(self, plans: Plans[UUID], team: Team) -> Verdict:
        *_, moment = moments = plans.moments(self.at, team.lead.staff_id)
        at = len(moments) - 1
        step = plans.steps[at]
        them = [one for one in step.candidates if at or one.key == team.lead.staff_id]
        reasons = [fits(moment, one, step.terms, ALWAYS, OFF_GRID) for one in them]
        return Verdict(likeliest([one for one in reasons if one] or [Unfit.TAKEN]), step=at)

    def _legs(self, plan: Plan[UUID]) -> Iterable[Leg]:
        given: set[UUID] = set()
        for part, leg in zip(self.offer.parts, plan.legs, strict=True):
            needs = tuple(need.preferring(given) for need in part.needs)
            units = list(given_units(needs, pools_of(needs, self.busy, self.span), leg.start, leg.terms))
            given |= {unit.calendar_id for unit in units}
            person = next(one for one in part.providers if one.staff_id == leg.key).at(leg.start)
            yield Leg(part, Team((person,)), leg.start, leg.terms, (person.place, *(unit.place for unit in units)))


async def look_at_visit(
    account_id: UUID, offer: Offer, teams: Sequence[Team], start: int, now: datetime, ignoring: Ignoring = NOTHING
) -> VisitStart:
    """Look at a start of a visit with `teams` where they are then, as `models.judging.look_at` does: one statement, and
    one more for each limited service."""
    hours = {place: hours_of(offer, place, start, start + 1) for place in {where(team.lead) for team in teams}}
    before = max(part.terms.before for part in offer.parts)
    after = max(part.terms.after for part in offer.parts)
    itself = start - before, start + longest(offer.parts) + after
    span = together([itself, *(one.span for one in hours.values())]) or itself
    busy = await read_busy(account_id, calendars_of_visit(offer), span, now, ignoring)
    day = local_date(start, offer.zone)
    limit = await limit_reached(account_id, offer, day, now, ignoring)
    places = {place: (one, one.plans(busy, span)) for place, one in hours.items()}
    return VisitStart(offer, start, itself, span, busy, limit, now, places)


def only(offer: Offer, legs: Sequence[Leg]) -> Offer:
    """The offer with those alone who are to serve it, and what they were given."""
    parts = []
    for part, leg in zip(offer.parts, legs, strict=True):
        given = {place.calendar_id for place in leg.places}
        units = [unit for need in part.needs for unit in need.units if unit.calendar_id in given]
        needs = tuple(Need((unit,), 1) for unit in units)
        people = tuple(one for one in part.providers if one.staff_id == leg.team.lead.staff_id)
        parts.append(replace(part, providers=people, needs=needs))
    return replace(offer, parts=tuple(parts), providers=parts[0].providers)
