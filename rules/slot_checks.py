"""One start looked at closely: why it cannot be booked, what is near it, which days have any.

The write path asks here again before it writes; the database has the last word.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from operator import itemgetter

from rules.intervals import Window
from rules.notice import UNBOUNDED, Reach
from rules.slots import Candidate, Key, Pool, Terms, forbidden, free_units, sweep
from rules.stretches import Stretch


class Unfit(StrEnum):
    """Why a start cannot be booked."""

    IN_THE_PAST = "IN_THE_PAST"
    TOO_SOON = "TOO_SOON"
    TOO_FAR = "TOO_FAR"
    OUTSIDE_OPENING_HOURS = "OUTSIDE_OPENING_HOURS"
    TAKEN = "TAKEN"
    NOT_ON_GRID = "NOT_ON_GRID"
    LIMIT_REACHED = "LIMIT_REACHED"
    PLACE_ARCHIVED = "PLACE_ARCHIVED"


# People at the desk may start at any minute. A widget may only ask for what was offered.
OFF_GRID = frozenset({Unfit.NOT_ON_GRID})
OUT_OF_REACH = frozenset({Unfit.IN_THE_PAST, Unfit.TOO_SOON, Unfit.TOO_FAR})


def fits(
    start: int,
    candidate: Candidate[Key],
    terms: Terms,
    reach: Reach,
    waived: Collection[Unfit] = frozenset(),
) -> Unfit | None:
    """None if the candidate can be booked at epoch second `start`, otherwise the first reason that is not `waived`.

    Without waivers this is None exactly for the starts that `rules.slots.free_starts` lists. Waive NOT_ON_GRID for
    PACKED services too where a visitor's list may be a moment old: another booking moves their grid.
    """
    return next((reason for reason in against(start, candidate, terms, reach) if reason not in waived), None)


def against(start: int, candidate: Candidate[Key], terms: Terms, reach: Reach) -> Iterator[Unfit]:
    """Every rule that stands against a start, in the order in which they are told."""
    if start < reach.now:
        yield Unfit.IN_THE_PAST
    if start < reach.earliest:
        yield Unfit.TOO_SOON
    if start >= reach.until:
        yield Unfit.TOO_FAR
    is_open = any(anchor <= start and start + terms.duration <= close for anchor, _, close in candidate.stretches)
    is_there = not any(_is_closed(pool, start, terms) for pool in candidate.pools)
    if not is_open or not is_there:
        yield Unfit.OUTSIDE_OPENING_HOURS
    taken = forbidden(candidate, terms, {})
    is_free = not any(low < start < high for low, high in taken)
    if not is_free:
        yield Unfit.TAKEN
    # Outside hours and inside somebody's booking there is no grid to be on.
    if is_open and is_free and not _on_grid(start, candidate, terms, taken):
        yield Unfit.NOT_ON_GRID


def _is_closed(pool: Pool, start: int, terms: Terms) -> bool:
    """Whether too few of its units are there at all, whatever they are taken for."""
    if not any(pool.closed):
        return False
    bare = Pool([() for _ in pool.units], pool.needed, pool.closed)
    return len(free_units(bare, start, terms)) < pool.needed


def _on_grid(start: int, candidate: Candidate[Key], terms: Terms, taken: Sequence[Window]) -> bool:
    return any(start in starts for starts in sweep(candidate.stretches, taken, terms, -UNBOUNDED, UNBOUNDED))


def can_be_joined(
    start: int, end: int, stretches: Sequence[Stretch], away: Iterable[Window], terms: Terms, reach: Reach
) -> bool:
    """Whether a session [start, end) that has its time already can be joined: `fits` for a list of thousands.

    It has to be in reach, inside open hours and clear of `away`, which holds no bookings; the grid does not count.
    """
    if not reach.earliest <= start < reach.until:
        return False
    # Windows are apart, so the last stretch that begins by then is in the only window that can hold the session.
    at = bisect_right(stretches, start, key=_anchor)
    if at == 0 or stretches[at - 1][2] < end:
        return False
    return not any(begins < end + terms.after and ends > start - terms.before for begins, ends in away)


_anchor = itemgetter(0)


def nearest(starts: Sequence[int], wanted: int, count: int) -> list[int]:
    """The `count` of the ascending `starts` that are nearest to `wanted`, ascending; of two as near, the earlier."""
    high = bisect_left(starts, wanted)
    low = high
    while high - low < count and (low > 0 or high < len(starts)):
        earlier_is_nearer = high == len(starts) or (low > 0 and wanted - starts[low - 1] <= starts[high] - wanted)
        if earlier_is_nearer:
            low -= 1
        else:
            high += 1
    return list(starts[low:high])


def days_offered(
    candidates: Iterable[Candidate[Key]], terms: Terms, reach: Reach, day_starts: Sequence[int]
) -> list[bool]:
    """Whether each day has a start, where day i is [day_starts[i], day_starts[i + 1]), ascending epoch seconds.

    Stops as soon as every day has one, so pass `candidates` lazily: often the first person settles the month.
    """
    found = [False] * (len(day_starts) - 1)
    pools: dict[Pool, list[Window]] = {}
    for candidate in candidates:
        taken = forbidden(candidate, terms, pools)
        for starts in sweep(candidate.stretches, taken, terms, reach.earliest, reach.until):
            _mark(starts, day_starts, found)
        if all(found):
            break
    return found


def _mark(starts: range, day_starts: Sequence[int], found: list[bool]) -> None:
    at = 0
    while at < len(starts):
        day = bisect_right(day_starts, starts[at]) - 1
        if day >= len(found):
            return
        if day >= 0:
            found[day] = True
        at = bisect_left(starts, day_starts[day + 1], lo=at)
