"""One spelling of instants and dates."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.instants import FIRST_INSTANT, LAST_INSTANT, format_instant, parse_date, parse_instant, whole_minute


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-08T09:00:00Z", datetime(2026, 3, 8, 9, tzinfo=UTC)),
        ("2026-03-08t09:00:00z", datetime(2026, 3, 8, 9, tzinfo=UTC)),
        ("2026-03-08T09:00:00-05:00", datetime(2026, 3, 8, 14, tzinfo=UTC)),
        ("2026-03-08T09:00:00+05:45", datetime(2026, 3, 8, 3, 15, tzinfo=UTC)),
        ("2026-03-08T09:00:00-00:00", datetime(2026, 3, 8, 9, tzinfo=UTC)),
        ("2026-03-08T09:00:00.000Z", datetime(2026, 3, 8, 9, tzinfo=UTC)),
        ("2026-03-08T09:00:00.25Z", datetime(2026, 3, 8, 9, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-03-08T09:00:00.123456000Z", datetime(2026, 3, 8, 9, 0, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T23:59:59+23:59", datetime(2024, 2, 29, 0, 0, 59, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("9998-12-31T23:59:59Z", datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_instants_of_rfc_3339_are_read(text: str, expected: datetime) -> None:
    assert parse_instant(text) == expected
    assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-08T09:00:00", "offset is missing"),
        ("2026-03-08T09:00:00.5", "offset is missing"),
        ("2026-W10-7", "week dates"),
        ("2026-W10-7T09:00:00Z", "week dates"),
        ("2026W107T090000Z", "week dates"),
        ("2026-067T09:00:00Z", "ordinal dates"),
        ("2026-03-08", "a date alone"),
        ("20260308T090000Z", "hyphens"),
        ("20260308", "hyphens"),
        ("2026-03-08T24:00:00Z", "24:00 is not accepted"),
        ("2026-03-08T09:00:60Z", "leap seconds"),
        ("2016-12-31T23:59:60Z", "leap seconds"),
        ("2026-02-30T09:00:00Z", "no such day"),
        ("2025-02-29T09:00:00Z", "no such day"),
        ("2026-13-01T09:00:00Z", "no such day"),
        ("0000-01-01T09:00:00Z", "no such day"),
        ("2026-03-08T25:00:00Z", "no such time"),
        ("2026-03-08T09:60:00Z", "no such time"),
        ("2026-03-08T09:00:61Z", "no such time"),
        ("2026-03-08T09:00:00+0530", "offset as ±hh:mm"),
        ("2026-03-08T09:00:00+05", "offset as ±hh:mm"),
        ("2026-03-08T09:00:00+24:00", "between -23:59 and"),
        ("2026-03-08T09:00:00+05:60", "between -23:59 and"),
        ("2026-03-08T09:00Z", "write the seconds"),
        ("2026-03-08 09:00:00Z", "write T"),
        ("2026-03-08T09:00:00.1234567Z", "finer than a microsecond"),
        ("1969-12-31T23:59:59Z", "between 1970 and 9998"),
        ("1970-01-01T00:00:00+00:01", "between 1970 and 9998"),
        ("0001-01-01T00:00:00+01:00", "between 1970 and 9998"),
        ("9999-01-01T00:00:00Z", "between 1970 and 9998"),
        ("9999-12-31T23:59:59-01:00", "between 1970 and 9998"),
        ("2026-03-08T09:00:00[Europe/Berlin]", "write it like"),
        ("2026-03-08T09:00:00 Europe/Berlin", "write it like"),
        ("2026-03-08T09:00:00EST", "write it like"),
        ("2026-03-08T09:00:00,5Z", "write it like"),
        ("2026-03-08T09:00:00.Z", "write it like"),
        ("2026-03-08T09:00:00Z\n", "write it like"),
        (" 2026-03-08T09:00:00Z", "write it like"),
        ("2026-3-8T9:00:00Z", "write it like"),
        ("+2026-03-08T09:00:00Z", "write it like"),
        ("٢٠٢٦-03-08T09:00:00Z", "write it like"),
        ("2026-03-08T09:00:00−05:00", "write it like"),
        ("1772960400", "write it like"),
        ("now", "write it like"),
        ("", "write it like"),
    ],
)
def test_everything_else_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_instant(text)


def test_a_refusal_does_not_repeat_what_a_person_typed() -> None:
    for read in (parse_instant, parse_date):
        with pytest.raises(ValueError) as refused:
            read("ana@example.org")
        assert "ana" not in str(refused.value)


def test_a_very_long_text_is_refused_at_once() -> None:
    for text in ("2" * 1_000_000, "2026-03-08T" + "0:" * 500_000, "2026-03-08T09:00:00." + "0" * 1_000_000 + "Z"):
        with pytest.raises(ValueError, match="not an instant"):
            parse_instant(text)


@given(st.datetimes(FIRST_INSTANT.replace(tzinfo=None), LAST_INSTANT.replace(tzinfo=None)), st.integers(-1439, 1439))
def test_whatever_python_writes_is_read_back(moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=UTC)
    try:
        there = aware.astimezone(timezone(timedelta(minutes=offset)))
    except OverflowError:  # the offset reaches a year that datetime does not have
        return
    assert parse_instant(there.isoformat()) == aware
    assert parse_instant(format_instant(there)) == aware.replace(microsecond=0)


@given(st.text(alphabet="0123456789-+:.TtZzW ", max_size=30))
def test_any_text_is_read_or_refused_by_a_value_error(text: str) -> None:
    try:
        moment = parse_instant(text)
    except ValueError:
        return
    assert FIRST_INSTANT <= moment <= LAST_INSTANT


def test_dates_have_one_form() -> None:
    assert parse_date("2026-03-08") == date(2026, 3, 8)
    refused = [
        "2026-02-30",
        "20260308",
        "2026-W10-7",
        "2026-3-8",
        "2026-03-08T00:00:00Z",
        "2026-03-08\n",
        "",
        "٢٠٢٦-03-08",
    ]
    for text in [*refused, "1582-12-31", "9999-01-01", "0000-01-01"]:
        with pytest.raises(ValueError):
            parse_date(text)


def test_instants_are_written_in_utc_with_whole_seconds() -> None:
    moment = datetime(2026, 3, 8, 9, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=-5)))
    assert format_instant(moment) == "2026-03-08T14:30:15Z"
    with pytest.raises(ValueError, match="no instant"):
        format_instant(datetime(2026, 3, 8))


def test_a_whole_minute_has_no_seconds_and_no_fraction() -> None:
    assert whole_minute(parse_instant("2026-03-08T09:30:00+05:45"))
    assert not whole_minute(parse_instant("2026-03-08T09:30:01Z"))
    assert not whole_minute(parse_instant("2026-03-08T09:30:00.000001Z"))
