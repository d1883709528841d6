"""Opening hours: weekly rules, overrides, midnight, changes of the clock, and what is wrong with bad ones."""

from datetime import date, timedelta

from rules.errors import FieldProblem
from rules.intervals import clip
from rules.opening import Override, Schedule, WeeklyRule, stretches_between, windows_between
from rules.opening_problems import override_problems, rule_problems
from rules.stretches import together, windows_of
from rules.wall_time import day_bounds
from rules.zones import zone
from tests.rules.moments import candidate, clock, shown, starts_on, terms, weekly, z

EVERY_DAY = "1234567"
FRIDAY, SATURDAY = date(2026, 7, 3), date(2026, 7, 4)


def on(schedule: Schedule, day: date) -> list[list[str]]:
    return [shown(list(window)) for window in windows_between(schedule, day, day)]


def test_windows_of_one_day_that_overlap_or_touch_are_joined() -> None:
    hours = weekly("UTC", "5", "09:00-12:00", "11:00-13:00", "13:00-14:00", "15:00-16:00")
    assert on(hours, FRIDAY) == [
        ["2026-07-03T09:00Z", "2026-07-03T14:00Z"],
        ["2026-07-03T15:00Z", "2026-07-03T16:00Z"],
    ]


def test_a_rule_holds_from_its_first_to_its_last_day_inclusive() -> None:
    rules = tuple(WeeklyRule(day, 540, 600, FRIDAY, SATURDAY) for day in range(1, 8))
    hours = Schedule(zone("UTC"), rules)
    assert [bool(on(hours, FRIDAY + timedelta(days=d))) for d in (-1, 0, 1, 2)] == [False, True, True, False]


def test_an_override_without_windows_closes_the_day() -> None:
    assert on(weekly("UTC", EVERY_DAY, "09:00-17:00", overrides=(Override(FRIDAY),)), FRIDAY) == []


def test_a_closed_saturday_keeps_what_friday_runs_past_midnight() -> None:
    hours = weekly("UTC", EVERY_DAY, "20:00-26:00", overrides=(Override(SATURDAY),))
    assert on(hours, SATURDAY) == [["2026-07-03T20:00Z", "2026-07-04T02:00Z"]]


def test_a_rule_that_ended_on_friday_still_runs_past_midnight() -> None:
    hours = Schedule(zone("UTC"), (WeeklyRule(5, 1200, 1560, valid_until=FRIDAY),))
    assert on(hours, SATURDAY) == [["2026-07-03T20:00Z", "2026-07-04T02:00Z"]]


def test_an_end_at_23_59_means_midnight() -> None:
    assert len(starts_on(weekly("UTC", EVERY_DAY, "00:00-23:59"), FRIDAY, terms(60))) == 24
    assert on(weekly("UTC", "5", "22:00-23:59"), FRIDAY) == [["2026-07-03T22:00Z", "2026-07-04T00:00Z"]]


def test_the_grid_of_a_business_that_never_closes_begins_anew_each_day() -> None:
    berlin = weekly("Europe/Berlin", EVERY_DAY, "00:00-24:00")
    for day in (FRIDAY, SATURDAY, date(2026, 10, 26)):
        found = starts_on(berlin, day, terms(60, 420))
        assert [text[:5] for text in clock(found, berlin.zone)] == ["00:00", "07:00", "14:00", "21:00"]


def test_an_appointment_may_last_from_one_day_into_the_next() -> None:
    found = starts_on(weekly("UTC", EVERY_DAY, "00:00-24:00"), FRIDAY, terms(180, 60))
    assert shown(found)[-1] == "2026-07-03T23:00Z"


def test_half_an_hour_is_skipped_on_lord_howe() -> None:
    island = weekly("Australia/Lord_Howe", EVERY_DAY, "00:00-24:00")
    spring = starts_on(island, date(2026, 10, 4), terms(30))
    autumn = starts_on(island, date(2026, 4, 5), terms(30))
    assert (len(spring), len(autumn)) == (47, 49)
    assert clock(spring[3:5], island.zone) == ["01:30+10:30", "02:30+11:00"]
    assert clock(autumn[3:6], island.zone) == ["01:30+11:00", "01:30+10:30", "02:00+10:30"]


def test_two_hours_are_skipped_and_repeated_at_troll() -> None:
    station = weekly("Antarctica/Troll", EVERY_DAY, "00:00-24:00")
    assert len(starts_on(station, date(2026, 3, 29), terms(60))) == 22
    assert len(starts_on(station, date(2026, 10, 25), terms(60))) == 26


def test_the_day_that_apia_skipped_has_no_hours() -> None:
    for window in ("00:00-24:00", "09:00-17:00"):
        hours = weekly("Pacific/Apia", "5", window)  # the skipped 30 December 2011 was a Friday
        assert windows_between(hours, date(2011, 12, 29), date(2011, 12, 31)) == []


