"""Recurrence rules: their dates against an independent library, and their text."""

from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.recurrence import dates
from rules.recurrence_text import read_rule, rule_text

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@st.composite
def rules(draw: st.DrawFn) -> str:
    """The text of a rule without an end."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    long = frequency in ("MONTHLY", "YEARLY")
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if draw(st.booleans()):
        parts.append(f"BYMONTH={some(draw, st.integers(1, 12))}")
    if frequency != "WEEKLY" and draw(st.booleans()):
        number = st.integers(1, 31) | st.integers(-31, -1)
        parts.append(f"BYMONTHDAY={some(draw, number)}")
    if draw(st.booleans()):
        # All of them with a number or none: of both together the library keeps to the days that are in both.
        numbered = long and draw(st.booleans())
        number = st.sampled_from(["1", "2", "4", "5", "-1", "-5"] if numbered else [""])
        parts.append(f"BYDAY={some(draw, st.builds(str.__add__, number, st.sampled_from(DAYS)))}")
    if long and len(parts) > 2 and draw(st.booleans()):
        parts.append(f"BYSETPOS={some(draw, st.integers(1, 4) | st.integers(-3, -1))}")
    return ";".join([*parts, f"WKST={draw(st.sampled_from(DAYS))}"])


def some(draw: st.DrawFn, values: st.SearchStrategy[object]) -> str:
    return ",".join(map(str, draw(st.lists(values, min_size=1, max_size=3, unique=True))))


@given(rules(), st.datetimes(datetime(2023, 1, 1), datetime(2028, 12, 31)), st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_the_dates_are_those_that_an_independent_library_gives(text: str, start: datetime, count: int) -> None:
    start, end = start.replace(second=0, microsecond=0), start.date() + timedelta(days=400)
    found = list(dates(read_rule(text), start, UTC, end + timedelta(days=1500)))
    assume(found and found[-1] > end)  # the library looks until the year 9999 for what is not there
    theirs = [at.date() for at in takewhile(lambda at: at.date() <= end, rrulestr(text, dtstart=start))]
    assert [day for day in found if day <= end] == theirs
    assert list(dates(read_rule(f"{text};COUNT={count}"), start, UTC, end)) == theirs[:count]


@given(rules())
@settings(max_examples=100, deadline=None)
def test_the_text_of_a_rule_says_the_rule(text: str) -> None:
    rule = read_rule(text)
    assert read_rule(rule_text(rule)) == rule
    assert rule_text(read_rule(rule_text(rule))) == rule_text(rule)


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("FREQ=MONTHLY;COUNT=4", "2027-01-31", ["2027-01-31", "2027-03-31", "2027-05-31", "2027-07-31"]),
        ("FREQ=YEARLY;COUNT=3", "2024-02-29", ["2024-02-29", "2028-02-29", "2032-02-29"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2027-01-31", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "2027-01-29", ["2027-01-29", "2027-02-26", "2027-03-26"]),
        ("FREQ=MONTHLY;BYDAY=5MO;COUNT=3", "2027-03-29", ["2027-03-29", "2027-05-31", "2027-08-30"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "2027-01-29", ["2027-01-29", "2027-02-26"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=3", "1997-08-05", ["1997-08-05", "1997-08-10", "1997-08-19"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT=2", "1997-08-05", ["1997-08-05", "1997-08-17"]),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "2027-01-01", []),
    ],
)  # fmt: skip
def test_leap_days_ends_of_months_and_weeks_that_begin_on_sunday(text: str, start: str, expected: list[str]) -> None:
    found = dates(read_rule(text), datetime.fromisoformat(start), UTC, date(2040, 1, 1))
    assert [str(day) for day in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rrule:freq=weekly;byday=fr,mo;interval=1;wkst=mo;count=5;", "FREQ=WEEKLY;COUNT=5;BYDAY=MO,FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1,01;UNTIL=20271231", "FREQ=MONTHLY;UNTIL=20271231;BYMONTHDAY=-1,1,15"),
        ("FREQ=DAILY;UNTIL=20271231T225959Z", "FREQ=DAILY;UNTIL=20271231T225959Z"),
        ("FREQ=MONTHLY;BYDAY=+1MO,-1FR", "FREQ=MONTHLY;BYDAY=1MO,-1FR"),
    ],
)
def test_a_rule_has_one_spelling(text: str, expected: str) -> None:
    assert rule_text(read_rule(text)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=WEEKLY;BYHOUR=10", "BYHOUR is not supported"),
        ("FREQ=HOURLY", "This FREQ is not supported"),
        ("COUNT=3", "FREQ is missing"),
        ("FREQ=WEEKLY;FREQ=DAILY", "FREQ stands there twice"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20271231", "COUNT or UNTIL, not both"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY does not go with FREQ=WEEKLY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY has numbers"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY takes"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY takes"),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH takes"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS chooses among"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL must be"),
        ("FREQ=WEEKLY;COUNT=１", "COUNT must be"),
        ("FREQ=WEEKLY;UNTIL=20270230", "UNTIL takes"),
        ("every week", "Write the rule as parts"),
        ("", "Write the rule as parts"),
        ("FREQ=DAILY;BYMONTHDAY=" + "1," * 200, "too long"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_rule(text)
