"""Series: instants of their appointments across clock changes, their bounds, cutting and shifting them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rules.instants import format_instant
from rules.recurrence_text import read_rule, rule_text
from rules.series import Pattern, cut, occurrences, shifted
from rules.zones import zone


def pattern(rule: str, start: str = "2026-10-12T10:00", zone_name: str = "Europe/Berlin", **more: str) -> Pattern:
    days = {name: frozenset(map(date.fromisoformat, text.split())) for name, text in more.items()}
    return Pattern(read_rule(rule), datetime.fromisoformat(start), zone(zone_name), **days)


def instants(of: Pattern) -> list[str]:
    return [format_instant(of.at(day)) for day in occurrences(of)]


def test_ten_o_clock_stays_ten_o_clock_when_the_clocks_change() -> None:
    assert instants(pattern("FREQ=WEEKLY;BYDAY=MO;COUNT=4")) == [
        "2026-10-12T08:00:00Z", "2026-10-19T08:00:00Z", "2026-10-26T09:00:00Z", "2026-11-02T09:00:00Z",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "start", "zone_name", "expected"),
    [
        # 02:30 does not exist on 8 March: kept, an hour later on that day's clock.
        ("FREQ=DAILY;COUNT=3", "2026-03-07T02:30", "America/New_York", ["07T07:30", "08T07:30", "09T06:30"]),
        # 01:30 comes twice on 1 November: the first.
        ("FREQ=DAILY;COUNT=3", "2026-10-31T01:30", "America/New_York", ["31T05:30", "01T05:30", "02T06:30"]),
        ("FREQ=DAILY;COUNT=3", "2026-04-04T02:15", "Australia/Lord_Howe", ["03T15:15", "04T15:45", "05T15:45"]),
        # Samoa had no 30 December 2011: it was the 31st, and that is one appointment.
        ("FREQ=DAILY;COUNT=4", "2011-12-28T10:00", "Pacific/Apia", ["28T20:00", "29T20:00", "30T20:00"]),
    ],
)
def test_gaps_and_overlaps_are_read_as_rfc_5545_says(
    rule: str, start: str, zone_name: str, expected: list[str]
) -> None:
    assert [at[8:16] for at in instants(pattern(rule, start, zone_name))] == expected


def test_until_is_a_date_or_an_instant_and_both_are_inclusive() -> None:
    assert len(occurrences(pattern("FREQ=WEEKLY;UNTIL=20261102"))) == 4
    assert len(occurrences(pattern("FREQ=WEEKLY;UNTIL=20261102T090000Z"))) == 4
    assert len(occurrences(pattern("FREQ=WEEKLY;UNTIL=20261102T085959Z"))) == 3


def test_dates_are_left_out_and_added() -> None:
    found = occurrences(pattern("FREQ=WEEKLY;COUNT=3", left_out="2026-10-19", added="2026-10-21"))
    assert list(map(str, found)) == ["2026-10-12", "2026-10-21", "2026-10-26"]


@pytest.mark.parametrize(
    ("rule", "more", "words"),
    [
        ("FREQ=WEEKLY", {}, "exactly one of COUNT and UNTIL"),
        ("FREQ=DAILY;COUNT=105", {}, "104 appointments at most"),
        ("FREQ=MONTHLY;COUNT=26", {}, "two years at most: of these 26 times, 25"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", {}, "the first date that it gives is 2026-10-13"),
        ("FREQ=WEEKLY;UNTIL=20261001", {}, "no appointment at all"),
        ("FREQ=WEEKLY;COUNT=3", {"left_out": "2026-10-20"}, "does not take place on 2026-10-20"),
        ("FREQ=WEEKLY;COUNT=3", {"left_out": "2026-10-12"}, "The first appointment is left out"),
        ("FREQ=WEEKLY;COUNT=3", {"added": "2026-10-01"}, "lies before the first"),
        ("FREQ=WEEKLY;COUNT=3", {"added": "2029-10-01"}, "two years at most"),
    ],
)
def test_what_no_series_can_be_is_said(rule: str, more: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        occurrences(pattern(rule, **more))


RULES = st.sampled_from(
    [
        "FREQ=DAILY;COUNT=9", "FREQ=WEEKLY;COUNT=6", "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,WE,SU;COUNT=11;WKST=SU",
        "FREQ=MONTHLY;COUNT=7", "FREQ=MONTHLY;BYDAY=2MO;COUNT=7", "FREQ=WEEKLY;UNTIL=20270301",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1,2,3;COUNT=8", "FREQ=YEARLY;COUNT=2",
        "FREQ=DAILY;INTERVAL=5;UNTIL=20261224T090000Z",
    ]
)  # fmt: skip


@given(RULES, st.integers(0, 10), st.booleans(), st.booleans())
@example("FREQ=DAILY;INTERVAL=5;UNTIL=20261224T090000Z", 1, True, False)
@settings(max_examples=60, deadline=None)
def test_a_series_that_is_cut_takes_place_as_before(rule: str, at: int, add: bool, leave: bool) -> None:
    whole = pattern(rule)
    days = occurrences(whole) if _fits(whole) else []
    assume(len(days) > 1)
    more = frozenset({days[-1] + timedelta(days=40), days[0] + timedelta(days=1)} if add else ())
    whole = replace(whole, added=more, left_out=frozenset({days[1]} - more if leave else ()))
    days = occurrences(whole)
    before, after = cut(whole, days[at % len(days)])
    assert (occurrences(before) if before else []) + occurrences(after) == days
    assert read_rule(rule_text(after.rule)) == after.rule


@given(RULES, st.integers(-40, 40))
@settings(max_examples=60, deadline=None)
def test_a_series_that_is_shifted_keeps_every_distance(rule: str, days: int) -> None:
    whole = pattern(rule)
    assume(_fits(whole))
    moved = shifted(whole, days, datetime(2026, 10, 12, 14) + timedelta(days=days))
    if rule.startswith(("FREQ=DAILY", "FREQ=WEEKLY")):
        assert moved is not None
    if moved is not None:
        assert occurrences(moved) == [day + timedelta(days=days) for day in occurrences(whole)]


def test_what_no_rule_says_is_not_shifted() -> None:
    first_mondays = pattern("FREQ=MONTHLY;BYDAY=1MO;COUNT=12", "2026-11-02T10:00")
    assert shifted(first_mondays, 1, datetime(2026, 11, 3, 10)) is None
    assert shifted(first_mondays, 0, datetime(2026, 11, 2, 15)) == replace(
        first_mondays, start=datetime(2026, 11, 2, 15)
    )


def _fits(of: Pattern) -> bool:
    try:
        return bool(occurrences(of))
    except ValueError:
        return False