def test_a_night_before_the_day_that_apia_skipped_runs_into_the_day_after() -> None:
    hours = weekly("Pacific/Apia", "4", "22:00-26:00")
    assert on(hours, date(2011, 12, 31)) == [["2011-12-30T08:00Z", "2011-12-30T12:00Z"]]
    assert clock(starts_on(hours, date(2011, 12, 31), terms(60)), hours.zone) == ["00:00+14:00", "01:00+14:00"]


def test_kathmandu_opens_at_a_quarter_past_in_utc() -> None:
    assert on(weekly("Asia/Kathmandu", "5", "09:00-17:00"), FRIDAY) == [["2026-07-03T03:15Z", "2026-07-03T11:15Z"]]


def test_equal_schedules_that_were_built_twice_agree_and_different_ones_do_not_share() -> None:
    first, again = weekly("UTC", "5", "09:00-17:00"), weekly("UTC", "5", "09:00-17:00")
    other = weekly("Europe/Berlin", "5", "09:00-17:00")
    assert on(first, FRIDAY) == on(again, FRIDAY) != on(other, FRIDAY)


def test_a_year_of_days_is_answered_although_fewer_are_remembered() -> None:
    hours = weekly("UTC", EVERY_DAY, "09:00-17:00")
    for _ in range(2):
        assert len(windows_between(hours, date(2026, 1, 1), date(2026, 12, 31))) == 365


def test_a_window_can_be_cut_to_the_day_for_display() -> None:
    found = windows_between(weekly("UTC", EVERY_DAY, "00:00-24:00"), FRIDAY, FRIDAY)
    assert len(found) == 1
    assert clip(found, *day_bounds(FRIDAY, zone("UTC"))) == [(z("2026-07-03T00:00Z"), z("2026-07-04T00:00Z"))]


def test_a_collective_is_open_when_all_are_and_touching_hours_give_nothing() -> None:
    hours = ["09:00-13:00", "11:00-17:00", "12:00-18:00", "13:00-14:00"]
    ana, ben, cleo, dan = [candidate(weekly("UTC", "5", h), FRIDAY).stretches for h in hours]
    assert windows_of(together([ana, ben, cleo])) == [(z("2026-07-03T12:00Z"), z("2026-07-03T13:00Z"))]
    noon, one = z("2026-07-03T12:00Z"), z("2026-07-03T13:00Z")
    assert [stretch for stretch in together([ana, cleo]) if stretch[0] == noon] == [(noon, one, one)]
    assert together([ana, dan]) == []
    assert together([]) == []


def test_a_collective_that_never_closes_has_the_same_grid_however_far_back_one_looks() -> None:
    zones = ["Europe/London", "Europe/Berlin"]
    begin, end = z("2026-07-03T00:00Z"), z("2026-07-05T00:00Z")

    def anchors(since: int) -> list[int]:
        members = [weekly(name, EVERY_DAY, "00:00-24:00") for name in zones]
        common = together([stretches_between(member, since, end, duration=3600) for member in members])
        return [anchor for anchor, _, _ in common if anchor >= begin]

    assert anchors(begin) == anchors(begin - 5 * 86_400) != []


def test_bad_rules_are_named_by_where_they_stand_and_what_to_do() -> None:
    rules = [
        WeeklyRule(1, 0, 2880),
        WeeklyRule(0, -1, 2881),
        WeeklyRule(8, 1440, 1440),
        WeeklyRule(5, 1200, 120, SATURDAY, FRIDAY),
    ]
    assert rule_problems(rules) == [
        FieldProblem("rules.1.weekday", "must be from 1 (Monday) to 7 (Sunday)"),
        FieldProblem("rules.1.startMinute", "must be from 0 (midnight) to 1439"),
        FieldProblem("rules.1.endMinute", "must be at most 2880, the end of the next day"),
        FieldProblem("rules.2.weekday", "must be from 1 (Monday) to 7 (Sunday)"),
        FieldProblem("rules.2.startMinute", "must be from 0 (midnight) to 1439"),
        FieldProblem("rules.2.endMinute", "must be after the start; to close after midnight add 1440"),
        FieldProblem("rules.3.endMinute", "must be after the start; to close after midnight add 1440"),
        FieldProblem("rules.3.validUntil", "must not be before the day from which the rule is valid"),
    ]


def test_bad_overrides_are_named_and_overlaps_are_no_mistake() -> None:
    good = Override(FRIDAY, ((540, 720), (600, 900)))
    assert override_problems([good, Override(SATURDAY)]) == []
    found = override_problems([good, Override(FRIDAY, ((540, 600), (900, 900)))])
    assert [problem.path for problem in found] == ["overrides.1.on", "overrides.1.windows.1.endMinute"]
