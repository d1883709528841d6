"""Random questions about visits, and how the program answers them."""

from dataclasses import replace
from random import Random

from rules.alignment import align
from rules.intervals import Window, coalesce
from rules.opening import stretches_between
from rules.slots import Candidate, Pool, Terms, busy_span
from rules.stretches import without
from rules.visit_plans import Plans, Step
from rules.wall_time import day_bounds, epoch
from tests.rules.oracle import Busy, Question
from tests.rules.questions import busy, minutes, question, schedule
from tests.rules.visit_oracle import Service, VisitQuestion


def people(rnd: Random) -> list[Question]:
    """Two or three people of one place with hours of their own."""
    first = question(rnd)
    name = first.schedule.zone.key
    return [replace(first, schedule=schedule(rnd, name, first.first)) for _ in range(rnd.choice([2, 3]))]


def visit(rnd: Random, them: list[Question]) -> VisitQuestion:
    """A visit to these people, on another day of theirs."""
    asked = [replace(one, busy=busy(rnd, one.first, rnd.choice([0, 3, 10]))) for one in them]
    count = rnd.choice([2, 2, 3])
    return VisitQuestion(asked, [_service(rnd, asked[0], len(asked)) for _ in range(count)])


def _service(rnd: Random, one: Question, count: int) -> Service:
    who = rnd.sample(range(count), rnd.randint(1, count))
    units = rnd.choice([0, 0, 0, 1, 2])
    buffers = rnd.choice([0, 0, 10, 45])
    return Service(
        duration=minutes(rnd, 5, rnd.choice([30, 90])),
        before=minutes(rnd, 0, buffers),
        after=minutes(rnd, 0, buffers),
        gap=rnd.choice([0, 0, 0, 5, 30]),
        wait=rnd.choice([0, 0, 5, 15, 40]),
        who=who,
        pool=[busy(rnd, one.first, rnd.choice([2, 6])) for _ in range(units)],
        needed=rnd.randint(0, units),
        kept=rnd.choice([None, None, *who]),
    )


def plans_of(q: VisitQuestion) -> Plans[int]:
    """As the program builds them: only the busy times inside the span that each service asks for."""
    earliest = latest = 0
    steps = []
    for service in q.services:
        steps.append(_step(q, service, earliest * 60, latest * 60, aligned=not steps))
        earliest += service.duration + service.gap
        latest += service.duration + service.gap + service.wait
    return Plans(steps)


def _step(q: VisitQuestion, service: Service, earliest: int, latest: int, *, aligned: bool) -> Step[int]:
    one = q.people[0]
    terms = Terms(
        service.duration * 60, one.step * 60, service.before * 60, service.after * 60, one.mode, one.alignment * 60
    )
    begin, end = (
        day_bounds(one.first, one.schedule.zone)[0] + earliest,
        (day_bounds(one.last, one.schedule.zone)[1] + latest),
    )
    closed = coalesce(day_bounds(day, one.schedule.zone) for day in one.closed)
    spans = []
    stretches = []
    for place in service.who:
        hours = q.people[place].schedule
        found = without(stretches_between(hours, begin, end, duration=terms.duration), closed)
        stretches.append(align(found, hours.zone, terms.alignment) if aligned else list(found))
        spans.append(busy_span(stretches[-1], terms))
    span = min(low for low, _ in spans), max(high for _, high in spans)
    pools = (Pool([_inside(unit, span) for unit in service.pool], service.needed),) if service.pool else ()
    candidates = [
        Candidate(place, stretches[at], _inside(q.people[place].busy, spans[at]), pools)
        for at, place in enumerate(service.who)
    ]
    return Step(candidates, terms, service.gap * 60, service.wait * 60, service.kept)


def _inside(times: Busy, span: Window) -> list[Window]:
    return [(epoch(s), epoch(e)) for s, e in times if epoch(s) < span[1] and epoch(e) > span[0]]
