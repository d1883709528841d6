"""How soon and how far ahead."""

from datetime import date

from rules.notice import UNBOUNDED, Reach, reach
from rules.zones import zone
from tests.rules.moments import utc, z

NEW_YORK = zone("America/New_York")


def test_notice_is_elapsed_time_over_a_change_of_the_clock() -> None:
    saturday_noon = utc("2026-10-31T12:00:00-04:00")
    assert reach(saturday_noon, NEW_YORK, notice_minutes=24 * 60).earliest == z("2026-11-01T11:00-05:00")


def test_now_with_a_fraction_rounds_up_so_that_no_start_is_in_the_past() -> None:
    found = reach(utc("2026-07-06T12:00:00.5+00:00"), NEW_YORK)
    assert found == Reach(z("2026-07-06T12:00:01Z"), z("2026-07-06T12:00:01Z"), UNBOUNDED)


def test_the_horizon_counts_the_days_of_the_business_and_includes_the_last() -> None:
    late_evening = utc("2026-07-02T03:30:00+00:00")  # still 1 July in New York
    assert reach(late_evening, NEW_YORK, horizon_days=0).until == z("2026-07-02T00:00-04:00")
    assert reach(late_evening, NEW_YORK, horizon_days=30).until == z("2026-08-01T00:00-04:00")


def test_a_fixed_range_includes_both_of_its_days() -> None:
    found = reach(utc("2026-07-01T00:00:00Z"), NEW_YORK, first_day=date(2026, 12, 1), last_day=date(2026, 12, 24))
    assert (found.earliest, found.until) == (z("2026-12-01T00:00-05:00"), z("2026-12-25T00:00-05:00"))


def test_the_narrower_of_horizon_and_range_holds_and_the_present_beats_the_first_day() -> None:
    found = reach(
        utc("2026-07-10T12:00:00Z"), NEW_YORK, horizon_days=3, first_day=date(2026, 7, 1), last_day=date(2026, 7, 31)
    )
    assert (found.earliest, found.until) == (z("2026-07-10T12:00Z"), z("2026-07-14T00:00-04:00"))


def test_a_query_can_only_narrow_the_reach() -> None:
    wide = Reach(now=10, earliest=20, until=100)
    assert wide.within(0, 50) == Reach(10, 20, 50)
    assert wide.within(30, 500) == Reach(10, 30, 100)
