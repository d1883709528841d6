"""Which days have something free, what is free next, and why a time is not offered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models.membership import Role
from models.service import Visibility
from models.staff import TimeOff
from models.storage.database import counting
from tests.api import Caller
from tests.bookable import TOMORROW, bookable, said
from tests.businesses import Business, id_of

MORNING = ((540, 720),)  # 09:00 to 12:00
DAYS = """
query ($serviceId: ID!, $from: Date!, $to: Date!, $staffId: ID, $partySize: Int! = 1) {
  daysWithAvailability(serviceId: $serviceId, from: $from, to: $to, staffId: $staffId, partySize: $partySize) {
    zone dates
  }
}
"""
NEXT = """
query ($serviceId: ID!, $after: DateTime, $count: Int! = 1, $staffId: ID, $partySize: Int! = 1) {
  nextAvailable(serviceId: $serviceId, after: $after, count: $count, staffId: $staffId, partySize: $partySize) {
    zone slots { startsAt staffIds remaining local { dateTime } }
  }
}
"""
WHY = """
query ($serviceId: ID!, $startsAt: DateTime!, $staffId: ID, $partySize: Int! = 1) {
  explainSlot(serviceId: $serviceId, startsAt: $startsAt, staffId: $staffId, partySize: $partySize) {
    offered reason message people { staffId reason message } alternatives { startsAt local { dateTime } }
  }
}
"""


async def days(caller: Caller, service: str, first: date, last: date, **more: Any) -> list[str]:
    found = await caller.ok(DAYS, serviceId=service, **{"from": str(first), "to": str(last)}, **more)
    return list(found["daysWithAvailability"]["dates"])


async def why(caller: Caller, service: str, starts_at: str, **more: Any) -> Any:
    return (await caller.ok(WHY, serviceId=service, startsAt=starts_at, **more))["explainSlot"]


async def test_the_days_are_those_on_which_availability_has_a_start(salon: Business) -> None:
    desk = await bookable(salon, staff=2, hours=MORNING, horizon_days=20)
    await TimeOff.begin(salon.act, staff_id=None, starts_at=desk.at(0), ends_at=desk.at(0, day=1))
    ada, grace = desk.staff
    after = TOMORROW + timedelta(days=1)
    await TimeOff.begin(salon.act, staff_id=ada.id, starts_at=desk.at(0, day=1), ends_at=desk.at(0, day=2))
    first, last = TOMORROW - timedelta(days=1), TOMORROW + timedelta(days=30)
    asked = {"serviceId": desk.id, "from": str(first), "to": str(last)}
    slots = await salon.widget.ok(
        "query ($serviceId: ID!, $from: Date!, $to: Date!) { availability(serviceId: $serviceId, from: $from, to: $to)"
        " { slots { local { dateTime } } } }",
        **asked,
    )
    expected = sorted({slot["local"]["dateTime"][:10] for slot in slots["availability"]["slots"]})
    found = await days(salon.widget, desk.id, first, last)
    assert found == expected and str(TOMORROW) not in found and str(after) in found
    assert str(after) not in await days(salon.widget, desk.id, first, last, staffId=id_of(ada))
    assert str(after) in await days(salon.widget, desk.id, first, last, staffId=id_of(grace))


async def test_a_day_with_seats_left_in_a_session_counts(salon: Business) -> None:
    desk = await bookable(salon, hours=((540, 600),), capacity=3)
    await desk.book(salon.widget, at=desk.at(9), partySize=2)
    assert await days(salon.widget, desk.id, TOMORROW, TOMORROW) == [str(TOMORROW)]
    assert await days(salon.widget, desk.id, TOMORROW, TOMORROW, partySize=2) == []
    assert await days(salon.widget, desk.id, TOMORROW, TOMORROW, partySize=4) == []


async def test_the_next_start_skips_what_is_taken_however_far_it_is(salon: Business) -> None:
    desk = await bookable(salon, hours=((540, 600),), horizon_days=400)
    found = (await salon.widget.ok(NEXT, serviceId=desk.id, count=3))["nextAvailable"]
    assert [slot["local"]["dateTime"][:16] for slot in found["slots"]] == [
        "2027-01-11T09:00", "2027-01-12T09:00", "2027-01-13T09:00",
    ]  # fmt: skip
    await TimeOff.begin(salon.act, staff_id=None, starts_at=desk.at(0, day=-1), ends_at=desk.at(0, day=200))
    with counting() as statements:
        (slot,) = (await salon.widget.ok(NEXT, serviceId=desk.id))["nextAvailable"]["slots"]
    assert slot["local"]["dateTime"] == str(TOMORROW + timedelta(days=200)) + "T09:00:00"
    assert len(statements) <= 4  # the key, the offer, the next month, and all that is beyond it


async def test_the_next_start_is_not_before_what_was_asked_for(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING)
    asked = {"serviceId": desk.id, "after": said(desk.at(9, 1))}
    (slot,) = (await salon.widget.ok(NEXT, **asked))["nextAvailable"]["slots"]
    assert slot["local"]["dateTime"] == "2027-01-12T09:30:00"
    beyond = {"serviceId": desk.id, "after": "2029-01-01T00:00:00Z"}
    assert (await salon.widget.ok(NEXT, **beyond))["nextAvailable"]["slots"] == []


@pytest.mark.parametrize("count", [0, 21])
async def test_a_count_outside_its_limits_is_refused(salon: Business, count: int) -> None:
    desk = await bookable(salon)
    assert await salon.widget.denied(NEXT, serviceId=desk.id, count=count) == "BAD_USER_INPUT"


async def test_a_time_that_is_offered_is_said_to_be(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING)
    found = await why(salon.widget, desk.id, said(desk.at(9)))
    assert (found["offered"], found["reason"], found["alternatives"]) == (True, None, [])
    assert [one["reason"] for one in found["people"]] == [None]


async def test_each_reason_is_told_in_full_to_the_business_and_briefly_to_visitors(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING, notice_minutes=2000, horizon_days=7, before_minutes=10)
    await desk.book(salon.owner, at=desk.at(10, 30, day=1))
    cases = {
        desk.at(9, day=-3): ("IN_THE_PAST", "That time has passed."),
        desk.at(9): ("TOO_SOON", "It wants 1 day 9 hours of notice: now it can be booked from 15:20 on Tues"),
        desk.at(9, day=10): ("TOO_FAR", "It can be booked until Monday, 2027-01-18, that day included."),
        desk.at(11, 30, day=1): (
            "OUTSIDE_OPENING_HOURS",
            "Open 09:00–12:00 on that day. The appointment needs 11:30",
        ),
        desk.at(10, day=1): ("TAKEN", "Blocked 10:20–11:30. The appointment needs 09:50–11:00 with its buffers."),
        desk.at(9, 10, day=2): ("NOT_ON_GRID", "Starts lie 30 minutes apart, counted from opening. Near it: 09:00 and"),
    }
    for at, (reason, words) in cases.items():
        inside = await why(salon.owner, desk.id, said(at))
        outside = await why(salon.widget, desk.id, said(at))
        assert inside["offered"] is False
        assert (inside["reason"], outside["reason"]) == (reason, reason), at
        assert words in inside["people"][0]["message"], inside["people"]
        told = outside["people"][0]["message"]
        assert told == outside["message"] == inside["message"]
        assert "Open " not in told and "Blocked" not in told


async def test_of_several_people_the_reason_nearest_to_a_free_time_is_told(salon: Business) -> None:
    desk = await bookable(salon, staff=2, hours=MORNING)
    ada, grace = desk.staff
    await TimeOff.begin(salon.act, staff_id=ada.id, starts_at=desk.at(9), ends_at=desk.at(12))
    assert (await why(salon.widget, desk.id, said(desk.at(9))))["offered"]
    await desk.book(salon.owner, at=desk.at(9), staffId=id_of(grace))
    found = await why(salon.widget, desk.id, said(desk.at(9)))
    assert (found["offered"], found["reason"]) == (False, "TAKEN")
    assert {one["staffId"] for one in found["people"]} == {id_of(ada), id_of(grace)}
    near = [one["local"]["dateTime"] for one in found["alternatives"]]
    assert near == sorted(near) and "2027-01-12T10:00:00" in near and "2027-01-12T09:00:00" not in near
    alone = await why(salon.widget, desk.id, said(desk.at(9)), staffId=id_of(ada))
    assert [one["staffId"] for one in alone["people"]] == [id_of(ada)]


async def test_a_session_with_too_few_seats_says_how_many_are_left(salon: Business) -> None:
    desk = await bookable(salon, hours=MORNING, capacity=3)
    await desk.book(salon.widget, at=desk.at(9), partySize=2)
    assert (await why(salon.owner, desk.id, said(desk.at(9))))["offered"]
    found = await why(salon.owner, desk.id, said(desk.at(9)), partySize=2)
    assert found["reason"] == "TAKEN"
    assert "1 of its seats are left, and 2 are wanted" in found["people"][0]["message"]


async def test_an_explanation_takes_three_statements_and_the_credentials(salon: Business) -> None:
    desk = await bookable(salon, staff=5, hours=MORNING)
    await salon.widget.ok("{ viewer { kind } }")  # notes that the key is used
    with counting() as statements:
        assert not (await why(salon.widget, desk.id, said(desk.at(8))))["offered"]
    assert len(statements) <= 4


async def test_nothing_is_told_of_what_the_viewer_may_not_book(salon: Business, rival: Business) -> None:
    desk = await bookable(salon, visibility=Visibility.PRIVATE)
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}
    staff = await salon.member(Role.STAFF)
    for caller, known in ((staff, True), (salon.widget, False), (rival.owner, False), (rival.widget, False)):
        for document, name, given in (
            (DAYS, "daysWithAvailability", asked),
            (NEXT, "nextAvailable", {"serviceId": desk.id}),
            (WHY, "explainSlot", {"serviceId": desk.id, "startsAt": said(desk.at(9))}),
        ):
            assert ((await caller.ok(document, **given))[name] is not None) == known, name
