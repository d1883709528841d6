"""Slots where clocks change, where a day has another length, and where place, hours and business differ in zone.

Every vector of slots that an API can show is here as a client sees it; `tests/rules/` has them as pure functions.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models.location import Location
from rules.slots import SlotMode
from tests.bookable import ADA, BOOK
from tests.businesses import Business, id_of
from tests.places import place

CHANGES = [
    ("America/New_York", date(2026, 3, 8), 23, ["00:00-05:00", "01:00-05:00", "03:00-04:00", "04:00-04:00"]),
    ("America/New_York", date(2026, 11, 1), 25, ["00:00-04:00", "01:00-04:00", "01:00-05:00", "02:00-05:00"]),
    ("Europe/Berlin", date(2026, 3, 29), 23, ["00:00+01:00", "01:00+01:00", "03:00+02:00", "04:00+02:00"]),
    ("Europe/Berlin", date(2026, 10, 25), 25, ["00:00+02:00", "01:00+02:00", "02:00+02:00", "02:00+01:00"]),
    ("Africa/Cairo", date(2026, 4, 24), 23, ["01:00+03:00", "02:00+03:00", "03:00+03:00", "04:00+03:00"]),
    ("Africa/Cairo", date(2026, 10, 29), 25, ["00:00+03:00", "01:00+03:00", "02:00+03:00", "03:00+03:00"]),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23, ["00:00+10:30", "01:00+10:30", "02:30+11:00", "03:30+11:00"]),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24, ["00:00+11:00", "01:00+11:00", "01:30+10:30", "02:30+10:30"]),
    ("Pacific/Auckland", date(2026, 9, 27), 23, ["00:00+12:00", "01:00+12:00", "03:00+13:00", "04:00+13:00"]),
    ("Pacific/Auckland", date(2026, 4, 5), 25, ["00:00+13:00", "01:00+13:00", "02:00+13:00", "02:00+12:00"]),
]


@pytest.mark.parametrize(("zone", "day", "count", "first"), CHANGES)
async def test_a_day_has_the_hours_that_its_clocks_have(
    salon: Business, zone: str, day: date, count: int, first: list[str]
) -> None:
    shop = await place(salon, zone, day, weekdays=[day.isoweekday()])
    wall = [time[3:] for time in await shop.times(str(day))]
    assert wall[:4] == first
    assert len(wall) == count


@pytest.mark.parametrize(("zone", "day", "count", "first"), CHANGES)
async def test_each_of_these_hours_can_be_booked_and_says_its_own_offset(
    salon: Business, zone: str, day: date, count: int, first: list[str]
) -> None:
    shop = await place(salon, zone, day)
    before = await shop.slots(str(day))
    for slot in (*before[:4], before[-1]):
        made = await shop.book(slot["startsAt"])
        assert made["__typename"] == "BookPayload", slot
        assert made["booking"]["local"] == slot["local"]
        assert (await shop.book(slot["startsAt"]))["__typename"] == "SlotTaken"
    assert await shop.slots(str(day)) == before[4:-1]


@pytest.mark.parametrize(("zone", "day", "count", "first"), CHANGES)
async def test_a_day_asked_for_alone_is_what_it_is_within_weeks(
    salon: Business, zone: str, day: date, count: int, first: list[str]
) -> None:
    shop = await place(salon, zone, day, ((0, 200), (700, 1600)), duration_minutes=50, step_minutes=35)
    days = [day + timedelta(days=n) for n in range(-2, 3)]
    together = await shop.slots(str(days[0]), str(days[-1]))
    alone = [slot for one in days for slot in await shop.slots(str(one))]
    assert alone == together
    assert len({slot["startsAt"] for slot in together}) == len(together)


OVERRIDES = [
    ("America/New_York", date(2026, 3, 8), (60, 240), ["08T06:00", "08T07:00"]),
    ("America/New_York", date(2026, 3, 8), (150, 300), ["08T07:30"]),  # V03: 02:30-05:00
    ("America/New_York", date(2026, 3, 8), (120, 180), []),  # V03: 02:00-03:00
    ("America/New_York", date(2026, 11, 1), (0, 180), ["01T04:00", "01T05:00", "01T06:00", "01T07:00"]),
    ("America/New_York", date(2026, 11, 1), (60, 120), ["01T05:00", "01T06:00"]),
    ("America/New_York", date(2023, 6, 13), (1320, 1380), ["14T02:00"]),  # V19: 22:00-23:00
    ("America/New_York", date(2023, 6, 13), (600, 900), ["13T14:00", "13T15:00", "13T16:00", "13T17:00", "13T18:00"]),
    ("Africa/Cairo", date(2026, 4, 24), (0, 120), ["23T22:00"]),
    ("Europe/Berlin", date(2026, 10, 25), (120, 240), ["25T00:00", "25T01:00", "25T02:00"]),
]


@pytest.mark.parametrize(("zone", "day", "window", "expected"), OVERRIDES)
async def test_a_day_of_its_own_counts_the_hours_of_its_clocks(
    salon: Business, zone: str, day: date, window: tuple[int, int], expected: list[str]
) -> None:
    shop = await place(salon, zone, day, ((480, 1020),))
    await shop.schedule.set_override(salon.act, day, [list(window)])
    assert await shop.instants(str(day)) == expected
    next_day = day + timedelta(days=1)
    assert (await shop.times(str(next_day)))[0][3:8] == "08:00"  # V17: the day after is as ever
    for start in expected:
        made = await shop.book(f"{day:%Y-%m}-{start}:00Z")
        assert made["__typename"] == "BookPayload"


async def test_hours_past_midnight_belong_to_the_evening_and_are_shown_on_their_own_date(salon: Business) -> None:
    """V14: Friday 20:00 to 26:00 in London."""
    shop = await place(salon, "Europe/London", date(2026, 7, 3), ((1200, 1560),), weekdays=[5])
    friday = [f"03T{hour}:00" for hour in (19, 20, 21, 22)]
    assert await shop.instants("2026-07-03") == friday
    assert await shop.times("2026-07-04") == ["04T00:00+01:00", "04T01:00+01:00"]
    assert await shop.instants("2026-07-03", "2026-07-04") == [*friday, "03T23:00", "04T00:00"]
    # A day of its own takes the evening that begins on it; what the evening before runs into it stays.
    await shop.schedule.set_override(salon.act, date(2026, 7, 4), [])
    assert await shop.times("2026-07-04") == ["04T00:00+01:00", "04T01:00+01:00"]
    await shop.schedule.set_override(salon.act, date(2026, 7, 3), [])
    assert await shop.instants("2026-07-03", "2026-07-04") == []


async def test_hours_that_meet_at_midnight_are_one_window(salon: Business) -> None:
    """V16: 23:00 to 23:59 and 00:00 to 00:30: ninety minutes fit."""
    shop = await place(
        salon, "Europe/London", date(2023, 6, 13), ((1380, 1439), (0, 30)), duration_minutes=90, step_minutes=90
    )
    assert await shop.instants("2023-06-13") == ["13T22:00"]
    assert (await shop.book("2023-06-13T22:00:00Z"))["__typename"] == "BookPayload"


async def test_office_hours_keep_the_wall_clock_over_a_change(salon: Business) -> None:
    """V07, and V09: the same local time is another instant after the change."""
    shop = await place(salon, "America/New_York", date(2026, 3, 6), ((540, 1020),), weekdays=range(1, 6))
    times = await shop.instants("2026-03-06", "2026-03-09")
    assert (times[0], times[7], times[8], times[-1]) == ("06T14:00", "06T21:00", "09T13:00", "09T20:00")
    assert len(times) == 16


STEPS = [(20, 30, 16), (60, 30, 15), (45, 60, 8), (60, 25, 17), (480, 15, 1), (481, 1, 0)]


@pytest.mark.parametrize(("duration", "step", "count"), STEPS)
async def test_the_step_is_not_the_duration(salon: Business, duration: int, step: int, count: int) -> None:
    """V27 and V23: also where the step does not divide the window, or the service is longer than it."""
    day = date(2026, 7, 6)
    shop = await place(salon, "Europe/Berlin", day, ((540, 1020),), duration_minutes=duration, step_minutes=step)
    assert len(await shop.times(str(day))) == count


async def test_buffers_leave_the_hours_and_keep_bookings_apart(salon: Business) -> None:
    """V31: an hour each hour, 15 before and 30 after: all are offered, yet neighbours cannot both be booked."""
    day = date(2026, 7, 6)
    shop = await place(salon, "Europe/Berlin", day, ((540, 1020),), before_minutes=15, after_minutes=30)
    assert [time[3:8] for time in await shop.times(str(day))] == [f"{hour:02}:00" for hour in range(9, 17)]
    assert (await shop.book("2026-07-06T09:00:00Z"))["__typename"] == "BookPayload"  # 11:00 in Berlin
    assert [time[3:5] for time in await shop.times(str(day))] == ["09", "13", "14", "15", "16"]
    for hour, answer in ((8, "SlotTaken"), (10, "SlotTaken"), (7, "BookPayload"), (14, "BookPayload")):
        assert (await shop.book(f"2026-07-06T{hour:02}:00:00Z"))["__typename"] == answer, hour


@pytest.mark.parametrize(
    ("mode", "expected"), [("GRID", ["08:00", "09:00", "11:00"]), ("PACKED", ["08:00", "09:00", "10:10", "11:10"])]
)
async def test_packed_starts_follow_what_is_before(salon: Business, mode: str, expected: list[str]) -> None:
    """V26: open 08:00 to 12:30, taken 10:00 to 10:10."""
    day = date(2026, 7, 6)
    shop = await place(salon, "Europe/Berlin", day, ((480, 750),), slot_mode=SlotMode(mode))
    other = await salon.service("Call", duration_minutes=10, step_minutes=10)
    await other.offer(salon.act, shop.staff.id, 1)
    wanted = {"serviceId": id_of(other), "startsAt": "2026-07-06T08:00:00Z", "customer": ADA}
    await salon.widget.did(BOOK, input=wanted)
    assert [time[3:8] for time in await shop.times(str(day))] == expected
    if mode == "PACKED":
        assert (await shop.book("2026-07-06T08:10:00Z"))["__typename"] == "BookPayload"
        assert [time[3:8] for time in await shop.times(str(day))] == ["08:00", "09:00", "11:10"]


@pytest.mark.parametrize(("day", "notice", "count"), [("2021-06-21", 1500, 11), ("2021-06-20", 0, 12)])
async def test_notice_counts_from_this_second(salon: Business, day: str, notice: int, count: int) -> None:
    """V33: asked a second before noon."""
    shop = await place(salon, "UTC", date(2021, 6, 20), notice_minutes=notice)
    salon.product.clock.stand_at(datetime(2021, 6, 20, 11, 59, 59, tzinfo=UTC))
    slots = await shop.instants(day)
    assert len(slots) == count
    salon.product.clock.advance(seconds=1)  # noon itself is not too late
    assert await shop.instants(day) == slots
    salon.product.clock.advance(seconds=1)
    assert await shop.instants(day) == slots[1:]


async def test_every_viewer_is_shown_one_grid(salon: Business) -> None:
    """V11 and R3: asked by a widget, a partner and the desk."""
    day = date(2026, 7, 6)
    shop = await place(salon, "Asia/Kathmandu", day, ((545, 1020),), step_minutes=35)
    shown = [await shop.slots(str(day), caller=caller) for caller in (salon.widget, salon.partner, salon.owner)]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0][0]["startsAt"] == "2026-07-06T03:20:00Z"


async def test_hours_that_move_to_another_zone_leave_bookings_at_their_instant(salon: Business) -> None:
    """V13: 09:00 to 17:00 in Berlin, and then in London."""
    day = date(2026, 7, 6)
    shop = await place(salon, "Europe/Berlin", day, ((540, 1020),))
    made = (await shop.book("2026-07-06T07:00:00Z"))["booking"]
    await shop.schedule.change(salon.act, 1, zone="Europe/London")
    found = await salon.owner.ok(
        "query ($id: ID!) { booking(id: $id) { startsAt local { dateTime zone } version } }", id=made["id"]
    )
    promised = {"dateTime": "2026-07-06T09:00:00", "zone": "Europe/Berlin"}
    assert found["booking"] == {"startsAt": "2026-07-06T07:00:00Z", "local": promised, "version": 1}
    assert await shop.instants(str(day)) == [f"06T{hour:02}:00" for hour in range(8, 16)]


async def test_the_horizon_ends_with_a_date_of_the_place(salon: Business) -> None:
    """The business is in Chicago and its place in Auckland, where the date changes 18 hours earlier."""
    shop = await place(salon, "Pacific/Auckland", date(2026, 7, 6), horizon_days=1)
    salon.product.clock.stand_at(datetime(2026, 7, 5, 11, 59, 59, tzinfo=UTC))  # still the 5th there
    assert (await shop.times("2026-07-05", "2026-07-10"))[-1] == "06T23:00+12:00"
    assert (await shop.book("2026-07-06T12:00:00Z"))["reason"] == "TOO_FAR"
    salon.product.clock.advance(seconds=1)  # the 6th
    assert (await shop.times("2026-07-05", "2026-07-10"))[-1] == "07T23:00+12:00"
    assert (await shop.book("2026-07-06T12:00:00Z"))["__typename"] == "BookPayload"


async def test_a_date_that_has_not_passed_where_somebody_serves_can_be_asked_for(salon: Business) -> None:
    """The business counts dates in Chicago; one of its people serves in Honolulu, where it is still yesterday."""
    day = date(2026, 7, 6)
    shop = await place(salon, "Pacific/Honolulu", day, ((540, 1439),))
    far = await Location.begin(salon.act, name="Beach", zone="Pacific/Honolulu")
    await shop.service.change(salon.act, 1, location_id=None)
    await shop.staff.change(salon.act, 1, location_id=far.id)
    salon.product.clock.stand_at(datetime(2026, 7, 7, 6, tzinfo=UTC))  # 01:00 on the 7th in Chicago, 20:00 on the 6th
    assert await shop.times(str(day)) == ["06T20:00-10:00", "06T21:00-10:00", "06T22:00-10:00", "06T23:00-10:00"]
