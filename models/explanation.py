"""Explanation: why a start is offered or not, for each person who could serve it. Looks, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from models.busy import NOTHING, Busy, Ignoring
from models.explained import Explained, Explanation
from models.judging import Start, look_at
from models.offer import Offer
from models.teams import Team
from models.visit_explaining import explain_visit
from rules.explaining import FREE, Asked, in_full, likeliest
from rules.slot_checks import OFF_GRID, OUT_OF_REACH, Unfit, fits
from rules.wall_time import epoch


async def explain(
    account_id: UUID, offer: Offer, starts_at: datetime, now: datetime,
    *, staff_id: UUID | None = None, ignoring: Ignoring = NOTHING, party: int = 1, known: Busy | None = None,
) -> Explanation:  # fmt: skip
    """With one entry for each person who offers the service, or for those who would serve it with `staff_id`. One
    statement, however many people, unless what is busy then is `known`; a second one where the service has limits."""
    if offer.parts:
        return await explain_visit(account_id, offer, starts_at, now, staff_id=staff_id, ignoring=ignoring)
    teams = [team.at(epoch(starts_at)) for team in offer.teams(staff_id)]
    if not teams:
        return Explanation(likeliest([]), [])
    seen = await look_at(account_id, offer, teams, epoch(starts_at), now, ignoring, known=known)
    found = {team: _refused(seen, team, party) for team in teams}
    people = [one for team in teams for one in _people(seen, team, found[team], party)]
    reasons = [reason for reason in found.values() if reason is not None]
    return Explanation(likeliest(reasons) if len(reasons) == len(teams) else None, people)


def _refused(seen: Start, team: Team, party: int) -> Unfit | None:
    verdict = seen.judge(team)
    few = verdict.session is not None and verdict.session.remaining < party
    return verdict.refused or (Unfit.TAKEN if few else None)


def _people(seen: Start, team: Team, refused: Unfit | None, party: int) -> Iterable[Explained]:
    """Each of a team alone, so that it shows who is in the way; but the grid is that of their common hours."""
    if len(team.members) == 1 or refused is Unfit.NOT_ON_GRID:
        return [_explained(seen, team, team, person.staff_id, party) for person in team.members]
    alone = ((person.staff_id, Team((person,))) for person in team.members)
    return [_explained(seen, team, one, staff_id, party, waived=OFF_GRID) for staff_id, one in alone]


def _explained(
    seen: Start, team: Team, part: Team, staff_id: UUID, party: int, *, waived: frozenset[Unfit] = frozenset()
) -> Explained:
    offer, session = seen.offer, seen.session_with(team)
    candidate, terms = seen.candidate(part), offer.terms
    if session is not None:
        (candidate, terms), waived = seen.joining(part, session), OFF_GRID
    trip = next(one.stay.trip for one in part.members if one.staff_id == staff_id)
    needed = [", ".join(dict.fromkeys(unit.name for unit in need.units)) for need in offer.needs]
    asked = Asked(seen.at, candidate, terms, seen.reach(team), team.zone, offer.limits, needed, trip)
    refused = fits(seen.at, candidate, terms, asked.reach, waived)
    if team.place_archived:
        refused = Unfit.PLACE_ARCHIVED
    elif seen.full and refused not in OUT_OF_REACH:
        refused = Unfit.LIMIT_REACHED
    if refused is not None:
        return Explained(staff_id, refused, in_full(refused, asked))
    if session is not None and session.remaining < party:
        words = f"A group session begins then; {session.remaining} of its seats are left, and {party} are wanted."
        return Explained(staff_id, Unfit.TAKEN, words)
    return Explained(staff_id, None, FREE)
