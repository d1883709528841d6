"""Slots in zones whose clocks do rarer things, and where periods end: midnights that are skipped or come twice, changes
by half an hour and by two, the date line, leap days, and weeks, months and years that begin at a local midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from models.location import Location
from rules.zones import zone_names
from tests.api import Caller
from tests.bookable import ADA, BOOK
from tests.businesses import Business, id_of
from tests.places import Place, place

# (zone, date, hourly slots of the whole day, the first of them, the last of them)
DAYS = [
    ("Africa/Cairo", date(2026, 4, 24), 23, ["01:00+03:00", "02:00+03:00"], "23:00+03:00"),  # V05
    ("Africa/Casablanca", date(2026, 2, 15), 25, ["00:00+01:00", "01:00+01:00", "02:00+01:00", "02:00+00:00"], "23:00"),
    ("Africa/Casablanca", date(2026, 3, 22), 23, ["00:00+00:00", "01:00+00:00", "03:00+01:00"], "23:00+01:00"),
    ("Africa/Casablanca", date(2026, 9, 20), 25, ["00:00+01:00", "01:00+01:00", "01:00+00:00"], "23:00+00:00"),
    ("America/Havana", date(2026, 3, 8), 23, ["01:00-04:00", "02:00-04:00"], "23:00-04:00"),
    ("America/Havana", date(2027, 11, 7), 25, ["00:00-04:00", "00:00-05:00", "01:00-05:00"], "23:00-05:00"),
    ("America/Nuuk", date(2026, 3, 28), 23, ["00:00-02:00", "01:00-02:00"], "22:00-02:00"),
    ("America/Nuuk", date(2026, 10, 24), 25, ["00:00-01:00", "01:00-01:00"], "23:00-02:00"),
    ("America/Santiago", date(2026, 9, 6), 23, ["01:00-03:00", "02:00-03:00"], "23:00-03:00"),
    ("America/Santiago", date(2026, 4, 4), 25, ["00:00-03:00", "01:00-03:00"], "23:00-04:00"),
    ("America/St_Johns", date(2026, 11, 1), 25, ["00:00-02:30", "01:00-02:30", "01:00-03:30"], "23:00-03:30"),
    ("America/Vancouver", date(2026, 11, 1), 24, ["00:00-07:00", "01:00-07:00", "02:00-07:00"], "23:00-07:00"),
    ("Antarctica/Troll", date(2026, 3, 29), 22, ["00:00+00:00", "03:00+02:00"], "23:00+02:00"),
    ("Antarctica/Troll", date(2026, 10, 25), 26, ["00:00+02:00", "01:00+02:00", "02:00+02:00", "01:00+00:00"], "23:00"),
    ("Asia/Beirut", date(2026, 3, 29), 23, ["01:00+03:00"], "23:00+03:00"),
    ("Asia/Gaza", date(2026, 3, 28), 23, ["00:00+02:00", "01:00+02:00", "03:00+03:00"], "23:00+03:00"),
    ("Atlantic/Azores", date(2026, 10, 25), 25, ["00:00+00:00", "00:00-01:00", "01:00-01:00"], "23:00-01:00"),
    ("Pacific/Apia", date(2011, 12, 31), 24, ["00:00+14:00"], "23:00+14:00"),
    ("Pacific/Chatham", date(2026, 9, 27), 23, ["00:00+12:45", "01:00+12:45", "02:00+12:45", "04:00+13:45"], "23:00"),
    ("Pacific/Chatham", date(2026, 4, 5), 25, ["00:00+13:45", "01:00+13:45", "02:00+13:45", "03:00+13:45"], "23:00"),
    ("Pacific/Easter", date(2026, 9, 5), 23, ["00:00-06:00"], "23:00-05:00"),
    ("Pacific/Kiritimati", date(2026, 12, 31), 24, ["00:00+14:00"], "23:00+14:00"),
    ("America/New_York", date(2028, 2, 29), 24, ["00:00-05:00"], "23:00-05:00"),
]


@pytest.mark.parametrize(("zone", "day", "count", "first", "last"), DAYS)
async def test_a_day_is_as_long_as_its_clocks_make_it(
    salon: Business, zone: str, day: date, count: int, first: list[str], last: str
) -> None:
    shop = await place(salon, zone, day)
    slots = await shop.slots(str(day))
    wall = [slot["local"]["dateTime"][11:16] + slot["local"]["offset"] for slot in slots]
    assert (len(wall), wall[: len(first)]) == (count, first)
    assert wall[-1].startswith(last)
    assert {slot["local"]["dateTime"][:10] for slot in slots} == {str(day)}
    for slot in (slots[0], slots[-1]):
        made = await shop.book(slot["startsAt"])
        assert made["booking"]["local"] == slot["local"]
    around = [str(day - timedelta(days=1)), str(day + timedelta(days=1))]
    assert [slot for slot in await shop.slots(*around) if slot["local"]["dateTime"][:10] == str(day)] == slots[1:-1]


async def test_the_day_that_apia_skipped_has_nothing(salon: Business) -> None:
    shop = await place(salon, "Pacific/Apia", date(2011, 12, 30))
    assert await shop.times("2011-12-30") == []
    assert len(await shop.times("2011-12-29", "2011-12-31")) == 48


async def test_ten_in_vancouver_in_winter_is_what_current_zone_data_says(salon: Business) -> None:
    """V10: summer time has stayed there; data of 2025 says 18:00. Everybody may ask which release it is."""
    for caller in (salon.widget, salon.partner, salon.owner, Caller(salon.product.http())):
        asked = (await caller.ok("{ zoneDatabase { version names } }"))["zoneDatabase"]
        assert asked["version"] == import_module("tzdata").IANA_VERSION >= "2026f"
        assert asked["names"] == sorted(zone_names())
    shop = await place(salon, "America/Vancouver", date(2026, 12, 15), ((600, 660),))
    assert await shop.instants("2026-12-15") == ["15T17:00"]


async def test_another_service_blocks_what_it_overlaps(salon: Business) -> None:
    """V25: taken 10:15 to 10:45."""
    day = date(2026, 7, 6)
    shop = await place(salon, "UTC", day, ((540, 720),))
    other = await salon.service("Call", duration_minutes=30, step_minutes=15)
    await other.offer(salon.act, shop.staff.id, 1)
    wanted = {"serviceId": id_of(other), "startsAt": "2026-07-06T10:15:00Z", "customer": ADA}
    await salon.widget.did(BOOK, input=wanted)
    assert await shop.instants(str(day)) == ["06T09:00", "06T11:00"]
    assert (await shop.book("2026-07-06T10:00:00Z"))["__typename"] == "SlotTaken"


async def test_the_same_wall_time_each_week_is_another_instant_after_the_change(salon: Business) -> None:
    """V09: Mondays at ten in Berlin."""
    shop = await place(salon, "Europe/Berlin", date(2026, 10, 12), ((600, 660),), weekdays=[1])
    assert await shop.instants("2026-10-12", "2026-11-02") == ["12T08:00", "19T08:00", "26T09:00", "02T09:00"]


# (zone, hours, weekday, the dates asked for, starts)
NIGHTS: list[tuple[str, tuple[int, int], int, str, list[str]]] = [
    ("Pacific/Auckland", (1320, 1620), 4, "2027-01-01", ["01T00:00+13:00", "01T01:00+13:00", "01T02:00+13:00"]),
    ("America/New_York", (1320, 1620), 6, "2026-03-08", ["08T00:00-05:00", "08T01:00-05:00"]),
    ("America/New_York", (1380, 1560), 6, "2026-11-01", ["01T00:00-04:00", "01T01:00-04:00", "01T01:00-05:00"]),
    ("Africa/Cairo", (1380, 1560), 4, "2026-04-24", ["24T01:00+03:00"]),
    ("America/Santiago", (1320, 1500), 6, "2026-09-06", []),
    ("Europe/Berlin", (1200, 2880), 6, "2026-10-26", []),
    ("UTC", (1380, 1560), 2, "2028-03-01", ["01T00:00+00:00", "01T01:00+00:00"]),
]


@pytest.mark.parametrize(("zone", "hours", "weekday", "day", "expected"), NIGHTS)
async def test_a_night_that_runs_into_the_day_asked_for(
    salon: Business, zone: str, hours: tuple[int, int], weekday: int, day: str, expected: list[str]
) -> None:
    shop = await place(salon, zone, date.fromisoformat(day), (hours,), weekdays=[weekday])
    assert await shop.times(day) == expected


async def test_hours_of_two_days_last_as_long_as_these_days(salon: Business) -> None:
    """Saturday 20:00 to 48:00 in Berlin, where Sunday has 25 hours."""
    shop = await place(salon, "Europe/Berlin", date(2026, 10, 25), ((1200, 2880),), weekdays=[6])
    assert len(await shop.times("2026-10-24")) == 4
    assert len(await shop.times("2026-10-25")) == 25


async def test_a_day_of_its_own_may_run_past_midnight_over_a_change(salon: Business) -> None:
    """22:00 to 27:00 on the Saturday: four hours, for 02:00 does not come. The Sunday's own hours are what they are."""
    shop = await place(salon, "America/New_York", date(2026, 3, 8), ((540, 600),))
    await shop.schedule.set_override(salon.act, date(2026, 3, 7), [[1320, 1620]])
    night = ["07T22:00-05:00", "07T23:00-05:00", "08T00:00-05:00", "08T01:00-05:00"]
    assert await shop.times("2026-03-07", "2026-03-08") == [*night, "08T09:00-04:00"]
    # What replaces Sunday's windows leaves alone what Saturday runs into it.
    await shop.schedule.set_override(salon.act, date(2026, 3, 8), [])
    assert await shop.times("2026-03-08") == night[2:]
    await shop.schedule.set_override(salon.act, date(2026, 3, 7), [])
    assert await shop.times("2026-03-07", "2026-03-08") == []


