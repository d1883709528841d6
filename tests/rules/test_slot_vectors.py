"""The vectors of the booking semantics that concern slots, each by its number."""

from datetime import date, datetime, timedelta

import pytest

from rules.intervals import contains
from rules.limits import Limit, Measure, Period, Used, full_dates, without_full_dates
from rules.notice import reach
from rules.opening import Override, windows_between
from rules.slots import Candidate, free_starts
from rules.stretches import cut
from rules.wall_time import day_bounds, day_start, instant, local, local_date, to_epoch
from rules.zones import zone
from tests.rules.moments import ANY_TIME, candidate, clock, shown, starts_on, terms, utc, weekly, z

NEW_YORK, LONDON, BERLIN = zone("America/New_York"), zone("Europe/London"), zone("Europe/Berlin")
EVERY_DAY = "1234567"
SUMMER_DAY = date(2026, 7, 6)  # a Monday


def test_v01_the_day_when_clocks_go_forward_has_23_hourly_slots() -> None:
    found = starts_on(weekly("America/New_York", EVERY_DAY, "00:00-24:00"), date(2026, 3, 8), terms(60))
    assert len(found) == 23
    assert clock(found[:3], NEW_YORK) == ["00:00-05:00", "01:00-05:00", "03:00-04:00"]


def test_v01_the_day_when_clocks_go_back_has_25_hourly_slots() -> None:
    found = starts_on(weekly("America/New_York", EVERY_DAY, "00:00-24:00"), date(2026, 11, 1), terms(60))
    assert len(found) == 25
    assert clock(found[:4], NEW_YORK) == ["00:00-04:00", "01:00-04:00", "01:00-05:00", "02:00-05:00"]


def test_v03_a_skipped_wall_time_is_read_with_the_offset_before_it() -> None:
    assert to_epoch(datetime(2026, 3, 8, 2, 30), NEW_YORK) == z("2026-03-08T07:30Z")


@pytest.mark.parametrize(
    ("window", "expected"),
    [("02:30-05:00", [("2026-03-08T07:30Z", "2026-03-08T09:00Z")]), ("02:00-03:00", []), ("02:15-02:45", [])],
)
def test_v03_a_window_in_the_skipped_hour(window: str, expected: list[tuple[str, str]]) -> None:
    found = windows_between(weekly("America/New_York", "7", window), date(2026, 3, 8), date(2026, 3, 8))
    assert [tuple(shown(list(w))) for w in found] == expected


def test_v05_the_day_begins_at_one_where_midnight_is_skipped() -> None:
    cairo = zone("Africa/Cairo")
    found = starts_on(weekly("Africa/Cairo", EVERY_DAY, "00:00-24:00"), date(2026, 4, 24), terms(60))
    assert day_start(date(2026, 4, 24), cairo) == z("2026-04-23T22:00Z") == found[0]
    assert clock(found[:1], cairo) == ["01:00+03:00"]
    assert len(found) == 23


def test_v07_office_hours_keep_the_wall_clock_over_the_change() -> None:
    office = weekly("America/New_York", "12345", "09:00-17:00")
    friday = windows_between(office, date(2026, 3, 6), date(2026, 3, 6))
    monday = windows_between(office, date(2026, 3, 9), date(2026, 3, 9))
    assert friday == [(z("2026-03-06T14:00Z"), z("2026-03-06T22:00Z"))]
    assert monday == [(z("2026-03-09T13:00Z"), z("2026-03-09T21:00Z"))]
    assert windows_between(office, date(2026, 3, 6), date(2026, 3, 9)) == friday + monday


def test_v09_every_monday_at_ten_moves_in_utc_when_the_clocks_change() -> None:
    mondays = [datetime(2026, 10, 12, 10) + timedelta(weeks=week) for week in range(4)]
    found = [instant(to_epoch(monday, BERLIN)).strftime("%H:%MZ") for monday in mondays]
    assert found == ["08:00Z", "08:00Z", "09:00Z", "09:00Z"]


def test_v10_vancouver_stays_on_summer_time_with_current_zone_data() -> None:
    assert to_epoch(datetime(2026, 12, 15, 10), zone("America/Vancouver")) == z("2026-12-15T17:00Z")


