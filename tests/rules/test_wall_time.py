"""Wall clocks and instants, above all where the clocks change."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from rules.wall_time import (
    day_bounds,
    day_start,
    elapsed,
    epoch,
    epoch_ceiling,
    instant,
    is_skipped,
    local,
    local_date,
    plus,
    to_epoch,
    to_instant,
)
from rules.zones import zone
from tests.rules import oracle
from tests.rules.moments import z

CHANGING = [
    "America/New_York",
    "America/Havana",
    "America/Sao_Paulo",
    "Europe/Dublin",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Asia/Pyongyang",
]


def changes(zone_name: str) -> list[int]:
    """The first second of every new offset from 2005 to 2030, found by bisection."""
    there = zone(zone_name)
    found = []
    for begin in range(z("2005-01-01T00:00Z"), z("2031-01-01T00:00Z"), 86_400):
        low, high = begin, begin + 86_400
        if instant(low).astimezone(there).utcoffset() == instant(high).astimezone(there).utcoffset():
            continue
        while high - low > 1:
            middle = (low + high) // 2
            same = instant(middle).astimezone(there).utcoffset() == instant(begin).astimezone(there).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        found.append(high)
    return found


@pytest.mark.parametrize("zone_name", CHANGING)
def test_around_every_change_wall_times_are_read_as_rfc_5545_says(zone_name: str) -> None:
    there = zone(zone_name)
    moments = changes(zone_name)
    assert moments
    for change in moments:
        offset = instant(change - 1).astimezone(there).utcoffset() or timedelta()
        wall = instant(change).replace(tzinfo=None) + offset
        for minutes in (-180, -121, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 119, 120, 180):
            asked = wall + timedelta(minutes=minutes)
            assert to_epoch(asked, there) == epoch(oracle.utc_of(asked, there)), (zone_name, asked)
            assert is_skipped(asked, there) == (not oracle.readings(asked, there)[0]), (zone_name, asked)


@pytest.mark.parametrize("zone_name", [*CHANGING, "Asia/Kathmandu", "UTC"])
def test_the_days_of_a_zone_follow_one_another_and_begin_at_their_first_instant(zone_name: str) -> None:
    there = zone(zone_name)
    for offset in range(0, 366 * 10, 1):
        day = date(2009, 1, 1) + timedelta(days=offset)
        begin, end = day_bounds(day, there)
        if begin == end:  # Apia had no 30 December 2011
            assert (zone_name, day) == ("Pacific/Apia", date(2011, 12, 30))
            continue
        assert local_date(begin, there) == day
        assert local_date(begin - 1, there) < day
        assert day_start(day + timedelta(days=1), there) == end


@pytest.mark.parametrize("zone_name", CHANGING)
def test_local_reads_back_to_the_same_instant(zone_name: str) -> None:
    for change in changes(zone_name):
        for seconds in (-3600, -1, 0, 1, 1800, 3600, 7200):
            read = local(instant(change + seconds), zone(zone_name))
            text = f"{read.date_time.isoformat()}{read.offset}"
            assert epoch(datetime.fromisoformat(text)) == change + seconds
            assert read.date_time.tzinfo is None


@pytest.mark.parametrize(
    ("at", "zone_name", "expected"),
    [
        ("2026-07-06T07:00Z", "Europe/Berlin", ("2026-07-06T09:00:00", "+02:00", "CEST")),
        ("2026-01-06T07:00Z", "America/New_York", ("2026-01-06T02:00:00", "-05:00", "EST")),
        ("2026-01-06T07:00Z", "America/St_Johns", ("2026-01-06T03:30:00", "-03:30", "NST")),
        ("2026-01-06T07:00Z", "Asia/Kathmandu", ("2026-01-06T12:45:00", "+05:45", "+0545")),
        ("2026-01-06T07:00Z", "Australia/Lord_Howe", ("2026-01-06T18:00:00", "+11:00", "+11")),
        ("2026-07-06T07:00Z", "Antarctica/Troll", ("2026-07-06T09:00:00", "+02:00", "+02")),
        ("2011-12-30T09:59Z", "Pacific/Apia", ("2011-12-29T23:59:00", "-10:00", "-10")),
        ("2011-12-30T10:00Z", "Pacific/Apia", ("2011-12-31T00:00:00", "+14:00", "+14")),
        ("2026-07-06T07:00Z", "UTC", ("2026-07-06T07:00:00", "+00:00", "UTC")),
    ],
)
def test_local_says_what_people_there_read(at: str, zone_name: str, expected: tuple[str, str, str]) -> None:
    read = local(instant(z(at)), zone(zone_name))
    assert (read.date_time.isoformat(), read.offset, read.abbreviation) == expected
    assert read.zone == zone_name


def test_durations_are_added_on_a_stopwatch_and_not_on_the_wall() -> None:
    there = zone("America/New_York")
    before = datetime(2026, 10, 31, 23, tzinfo=there)
    after = plus(before, timedelta(hours=4))
    assert after == instant(z("2026-11-01T07:00Z"))
    assert f"{local(after, there).date_time:%H:%M}" == "02:00"
    assert elapsed(before, datetime(2026, 11, 1, 3, tzinfo=there)) == timedelta(hours=5)


def test_epoch_cuts_fractions_and_epoch_ceiling_rounds_them_up() -> None:
    moment = datetime(2026, 7, 6, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    assert epoch(moment) == z("2026-07-06T10:00Z")
    assert epoch_ceiling(moment) == z("2026-07-06T10:00Z") + 1
    assert epoch_ceiling(instant(z("2026-07-06T10:00Z"))) == z("2026-07-06T10:00Z")


def test_naive_datetimes_are_no_instants() -> None:
    naive = datetime(2026, 7, 6)
    attempts: list[Callable[[], object]] = [
        lambda: epoch(naive),
        lambda: epoch_ceiling(naive),
        lambda: local(naive, zone("UTC")),
        lambda: plus(naive, timedelta(0)),
        lambda: elapsed(naive, datetime.now(UTC)),
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match="no instant"):
            attempt()


def test_to_instant_is_aware_and_in_utc() -> None:
    assert to_instant(datetime(2026, 7, 6, 9), zone("Europe/Berlin")) == datetime(2026, 7, 6, 7, tzinfo=UTC)
    assert to_instant(datetime(2026, 7, 6, 9), zone("Europe/Berlin")).tzinfo is UTC
