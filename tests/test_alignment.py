"""Starts at round times of the wall clock, where zones are half an hour apart and where clocks change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rules.slots import SlotMode
from tests.bookable import bookable, said
from tests.businesses import Business
from tests.places import place
from tests.test_free_ahead import why

ODD = ((550, 735),)  # 09:10 to 12:15


@pytest.mark.parametrize(
    ("alignment", "service", "expected"),
    [
        (None, {}, ["09:10", "10:10", "11:10"]),
        (15, {}, ["09:15", "10:15", "11:15"]),
        (30, {"step_minutes": 20}, ["09:30", "09:50", "10:10", "10:30", "10:50", "11:10"]),
        (60, {}, ["10:00", "11:00"]),
        (480, {}, []),  # 08:00 has passed, and 16:00 is after closing
    ],
)
@pytest.mark.parametrize("zone", ["America/Chicago", "Asia/Kolkata", "Asia/Kathmandu"])
async def test_starts_are_counted_from_a_round_time_of_the_wall_clock(
    salon: Business, zone: str, alignment: int | None, service: dict[str, Any], expected: list[str]
) -> None:
    shop = await place(salon, zone, date(2027, 6, 1), ODD, alignment_minutes=alignment, **service)
    assert [time[3:8] for time in await shop.times("2027-06-01")] == expected


CHANGES = [
    # half an hour is skipped, or comes twice; a window that is open all night
    ("Australia/Lord_Howe", date(2026, 10, 4), 60, ["00:00+10:30", "01:00+10:30", "03:00+11:00", "04:00+11:00"]),
    ("Australia/Lord_Howe", date(2026, 10, 4), 30, ["00:00+10:30", "01:00+10:30", "02:30+11:00", "03:30+11:00"]),
    ("Australia/Lord_Howe", date(2026, 4, 5), 60, ["00:00+11:00", "01:00+11:00", "02:00+10:30", "03:00+10:30"]),
    ("America/New_York", date(2026, 3, 8), 120, ["00:00-05:00", "01:00-05:00", "04:00-04:00", "05:00-04:00"]),
    ("America/New_York", date(2026, 11, 1), 120, ["00:00-04:00", "01:00-04:00", "02:00-05:00", "03:00-05:00"]),
    ("Africa/Cairo", date(2026, 4, 24), 60, ["01:00+03:00", "02:00+03:00", "03:00+03:00", "04:00+03:00"]),
]


@pytest.mark.parametrize(("zone", "day", "alignment", "first"), CHANGES)
async def test_the_grid_begins_anew_where_clocks_change(
    salon: Business, zone: str, day: date, alignment: int, first: list[str]
) -> None:
    shop = await place(salon, zone, day, alignment_minutes=alignment)
    assert [time[3:] for time in await shop.times(str(day))][:4] == first
    made = await shop.book((await shop.slots(str(day)))[2]["startsAt"])
    assert made["__typename"] == "BookPayload"


async def test_packed_starts_follow_what_is_before_them_at_the_next_round_time(salon: Business) -> None:
    desk = await bookable(salon, duration_minutes=50, slot_mode=SlotMode.PACKED, alignment_minutes=15, hours=ODD)
    assert await desk.free(salon.widget) == ["09:15", "09:45", "10:15", "10:45", "11:15"]
    await desk.book(salon.owner, desk.at(9, 17), evenIfNotOffered=True)  # until 10:07
    assert await desk.free(salon.widget) == ["10:15", "10:45", "11:15"]


async def test_a_start_between_opening_and_the_first_round_time_is_off_the_grid_and_not_closed(salon: Business) -> None:
    desk = await bookable(salon, hours=ODD, alignment_minutes=15)
    refused = await desk.refused(salon.widget, desk.at(9, 10))
    assert (refused["__typename"], refused["reason"]) == ("NotOffered", "NOT_ON_GRID")
    told = await why(salon.owner, desk.id, said(desk.at(9, 10)))
    words = "counted from opening, or from the first full 15 minutes of the clock after it. Near it: 09:15 and 09:45."
    assert told["people"][0]["message"] == f"Starts lie 30 minutes apart, {words}"
    assert (await why(salon.owner, desk.id, said(desk.at(9))))["reason"] == "OUTSIDE_OPENING_HOURS"
    assert await desk.book(salon.owner, desk.at(9, 10), evenIfNotOffered=True)
