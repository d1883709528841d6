"""Busy times as they come from calendars elsewhere, put in order: clipped, joined, and cut into short pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.intervals import Window, clip, coalesce

# What is longer is cut, so that whoever looks for what meets a time need not look further back than this.
LONGEST_PIECE = 172_800


def replaced(known: Iterable[Window], span: Window, new: Iterable[Window]) -> list[Window]:
    """What is busy once `span` holds `new` and nothing else: sorted, apart from each other, in short pieces."""
    begin, end = span
    kept = [part for starts, ends in known for part in ((starts, min(ends, begin)), (max(starts, end), ends))]
    return [piece for window in coalesce([*kept, *clip(new, begin, end)]) for piece in _pieces(window)]


def _pieces(window: Window) -> Iterator[Window]:
    starts, ends = window
    while ends - starts > LONGEST_PIECE:
        # At whole multiples, so that the same time is cut in the same places whatever was sent with it.
        cut = (starts // LONGEST_PIECE + 1) * LONGEST_PIECE
        yield starts, cut
        starts = cut
    yield starts, ends
