"""The sweep against the oracle, on random questions around changes of the clock."""

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from rules.notice import Reach
from rules.slot_checks import days_offered, fits
from rules.slots import free_starts, offers
from rules.wall_time import day_start, epoch
from tests.rules import oracle
from tests.rules.questions import candidate_of, question, reach_of, terms_of

CHUNK = 350


@pytest.mark.parametrize("chunk", range(15))
def test_the_sweep_and_the_oracle_offer_the_same_starts(chunk: int) -> None:
    offered = 0
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        asked = question(Random(seed))
        found = free_starts(candidate_of(asked), terms_of(asked), reach_of(asked))
        expected = sorted(epoch(start) for start in oracle.answer(asked))
        assert found == expected, f"seed {seed}"
        offered += len(found)
    assert offered > CHUNK, "the questions must not all have an empty answer"


@pytest.mark.parametrize("chunk", range(4))
def test_one_start_fits_exactly_when_the_list_has_it(chunk: int) -> None:
    for seed in range(chunk * 50, (chunk + 1) * 50):
        asked = question(Random(seed))
        candidate, terms, span = candidate_of(asked), terms_of(asked), reach_of(asked)
        listed = set(free_starts(candidate, terms, span))
        for start in range(span.earliest - 3600, min(span.until, span.earliest + 2 * 86_400) + 3600, 300):
            assert (fits(start, candidate, terms, span) is None) == (start in listed), f"seed {seed}, start {start}"


def test_the_answer_for_a_day_does_not_depend_on_the_range_that_was_asked_for() -> None:
    for seed in range(400):
        asked = question(Random(seed))
        asked.last = asked.first + timedelta(days=1)
        both = free_starts(candidate_of(asked), terms_of(asked), reach_of(asked))
        asked.last = asked.first
        first = free_starts(candidate_of(asked), terms_of(asked), reach_of(asked))
        asked.first = asked.last = asked.first + timedelta(days=1)
        second = free_starts(candidate_of(asked), terms_of(asked), reach_of(asked))
        assert first + second == both, f"seed {seed}"


def test_several_staff_are_offered_wherever_one_of_them_is_free() -> None:
    for seed in range(300):
        first, second = question(Random(seed)), question(Random(seed))
        second.busy = second.busy[::2]
        terms, span = terms_of(first), reach_of(first)
        found = offers([candidate_of(first), candidate_of(second)], terms, span)
        alone = [set(free_starts(candidate_of(q), terms, span)) for q in (first, second)]
        assert list(found) == sorted(alone[0] | alone[1]), f"seed {seed}"
        for start, who in found.items():
            assert len(who) == sum(start in one for one in alone)


def test_days_with_a_start_are_the_days_of_the_starts() -> None:
    for seed in range(300):
        asked = question(Random(seed))
        candidate, terms, span = candidate_of(asked), terms_of(asked), reach_of(asked)
        days = [day_start(asked.first + timedelta(days=i), asked.schedule.zone) for i in range(4)]
        wide = Reach(span.now, span.earliest, max(days[-1], span.until))
        starts = free_starts(candidate, terms, wide)
        expected = [any(a <= s < b for s in starts) for a, b in pairwise(days)]
        assert days_offered([candidate], terms, wide, days) == expected, f"seed {seed}"
