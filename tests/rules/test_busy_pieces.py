"""Busy times of a calendar elsewhere, replaced in a stretch: against the same on a line of minutes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rules.busy_pieces import LONGEST_PIECE, replaced

POINT = st.integers(0, 40)
WINDOW = st.tuples(POINT, POINT)


def cells(windows: list[tuple[int, int]]) -> set[int]:
    return {cell for starts, ends in windows for cell in range(starts, ends)}


@given(st.lists(WINDOW), WINDOW.map(sorted).map(tuple), st.lists(WINDOW))
def test_a_stretch_holds_what_was_said_and_the_rest_stays(
    known: list[tuple[int, int]], span: tuple[int, int], new: list[tuple[int, int]]
) -> None:
    found = replaced(known, span, new)
    inside = set(range(*span))
    assert cells(found) == (cells(known) - inside) | (cells(new) & inside)
    assert all(one[1] < after[0] for one, after in pairwise(found))


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), max_size=5))
def test_pieces_are_short_and_the_same_whatever_came_before(windows: list[tuple[int, int]]) -> None:
    found = replaced([], (0, 10**7), windows)
    assert all(0 < ends - starts <= LONGEST_PIECE for starts, ends in found)
    assert replaced(found, (0, 10**7), found) == found == replaced(found, (5, 5), [])
