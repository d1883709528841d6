"""When a visit can begin: several services one after the other, perhaps with several people and time between.

From the last service to the first: the starts of each from which the rest can follow, as sets of spans. Each step back
moves the end of every span by a fixed amount, so there are never more spans than free stretches of all people of all
services together: nothing multiplies. Then, for one start, forward: each service as early as it can be.

Where one person goes on without a gap, the buffers between fall away. Everywhere else each service has its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from rules.intervals import Window
from rules.slots import Candidate, Key, Pool, Terms, forbidden, gaps
from rules.spans import Span, before, common, earliest, holds, joined, outside, whole
from rules.stretches import windows_of

_Cost = tuple[int, int, tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Step(Generic[Key]):
    """One service of a visit: who could do it, in the order in which they are preferred, on which terms.

    The next one begins `gap` to `gap + wait` seconds after its end, whole minutes. `kept` is who did it before, where
    the visit is being moved.
    """

    candidates: Sequence[Candidate[Key]]
    terms: Terms
    gap: int = 0
    wait: int = 0
    kept: Key | None = None


@dataclass(frozen=True, slots=True)
class Leg(Generic[Key]):
    """One service of a visit as it is planned: with whom, from when to when, and on which terms: `terms` has the
    buffers that are left of its own."""

    key: Key
    start: int
    terms: Terms

    @property
    def end(self) -> int:
        """When it ends."""
        return self.start + self.terms.duration


@dataclass(frozen=True, slots=True)
class Plan(Generic[Key]):
    """A visit from one start. `people` are all who could do each service at these times, the preferred first. Of two
    plans the one that is less `cost` is preferred."""

    legs: tuple[Leg[Key], ...]
    people: tuple[tuple[Key, ...], ...]
    cost: tuple[tuple[int, ...], _Cost]


class Plans(Generic[Key]):
    """Every way to serve a visit. Built once, asked about many starts."""

    def __init__(self, steps: Sequence[Step[Key]]) -> None:
        self.steps = steps
        self._of: list[dict[Key, Candidate[Key]]] = [{one.key: one for one in step.candidates} for step in steps]
        self._rank = [{one.key: at for at, one in enumerate(step.candidates)} for step in steps]
        self._known: dict[tuple[int, Key, int, int], list[Span]] = {}
        self._pools: dict[tuple[int, int, int], dict[Pool, list[Window]]] = {}
        # Of each service the starts from which the rest can follow: with whom, where they begin anew; where they go on
        # without a gap; and with anybody who begins anew.
        self.anew: list[dict[Key, list[Span]]] = [{} for _ in steps]
        self.going_on: list[dict[Key, list[Span]]] = [{} for _ in steps]
        self.anyone: list[list[Span]] = [[] for _ in steps]
        for at in reversed(range(len(steps))):
            self._work_out(at)

    def _work_out(self, at: int) -> None:
        step = self.steps[at]
        leads_on = None
        if at + 1 < len(self.steps):
            least = step.terms.duration + step.gap
            leads_on = before(self.anyone[at + 1], least, least + step.wait)
        for key in self._of[at]:
            self.anew[at][key] = self._from(at, key, leads_on, begins=True)
            if at and self._seam(at - 1, key):
                self.going_on[at][key] = self._from(at, key, leads_on, begins=False)
        self.anyone[at] = joined(span for spans in self.anew[at].values() for span in spans)

    def _from(self, at: int, key: Key, leads_on: list[Span] | None, *, begins: bool) -> list[Span]:
        free = self.free(at, key, begins=begins)
        if leads_on is None:
            return free
        found = common(free, leads_on)
        if not self._seam(at, key):
            return found
        length = self.steps[at].terms.duration
        goes_on = [(first - length, last - length) for first, last in self.going_on[at + 1][key]]
        return joined([*found, *common(self.free(at, key, begins=begins, ends=False), goes_on)])

    def _seam(self, at: int, key: Key) -> bool:
        """Whether it makes a difference that the same person can go on with the next service without a gap."""
        if at + 1 == len(self.steps) or self.steps[at].gap or key not in self._of[at + 1]:
            return False
        return bool(self.steps[at].terms.after or self.steps[at + 1].terms.before)

    def free(self, at: int, key: Key, *, begins: bool = True, ends: bool = True) -> list[Span]:
        """The starts at which a person is open and free for a service, alone; without the buffer on a side where they
        go on."""
        terms = self._terms(at, begins=begins, ends=ends)
        name = (at, key, terms.before, terms.after)
        if name not in self._known:
            pools = self._pools.setdefault((at, terms.before, terms.after), {})
            self._known[name] = _free_spans(self._of[at][key], terms, pools)
        return self._known[name]

    def _terms(self, at: int, *, begins: bool, ends: bool) -> Terms:
        terms = self.steps[at].terms
        return replace(terms, before=terms.before if begins else 0, after=terms.after if ends else 0)

    def first(self) -> list[Candidate[Key]]:
        """Those who could begin, each as the sweep takes one: every start from which no visit can follow is busy."""
        terms = self.steps[0].terms
        lead, trail = terms.duration + terms.after, terms.before
        return [
            Candidate(
                one.key, one.stretches, [(low + lead, high - trail) for low, high in outside(self.anew[0][one.key])]
            )
            for one in self.steps[0].candidates
        ]

    def plan(self, start: int, keys: Iterable[Key]) -> Plan[Key] | None:
        """The visit from `start` that begins with one of `keys`: each service as early as it can be; then with as many
        as can be of those who are kept, with as few changes of person as can be, and with whom comes first of those who
        could do it. None where none can follow."""
        states = [{(key, True) for key in keys if holds(self.anew[0].get(key, ()), start)}]
        if not states[0]:
            return None
        times = [start]
        for at in range(len(self.steps) - 1):
            moment = self._next(at, times[-1], states[-1])
            states.append(self._reached(at, times[-1], states[-1], moment))
            times.append(moment)
        best: dict[tuple[Key, bool], tuple[_Cost, tuple[Key, ...]]] = {}
        who: list[tuple[Key, ...]] = []
        for at in reversed(range(len(times))):
            best = self._best(at, times, states[at], best)
            who.insert(0, tuple(sorted({key for key, _ in best}, key=self._rank[at].__getitem__)))
        cost, people = min(best.values(), key=lambda found: found[0])
        return Plan(tuple(self._legs(times, people)), tuple(who), (tuple(times), cost))

    def _anew(self, at: int, time: int, key: Key, *, begins: bool) -> bool:
        """Whether the next service can begin anew, with anybody, after this one at this time."""
        return holds(self.free(at, key, begins=begins), time)

    def _on(self, at: int, time: int, key: Key, *, begins: bool) -> bool:
        """Whether the same person can go on at once, without buffers between."""
        if not self._seam(at, key) or not holds(self.free(at, key, begins=begins, ends=False), time):
            return False
        return holds(self.going_on[at + 1][key], time + self.steps[at].terms.duration)

    def _next(self, at: int, time: int, states: Iterable[tuple[Key, bool]]) -> int:
        step = self.steps[at]
        end = time + step.terms.duration
        if any(self._on(at, time, key, begins=begins) for key, begins in states):
            return end
        found = earliest(self.anyone[at + 1], end + step.gap, end + step.gap + step.wait)
        if found is None:
            raise ValueError("Nothing can follow.")
        return found

    def _reached(self, at: int, time: int, states: Iterable[tuple[Key, bool]], moment: int) -> set[tuple[Key, bool]]:
        found: set[tuple[Key, bool]] = set()
        states = list(states)
        if moment == time + self.steps[at].terms.duration:
            found |= {(key, False) for key, begins in states if self._on(at, time, key, begins=begins)}
        if any(self._anew(at, time, key, begins=begins) for key, begins in states):
            found |= {(key, True) for key, spans in self.anew[at + 1].items() if holds(spans, moment)}
        return found

    def _best(
        self,
        at: int,
        times: Sequence[int],
        states: Iterable[tuple[Key, bool]],
        after: dict[tuple[Key, bool], tuple[_Cost, tuple[Key, ...]]],
    ) -> dict[tuple[Key, bool], tuple[_Cost, tuple[Key, ...]]]:
        """The cheapest people from this service on, for each who could do it at these times."""
        found: dict[tuple[Key, bool], tuple[_Cost, tuple[Key, ...]]] = {}
        anybody = min((rest for (_, begins), rest in after.items() if begins), key=lambda rest: rest[0], default=None)
        for key, begins in states:
            rests: list[tuple[_Cost, tuple[Key, ...]]] = [((0, 0, ()), ())] if at + 1 == len(times) else []
            if rests or self._anew(at, times[at], key, begins=begins):
                if anybody is not None:
                    (lost, changes, ranks), people = anybody
                    rests.append(((lost, changes + 1, ranks), people))
                rests += [after[key, True]] if (key, True) in after else []
            if (key, False) in after and self._on(at, times[at], key, begins=begins):
                rests.append(after[key, False])
            if rests:
                (lost, changes, ranks), people = min(rests, key=lambda rest: rest[0])
                kept = self.steps[at].kept
                lost += kept is not None and kept != key
                found[key, begins] = (lost, changes, (self._rank[at][key], *ranks)), (key, *people)
        return found

    def _legs(self, times: Sequence[int], people: Sequence[Key]) -> Iterable[Leg[Key]]:
        for at, (time, key) in enumerate(zip(times, people, strict=True)):
            begins = at == 0 or people[at - 1] != key or times[at - 1] + self.steps[at - 1].terms.duration < time
            end = time + self.steps[at].terms.duration
            ends = at + 1 == len(times) or people[at + 1] != key or end < times[at + 1]
            yield Leg(key, time, self._terms(at, begins=begins, ends=ends))

    def moments(self, start: int, key: Key) -> list[int]:
        """The first moment at which each service could begin where a visit from `start` begins with this person: up to
        the service that cannot follow, if one cannot."""
        found: list[int] = []
        for strictly in (False, True):
            found, moments = [], [(start, start)]
            for at, step in enumerate(self.steps):
                found.append(moments[0][0])
                who = [key] if at == 0 else list(self._of[at])
                free = joined(span for one in who for span in self.free(at, one, begins=strictly, ends=strictly))
                possible = common(moments, free)
                if not possible:
                    return found
                least = step.terms.duration + step.gap
                moments = joined((first + least, last + least + step.wait) for first, last in possible)
        return found


def _free_spans(candidate: Candidate[Key], terms: Terms, pools: dict[Pool, list[Window]]) -> list[Span]:
    windows = [(start, end, end) for start, end in windows_of(candidate.stretches)]
    taken = forbidden(candidate, terms, pools)
    found = (whole(first, last) for _, first, last in gaps(windows, taken, terms.duration))
    return joined(span for span in found if span is not None)
