"""Bookings that need several calendars: rooms and things that services share, and teams that serve together."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from models.engagement import Engagement
from models.invariants import broken
from models.resource import Resource, set_needs
from models.service import Assignment
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, HOLD, MOVE, Desk, bookable, count, opened, said
from tests.businesses import Business, id_of

CREATE = """
mutation Create($input: CreateResourceInput!) {
  createResource(input: $input) {
    __typename
    ... on CreateResourcePayload { resource { id name quantity version archivedAt } }
    ... on ValidationFailed { fields { path message } }
    ... on Refusal { code }
  }
}
"""
ARCHIVE = """
mutation Archive($input: ArchiveResourceInput!) {
  archiveResource(input: $input) {
    __typename
    ... on ArchiveResourcePayload { resource { archivedAt } }
    ... on ValidationFailed { fields { path message } }
    ... on Refusal { code }
  }
}
"""
NEEDS = """
mutation Needs($input: SetResourceNeedsInput!) {
  setResourceNeeds(input: $input) {
    __typename
    ... on SetResourceNeedsPayload { service { version resourceNeeds { units resources { name } } } }
    ... on ValidationFailed { fields { path message } }
    ... on Refusal { code }
  }
}
"""
OF = "query Of($id: ID!) { booking(id: $id) { staff { id } staffMembers { id } resources { unit resource { name } } } }"
EXPLAIN = """
query Why($serviceId: ID!, $startsAt: DateTime!) {
  explainSlot(serviceId: $serviceId, startsAt: $startsAt) { offered reason people { staffId reason message } }
}
"""


async def room(business: Business, name: str = "Room", **more: Any) -> Resource:
    return await Resource.begin(business.act, name=name, **more)


async def needing(desk: Desk, *groups: tuple[int | None, list[Resource]]) -> Desk:
    """The desk, whose service needs these."""
    needs = [(units, [one.id for one in group]) for units, group in groups]
    await set_needs(desk.business.act, desk.service, desk.service.version, needs)
    return desk


async def had(caller: Caller, made: Any) -> list[tuple[str, int]]:
    found = (await caller.ok(OF, id=made["booking"]["id"]))["booking"]["resources"]
    return sorted((one["resource"]["name"], one["unit"]) for one in found)


async def straight(*businesses: Business) -> None:
    for business in businesses:
        assert await broken(business.account.id) == []


async def test_a_manager_enters_what_a_service_needs(salon: Business, rival: Business) -> None:
    desk, theirs = await bookable(salon), await room(rival)
    made = (await salon.owner.did(CREATE, input={"name": "Laser", "quantity": 2}))["resource"]
    asked = {"serviceId": desk.id, "expectedVersion": 1}
    given = await salon.owner.did(NEEDS, input=asked | {"needs": [{"resourceIds": [made["id"]], "units": 2}]})
    assert given["service"]["resourceNeeds"] == [{"units": 2, "resources": [{"name": "Laser"}]}]
    for needs, path in (
        ([{"resourceIds": [id_of(theirs)]}], "needs.0.resourceIds"),
        ([{"resourceIds": []}], "needs.0.resourceIds"),
        ([{"resourceIds": [made["id"]], "units": 3}], "needs.0.units"),
        ([{"resourceIds": [made["id"]]}, {"resourceIds": [made["id"]]}], "needs"),
    ):
        refused = await salon.owner.refused(NEEDS, input=asked | {"expectedVersion": 2, "needs": needs})
        assert [one["path"] for one in refused["fields"]] == [path]
    kept = await salon.owner.refused(ARCHIVE, input={"id": made["id"], "expectedVersion": made["version"]})
    assert kept["fields"][0]["path"] == "id"
    await salon.owner.did(NEEDS, input=asked | {"expectedVersion": 2, "needs": []})
    await salon.owner.did(ARCHIVE, input={"id": made["id"], "expectedVersion": made["version"]})


async def test_two_services_that_share_a_room_keep_out_of_each_others_way(salon: Business, rival: Business) -> None:
    only = await room(salon)
    one, other = [await needing(await bookable(salon), (None, [only])) for _ in range(2)]
    made = await one.book(salon.widget, at=one.at(10))
    assert await had(salon.owner, made) == [("Room", 1)]
    assert "10:00" not in await other.free(salon.widget) and "11:00" in await other.free(salon.widget)
    refused = await other.refused(salon.owner, at=other.at(10, 30))
    assert refused["__typename"] == "SlotTaken" and refused["alternatives"]
    why = (await salon.owner.ok(EXPLAIN, serviceId=other.id, startsAt=said(other.at(10))))["explainSlot"]
    assert why["reason"] == "TAKEN" and "Room" in why["people"][0]["message"]
    move = {"id": made["booking"]["id"], "startsAt": said(one.at(14)), "expectedVersion": 1}
    await salon.owner.did(MOVE, input=move)
    await other.book(salon.widget, at=other.at(10))
    await salon.owner.did(CANCEL, input={"id": made["booking"]["id"], "expectedVersion": 2})
    assert await had(salon.owner, made) == [("Room", 1)]
    await other.book(salon.widget, at=other.at(14))
    assert (await rival.owner.ok(OF, id=made["booking"]["id"]))["booking"] is None
    await straight(salon, rival)


async def test_any_of_a_pool_gives_each_booking_another_unit(salon: Business) -> None:
    chairs, bench = await room(salon, "Chair", quantity=2), await room(salon, "Bench")
    desk = await needing(await bookable(salon, staff=4), (2, [chairs, bench]))
    made = await desk.book(salon.owner, at=desk.at(9))
    assert await had(salon.owner, made) == [("Bench", 1), ("Chair", 1)]
    assert "09:00" not in await desk.free(salon.owner), "one unit is left, and two are needed"
    await Resource.of(salon.account.id).filter(id=chairs.id).get()
    await chairs.change(salon.act, 1, quantity=3)
    second = await desk.book(salon.owner, at=desk.at(9))
    assert await had(salon.owner, second) == [("Chair", 2), ("Chair", 3)]
    await straight(salon)


async def test_a_room_has_hours_of_its_own(salon: Business) -> None:
    afternoon = await opened(salon, (720, 1080))
    lab = await room(salon, "Lab", schedule_id=afternoon.id)
    desk = await needing(await bookable(salon, before_minutes=30), (None, [lab]))
    assert await desk.free(salon.widget) == [
        "12:00",
        "12:30",
        *[f"{h}:{m}" for h in (13, 14, 15) for m in ("00", "30")],
        "16:00",
    ]
    refused = await desk.refused(salon.owner, at=desk.at(11, 30))
    assert refused["reason"] == "OUTSIDE_OPENING_HOURS"
    await desk.book(salon.owner, at=desk.at(11, 30), evenIfNotOffered=True)
    await straight(salon)


async def team(business: Business, *hours: tuple[int, int], **more: Any) -> Desk:
    """A collective service of people with these hours."""
    desk = await bookable(business, staff=0, assignment=Assignment.COLLECTIVE, step_minutes=60, **more)
    for number, one in enumerate(hours):
        schedule = await opened(business, (one[0] * 60, one[1] * 60))
        desk.staff.append(await business.staff(f"Member {number}", offers=[desk.service], schedule_id=schedule.id))
    return desk


async def test_a_team_serves_when_all_are_open_and_free(salon: Business) -> None:
    desk = await team(salon, (9, 13), (11, 17), (12, 18))
    assert await desk.free(salon.widget) == ["12:00"]
    assert await (await team(salon, (9, 12), (12, 18))).free(salon.widget) == [], "touching hours give nothing"
    made = await desk.book(salon.widget, at=desk.at(12))
    found = (await salon.owner.ok(OF, id=made["booking"]["id"]))["booking"]
    assert [one["id"] for one in found["staffMembers"]] == [id_of(person) for person in desk.staff]
    assert found["staff"]["id"] == id_of(desk.staff[0]) and await count("engagement", salon.account.id) == 3
    alone = await bookable(salon, staff=0)
    await alone.service.offer(salon.act, desk.staff[2].id, 1)
    assert "12:00" not in await alone.free(salon.widget) and "13:00" in await alone.free(salon.widget)
    move = {"id": made["booking"]["id"], "startsAt": said(desk.at(12, day=1)), "expectedVersion": 1}
    await salon.owner.did(MOVE, input=move)
    await alone.book(salon.widget, at=alone.at(12))
    assert (await desk.refused(salon.widget, at=desk.at(12)))["__typename"] == "SlotTaken"
    await straight(salon)


async def test_a_customers_choice_has_to_be_made(salon: Business) -> None:
    desk = await bookable(salon, staff=2, assignment=Assignment.CUSTOMER_CHOICE)
    refused = await desk.refused(salon.widget, at=desk.at(9))
    assert [one["path"] for one in refused["fields"]] == ["staffId"]
    made = await desk.book(salon.widget, at=desk.at(9), staff=desk.staff[1])
    assert made["booking"]["staff"]["id"] == id_of(desk.staff[1])


async def test_any_is_the_first_by_name_who_is_free(salon: Business) -> None:
    desk = await bookable(salon, staff=2, assignment=Assignment.ANY)
    with_whom = [(await desk.book(salon.owner, at=desk.at(hour)))["booking"]["staff"]["id"] for hour in (9, 11, 11)]
    assert with_whom == [id_of(desk.staff[at]) for at in (0, 0, 1)]


async def test_a_hold_keeps_the_room_and_what_is_booked_with_it_has_it(salon: Business) -> None:
    only = await room(salon)
    one, other = [await needing(await bookable(salon), (None, [only])) for _ in range(2)]
    held = await salon.widget.did(HOLD, input={"serviceId": one.id, "startsAt": said(one.at(10))})
    assert (await other.refused(salon.owner, at=other.at(10)))["__typename"] == "SlotTaken"
    await one.book(salon.widget, at=one.at(10), holdToken=held["token"])
    again = await salon.widget.did(HOLD, input={"serviceId": one.id, "startsAt": said(one.at(13))})
    salon.product.clock.advance(seconds=300)
    await other.book(salon.owner, at=other.at(13))
    assert (await one.refused(salon.widget, at=one.at(13), holdToken=again["token"]))["__typename"] == "HoldEnded"
    await straight(salon)


async def test_a_shared_appointment_has_its_room_once(salon: Business) -> None:
    hall = await room(salon, "Hall")
    group, alone = [await needing(await bookable(salon, capacity=many), (None, [hall])) for many in (3, 1)]
    made = [await group.book(salon.owner, at=group.at(10)) for _ in range(2)]
    assert [await had(salon.owner, one) for one in made] == [[("Hall", 1)]] * 2
    assert await count("group_session", salon.account.id) == 1 and await count("occupancy", salon.account.id) == 2
    assert (await alone.refused(salon.owner, at=alone.at(10)))["__typename"] == "SlotTaken"
    for one in made:
        await salon.owner.did(CANCEL, input={"id": one["booking"]["id"], "expectedVersion": 1})
    await alone.book(salon.owner, at=alone.at(10))
    await straight(salon)


async def test_time_off_of_a_room_closes_it_and_nobody_else(salon: Business) -> None:
    only = await room(salon)
    desk, plain = await needing(await bookable(salon), (None, [only])), await bookable(salon)
    away = {"resourceId": id_of(only), "startsAt": said(desk.at(9)), "endsAt": said(desk.at(9) + timedelta(hours=7))}
    add = "mutation Add($input: AddTimeOffInput!) { addTimeOff(input: $input) { __typename } }"
    await salon.owner.did(add, input=away)
    assert await desk.free(salon.widget) == ["16:00"] and "09:00" in await plain.free(salon.widget)


@pytest.mark.parametrize("rooms", [1, 3])
async def test_of_ten_at_once_as_many_get_a_room_as_there_are(salon: Business, rooms: int) -> None:
    pool = await room(salon, quantity=rooms)
    desks = [await needing(await bookable(salon, staff=5), (1, [pool])) for _ in range(2)]
    asked = [desk.wanted(desk.at(10)) for desk in desks for _ in range(5)]
    answers = await asyncio.gather(*(salon.owner.ok(BOOK, input=one) for one in asked))
    got = Counter(one["book"]["__typename"] for one in answers)
    assert got == {"BookPayload": rooms, "SlotTaken": 10 - rooms}
    units = await Engagement.of(salon.account.id).filter(resource_id=pool.id)
    assert sorted(one.unit for one in units) == list(range(1, rooms + 1))
    await straight(salon)


async def test_a_team_and_each_of_it_alone_never_wait_in_a_circle(salon: Business) -> None:
    desk = await team(salon, (9, 17), (9, 17), (9, 17))
    alone = await bookable(salon, staff=0)
    for person in desk.staff:
        await alone.service.offer(salon.act, person.id, 1)
    wanted = [desk.wanted(desk.at(10))] * 4 + [alone.wanted(alone.at(10), staff=person) for person in desk.staff] * 2
    answers = await asyncio.gather(*(salon.owner.ok(BOOK, input=one) for one in wanted))
    kinds = [one["book"]["__typename"] for one in answers]
    assert set(kinds) <= {"BookPayload", "SlotTaken"}
    assert Counter(kinds[:4])["BookPayload"] == 1 - min(1, Counter(kinds[4:])["BookPayload"])
    await straight(salon)


FEWER = """
mutation Fewer($input: UpdateResourceInput!) { updateResource(input: $input) {
  __typename ... on UpdateResourcePayload { resource { quantity version } }
  ... on UnitsInUse { message bookings least until } ... on ValidationFailed { fields { path message } } } }
