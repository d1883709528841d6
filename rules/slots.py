"""Which starts can be booked: one forward sweep over integers, O(windows + busy + slots).

The sweep works on *starts*. A busy interval [b, e) forbids every start strictly between b - duration - after and
e + before; the two ends themselves are free, because touching is. Seen so, several calendars that are all needed are a
union, and "any unit of a pool" is an intersection, which stays right for an appointment that no single unit can serve
from end to end.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Generic, TypeVar

from rules.intervals import Window, covered
from rules.notice import Reach
from rules.stretches import Stretch

_MINUTE = 60
_NEVER = -(2**62)

Key = TypeVar("Key", bound=Hashable)


class SlotMode(StrEnum):
    """GRID counts steps from the window's opening; PACKED counts them from the end of whatever is before.

    With an alignment, both begin at the first round time from there on.
    """

    GRID = "GRID"
    PACKED = "PACKED"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service asks of a slot, in seconds, all whole minutes. Raises ValueError for anything else.

    `alignment` 0: its grid begins at opening. Otherwise `rules.alignment` has put the stretches' anchors at multiples.
    """

    duration: int
    step: int
    before: int = 0
    after: int = 0
    mode: SlotMode = SlotMode.GRID
    alignment: int = 0

    def __post_init__(self) -> None:
        if self.duration <= 0 or self.step <= 0 or min(self.before, self.after, self.alignment) < 0:
            raise ValueError("duration and step must be positive, buffers and alignment must not be negative")
        lengths = (self.duration, self.step, self.before, self.after, self.alignment)
        if any(seconds % _MINUTE for seconds in lengths):
            raise ValueError("duration, step, buffers and alignment must be whole minutes")


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Interchangeable resource units, each with its busy intervals, of which `needed` must be free throughout.

    `closed` are the intervals in which each unit is not there, where any are said. Like opening hours they concern the
    appointment without its buffers.
    """

    units: Sequence[Sequence[Window]]
    needed: int = 1
    closed: Sequence[Sequence[Window]] = ()


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Key]):
    """One way to serve the booking: when it is open, and every interval in which a calendar that it needs is taken.

    Busy intervals are [start, end) in epoch seconds and already contain their own buffers. They may come in any order,
    overlap, and be those of several calendars. Give every one that meets `busy_span(stretches, terms)`.
    """

    key: Key
    stretches: Sequence[Stretch]
    busy: Sequence[Window]
    pools: tuple[Pool, ...] = ()


def busy_span(stretches: Sequence[Stretch], terms: Terms) -> Window:
    """The interval whose busy times decide about starts in `stretches`; (0, 0) when there are no stretches."""
    if not stretches:
        return 0, 0
    return stretches[0][0] - terms.before, stretches[-1][2] + terms.after


def forbidden_starts(busy: Iterable[Window], terms: Terms) -> list[Window]:
    """Starts that `busy` forbids: those strictly between the two ends of each pair, sorted by the first."""
    lead = terms.duration + terms.after
    trail = terms.before
    return sorted([(start - lead, end + trail) for start, end in busy])


def forbidden_by_units(pool: Pool, terms: Terms) -> list[list[Window]]:
    """Starts that each unit of a pool forbids, sorted and apart."""
    found = [forbidden_starts(unit, terms) for unit in pool.units]
    for starts, closed in zip(found, pool.closed, strict=False):
        starts += [(begin - terms.duration, end) for begin, end in closed]
    return [_disjoint(sorted(starts)) for starts in found]


def _forbidden_by_pool(pool: Pool, terms: Terms) -> list[Window]:
    if pool.needed > len(pool.units):
        return [(_NEVER, -_NEVER)]
    spare = len(pool.units) - pool.needed
    return covered(forbidden_by_units(pool, terms), at_least=spare + 1)


def free_units(pool: Pool, start: int, terms: Terms) -> list[int]:
    """The places in the pool of the units that are free for an appointment at `start`, in order."""
    forbidden = forbidden_by_units(pool, terms)
    return [at for at, starts in enumerate(forbidden) if not any(low < start < high for low, high in starts)]


def _disjoint(forbidden: Iterable[Window]) -> list[Window]:
    # Unlike windows, these must not be joined where they touch: that point is a start which just fits.
    joined: list[Window] = []
    for low, high in forbidden:
        if joined and low < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def forbidden(candidate: Candidate[Key], terms: Terms, pools: dict[Pool, list[Window]]) -> list[Window]:
    """Starts that the candidate's calendars and pools forbid, sorted. `pools` remembers what a shared pool forbids."""
    found = forbidden_starts(candidate.busy, terms)
    if not candidate.pools:
        return found
    for pool in candidate.pools:
        if pool not in pools:
            pools[pool] = _forbidden_by_pool(pool, terms)
        found += pools[pool]
    return sorted(found)


def gaps(
    stretches: Sequence[Stretch], forbidden: Sequence[Window], duration: int, until: int = -_NEVER
) -> Iterator[tuple[int, int, int]]:
    """Yield (anchor, first, last): between first and last, both inclusive, every start is open and free."""
    at, count, free_from = 0, len(forbidden), _NEVER
    for anchor, next_anchor, close in stretches:
        last = min(next_anchor - 1, close - duration, until - 1)
        first = anchor if anchor > free_from else free_from
        while at < count and forbidden[at][0] < last:  # never goes back
            low, high = forbidden[at]
            if first <= low:
                yield anchor, first, low
            if high > first:
                first = high
            at += 1
        if first <= last:
            yield anchor, first, last
        free_from = first


def sweep(
    stretches: Sequence[Stretch], forbidden: Sequence[Window], terms: Terms, earliest: int, until: int
) -> Iterator[range]:
    """Yield the free starts in [earliest, until) as ascending ranges that never meet; none of them is empty."""
    step, packed = terms.step, terms.mode is SlotMode.PACKED
    for anchor, first, last in gaps(stretches, forbidden, terms.duration, until):
        # Bookings start at whole minutes, even after an imported busy time that does not end at one.
        base = _packed(first, anchor, terms) if packed else anchor
        low = first if first > earliest else earliest
        start = base if low <= base else base - (base - low) // step * step
        if start <= last:
            yield range(start, last + 1, step)


def _packed(first: int, anchor: int, terms: Terms) -> int:
    return first + -(first - anchor) % terms.alignment if terms.alignment else first + -first % _MINUTE


def free_starts(candidate: Candidate[Key], terms: Terms, reach: Reach) -> list[int]:
    """The starts, ascending, at which this candidate can be booked."""
    taken = forbidden(candidate, terms, {})
    return list(chain.from_iterable(sweep(candidate.stretches, taken, terms, reach.earliest, reach.until)))


def offers(candidates: Iterable[Candidate[Key]], terms: Terms, reach: Reach) -> dict[int, list[Key]]:
    """Every start at which anyone can be booked, ascending, with who is free then in the order of `candidates`."""
    free: defaultdict[int, list[Key]] = defaultdict(list)
    pools: dict[Pool, list[Window]] = {}
    for candidate in candidates:
        taken = forbidden(candidate, terms, pools)
        key = candidate.key
        for starts in sweep(candidate.stretches, taken, terms, reach.earliest, reach.until):
            for start in starts:
                free[start].append(key)
    return dict(sorted(free.items()))
