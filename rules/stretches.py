"""Open windows cut where the slot grid starts anew.

Windows of neighbouring days join (a 90-minute slot fits over midnight), yet each day's grid is anchored at that day's
own openings. Otherwise a business that never closes would have a grid that depends on how far back a query looked, and
that a clock change would shift for ever.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rules.intervals import Window, coalesce, covered, remaining

# (anchor, next anchor or close, close) in epoch seconds: the grid counts from the anchor, starts lie before the second,
# and the appointment must end by the close of the whole window, which may lie days later. Where the first two are the
# same, the window is open from there on and has no grid yet.
Stretch = tuple[int, int, int]


def cut(windows: Iterable[Window]) -> list[Stretch]:
    """Stretches of `windows`, each of whose starts is an anchor; windows are sorted, not empty, and may overlap."""
    found: list[Stretch] = []
    anchors: list[int] = []
    close = 0
    for start, end in windows:
        if anchors and start > close:
            _close(found, anchors, close)
            anchors = []
        if not anchors:
            anchors, close = [start], end
            continue
        if start > anchors[-1]:
            anchors.append(start)
        close = max(close, end)
    _close(found, anchors, close)
    return found


def _close(found: list[Stretch], anchors: list[int], close: int) -> None:
    if len(anchors) == 1:  # nearly always
        found.append((anchors[0], close, close))
    else:
        found.extend((anchor, until, close) for anchor, until in pairwise([*anchors, close]))


def windows_of(stretches: Iterable[Stretch]) -> list[Window]:
    """The open windows behind `stretches`: sorted, disjoint, none touching."""
    return coalesce((anchor, close) for anchor, _, close in stretches)


def without(stretches: Sequence[Stretch], closed: Sequence[Window]) -> Sequence[Stretch]:
    """`stretches` less `closed`, which is sorted and disjoint. Where a closed time ends, a grid begins."""
    if not closed or not stretches:
        return stretches
    anchors = [stretch[0] for stretch in stretches]
    found: list[Stretch] = []
    for start, end in remaining(windows_of(stretches), closed):
        low, high = bisect_right(anchors, start), bisect_left(anchors, end)
        _close(found, [start, *anchors[low:high]], end)
    return found


def together(members: Sequence[Sequence[Stretch]]) -> list[Stretch]:
    """When all of `members` are open at once, for a collective appointment. Touching hours give nothing.

    The grid is anchored where each common window opens, and anew wherever any member's grid is.
    """
    if not members:
        return []
    common = covered([windows_of(member) for member in members], at_least=len(members))
    anchors = sorted({stretch[0] for member in members for stretch in member})
    found: list[Stretch] = []
    for start, end in common:
        inside = [anchor for anchor in anchors if start < anchor < end]
        _close(found, [start, *inside], end)
    return found
