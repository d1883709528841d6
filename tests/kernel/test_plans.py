"""What is read for a selection: each shape that a client can give it, the same answer."""

from __future__ import annotations

import pytest

from models.membership import Role
from models.storage.database import counting
from rules.ids import global_id
from tests.businesses import Business
from tests.kernel.diary import Diary, add_location
from tests.kernel.toy import Kernel


async def test_selections_of_one_field_under_several_aliases_are_read_together(kernel: Kernel, diary: Diary) -> None:
    document = """{ careful(first: 9) { a: edges { n: node { s: service { name } } } edges { cursor node { id
      t: service { id offeredBy { x: name } y: offeredBy { email location { name } } } } }
      nodes { status startsAt } } }"""
    data = (await kernel.ok(diary.member(Role.OWNER), document))["careful"]
    assert data["a"][0]["n"] == {"s": {"name": "Salon cut"}}
    assert data["edges"][0]["node"]["t"]["offeredBy"] == [{"x": "Salon staff"}]
    assert data["edges"][1]["node"]["t"]["y"] == [{"email": "staff@Salon.example", "location": None}]
    assert len(data["nodes"]) == 2


@pytest.mark.parametrize("on", [True, False])
async def test_skip_and_include_decide_by_variables(kernel: Kernel, diary: Diary, on: bool) -> None:
    document = """query ($on: Boolean!, $off: Boolean! = false) { careful(first: 1) { nodes @include(if: $on) { id
      ... @include(if: $on) { customer { name } } ...F @skip(if: $on) ...F @include(if: $on) status @include(if: $off)
    } totalCount @skip(if: $on) } } fragment F on Booking { staff { name } }"""
    data = (await kernel.ok(diary.member(Role.OWNER), document, on=on))["careful"]
    if on:
        (node,) = data["nodes"]
        assert node["customer"] == {"name": "Anna"}
        assert node["staff"] == {"name": "Salon staff"}
        assert "status" not in node
    else:
        assert data == {"totalCount": 2}


async def test_lists_in_lists_and_under_edges_are_read_once_a_level(kernel: Kernel, diary: Diary) -> None:
    document = """{ careful(first: 9) { nodes { service { offeredBy { bookings { customer { name } service {
      offeredBy { name } } } } } staff { bookings { id } } } } }"""
    with counting() as statements:
        data = (await kernel.ok(diary.member(Role.OWNER), document))["careful"]
    names = [b["customer"]["name"] for b in data["nodes"][1]["service"]["offeredBy"][0]["bookings"]]
    assert names == ["Anna", "Berta"]
    assert data["nodes"][0]["service"]["offeredBy"][0]["bookings"][1]["service"]["offeredBy"] == [
        {"name": "Salon staff"}
    ]
    assert len(data["nodes"][0]["staff"]["bookings"]) == 2
    assert len(statements) == 5


async def test_an_edge_to_nothing_is_null_and_one_to_something_is_not(kernel: Kernel, diary: Diary) -> None:
    place = await add_location(diary.business)
    await diary.book("Carla", location_id=place)
    data = await kernel.ok(diary.member(Role.OWNER), "{ careful(first: 9) { nodes { location { id name } } } }")
    assert [node["location"] for node in data["careful"]["nodes"]] == [
        None, None, {"id": global_id("location", place), "name": "Place"},
    ]  # fmt: skip


async def test_a_field_shows_the_column_that_it_names(kernel: Kernel, diary: Diary) -> None:
    data = await kernel.ok(diary.member(Role.OWNER), '{ customers(first: 1, order: "id") { nodes { notes } } }')
    assert data["customers"]["nodes"] == [{"notes": "note on Anna"}]


async def test_lists_stay_in_the_account(kernel: Kernel, diary: Diary, rival: Business) -> None:
    await Diary.make(rival)
    document = "{ services(first: 9) { nodes { name offeredBy { name bookings { customer { name } } } } } }"
    answer = await kernel(diary.member(Role.OWNER), document)
    assert "Rival" not in str(answer.body())
    assert not answer.errors
