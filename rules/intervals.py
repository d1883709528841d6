"""Sets of half-open intervals of integers. The one overlap predicate is `s < E and e > S`: touching is free."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Window = tuple[int, int]  # (start, end) in epoch seconds, start < end


def coalesce(windows: Iterable[Window]) -> list[Window]:
    """Sort, join windows that overlap or touch, drop empty ones."""
    joined: list[Window] = []
    for start, end in sorted(windows):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def covered(sets: Iterable[Sequence[Window]], at_least: int) -> list[Window]:
    """Where `at_least` of the `sets` are present at once; each set must be disjoint in itself.

    One is their union, `len(sets)` their intersection. Neighbours that touch stay apart.
    """
    edges = sorted([edge for windows in sets for start, end in windows for edge in ((start, 1), (end, -1))])
    found: list[Window] = []
    present = 0
    since = 0
    for point, step in edges:  # at one point, ends sort before starts: touching does not count as together
        present += step
        if step == 1 and present == at_least:
            since = point
        elif step == -1 and present == at_least - 1:
            found.append((since, point))
    return found


def clip(windows: Iterable[Window], start: int, end: int) -> list[Window]:
    """The parts of `windows` inside [start, end)."""
    return [(max(s, start), min(e, end)) for s, e in windows if s < end and e > start]


def remaining(windows: Iterable[Window], taken: Sequence[Window]) -> list[Window]:
    """The parts of `windows` that meet nothing of `taken`; both sorted and disjoint."""
    found: list[Window] = []
    for start, end in windows:
        for begin, until in taken:
            if begin < end and until > start:
                if start < begin:
                    found.append((start, begin))
                start = until
        if start < end:
            found.append((start, end))
    return found


def lengths_within(windows: Sequence[Window], buckets: Sequence[Window]) -> list[int]:
    """How much of each bucket `windows` cover, in seconds; both sorted and disjoint."""
    found = [0] * len(buckets)
    at = 0
    for start, end in windows:
        while at < len(buckets) and buckets[at][1] <= start:
            at += 1
        for number in range(at, len(buckets)):
            begin, until = buckets[number]
            if begin >= end:
                break
            found[number] += min(end, until) - max(start, begin)
    return found


def contains(windows: Sequence[Window], start: int, end: int) -> bool:
    """Whether one window holds all of [start, end). `windows` must be sorted and disjoint."""
    at = bisect_right(windows, start, key=lambda window: window[0]) - 1
    return at >= 0 and end <= windows[at][1]
