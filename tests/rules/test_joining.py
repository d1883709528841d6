"""Joining a session: the quick answer for lists is the thorough one for single starts."""

from __future__ import annotations

import random

from rules.notice import Reach
from rules.slot_checks import OFF_GRID, can_be_joined, fits
from rules.slots import Candidate, Terms
from rules.stretches import cut


def test_a_list_says_of_a_session_what_a_closer_look_says() -> None:
    chance = random.Random(7)
    answers = set()
    for _ in range(5000):
        edges = sorted(chance.sample(range(200), 6))
        stretches = cut([(edges[at] * 60, edges[at + 1] * 60) for at in (0, 2, 4)])
        away = [(begin * 60, (begin + chance.randint(1, 9)) * 60) for begin in chance.choices(range(200), k=2)]
        duration = chance.randint(1, 40) * 60
        terms = Terms(duration, 60, chance.randint(0, 5) * 60, chance.randint(0, 5) * 60)
        earliest = chance.randint(0, 60) * 60
        reach = Reach(earliest - 60, earliest, chance.randint(100, 200) * 60)
        start = chance.randint(0, 200) * 60
        thorough = fits(start, Candidate("one", stretches, away), terms, reach, OFF_GRID) is None
        assert can_be_joined(start, start + duration, stretches, away, terms, reach) is thorough
        answers.add(thorough)
    assert answers == {True, False}
