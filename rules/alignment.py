"""Alignment: the grid of a service counted from round times of the wall clock instead of from opening.

Each window's grid then begins at the first multiple of so many minutes, counted from midnight on the clocks of the
schedule's zone, and anew wherever those clocks change: 10:00, 10:15, 10:30 stay that on both sides of a change by half
an hour. Opening hours stay what they are; only starts are fewer.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.stretches import Stretch

MINUTES_PER_DAY = 1440
_KEPT = 65_536


def clean_alignment(minutes: int | None) -> int | None:
    """Minutes that a day can be divided by. ValueError for any other number."""
    if minutes is not None and (minutes < 1 or MINUTES_PER_DAY % minutes):
        raise ValueError(f"must divide a day of 1440 minutes evenly, as 5, 15, 30 or 60 do; not {minutes}.")
    return minutes


def align(stretches: Iterable[Stretch], zone: ZoneInfo, seconds: int) -> list[Stretch]:
    """The stretches with their grids anchored at multiples of `seconds` on the clocks of `zone`; as they are for 0.

    Where the grid begins after the opening, a stretch without starts keeps the opening: what is refused there is
    refused for the grid, not for the hours.
    """
    return [piece for stretch in stretches for piece in _aligned(stretch, zone, seconds)] if seconds else [*stretches]


@lru_cache(maxsize=_KEPT)
def _aligned(stretch: Stretch, zone: ZoneInfo, seconds: int) -> tuple[Stretch, ...]:
    opening, until, close = stretch
    found: list[Stretch] = []
    for begin, end in _between_changes(opening, until, zone):
        anchor = begin + -(begin + _offset(begin, zone)) % seconds
        if begin == opening and anchor > opening:
            found.append((opening, opening, close))
        if anchor < end:
            found.append((anchor, end, close))
    return tuple(found)


def _between_changes(begin: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """[begin, end) cut where the clocks change."""
    while _offset(begin, zone) != _offset(end - 1, zone):
        low, high = begin, end - 1  # the change is after the first and at or before the second
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(middle, zone) == _offset(begin, zone) else (low, middle)
        yield begin, high
        begin = high
    yield begin, end


def _offset(at: int, zone: ZoneInfo) -> int:
    """Seconds that the clocks of `zone` are ahead of UTC."""
    offset = datetime.fromtimestamp(at, zone).utcoffset() or timedelta()
    return offset // timedelta(seconds=1)
