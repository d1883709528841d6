"""Limits of a service: what may be booked of it in a day, week, month or year, and by one customer at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api import Caller
from tests.bookable import BOOK, CANCEL, HOLD, MOVE, Desk, bookable, said
from tests.businesses import Business, id_of
from tests.test_free_ahead import DAYS, NEXT, WHY, days

TUESDAY = "2027-01-12"
UPDATE = """
mutation ($input: UpdateServiceInput!) {
  updateService(input: $input) {
    __typename
    ... on UpdateServicePayload {
      service { limits { period measure maximum } mostActivePerCustomer }
    }
    ... on ValidationFailed { fields { path message } }
    ... on Refusal { code }
  }
}
"""
HISTORY = "query ($id: ID!) { booking(id: $id) { history { name details { name value } } } }"


def limit(period: str, measure: str, maximum: int) -> dict[str, Any]:
    return {"period": period, "measure": measure, "maximum": maximum}


def person(number: int) -> dict[str, str]:
    return {"name": f"Customer {number}", "email": f"customer{number}@example.com"}


async def limited(business: Business, *limits: dict[str, Any], **service: Any) -> Desk:
    return await bookable(
        business, limits=[{**one} for one in limits], hours=service.pop("hours", ((540, 720),)), **service
    )


async def take(desk: Desk, caller: Caller, *, customer: int = 1, **at: Any) -> Any:
    when = desk.at(at.pop("hour"), at.pop("minute", 0), day=at.pop("day", 0))
    return (await caller.ok(BOOK, input=desk.wanted(when, customer=person(customer), **at)))["book"]


async def test_a_full_day_is_offered_no_more_and_another_day_is(salon: Business) -> None:
    desk = await limited(salon, limit("DAY", "COUNT", 1), staff=2)
    made = await take(desk, salon.widget, hour=9)
    assert await desk.free(salon.widget) == []
    refused = await take(desk, salon.widget, hour=11, customer=2)
    assert (refused["__typename"], refused["reason"]) == ("NotOffered", "LIMIT_REACHED")
    assert all(not one["startsAt"].startswith(TUESDAY) for one in refused["alternatives"])
    assert len(refused["alternatives"]) == 5
    assert (await take(desk, salon.widget, hour=9, day=1, customer=3))["__typename"] == "BookPayload"
    asked = {"id": made["booking"]["id"], "expectedVersion": 1}
    await salon.owner.did(CANCEL, input=asked)
    assert len(await desk.free(salon.widget)) == 5


async def test_days_next_and_why_know_the_limit(salon: Business) -> None:
    desk = await limited(salon, limit("DAY", "COUNT", 1))
    await take(desk, salon.widget, hour=9)
    assert TUESDAY not in await days(salon.widget, desk.id, desk.at(9).date(), desk.at(9, day=2).date())
    slots = (await salon.widget.ok(NEXT, serviceId=desk.id, after=said(desk.at(8))))["nextAvailable"]["slots"]
    assert slots[0]["local"]["dateTime"] == "2027-01-13T09:00:00"
    why = (await salon.owner.ok(WHY, serviceId=desk.id, startsAt=said(desk.at(11))))["explainSlot"]
    assert why["reason"] == "LIMIT_REACHED"
    assert "at most 1 bookings a day" in why["people"][0]["message"]
    assert (await salon.widget.ok(DAYS, serviceId=desk.id, **{"from": TUESDAY, "to": TUESDAY}))["daysWithAvailability"][
        "dates"
    ] == []


async def test_a_day_is_counted_as_the_business_counts_it(salon: Business) -> None:
    """V35: 2027-07-02T03:30Z is still the 1st in New York, and half past midnight there is the 2nd."""
    desk = await limited(
        salon, limit("DAY", "COUNT", 1), hours=((0, 1440),), step_minutes=30, duration_minutes=30, horizon_days=300
    )
    await salon.owner.did(BOOK, input={**desk.wanted(desk.at(23, 30), customer=person(1))})
    refused = await take(desk, salon.owner, hour=12, customer=2)
    assert (refused["reason"], refused["limitPeriod"], refused["againOn"]) == ("LIMIT_REACHED", "DAY", "2027-01-13")
    assert (await take(desk, salon.owner, hour=0, minute=30, day=1, customer=3))["__typename"] == "BookPayload"


async def test_minutes_of_a_year_are_counted_once_over_all_staff(salon: Business) -> None:
    """V37: 480 minutes a year for two people together, 400 of them booked."""
    desk = await limited(salon, limit("YEAR", "MINUTES", 480), staff=2, duration_minutes=100, hours=((480, 1080),))
    for hour in (8, 10):
        for one in range(2):
            await take(desk, salon.owner, hour=hour, customer=hour + one, staff=desk.staff[one])
    for one in range(2):
        refused = await take(desk, salon.owner, hour=14, customer=40 + one, day=20, staff=desk.staff[one])
        assert refused["reason"] == "LIMIT_REACHED"
    service = await desk.service.of(salon.account.id).get(id=desk.service.id)
    await service.change(salon.act, service.version, limits=[limit("YEAR", "MINUTES", 500)])
    assert (await take(desk, salon.owner, hour=14, customer=50))["__typename"] == "BookPayload"


async def test_a_hold_counts_for_everybody_but_its_holder(salon: Business) -> None:
    desk = await limited(salon, limit("DAY", "COUNT", 1), staff=2)
    held = await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(9))})
    assert await desk.free(salon.widget) == []
    assert (await take(desk, salon.owner, hour=11))["reason"] == "LIMIT_REACHED"
    assert await desk.free(salon.widget, holdToken=held["token"])
    booked = await take(desk, salon.widget, hour=9, holdToken=held["token"])
    assert booked["__typename"] == "BookPayload"


async def test_a_booking_is_not_in_its_own_way_when_it_moves(salon: Business) -> None:
    desk = await limited(salon, limit("DAY", "COUNT", 1), limit("WEEK", "COUNT", 2))
    first = (await take(desk, salon.widget, hour=9))["booking"]
    await take(desk, salon.widget, hour=9, day=1, customer=2)
    moved = await salon.owner.did(MOVE, input={"id": first["id"], "startsAt": said(desk.at(11)), "expectedVersion": 1})
    asked = {"id": first["id"], "startsAt": said(desk.at(11, day=1)), "expectedVersion": moved["booking"]["version"]}
    refused = await salon.owner.refused(MOVE, input=asked)
    assert (refused["__typename"], refused["reason"]) == ("NotOffered", "LIMIT_REACHED")
    assert (await salon.owner.did(MOVE, input={**asked, "startsAt": said(desk.at(9, day=2))}))["booking"]


async def test_the_desk_may_go_beyond_and_leaves_a_trace(salon: Business) -> None:
    desk = await limited(salon, limit("DAY", "COUNT", 1), most_active_per_customer=1)
    await take(desk, salon.widget, hour=9)
    made = await take(desk, salon.owner, hour=11, evenIfNotOffered=True)
    history = (await salon.owner.ok(HISTORY, id=made["booking"]["id"]))["booking"]["history"]
    assert {"name": "overridden", "value": "LIMIT_REACHED"} in history[0]["details"]


async def test_two_people_cannot_give_away_the_last_place_twice(salon: Business) -> None:
    desk = await limited(salon, limit("WEEK", "COUNT", 2), staff=4)
    asked = [desk.wanted(desk.at(9), customer=person(n), staff=desk.staff[n % 4]) for n in range(8)]
    answers = await asyncio.gather(*(salon.owner.ok(BOOK, input=one) for one in asked))
    names = [answer["book"]["__typename"] for answer in answers]
    assert names.count("BookPayload") == 2
    assert set(names) <= {"BookPayload", "NotOffered", "SlotTaken"}


async def test_one_customer_has_only_so_many_to_come(salon: Business, rival: Business) -> None:
    desk = await limited(salon, most_active_per_customer=2, staff=3)
    ours = [take(desk, salon.widget, hour=9, day=day) for day in range(5)]
    names = [one["__typename"] for one in await asyncio.gather(*ours)]
    assert sorted(names) == ["BookPayload"] * 2 + ["TooManyActiveBookings"] * 3
    refused = await take(desk, salon.widget, hour=11)
    assert (refused["code"], "may have 2 bookings" in refused["message"]) == ("TOO_MANY_ACTIVE_BOOKINGS", True)
    assert (await take(desk, salon.widget, hour=11, customer=2))["__typename"] == "BookPayload"
    # The same person at another business is another customer.
    theirs = await limited(rival, most_active_per_customer=1)
    assert (await take(theirs, rival.widget, hour=9))["__typename"] == "BookPayload"


async def test_what_is_over_or_cancelled_counts_no_more_for_a_customer(salon: Business) -> None:
    desk = await limited(salon, most_active_per_customer=1)
    made = (await take(desk, salon.widget, hour=9))["booking"]
    await salon.owner.did(CANCEL, input={"id": made["id"], "expectedVersion": 1})
    assert (await take(desk, salon.widget, hour=9))["__typename"] == "BookPayload"
    salon.product.clock.stand_at(desk.at(10, 1))
    assert (await take(desk, salon.widget, hour=9, day=2))["__typename"] == "BookPayload"


async def test_limits_are_set_shown_and_checked(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    asked = {"id": desk.id, "expectedVersion": desk.service.version}
    week = limit("WEEK", "MINUTES", 600)
    done = await salon.owner.did(UPDATE, input={**asked, "limits": [week], "mostActivePerCustomer": 3})
    assert done["service"] == {"limits": [week], "mostActivePerCustomer": 3}
    asked["expectedVersion"] += 1
    for wrong, path in (
        ({"limits": [week, week]}, "limits"),
        ({"limits": [limit("DAY", "COUNT", 0)]}, "limits"),
        ({"mostActivePerCustomer": 0}, "mostActivePerCustomer"),
    ):
        refused = await salon.owner.refused(UPDATE, input={**asked, **wrong})
        assert [one["path"] for one in refused["fields"]] == [path]
    assert (await rival.owner.refused(UPDATE, input={**asked, "limits": []}))["code"] == "NOT_FOUND"
    cleared = await salon.owner.did(UPDATE, input={**asked, "limits": [], "mostActivePerCustomer": None})
    assert cleared["service"] == {"limits": [], "mostActivePerCustomer": None}


@pytest.mark.parametrize("who", ["widget", "partner"])
async def test_limits_themselves_are_the_business_own_affair(salon: Business, who: str) -> None:
    desk = await limited(salon, limit("DAY", "COUNT", 1))
    caller: Caller = getattr(salon, who)
    answer = await caller("query ($id: ID!) { service(id: $id) { name limits { maximum } } }", id=id_of(desk.service))
    assert answer.data["service"]["limits"] is None and answer.codes == ["FORBIDDEN"]