@pytest.mark.parametrize(("viewer", "read"), [("UTC", ["09:00", "10:00"]), ("Asia/Kolkata", ["14:30", "15:30"])])
def test_v11_every_viewer_sees_the_same_grid(viewer: str, read: list[str]) -> None:
    found = starts_on(weekly("UTC", EVERY_DAY, "09:00-11:00"), SUMMER_DAY, terms(60))
    assert shown(found) == ["2026-07-06T09:00Z", "2026-07-06T10:00Z"]
    assert [f"{local(instant(at), zone(viewer)).date_time:%H:%M}" for at in found] == read


def test_v13_a_business_that_moves_keeps_its_bookings_and_moves_its_hours() -> None:
    booking = z("2026-07-06T07:00Z"), z("2026-07-06T08:00Z")
    before = windows_between(weekly("Europe/Berlin", "12345", "09:00-17:00"), SUMMER_DAY, SUMMER_DAY)
    moved = weekly("Europe/London", "12345", "09:00-17:00")
    assert contains(before, *booking)
    assert not contains(windows_between(moved, SUMMER_DAY, SUMMER_DAY), *booking)
    assert windows_between(moved, SUMMER_DAY, SUMMER_DAY) == [(z("2026-07-06T08:00Z"), z("2026-07-06T16:00Z"))]
    assert shown(starts_on(moved, SUMMER_DAY, terms(60)))[0] == "2026-07-06T08:00Z"


def test_v14_a_friday_night_runs_into_saturday() -> None:
    bar = weekly("Europe/London", "5", "20:00-26:00")
    friday, saturday = date(2026, 7, 3), date(2026, 7, 4)
    assert windows_between(bar, friday, friday) == [(z("2026-07-03T19:00Z"), z("2026-07-04T01:00Z"))]
    assert clock(starts_on(bar, saturday, terms(60)), LONDON) == ["00:00+01:00", "01:00+01:00"]
    assert len(starts_on(bar, friday, terms(60))) == 4


def test_v16_hours_that_meet_at_midnight_are_one_window() -> None:
    late = weekly("Europe/London", "12345", "23:00-23:59")
    hours = late.__class__(late.zone, late.rules + weekly("Europe/London", "23456", "00:00-00:30").rules)
    tuesday = date(2023, 6, 13)
    found = windows_between(hours, tuesday, tuesday)
    assert [w for w in found if w[0] >= day_start(tuesday, LONDON)] == [
        (z("2023-06-13T22:00Z"), z("2023-06-13T23:30Z"))
    ]
    assert shown(starts_on(hours, tuesday, terms(90))) == ["2023-06-13T22:00Z"]


def test_v17_an_override_replaces_its_day_only() -> None:
    holiday = (Override(date(2023, 6, 13), ((600, 900),)),)
    hours = weekly("America/New_York", EVERY_DAY, "08:00-17:00", overrides=holiday)
    assert windows_between(hours, date(2023, 6, 13), date(2023, 6, 14)) == [
        (z("2023-06-13T14:00Z"), z("2023-06-13T19:00Z")),
        (z("2023-06-14T12:00Z"), z("2023-06-14T21:00Z")),
    ]


def test_v19_an_override_late_at_night_is_the_next_day_in_utc() -> None:
    late = (Override(date(2023, 6, 13), ((1320, 1380),)),)
    hours = weekly("America/New_York", "", overrides=late)
    found = windows_between(hours, date(2023, 6, 13), date(2023, 6, 13))
    assert found == [(z("2023-06-14T02:00Z"), z("2023-06-14T03:00Z"))]


def test_v23_a_whole_day_gives_slots() -> None:
    assert len(starts_on(weekly("UTC", EVERY_DAY, "00:00-24:00"), SUMMER_DAY, terms(60))) == 24


def test_v25_a_booking_of_another_service_blocks_a_slot_around_it() -> None:
    busy = ((z("2026-07-06T10:15Z"), z("2026-07-06T10:45Z")),)
    found = shown(starts_on(weekly("UTC", EVERY_DAY, "09:00-12:00"), SUMMER_DAY, terms(60), busy))
    assert found == ["2026-07-06T09:00Z", "2026-07-06T11:00Z"]


