"""Judging one start: why a team cannot be booked then, if it cannot, and which units it would be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from models.busy import NOTHING, Busy, Ignoring, Joinable, read_busy
from models.chosen import Leg
from models.look import (
    calendars_of,
    candidate_of,
    given_units,
    pools_of,
    reach_of,
    seen_in,
    shared_by,
    stretches_of,
    together,
)
from models.offer import Offer
from models.teams import Team
from models.used import limit_reached
from rules.intervals import Window
from rules.limits import Limit
from rules.notice import Reach
from rules.slot_checks import OFF_GRID, OUT_OF_REACH, Unfit, against, fits
from rules.slots import Candidate, Terms, busy_span
from rules.stretches import Stretch
from rules.wall_time import local_date


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a start cannot be booked, None if it can be; and the rules that stand against it but were waived.

    `legs` is how it would be served, and `session` the one of that start, which is joined instead. Of a visit the
    verdict with the lesser `cost` is preferred, and `step` is the service that stands against it.
    """

    refused: Unfit | None
    overridden: tuple[Unfit, ...] = ()
    legs: tuple[Leg, ...] = ()
    session: Joinable | None = None
    cost: tuple[object, ...] = ()
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What one look found of everything that decides about a start (epoch seconds) with any of the teams.

    `itself` is what an appointment blocks then, `span` all that was looked at.
    """

    offer: Offer
    at: int
    itself: Window
    span: Window
    busy: Busy
    limit: Limit | None
    now: datetime

    @property
    def full(self) -> bool:
        """Whether the service takes no more bookings on that date: `limit` is the one that is reached."""
        return self.limit is not None

    @property
    def over(self) -> frozenset[UUID]:
        """What has ended and has to be removed first: see `Busy`."""
        begin, end = self.itself
        return frozenset(owner for owner, (starts, ends) in self.busy.over if starts < end and ends > begin)

    def judge(self, team: Team, waived: frozenset[Unfit] = frozenset()) -> Verdict:
        """Whether the team can be booked then."""
        return _judge(self, team, waived)

    def session_with(self, team: Team) -> Joinable | None:
        """The session of the team that begins then and has its time already."""
        with_lead = self.busy.sessions.get(team.lead.calendar_id, ())
        return next((one for one in with_lead if one.start == self.at), None)

    def candidate(self, team: Team, *, freely: bool = False) -> Candidate[UUID]:
        """A team with what it needs; `freely` also while rooms and things are closed."""
        pools = pools_of(self.offer.needs, self.busy, self.span)
        if freely:
            pools = tuple(replace(pool, closed=()) for pool in pools)
        return candidate_of(team, self.stretches(team), self.busy, pools)

    def joining(self, team: Team, session: Joinable) -> tuple[Candidate[UUID], Terms]:
        """A session has its time: no other booking and no grid stand against it. It is as long as it was begun."""
        terms = replace(self.offer.terms, duration=session.end - session.start)
        stretches = stretches_of(team, self.at, self.at + 1, terms)
        return Candidate(team.lead.staff_id, stretches, self.busy.away_of(session)), terms

    def stretches(self, team: Team) -> Sequence[Stretch]:
        """When the team is open around the start."""
        return stretches_of(team, self.at, self.at + 1, self.offer.terms)

    def reach(self, team: Team) -> Reach:
        """When a start is neither too soon nor too far away."""
        return reach_of(self.offer, team, self.now)


async def look_at(
    account_id: UUID, offer: Offer, teams: Sequence[Team], start: int, now: datetime, ignoring: Ignoring = NOTHING,
    *, known: Busy | None = None,
) -> Start:  # fmt: skip
    """Look at a start: one statement, and one more where the service has limits, however many teams and units.

    What it finds stays so only for calendars that are locked. `known` was found by `busy_around` before.
    """
    itself, span = _around(offer, teams, start)
    busy = known or await _busy_in(account_id, offer, teams, span, now, ignoring)
    day = local_date(start, offer.zone)
    limit = await limit_reached(account_id, offer, day, now, ignoring)
    return Start(offer, start, itself, span, busy, limit, now)


async def busy_around(
    account_id: UUID, offer: Offer, teams: Sequence[Team], starts: Sequence[int], now: datetime
) -> Busy:  # fmt: skip
    """All that is in the way of several starts, for `look_at`: one statement."""
    span = together(_around(offer, teams, start)[1] for start in starts)
    return await _busy_in(account_id, offer, teams, span or (starts[0], starts[-1]), now, NOTHING)


def _around(offer: Offer, teams: Sequence[Team], start: int) -> tuple[Window, Window]:
    """What an appointment blocks that begins then, and all that decides whether it can."""
    terms = offer.terms
    itself = (start - terms.before, start + terms.duration + terms.after)
    open_then = (busy_span(stretches_of(team.at(start), start, start + 1, terms), terms) for team in teams)
    return itself, together([itself, *open_then]) or itself


async def _busy_in(
    account_id: UUID, offer: Offer, teams: Sequence[Team], span: Window, now: datetime, ignoring: Ignoring
) -> Busy:  # fmt: skip
    return await read_busy(
        account_id, calendars_of(offer, teams), seen_in(offer, span), now, ignoring, shared=shared_by(offer)
    )


def _judge(seen: Start, team: Team, waived: frozenset[Unfit]) -> Verdict:
    if team.place_archived:
        return Verdict(Unfit.PLACE_ARCHIVED, ())
    full = Unfit.LIMIT_REACHED if seen.full else None
    session, allowed = seen.session_with(team), seen.reach(team)
    if session is not None:
        candidate, terms = seen.joining(team, session)
        refused = fits(seen.at, candidate, terms, allowed, waived | OFF_GRID)
        reasons = () if refused or not waived else against(seen.at, candidate, terms, allowed)
        overridden = tuple(reason for reason in reasons if reason not in OFF_GRID)
        leg = Leg(seen.offer, team, session.start, terms, ())
        return _limited(Verdict(refused, overridden, (leg,), session), full, waived)
    terms = seen.offer.terms
    candidate = seen.candidate(team, freely=Unfit.OUTSIDE_OPENING_HOURS in waived)
    refused = fits(seen.at, candidate, terms, allowed, waived)
    if refused is not None:
        return _limited(Verdict(refused, ()), full, waived)
    overridden = tuple(against(seen.at, seen.candidate(team), terms, allowed)) if waived else ()
    units = given_units(seen.offer.needs, candidate.pools, seen.at, terms)
    places = (*(person.place for person in team.members), *(unit.place for unit in units))
    leg = Leg(seen.offer, team, seen.at, terms, places)
    return _limited(Verdict(None, overridden, (leg,)), full, waived)


def _limited(verdict: Verdict, full: Unfit | None, waived: frozenset[Unfit]) -> Verdict:
    """The verdict of a service whose limits are reached on that date. What is out of reach is refused for that."""
    if full is None or verdict.refused in OUT_OF_REACH:
        return verdict
    if full not in waived:
        return replace(verdict, refused=full, overridden=(), legs=())
    return verdict if verdict.refused else replace(verdict, overridden=(*verdict.overridden, full))
