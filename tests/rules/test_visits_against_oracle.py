"""Visits of several services against the oracle that tries every way: people, gaps, waits, rooms, buffers, zones."""

from datetime import UTC, datetime
from random import Random

import pytest

from rules.slots import offers
from rules.visit_plans import Plans
from rules.wall_time import epoch
from tests.rules.oracle import Painted
from tests.rules.questions import reach_of
from tests.rules.visit_oracle import VisitOracle
from tests.rules.visit_questions import people, plans_of, visit

# Each of the worlds, people with their hours in some zone, is painted once and asked about this many visits. 400 take
# 7 s of CPU; 200 worlds, which is 2,000 visits, have been tried as well.
WORLDS, VISITS = 40, 10


@pytest.mark.parametrize("chunk", range(2))
def test_400_random_visits_are_offered_and_planned_as_by_trying_every_way(chunk: int) -> None:
    offered = 0
    for world in range(chunk, WORLDS, 2):
        rnd = Random(world)
        them = people(rnd)
        painted = [Painted(one) for one in them]
        for number in range(VISITS):
            asked = visit(rnd, them)
            plans, oracle = plans_of(asked), VisitOracle(asked, painted)
            terms, said = plans.steps[0].terms, f"world {world}, visit {number}"
            found = offers(plans.first(), terms, reach_of(asked.people[0]))
            who = asked.services[0].who
            expected = {place: {epoch(start) for start in oracle.starts(place)} for place in who}
            assert {place: {start for start, them in found.items() if place in them} for place in who} == expected, said
            for start in list(found)[:: max(1, len(found) // 10)]:
                _same_plan(plans, oracle, start, found[start], said)
            offered += len(found)
    assert offered > 1000, "the questions must not all have an empty answer"


def _same_plan(plans: Plans[int], oracle: VisitOracle, start: int, keys: list[int], said: str) -> None:
    plan = plans.plan(start, keys)
    ways = [oracle.best(0, key, datetime.fromtimestamp(start, UTC)) for key in keys]
    times, lost, changes, ranks = min(way for way in ways if way is not None)
    assert plan is not None, said
    assert plan.cost == (tuple(epoch(time) for time in times), (lost, changes, ranks)), said
    assert [leg.key for leg in plan.legs] == [
        service.who[rank] for service, rank in zip(oracle.q.services, ranks, strict=True)
    ], said
