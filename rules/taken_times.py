"""The taken times of one calendar while many entries are tried against it: sorted, disjoint, each with who has it."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from rules.intervals import Window


class TakenTimes:
    """`row` says which line of the file took a time; 0 stands for what was in the calendar before."""

    def __init__(self, known: Iterable[Window]) -> None:
        self._taken = sorted((starts, ends, 0) for starts, ends in known)

    def who_has(self, starts: int, ends: int) -> int | None:
        """The row of what overlaps [starts, ends); None where it is free. Touching is free."""
        at = bisect_left(self._taken, (ends,))
        if at and self._taken[at - 1][1] > starts:
            return self._taken[at - 1][2]
        return None

    def take(self, starts: int, ends: int, row: int) -> None:
        """Take a time that is free."""
        insort(self._taken, (starts, ends, row))
