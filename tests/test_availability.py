"""Availability through the API: what is shown as free, to whom, and at which cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.location import Location
from models.membership import Role
from models.schedule import ScheduleOverride
from models.service import Visibility
from models.staff import TimeOff
from models.storage.database import counting
from tests.api import Caller
from tests.bookable import AVAILABILITY, HOLD, TOMORROW, bookable, opened, said
from tests.businesses import Business, id_of

MORNING = ((540, 720),)  # 09:00 to 12:00


async def test_a_free_day_shows_every_start_that_fits(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING)
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}
    found = (await salon.widget.ok(AVAILABILITY, **asked))["availability"]
    assert found["zone"] == "America/Chicago"
    assert [slot["startsAt"] for slot in found["slots"]] == [
        f"2027-01-12T{time}:00Z" for time in ("15:00", "15:30", "16:00", "16:30", "17:00")
    ]
    assert found["slots"][0] == {
        "startsAt": "2027-01-12T15:00:00Z",
        "endsAt": "2027-01-12T16:00:00Z",
        "staffIds": [id_of(desk.staff[0])],
        "local": {
            "dateTime": "2027-01-12T09:00:00",
            "offset": "-06:00",
            "zone": "America/Chicago",
            "abbreviation": "CST",
        },
    }


async def test_a_booking_blocks_what_it_overlaps_and_touching_is_free(salon: Business) -> None:
    desk = await bookable(salon, hours=((540, 780),))
    await desk.book(salon.widget, at=desk.at(10))
    assert await desk.free(salon.widget) == ["09:00", "11:00", "11:30", "12:00"]


async def test_buffers_of_neighbours_add_up(salon: Business) -> None:
    """V29: 30 minutes, 15 before, 30 after, bookings at 12:30 and 14:30."""
    desk = await bookable(salon, duration_minutes=30, step_minutes=15, before_minutes=15, after_minutes=30)
    await desk.book(salon.widget, at=desk.at(12, 30))
    await desk.book(salon.widget, at=desk.at(14, 30))
    free = await desk.free(salon.widget)
    assert free[0] == "09:00"
    assert free[free.index("11:15") :] == ["11:15", "15:45", "16:00", "16:15", "16:30"]


async def test_buffers_may_leave_the_opening_hours(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING, before_minutes=60, after_minutes=60)
    assert (await desk.free(salon.widget))[0] == "09:00"
    assert (await desk.free(salon.widget))[-1] == "11:00"


async def test_another_service_of_the_same_person_is_in_the_way(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING)
    other = await salon.service("Colour", duration_minutes=30)
    await other.offer(salon.act, desk.staff[0].id, 1)
    asked = {"serviceId": id_of(other), "startsAt": said(desk.at(10, 15)), "customer": {"name": "Grace"}}
    made = await salon.owner.ok(
        "mutation ($input: BookInput!) { book(input: $input) { __typename } }", input=asked
    )  # fmt: skip
    assert made["book"]["__typename"] == "BookPayload"
    assert await desk.free(salon.widget) == ["09:00", "11:00"]


async def test_time_off_of_a_person_or_of_everybody_is_not_offered(salon: Business) -> None:
    desk = await bookable(salon, staff=2, hours=MORNING)
    ada, grace = desk.staff
    await TimeOff.begin(salon.act, staff_id=ada.id, starts_at=desk.at(9), ends_at=desk.at(12))
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}
    slots = (await salon.widget.ok(AVAILABILITY, **asked))["availability"]["slots"]
    assert [slot["staffIds"] for slot in slots] == [[id_of(grace)]] * 5
    assert await desk.free(salon.widget, staffId=id_of(ada)) == []
    await TimeOff.begin(salon.act, staff_id=None, starts_at=desk.at(10), ends_at=desk.at(11))
    assert await desk.free(salon.widget) == ["09:00", "11:00"]


async def test_a_date_of_its_own_replaces_the_weekly_hours(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING)
    day = {"created_at": salon.act.at, "schedule_id": desk.schedule.id}
    await ScheduleOverride.add(salon.account.id, on_date=TOMORROW, windows=[[780, 900]], **day)
    await ScheduleOverride.add(salon.account.id, on_date=TOMORROW + timedelta(days=1), windows=[], **day)
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW + timedelta(days=2))}
    slots = (await salon.widget.ok(AVAILABILITY, **asked))["availability"]["slots"]
    times = [slot["local"]["dateTime"] for slot in slots]
    assert times[:3] == ["2027-01-12T13:00:00", "2027-01-12T13:30:00", "2027-01-12T14:00:00"]
    assert times[3] == "2027-01-14T09:00:00"


async def test_slots_name_everyone_who_is_free(salon: Business) -> None:
    desk = await bookable(salon, staff=2, hours=MORNING)
    await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0])
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}
    slots = (await salon.widget.ok(AVAILABILITY, **asked))["availability"]["slots"]
    both, second = [id_of(one) for one in desk.staff], [id_of(desk.staff[1])]
    assert [slot["staffIds"] for slot in slots] == [both, second, second, second, both]
    assert await desk.free(salon.widget, staffId=second[0]) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


async def test_a_held_slot_is_free_only_for_whoever_has_its_token(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING)
    held = await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(10))})
    assert await desk.free(salon.widget) == ["09:00", "11:00"]
    assert await desk.free(salon.widget, holdToken="ht_somebody-elses") == ["09:00", "11:00"]
    assert "10:00" in await desk.free(salon.widget, holdToken=held["token"])


async def test_notice_is_elapsed_time_and_inclusive(salon: Business) -> None:
    desk = await bookable(salon, notice_minutes=24 * 60)
    salon.product.clock.stand_at(desk.at(10) - timedelta(days=1))
    assert (await desk.free(salon.widget))[0] == "10:00"
    salon.product.clock.advance(seconds=1)
    assert (await desk.free(salon.widget))[0] == "10:30"


async def test_the_horizon_counts_dates_of_the_place_and_includes_the_last(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING, horizon_days=2)
    asked = {"serviceId": desk.id, "from": "2027-01-11", "to": "2027-01-20"}
    slots = (await salon.widget.ok(AVAILABILITY, **asked))["availability"]["slots"]
    assert slots[-1]["local"]["dateTime"] == "2027-01-13T11:00:00"


async def test_the_night_of_a_clock_change_has_the_hours_that_exist(salon: Business) -> None:
    """V01: open all day in New York on 8 March 2026: 23 slots, and 02:00 is not among them."""
    salon.product.clock.stand_at(datetime(2026, 3, 6, 12, 0, tzinfo=UTC))
    desk = await bookable(salon, step_minutes=60)
    place = await Location.begin(salon.act, name="Shop", zone="America/New_York")
    await desk.service.change(salon.act, 1, location_id=place.id)
    always = await opened(salon, (0, 1440), zone="America/New_York")
    await desk.staff[0].change(salon.act, 1, schedule_id=always.id)
    asked = {"serviceId": desk.id, "from": "2026-03-08", "to": "2026-03-08"}
    found = (await salon.widget.ok(AVAILABILITY, **asked))["availability"]
    times = [slot["local"]["dateTime"][11:16] + slot["local"]["offset"] for slot in found["slots"]]
    assert found["zone"] == "America/New_York"
    assert len(times) == 23
    assert times[:3] == ["00:00-05:00", "01:00-05:00", "03:00-04:00"]


async def test_hours_are_those_of_the_schedules_zone_wherever_the_place_is(salon: Business) -> None:
    """V11 and R3: a viewer or a place elsewhere moves no grid."""
    desk = await bookable(salon, hours=MORNING)
    place = await Location.begin(salon.act, name="Far", zone="Asia/Kolkata")
    await desk.service.change(salon.act, 1, location_id=place.id)
    asked = {"serviceId": desk.id, "from": "2027-01-12", "to": "2027-01-12"}
    slots = (await salon.widget.ok(AVAILABILITY, **asked))["availability"]["slots"]
    # 12 January in Kolkata lasts from 18:30 UTC on the 11th to 18:30 UTC on the 12th.
    assert [slot["startsAt"] for slot in slots] == [
        f"2027-01-12T{time}:00Z" for time in ("15:00", "15:30", "16:00", "16:30", "17:00")
    ]
    assert slots[0]["local"]["dateTime"] == "2027-01-12T20:30:00"


async def test_somebody_without_hours_is_never_free(salon: Business) -> None:
    desk = await bookable(salon)
    idle = await salon.staff("Idle", offers=[desk.service])
    assert await desk.free(salon.widget, staffId=id_of(idle)) == []


async def test_people_out_of_use_are_not_offered(salon: Business) -> None:
    desk = await bookable(salon)
    await desk.staff[0].archive(salon.act, 1)
    assert await desk.free(salon.widget) == []


@pytest.mark.parametrize("people", [1, 12])
async def test_it_takes_three_statements_with_the_credential_however_many_people(salon: Business, people: int) -> None:
    desk = await bookable(salon, staff=people)
    await desk.book(salon.widget, at=desk.at(10))
    await desk.free(salon.widget)  # the key's last use is noted once a minute
    with counting() as statements:
        await desk.free(salon.widget)
    assert len(statements) <= 3, statements


RANGES: list[tuple[str, str]] = [
    ("2027-01-13", "2027-01-12"),
    ("2027-01-12", "2027-03-15"),
    ("2027-01-01", "2027-01-10"),
    ("1900-01-01", "1900-01-02"),
]


@pytest.mark.parametrize(("first", "last"), RANGES)
async def test_a_range_that_makes_no_sense_is_refused(salon: Business, first: str, last: str) -> None:
    desk = await bookable(salon)
    asked = {"serviceId": desk.id, "from": first, "to": last}
    assert await salon.widget.denied(AVAILABILITY, **asked) == "BAD_USER_INPUT"


async def test_62_dates_can_be_asked_for_and_the_end_of_time_is_empty(salon: Business) -> None:
    desk = await bookable(salon, step_minutes=60)
    asked: dict[str, Any] = {"serviceId": desk.id, "from": "2027-01-12", "to": "2027-03-14"}
    found = (await salon.widget.ok(AVAILABILITY, **asked))["availability"]
    assert date.fromisoformat(found["slots"][-1]["startsAt"][:10]) == date(2027, 3, 12)  # 60 days of horizon
    asked |= {"from": "9998-12-30", "to": "9998-12-31"}
    assert (await salon.widget.ok(AVAILABILITY, **asked))["availability"]["slots"] == []


@pytest.mark.parametrize("bad", ["2027-02-30", "2027-W02-1", "20270112", "2027-01-12T00:00:00Z", "tomorrow", ""])
async def test_what_is_no_date_is_refused(salon: Business, bad: str) -> None:
    desk = await bookable(salon)
    asked = {"serviceId": desk.id, "from": bad, "to": "2027-01-12"}
    assert await salon.widget.denied(AVAILABILITY, **asked) == "BAD_USER_INPUT"


async def test_a_private_service_is_unknown_to_visitors_and_an_unlisted_one_is_not(salon: Business) -> None:
    desk = await bookable(salon, visibility=Visibility.PRIVATE)
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}
    for caller in (salon.widget, salon.partner):
        assert (await caller.ok(AVAILABILITY, **asked))["availability"] is None
    assert (await salon.owner.ok(AVAILABILITY, **asked))["availability"]["slots"]
    await desk.service.change(salon.act, 1, visibility=Visibility.UNLISTED)
    assert (await salon.widget.ok(AVAILABILITY, **asked))["availability"]["slots"]
    await desk.service.archive(salon.act, 2)
    for caller in (salon.widget, salon.owner):
        assert (await caller.ok(AVAILABILITY, **asked))["availability"] is None


async def test_the_rivals_ids_answer_like_random_ones(salon: Business, rival: Business, visitor: Caller) -> None:
    theirs, ours = await bookable(salon), await bookable(rival)
    day = {"from": str(TOMORROW), "to": str(TOMORROW)}
    for service in (theirs.id, theirs.id[:-4] + "0000", "nonsense", "", id_of(theirs.staff[0])):
        assert (await rival.widget.ok(AVAILABILITY, serviceId=service, **day))["availability"] is None
    for staff in (id_of(theirs.staff[0]), "stf_00000000000000000000000000", "nonsense", ours.id):
        assert await ours.free(rival.widget, staffId=staff) == []
    assert await visitor.denied(AVAILABILITY, serviceId=theirs.id, **day) == "UNAUTHENTICATED"


async def test_every_member_may_ask(salon: Business) -> None:
    desk = await bookable(salon)
    for role in Role:
        assert await desk.free(await salon.member(role))