async def test_notice_runs_on_a_stopwatch_over_a_change(salon: Business) -> None:
    shop = await place(salon, "America/New_York", date(2026, 3, 8), notice_minutes=1440)
    salon.product.clock.stand_at(datetime(2026, 3, 7, 17, 0, tzinfo=UTC))  # noon; a day later the clock says 13:00
    assert (await shop.times("2026-03-07", "2026-03-08"))[0] == "08T13:00-04:00"


def at_most_one(period: str) -> dict[str, Any]:
    return {"limits": [{"period": period, "measure": "COUNT", "maximum": 1}], "horizon_days": 400}


async def limited(salon: Business, zone: str, day: date, period: str) -> Place:
    return await place(salon, zone, day, **at_most_one(period))


# (zone, period, what is booked, dates that are full then, dates that are not)
PERIODS = [
    ("UTC", "WEEK", "2026-12-31T12:00:00Z", ["2026-12-28", "2027-01-03"], ["2026-12-27", "2027-01-04"]),
    ("UTC", "WEEK", "2027-01-01T12:00:00Z", ["2026-12-28", "2027-01-03"], ["2027-01-04"]),
    ("UTC", "MONTH", "2028-02-29T23:00:00Z", ["2028-02-28", "2028-02-29"], ["2028-03-01"]),
    ("Pacific/Auckland", "MONTH", "2027-01-31T10:00:00Z", ["2027-01-29", "2027-01-31"], ["2027-02-01"]),
    ("Pacific/Auckland", "MONTH", "2027-01-31T11:00:00Z", ["2027-02-01", "2027-02-28"], ["2027-01-31"]),
    ("Pacific/Kiritimati", "YEAR", "2026-12-31T09:00:00Z", ["2026-12-31"], ["2027-01-01"]),
    ("Pacific/Kiritimati", "YEAR", "2026-12-31T10:00:00Z", ["2027-01-01", "2027-02-28"], ["2026-12-31"]),
    ("America/Havana", "DAY", "2027-11-07T05:00:00Z", ["2027-11-07"], ["2027-11-06", "2027-11-08"]),
    ("Africa/Cairo", "DAY", "2026-04-23T22:00:00Z", ["2026-04-24"], ["2026-04-23", "2026-04-25"]),
]


