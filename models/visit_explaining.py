"""Why a visit is offered at a start or not: which of its services stands against it, and with whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from models.busy import NOTHING, Ignoring
from models.explained import Explained, Explanation
from models.judging import Verdict
from models.offer import Offer
from models.teams import Team
from models.visit import where
from models.visit_judging import ALWAYS, VisitStart, look_at_visit
from rules.explaining import FREE, Asked, in_full, likeliest
from rules.notice import Reach
from rules.slot_checks import OFF_GRID, fits
from rules.slots import Candidate
from rules.wall_time import epoch


async def explain_visit(
    account_id: UUID, offer: Offer, starts_at: datetime, now: datetime,
    *, staff_id: UUID | None = None, ignoring: Ignoring = NOTHING,
) -> Explanation:  # fmt: skip
    """With one entry for each person who could begin, and for each of those who could go on when it would be their
    turn, up to the service that cannot follow. As many statements as `models.explanation.explain`."""
    teams = [team.at(epoch(starts_at)) for team in offer.teams(staff_id)]
    if not teams:
        return Explanation(likeliest([]), [])
    seen = await look_at_visit(account_id, offer, teams, epoch(starts_at), now, ignoring)
    verdicts = {team: seen.judge(team) for team in teams}
    # Whoever comes furthest says most.
    best = min(
        verdicts, key=lambda team: (verdicts[team].refused is not None, verdicts[team].cost, -_furthest(seen, team))
    )
    people = [_first(seen, team, verdict) for team, verdict in verdicts.items()]
    people += [one for at in range(1, len(offer.parts)) for one in _following(seen, best, verdicts[best], at)]
    refused = [one.refused for one in verdicts.values() if one.refused]
    if len(refused) < len(verdicts):
        return Explanation(None, people)
    reason = likeliest(refused)
    return Explanation(reason, people, next(one.step for one in verdicts.values() if one.refused is reason))


def _furthest(seen: VisitStart, team: Team) -> int:
    return len(seen.places[where(team.lead)][1].moments(seen.at, team.lead.staff_id))


def _first(seen: VisitStart, team: Team, verdict: Verdict) -> Explained:
    """What stands against somebody who could begin. What keeps another service from following does not."""
    key = team.lead.staff_id
    if verdict.refused is None or verdict.step:
        return Explained(key, None, FREE)
    hours, plans = seen.places[where(team.lead)]
    candidates = plans.first() if verdict.step is None else hours.candidates(0, seen.busy, seen.span)
    own = next(one for one in candidates if one.key == key)
    return Explained(key, verdict.refused, in_full(verdict.refused, _asked(seen, 0, seen.at, own, team)))


def _following(seen: VisitStart, best: Team, verdict: Verdict, at: int) -> Iterable[Explained]:
    hours, plans = seen.places[where(best.lead)]
    moments = [leg.starts for leg in verdict.legs] or plans.moments(seen.at, best.lead.staff_id)
    if at >= len(moments):
        return
    for own in hours.candidates(at, seen.busy, seen.span):
        terms = verdict.legs[at].terms if verdict.legs and verdict.legs[at].team.lead.staff_id == own.key else None
        asked = _asked(seen, at, moments[at], own, best)
        refused = fits(moments[at], own, terms or asked.terms, ALWAYS, OFF_GRID)
        yield Explained(own.key, refused, in_full(refused, asked) if refused else FREE, at)


def _asked(seen: VisitStart, at: int, moment: int, own: Candidate[UUID], team: Team) -> Asked:
    part = seen.offer.parts[at]
    needed = [", ".join(dict.fromkeys(unit.name for unit in need.units)) for need in part.needs]
    limits = tuple(limit for one in seen.offer.parts for limit in one.limits)
    reach: Reach = seen.reach(team) if at == 0 else ALWAYS
    person = next(one for one in part.providers if one.staff_id == own.key).at(moment)
    return Asked(moment, own, part.terms, reach, team.zone, limits, needed, person.stay.trip)
