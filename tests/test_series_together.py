"""Series of what needs several calendars at once: teams and rooms, for every occurrence or for none."""

from __future__ import annotations

from typing import Any

import pytest

from models.resource import Resource
from models.storage.database import counting
from tests.bookable import Desk, bookable, count, said
from tests.businesses import Business, id_of
from tests.repeating import CREATE, PREVIEW, ids, repeating, series, starts
from tests.test_resources import OF, needing, room, straight, team

WRITTEN = ("booking", "booking_series", "series_occurrence", "occupancy", "engagement", "mail", "reminder", "customer")
MOVE = """mutation ($input: RescheduleBookingSeriesInput!) { rescheduleBookingSeries(input: $input) { __typename
  ... on Refusal { code message } ... on ValidationFailed { fields { path message } } } }"""


@pytest.fixture
async def desk(salon: Business) -> Desk:
    """Two people who serve together, 10:00 to 13:00, in the only room."""
    return await needing(await team(salon, (9, 13), (10, 14), horizon_days=365), (None, [await room(salon)]))


async def written(business: Business) -> dict[str, int]:
    return {table: await count(table, business.account.id) for table in WRITTEN}


async def who_and_what(business: Business, made: Any) -> list[tuple[list[str], list[str]]]:
    found = [(await business.owner.ok(OF, id=id_))["booking"] for id_ in ids(made)]
    return [
        ([one["id"] for one in booking["staffMembers"]], [one["resource"]["name"] for one in booking["resources"]])
        for booking in found
    ]


async def test_each_occurrence_has_the_whole_team_and_the_room(salon: Business, desk: Desk) -> None:
    made = await series(desk, salon.owner, desk.at(10))
    together = ([id_of(person) for person in desk.staff], ["Room"])
    assert await who_and_what(salon, made) == [together] * 3
    assert await count("occupancy", salon.account.id) == 3 * 3
    following = {"bookingId": ids(made)[1], "scope": "FOLLOWING", "startsAt": said(desk.at(11, day=7))}
    await salon.owner.did(MOVE, input=following | {"expectedVersion": 1})
    assert await count("occupancy", salon.account.id) == 3 * 3
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(11)), "rule": "FREQ=WEEKLY;COUNT=3"}
    seen = (await salon.widget.ok(PREVIEW, **asked))["previewSeries"]["occurrences"]
    assert [one["reason"] for one in seen] == [None, "TAKEN", "TAKEN"]
    await straight(salon)


@pytest.mark.parametrize("whose", ["room", "person"])
async def test_one_that_is_taken_in_the_middle_leaves_nothing_of_the_others(
    salon: Business, desk: Desk, whose: str
) -> None:
    other = await bookable(salon, staff=1 if whose == "room" else 0)
    if whose == "room":
        await needing(other, (1, [await Resource.of(salon.account.id).get(name="Room")]))
    else:
        await other.service.offer(salon.act, desk.staff[1].id, 1)
    await other.book(salon.owner, other.at(10, day=7))
    before = await written(salon)
    refused = await salon.owner.refused(CREATE, input=repeating(desk, desk.at(10)))
    assert [(one["position"], one["reason"]) for one in refused["conflicts"]] == [(2, "TAKEN")]
    assert said(desk.at(11, day=7)) in [one["startsAt"] for one in refused["conflicts"][0]["alternatives"]]
    assert await written(salon) == before
    made = await series(desk, salon.owner, desk.at(10), onConflict="SKIP_CONFLICTS")
    assert [start is None for start in starts(made)] == [False, True, False]
    await straight(salon)


async def test_a_preview_takes_no_statement_for_each_occurrence(salon: Business, desk: Desk) -> None:
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(10))}
    taken = []
    for rule in ("FREQ=DAILY;COUNT=2", "FREQ=DAILY;COUNT=60", "FREQ=WEEKLY;COUNT=52"):
        with counting() as statements:
            seen = await salon.owner.ok(PREVIEW, **asked, rule=rule)
        assert all(one["offered"] for one in seen["previewSeries"]["occurrences"])
        taken.append(len(statements))
    assert taken[0] == taken[1] and taken[2] < taken[0] + 7, taken  # one for each two months
