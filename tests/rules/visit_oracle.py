"""The second opinion on visits: every way to serve one is tried, tick by tick and person by person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from tests.rules.oracle import TICK, Busy, Painted, Question, meets_none

HALF = TICK / 2
# (times, how many are not with whom they were, changes of person, ranks), and the people.
Way = tuple[tuple[datetime, ...], int, int, tuple[int, ...]]


@dataclass
class Service:
    """One service of a visit, in minutes; `who` are places in the list of people, the preferred first."""

    duration: int
    before: int
    after: int
    gap: int
    wait: int
    who: list[int]
    pool: list[Busy]
    needed: int
    kept: int | None = None


@dataclass
class VisitQuestion:
    """The first of `people` says on which grid, on which dates and how early; the rest is each one's own."""

    people: list[Question]
    services: list[Service]


class VisitOracle:
    """Answers one question about visits."""

    def __init__(self, q: VisitQuestion, painted: list[Painted]) -> None:
        self.q, self.painted = q, painted
        self.best = cache(self._best)
        self.blocked = cache(self._blocked)

    def _blocked(self, at: int, person: int, start: datetime, before: int, after: int) -> bool:
        service = self.q.services[at]
        block = start - timedelta(minutes=before), start + timedelta(minutes=service.duration + after)
        units = sum(meets_none(unit, *block) for unit in service.pool)
        return units < service.needed or not meets_none(self.q.people[person].busy, *block)

    def free(self, at: int, person: int, start: datetime, *, begins: bool, ends: bool) -> bool:
        service = self.q.services[at]
        tick = start - (start - start.min.replace(tzinfo=start.tzinfo)) % TICK
        close = self.painted[person].close.get(tick)
        if close is None or start + timedelta(minutes=service.duration) > close:
            return False
        return not self.blocked(at, person, start, begins * service.before, ends * service.after)

    def _best(self, at: int, person: int, start: datetime, *, begins: bool = True) -> Way | None:
        """The best way from this service on, with this person at this time."""
        service = self.q.services[at]
        lost, rank = int(service.kept not in (None, person)), service.who.index(person)
        if at + 1 == len(self.q.services):
            free = self.free(at, person, start, begins=begins, ends=True)
            return ((start,), lost, 0, (rank,)) if free else None
        ways = []
        end = start + timedelta(minutes=service.duration)
        for wait in range(timedelta(minutes=service.wait) // HALF + 1):
            moment = end + timedelta(minutes=service.gap) + wait * HALF
            for other in self.q.services[at + 1].who:
                goes_on = other == person and moment == end
                if not self.free(at, person, start, begins=begins, ends=not goes_on):
                    continue
                rest = self.best(at + 1, other, moment, begins=not goes_on)
                if rest is not None:
                    times, others, changes, ranks = rest
                    ways.append(((start, *times), lost + others, changes + (other != person), (rank, *ranks)))
            if ways:
                break  # later is never better
        return min(ways, default=None)

    def starts(self, person: int) -> set[datetime]:
        """When a visit can begin with this person."""
        q, painted = self.q.people[0], self.painted[person]
        zone = q.schedule.zone
        painted.base_of = {}
        painted.free = cache(lambda start: self.best(0, person, start) is not None)
        furthest = min(q.last, q.now.astimezone(zone).date() + timedelta(days=q.horizon))
        return {
            start
            for start in painted.ticks
            if q.first <= start.astimezone(zone).date() <= furthest
            and start >= q.now + timedelta(minutes=q.notice)
            and painted.free(start)
            and (base := painted.base(start)) is not None
            and start >= base
            and (start - base) % timedelta(minutes=q.step) == timedelta()
        }
