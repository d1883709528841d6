"""Insights through the API: what a business's appointments add up to, and who is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models.account import Account
from models.booking import Booking
from models.closed_day import ClosedDay
from models.location import Location
from models.membership import Role
from models.resource import Resource, set_needs
from models.service import Assignment
from models.staff import Staff, TimeOff
from models.storage.database import counting
from permissions.roles import Scope
from tests.bookable import CANCEL, COMPLETE, NO_SHOW, bookable
from tests.businesses import Business, id_of
from tests.product import Product

FIGURES = """{ bookings byStatus { status count } bookedMinutes noShowRate cancellationRate averageLeadMinutes
    revenue { amount currency } expectedRevenue { amount currency } }"""
INSIGHTS = f"""query ($from: Date!, $to: Date!, $per: InsightSpan! = WEEK, $staffId: ID, $serviceId: ID) {{
  insights(from: $from, to: $to, per: $per, staffId: $staffId, serviceId: $serviceId) {{
    zone total {FIGURES} buckets {{ firstDate lastDate figures {{ bookings bookedMinutes }} }}
    byService {{ serviceId figures {{ bookings bookedMinutes }} }}
    byStaff {{ staffId figures {{ bookings bookedMinutes }} }} }} }}"""
JANUARY = {"from": "2027-01-11", "to": "2027-01-24"}


async def seen(business: Business, **asked: Any) -> Any:
    return (await business.owner.ok(INSIGHTS, **{**JANUARY, **asked}))["insights"]


async def test_they_add_up_by_state_week_service_and_person(product: Product, salon: Business, rival: Business) -> None:
    desk = await bookable(salon, staff=2, price_minor=4500, currency="USD")
    ids = []
    for hour, person, day in ((9, 0, 0), (10, 0, 0), (11, 1, 0), (12, 1, 0), (10, 0, 7)):
        made = await desk.book(salon.owner, at=desk.at(hour, day=day), staff=desk.staff[person])
        ids.append(made["booking"]["id"])
    await (await bookable(rival)).book(rival.owner, at=desk.at(9))
    await salon.owner.did(CANCEL, input={"id": ids[3]})
    product.clock.stand_at(desk.at(18))
    await salon.owner.did(COMPLETE, input={"id": ids[0]})
    await salon.owner.did(COMPLETE, input={"id": ids[1]})
    await salon.owner.did(NO_SHOW, input={"id": ids[2]})
    found = await seen(salon)
    assert found["zone"] == "America/Chicago"
    lead = [desk.at(hour, day=day) - product.clock.now() for hour, day in ((9, 0), (10, 0), (11, 0), (12, 0), (10, 7))]
    booked_ahead = sum(lead, timedelta()) / 5 + (desk.at(18) - desk.at(6))
    assert found["total"] == {
        "bookings": 5,
        "byStatus": [
            {"status": "CONFIRMED", "count": 1}, {"status": "CANCELLED", "count": 1},
            {"status": "COMPLETED", "count": 2}, {"status": "NO_SHOW", "count": 1},
        ],
        "bookedMinutes": 240, "noShowRate": 0.3333, "cancellationRate": 0.2,
        "averageLeadMinutes": (booked_ahead + timedelta(days=1)) // timedelta(minutes=1),
        "revenue": [{"amount": "90.00", "currency": "USD"}],
        "expectedRevenue": [{"amount": "45.00", "currency": "USD"}],
    }  # fmt: skip
    assert found["buckets"] == [
        {"firstDate": "2027-01-11", "lastDate": "2027-01-17", "figures": {"bookings": 4, "bookedMinutes": 180}},
        {"firstDate": "2027-01-18", "lastDate": "2027-01-24", "figures": {"bookings": 1, "bookedMinutes": 60}},
    ]
    assert found["byService"] == [{"serviceId": desk.id, "figures": {"bookings": 5, "bookedMinutes": 240}}]
    assert found["byStaff"] == [
        {"staffId": id_of(desk.staff[0]), "figures": {"bookings": 3, "bookedMinutes": 180}},
        {"staffId": id_of(desk.staff[1]), "figures": {"bookings": 2, "bookedMinutes": 60}},
    ]
    alone = await seen(salon, staffId=id_of(desk.staff[1]), serviceId=desk.id)
    assert (alone["total"]["bookings"], len(alone["byStaff"])) == (2, 1)
    strange = await seen(salon, staffId=id_of((await bookable(rival)).staff[0]))
    assert strange["total"]["bookings"] == 0


async def test_an_appointment_counts_on_its_date_in_the_business_zone(salon: Business) -> None:
    """20:00 in Chicago is the next date in UTC and in Berlin."""
    desk = await bookable(salon, hours=((1200, 1320),))
    await desk.book(salon.owner, at=desk.at(20))
    days = await seen(salon, per="DAY", to="2027-01-13")
    assert [day["figures"]["bookings"] for day in days["buckets"]] == [0, 1, 0]
    await Account.filter(id=salon.account.id).update(zone="Europe/Berlin")
    moved = await seen(salon, per="DAY", to="2027-01-13")
    assert [day["figures"]["bookings"] for day in moved["buckets"]] == [0, 0, 1]


async def test_a_date_with_a_change_of_clocks_is_whole(salon: Business) -> None:
    desk = await bookable(salon, hours=((0, 1440),), horizon_days=365)
    made = await desk.book(salon.owner, at=desk.at(10))
    # 14 March 2027 has 23 hours in Chicago; its last begins at 04:00 UTC of the 15th.
    moments = {"starts_at": desk.at(23, day=61), "ends_at": desk.at(23, 30, day=61)}
    await Booking.of(salon.account.id).filter(reference=made["booking"]["reference"]).update(**moments, version=2)
    found = await seen(salon, per="DAY", **{"from": "2027-03-13", "to": "2027-03-15"})
    assert [day["figures"]["bookings"] for day in found["buckets"]] == [0, 1, 0]


async def test_months_are_cut_to_the_range(salon: Business) -> None:
    found = await seen(salon, per="MONTH", **{"from": "2027-12-15", "to": "2028-02-29"})
    assert [(one["firstDate"], one["lastDate"]) for one in found["buckets"]] == [
        ("2027-12-15", "2027-12-31"), ("2028-01-01", "2028-01-31"), ("2028-02-01", "2028-02-29"),
    ]  # fmt: skip
    assert found["total"]["noShowRate"] is None


async def test_a_group_session_takes_its_time_once(salon: Business) -> None:
    desk = await bookable(salon, capacity=5)
    for number in range(3):
        await desk.book(salon.owner, at=desk.at(10), customer={"name": f"Guest {number}"})
    found = (await seen(salon))["total"]
    assert (found["bookings"], found["bookedMinutes"]) == (3, 60)


async def test_what_several_serve_counts_for_each_with_its_price_where_it_leads(salon: Business) -> None:
    desk = await bookable(salon, staff=2, assignment=Assignment.COLLECTIVE, price_minor=6000, currency="USD")
    await desk.book(salon.owner, at=desk.at(10))
    by_staff = f"""query($from: Date!, $to: Date!, $staffId: ID) {{ insights(from: $from, to: $to, staffId: $staffId) {{
      total {FIGURES} byStaff {{ staffId figures {FIGURES} }} }} }}"""
    found = (await salon.owner.ok(by_staff, **JANUARY))["insights"]
    assert (found["total"]["bookings"], found["total"]["bookedMinutes"]) == (1, 60)
    figures = {one["staffId"]: one["figures"] for one in found["byStaff"]}
    lead, other = [figures[id_of(one)] for one in desk.staff]
    assert [(one["bookings"], one["bookedMinutes"]) for one in (lead, other)] == [(1, 60)] * 2
    assert (lead["expectedRevenue"], other["expectedRevenue"]) == ([{"amount": "60.00", "currency": "USD"}], [])
    alone = (await salon.owner.ok(by_staff, **JANUARY, staffId=id_of(desk.staff[1])))["insights"]
    assert alone["total"] == other and [one["staffId"] for one in alone["byStaff"]] == [id_of(desk.staff[1])]


OCCUPANCY = """query ($from: Date!, $to: Date!, $per: InsightSpan! = DAY, $staffId: ID) {
  insights(from: $from, to: $to, per: $per, staffId: $staffId) { occupancy { total { ...S }
    buckets { firstDate occupancy { ...S } } byStaff { staffId occupancy { ...S } }
    byResource { resourceId occupancy { ...S } } } } }
  fragment S on OccupancyShare { bookedMinutes openMinutes share }"""


def part(booked: int, opened: int | None, share: float | None) -> dict[str, Any]:
    return {"bookedMinutes": booked, "openMinutes": opened, "share": share}


async def test_occupancy_is_what_is_booked_of_what_is_open_for_each_who_serves(
    salon: Business, rival: Business
) -> None:
    """Two people who are open for eight hours a day, and one who is never; a team, a class, and time off."""
    desk = await bookable(salon, staff=2, assignment=Assignment.COLLECTIVE)
    idle = await salon.staff("Idle")
    group = await bookable(salon, staff=0, capacity=5)
    await group.service.offer(salon.act, desk.staff[0].id, 1)
    room = await Resource.begin(salon.act, name="Room", quantity=2, schedule_id=desk.schedule.id)
    await Resource.begin(salon.act, name="Bench")
    await set_needs(salon.act, desk.service, 1, [(1, [room.id])])
    await desk.book(salon.owner, at=desk.at(10))
    for number in range(3):
        await group.book(salon.owner, at=desk.at(12), customer={"name": f"Guest {number}"})
    cancelled = await desk.book(salon.owner, at=desk.at(15))
    await salon.owner.did(CANCEL, input={"id": cancelled["booking"]["id"]})
    away = {"starts_at": desk.at(13), "ends_at": desk.at(20), "reason": ""}
    await TimeOff.begin(salon.act, staff_id=desk.staff[1].id, **away)
    await (await bookable(rival)).book(rival.owner, at=desk.at(10))
    days = {"from": "2027-01-12", "to": "2027-01-13"}
    found = (await salon.owner.ok(OCCUPANCY, **days))["insights"]["occupancy"]
    assert found["total"] == part(180, 480 * 4 - 240, 0.1071)
    assert [one["occupancy"] for one in found["buckets"]] == [part(180, 720, 0.25), part(0, 960, 0)]
    assert [(one["staffId"], one["occupancy"]) for one in found["byStaff"]] == [
        (id_of(idle), part(0, 0, None)), (id_of(desk.staff[0]), part(120, 960, 0.125)),
        (id_of(desk.staff[1]), part(60, 720, 0.0833)),
    ]  # fmt: skip
    assert [one["occupancy"] for one in found["byResource"]] == [part(0, None, None), part(60, 1920, 0.0312)]
    alone = (await salon.owner.ok(OCCUPANCY, **days, staffId=id_of(desk.staff[1])))["insights"]["occupancy"]
    assert alone["total"] == part(60, 720, 0.0833) and alone["byResource"] == []
    nobody = (await salon.owner.ok(OCCUPANCY, **days, staffId=id_of(idle)))["insights"]["occupancy"]
    assert [one["occupancy"]["share"] for one in nobody["buckets"]] == [None, None]


async def test_open_time_is_as_long_as_the_day_and_less_when_the_place_is_closed(salon: Business) -> None:
    place = await Location.begin(salon.act, name="High Street", zone="America/Chicago", address="1 High Street")
    desk = await bookable(salon, hours=((0, 1440),))
    await Staff.of(salon.account.id).update(location_id=place.id)
    await ClosedDay.close(salon.act, place.id, {date(2027, 3, 15): ""})
    march = {"from": "2027-03-13", "to": "2027-03-15"}
    days = (await salon.owner.ok(OCCUPANCY, **march))["insights"]["occupancy"]["buckets"]
    assert [one["occupancy"]["openMinutes"] for one in days] == [1440, 1380, 0], "the clocks go forward on the 14th"
    autumn = (await salon.owner.ok(OCCUPANCY, **{"from": "2027-11-07", "to": "2027-11-07"}))["insights"]["occupancy"]
    assert autumn["total"]["openMinutes"] == 1500 and desk.staff
    long = {"from": "2027-01-01", "to": "2028-01-02", "per": "MONTH"}
    assert await salon.owner.denied(OCCUPANCY, **long) == "BAD_USER_INPUT"


@pytest.mark.parametrize("asked", [
    {"to": "2027-01-10"},
    {"per": "DAY", "to": "2027-04-13"},
    {"per": "MONTH", "to": "2042-01-01"},
])  # fmt: skip
async def test_a_range_that_cannot_be_is_refused(salon: Business, asked: dict[str, str]) -> None:
    assert await salon.owner.denied(INSIGHTS, **{**JANUARY, **asked}) == "BAD_USER_INPUT"


@pytest.mark.promise("2.3")
async def test_those_who_run_the_business_are_told_and_nobody_else(salon: Business, rival: Business) -> None:
    staff, manager = await salon.member(Role.STAFF), await salon.member(Role.MANAGER)
    partner = await salon.partner_with(*Scope)
    assert (await manager.ok(INSIGHTS, **JANUARY))["insights"]["total"]["bookings"] == 0
    for caller in (staff, partner):
        assert await caller.denied(INSIGHTS, **JANUARY) == "FORBIDDEN"


async def test_they_take_three_statements_however_many_appointments(salon: Business) -> None:
    desk = await bookable(salon)
    for hour in range(9, 13):
        await desk.book(salon.owner, at=desk.at(hour))
    await seen(salon)
    with counting() as statements:
        await seen(salon)
    assert len([one for one in statements if "booking" in one]) == 3