"""


async def test_units_that_are_booked_or_needed_stay(salon: Business, rival: Business) -> None:
    chairs = await room(salon, "Chair", quantity=4)
    desk = await needing(await bookable(salon, staff=4, name="Massage"), (1, [chairs]))
    made = [await desk.book(salon.owner, at=desk.at(10)) for _ in range(3)]
    held = await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(10))})
    fewer = {"id": id_of(chairs), "expectedVersion": 1, "quantity": 1}
    refused = await salon.owner.refused(FEWER, input=fewer)
    assert {key: refused[key] for key in ("__typename", "bookings", "least", "until")} == {
        "__typename": "UnitsInUse", "bookings": 3, "least": 4, "until": said(desk.at(11)),
    }  # fmt: skip
    salon.product.clock.advance(seconds=300)
    assert held and (await salon.owner.refused(FEWER, input=fewer))["least"] == 3, "the hold has ended"
    assert (await salon.owner.did(FEWER, input=fewer | {"quantity": 3}))["resource"]["quantity"] == 3
    for one in made[1:]:
        await salon.owner.did(CANCEL, input={"id": one["booking"]["id"]})
    await needing(await bookable(salon, name="Class"), (2, [chairs]))
    fewer |= {"expectedVersion": 2}
    (problem,) = (await salon.owner.refused(FEWER, input=fewer))["fields"]
    assert (problem["path"], "Class needs 2" in problem["message"]) == ("quantity", True)
    await salon.owner.did(FEWER, input=fewer | {"quantity": 2})
    await straight(salon, rival)
    await desk.book(salon.owner, at=desk.at(10))
    await Resource.of(salon.account.id).filter(id=chairs.id).update(quantity=1)
    assert [one.what for one in await broken(salon.account.id)] == [
        "what is still to come has a unit that there is not"
    ]


async def test_nobody_is_given_a_unit_that_is_taken_away_meanwhile(salon: Business) -> None:
    chairs = await room(salon, "Chair", quantity=6)
    desk = await needing(await bookable(salon, staff=6), (1, [chairs]))
    fewer = {"id": id_of(chairs), "expectedVersion": 1, "quantity": 2}
    booking = [salon.owner.ok(BOOK, input=desk.wanted(desk.at(10))) for _ in range(6)]
    answers = await asyncio.gather(*booking, salon.owner.ok(FEWER, input=fewer))
    lowered = answers[-1]["updateResource"]["__typename"] == "UpdateResourcePayload"
    got = [one["book"]["__typename"] for one in answers[:-1]].count("BookPayload")
    assert got == 2 if lowered else got > 2
    await straight(salon)