@pytest.mark.parametrize(("zone", "period", "booked", "full", "free"), PERIODS)
async def test_a_limit_counts_local_dates_to_the_end_of_its_period(
    salon: Business, zone: str, period: str, booked: str, full: list[str], free: list[str]
) -> None:
    shop = await limited(salon, zone, date.fromisoformat(min(full + free)), period)
    assert (await shop.book(booked))["__typename"] == "BookPayload"
    assert {day: bool(await shop.times(day)) for day in full + free} == {
        **dict.fromkeys(full, False), **dict.fromkeys(free, True),
    }  # fmt: skip


async def test_a_limit_counts_the_dates_of_the_business_wherever_its_people_are(salon: Business) -> None:
    """Somebody serves in Honolulu: what is still the 5th there is the 6th in Chicago, where the business counts."""
    shop = await limited(salon, "Pacific/Honolulu", date(2026, 7, 6), "DAY")
    beach = await Location.begin(salon.act, name="Beach", zone="Pacific/Honolulu")
    await shop.service.change(salon.act, 1, location_id=None)
    await shop.staff.change(salon.act, 1, location_id=beach.id)
    assert (await shop.book("2026-07-06T06:00:00Z"))["booking"]["local"]["dateTime"] == "2026-07-05T20:00:00"
    # The 6th in Chicago lasts from 05:00 UTC to 05:00 UTC.
    on_the_fifth = [f"05T{hour}:00" for hour in range(12, 24)] + [f"06T{hour:02}:00" for hour in range(5)]
    assert (await shop.instants("2026-07-05"))[2:] == on_the_fifth
    assert (await shop.instants("2026-07-06"))[0] == "07T05:00"
    assert (await shop.book("2026-07-06T12:00:00Z"))["reason"] == "LIMIT_REACHED"
    assert (await shop.book("2026-07-06T04:00:00Z"))["__typename"] == "BookPayload"
