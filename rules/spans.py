"""Sets of starts: spans of whole minutes, sorted and apart, each from its first start to its last, both inclusive.

Whole minutes, because appointments begin at such: two spans of which one begins a minute after the other ends are one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

Span = tuple[int, int]  # epoch seconds, multiples of 60, first <= last

_MINUTE = 60
_NEVER = -(2**62)
_last = itemgetter(1)
_first = itemgetter(0)


def whole(low: int, high: int) -> Span | None:
    """The whole minutes from `low` to `high`, both inclusive; None where there is none."""
    first, last = low + -low % _MINUTE, high - high % _MINUTE
    return (first, last) if first <= last else None


def joined(spans: Iterable[Span]) -> list[Span]:
    """All of them as one set."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + _MINUTE:
            if last > found[-1][1]:
                found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def common(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """What is in both."""
    found: list[Span] = []
    at, count = 0, len(other)
    for first, last in one:
        at = bisect_left(other, first, lo=at, key=_last)
        here = at
        while here < count and other[here][0] <= last:
            found.append((max(first, other[here][0]), min(last, other[here][1])))
            here += 1
        at = max(at, here - 1)
    return found


def before(spans: Iterable[Span], least: int, most: int) -> list[Span]:
    """Every minute from which one of `spans` is at least `least` and at most `most` seconds away."""
    return joined((first - most, last - least) for first, last in spans)


def holds(spans: Sequence[Span], minute: int) -> bool:
    """Whether the minute is in one of `spans`."""
    at = bisect_right(spans, minute, key=_first) - 1
    return at >= 0 and minute <= spans[at][1]


def earliest(spans: Sequence[Span], low: int, high: int) -> int | None:
    """The first minute of `spans` from `low` to `high`, both inclusive."""
    at = bisect_left(spans, low, key=_last)
    if at == len(spans):
        return None
    minute = max(low, spans[at][0])
    return minute if minute <= high else None


def outside(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """What is in none of them, as open intervals: their ends themselves are in `spans`."""
    ends = [_NEVER, *(last for _, last in spans)]
    begins = [*(first for first, _ in spans), -_NEVER]
    return list(zip(ends, begins, strict=True))
