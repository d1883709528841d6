"""A room that is let elsewhere too: what is told of it there blocks it here, unit by unit, and what it has is told."""

from __future__ import annotations

from typing import Any

from models.membership import Role
from models.resource import Resource
from tests.api import Caller
from tests.bookable import Desk, bookable, said
from tests.businesses import Business, id_of, limit_to_own_diary
from tests.test_external_busy import PUT
from tests.test_resources import had, needing, room

FREE_BUSY = """
query ($ids: [ID!], $people: [ID!], $from: DateTime!, $until: DateTime!, $buffers: Boolean! = false) {
  freeBusy(resourceIds: $ids, staffIds: $people, from: $from, until: $until, buffers: $buffers) {
    staffId resourceId unit busy { startsAt endsAt } } }
"""
SOURCES = """query ($id: ID) { busySources(first: 9, resourceId: $id) {
  nodes { name unit resource { name } staff { name } } } }"""


def told(desk: Desk, resource: Resource, hour: int, **more: Any) -> dict[str, Any]:
    """That a resource is let elsewhere for an hour of tomorrow."""
    times = [{"startsAt": said(desk.at(hour)), "endsAt": said(desk.at(hour + 1))}]
    span = {"from": said(desk.at(0)), "until": said(desk.at(0, day=1))}
    return {"resourceId": id_of(resource), "source": "elsewhere", **span, "intervals": times, **more}


async def busy(caller: Caller, desk: Desk, *ids: str, **more: Any) -> Any:
    span = {"from": said(desk.at(0)), "until": said(desk.at(0, day=1))}
    return (await caller.ok(FREE_BUSY, ids=list(ids), **span, **more))["freeBusy"]


def hour(desk: Desk, at: int) -> dict[str, str]:
    return {"startsAt": said(desk.at(at)), "endsAt": said(desk.at(at + 1))}


async def test_a_unit_that_is_let_elsewhere_is_given_to_nobody(salon: Business, rival: Business) -> None:
    chairs = await room(salon, "Chair", quantity=2)
    desk = await needing(await bookable(salon, staff=2, before_minutes=30), (1, [chairs]))
    await salon.partner.did(PUT, input=told(desk, chairs, 10, unit=1))
    made = await desk.book(salon.widget, at=desk.at(10))
    assert await had(salon.owner, made) == [("Chair", 2)], "the first is let"
    assert (await desk.refused(salon.widget, at=desk.at(10)))["__typename"] == "SlotTaken"
    found = await busy(salon.partner, desk, id_of(chairs), people=[id_of(desk.staff[0])])
    assert found == [
        {"staffId": id_of(desk.staff[0]), "resourceId": None, "unit": None, "busy": [hour(desk, 10)]},
        {"staffId": None, "resourceId": id_of(chairs), "unit": 1, "busy": [hour(desk, 10)]},
        {"staffId": None, "resourceId": id_of(chairs), "unit": 2, "busy": [hour(desk, 10)]},
    ]
    sources = (await salon.owner.ok(SOURCES, id=id_of(chairs)))["busySources"]["nodes"]
    assert sources == [{"name": "elsewhere", "unit": 1, "resource": {"name": "Chair"}, "staff": None}]
    nothing = [{"staffId": None, "resourceId": id_of(chairs), "unit": None, "busy": None}]
    assert await busy(rival.owner, desk, id_of(chairs)) == nothing
    assert (await rival.partner.refused(PUT, input=told(desk, chairs, 9, unit=1)))["code"] == "NOT_FOUND"


async def test_which_unit_is_said_where_there_are_several(salon: Business) -> None:
    desk, chairs, only = await bookable(salon), await room(salon, "Chair", quantity=2), await room(salon)
    await salon.partner.did(PUT, input=told(desk, only, 9))
    staff = id_of(desk.staff[0])
    for wanted, path in (
        (told(desk, chairs, 9), "unit"), (told(desk, chairs, 9, unit=3), "unit"),
        (told(desk, chairs, 9, unit=1, staffId=staff), "staffId"),
        (told(desk, chairs, 9, unit=1, staffId=staff, resourceId=None), "unit"),
        (told(desk, chairs, 9, resourceId=None), "staffId"),
    ):  # fmt: skip
        assert [one["path"] for one in (await salon.partner.refused(PUT, input=wanted))["fields"]] == [path]
    assert await salon.partner.denied(FREE_BUSY, **{"from": said(desk.at(0)), "until": said(desk.at(9))}) == (
        "BAD_USER_INPUT"
    ), "nobody is asked for"


async def test_who_sees_their_own_diary_neither_asks_nor_says_anything_of_rooms(salon: Business) -> None:
    desk, only = await bookable(salon), await room(salon)
    await limit_to_own_diary(salon)
    own = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    assert (await busy(own, desk, id_of(only)))[0]["busy"] is None
    assert (await own.refused(PUT, input=told(desk, only, 9)))["code"] == "NOT_FOUND"