@pytest.mark.parametrize(
    ("mode", "expected"), [("GRID", ["08:00", "09:00", "11:00"]), ("PACKED", ["08:00", "09:00", "10:10", "11:10"])]
)
def test_v26_packed_slots_begin_where_the_booking_before_ends(mode: str, expected: list[str]) -> None:
    busy = ((z("2026-07-06T10:00Z"), z("2026-07-06T10:10Z")),)
    found = starts_on(weekly("UTC", EVERY_DAY, "08:00-12:30"), SUMMER_DAY, terms(60, mode=mode), busy)
    assert [text[11:16] for text in shown(found)] == expected


@pytest.mark.parametrize(("duration", "expected"), [(20, 16), (60, 15)])
def test_v27_the_step_is_not_the_duration(duration: int, expected: int) -> None:
    assert len(starts_on(weekly("UTC", EVERY_DAY, "09:00-17:00"), SUMMER_DAY, terms(duration, 30))) == expected


def test_v29_buffers_of_both_bookings_add_up() -> None:
    def booked(start: str, end: str) -> tuple[int, int]:
        return z(f"2026-07-06T{start}Z") - 15 * 60, z(f"2026-07-06T{end}Z") + 30 * 60

    busy = (booked("12:30", "13:00"), booked("14:30", "15:00"))
    found = starts_on(weekly("UTC", EVERY_DAY, "09:00-17:00"), SUMMER_DAY, terms(30, 15, 15, 30), busy)
    morning = [f"{at // 60:02}:{at % 60:02}" for at in range(9 * 60, 11 * 60 + 16, 15)]
    assert [text[11:16] for text in shown(found)] == [*morning, "15:45", "16:00", "16:15", "16:30"]


def test_v31_buffers_may_leave_open_hours() -> None:
    found = starts_on(weekly("UTC", EVERY_DAY, "09:00-17:00"), SUMMER_DAY, terms(60, 60, 15, 30))
    assert [text[11:16] for text in shown(found)] == [f"{hour:02}:00" for hour in range(9, 17)]


@pytest.mark.parametrize(("day", "notice", "expected"), [(date(2021, 6, 21), 1500, 11), (date(2021, 6, 20), 0, 12)])
def test_v33_notice_is_elapsed_and_inclusive(day: date, notice: int, expected: int) -> None:
    span = reach(utc("2021-06-20T11:59:59+00:00"), zone("UTC"), notice_minutes=notice)
    assert len(starts_on(weekly("UTC", EVERY_DAY, "00:00-24:00"), day, terms(60), reach=span)) == expected


def test_v35_a_daily_limit_counts_the_days_of_the_business() -> None:
    booked_on = local_date(z("2026-07-02T03:30Z"), NEW_YORK)
    once_a_day = [Limit(Period.DAY, Measure.COUNT, 1)]
    full = full_dates(once_a_day, {booked_on: Used(1, 30)}, 30, date(2026, 7, 1), date(2026, 7, 2))
    assert full == {date(2026, 7, 1)}
    asked = [z("2026-07-01T14:00Z"), z("2026-07-02T03:30Z"), z("2026-07-02T04:30Z")]
    assert without_full_dates(asked, full, NEW_YORK) == [z("2026-07-02T04:30Z")]


@pytest.mark.parametrize(("adding", "closed"), [(120, True), (81, True), (80, False)])
def test_v37_a_yearly_limit_counts_once_over_all_staff(adding: int, closed: bool) -> None:
    limits = [Limit(Period.YEAR, Measure.MINUTES, 480)]
    booked_with_two_staff = {date(2026, 1, 1): Used(2, 200), date(2026, 12, 31): Used(2, 200)}
    full = full_dates(limits, booked_with_two_staff, adding, date(2026, 6, 1), date(2026, 6, 2))
    assert full == ({date(2026, 6, 1), date(2026, 6, 2)} if closed else set())


def test_a_candidate_without_hours_has_no_starts() -> None:
    assert free_starts(Candidate("ana", [], []), terms(60), ANY_TIME) == []
    assert free_starts(candidate(weekly("UTC", ""), SUMMER_DAY), terms(60), ANY_TIME) == []
    assert cut([]) == []
    assert day_bounds(SUMMER_DAY, zone("UTC")) == (z("2026-07-06T00:00Z"), z("2026-07-07T00:00Z"))
