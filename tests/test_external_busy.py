"""Calendars elsewhere: what is busy there keeps slots from being offered and booked, and is told of by time alone."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.external_busy import MOST_SOURCES, ExternalBusy
from models.membership import Role
from models.staff import Staff, TimeOff
from models.storage.counting import counting
from permissions.roles import Scope
from rules.wall_time import epoch
from tests.api import Caller
from tests.bookable import BOOK, Desk, bookable, count, events, said
from tests.businesses import Business, id_of, limit_to_own_diary
from tests.clearing import clear_away

PUT = """
mutation Put($input: PutExternalBusyInput!) { putExternalBusy(input: $input) {
  __typename ... on PutExternalBusyPayload { busySource { id name staff { id } updatedAt } }
  ... on Refusal { code message } ... on ValidationFailed { fields { path message } } } }
"""
REMOVE = """
mutation Remove($input: RemoveBusySourceInput!) { removeBusySource(input: $input) {
  __typename ... on RemoveBusySourcePayload { removedId } ... on Refusal { code } } }
"""
SOURCES = "query ($staff: ID) { busySources(first: 20, staffId: $staff) { nodes { id name } } }"
TIMES = """
query ($id: ID!, $from: DateTime!, $until: DateTime!) {
  externalBusy(busySourceId: $id, from: $from, until: $until) { startsAt endsAt } }
"""
FREE_BUSY = """
query ($ids: [ID!]!, $from: DateTime!, $until: DateTime!, $buffers: Boolean! = true) {
  freeBusy(staffIds: $ids, from: $from, until: $until, buffers: $buffers) { staffId busy { startsAt endsAt } } }
"""


def told(desk: Desk, *hours: tuple[datetime, datetime], staff: Staff | None = None, **more: Any) -> dict[str, Any]:
    """What a calendar elsewhere says of tomorrow."""
    times = [{"startsAt": said(begin), "endsAt": said(end)} for begin, end in hours]
    span = {"from": said(desk.at(0)), "until": said(desk.at(0, day=1))}
    return {"staffId": id_of(staff or desk.staff[0]), "source": "elsewhere", **span, "intervals": times, **more}


async def put(caller: Caller, desk: Desk, *hours: tuple[datetime, datetime], **more: Any) -> str:
    """Say it; the id of the source."""
    return str((await caller.did(PUT, input=told(desk, *hours, **more)))["busySource"]["id"])


async def busy(caller: Caller, desk: Desk, *staff: Staff, **more: Any) -> Any:
    """When people are busy tomorrow, as (hour, hour) in Chicago; None for whoever is not there."""
    ids = [id_of(one) for one in staff or desk.staff]
    asked = {"ids": ids, "from": said(desk.at(0)), "until": said(desk.at(0, day=1)), **more}
    found = (await caller.ok(FREE_BUSY, **asked))["freeBusy"]
    assert [one["staffId"] for one in found] == ids
    return [one["busy"] and [(_hour(desk, t["startsAt"]), _hour(desk, t["endsAt"])) for t in one["busy"]]
            for one in found]  # fmt: skip


def _hour(desk: Desk, text: str) -> float:
    return (datetime.fromisoformat(text) - desk.at(0)) / timedelta(hours=1)


async def test_what_is_busy_elsewhere_is_neither_offered_nor_booked(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    before = await desk.free(salon.widget)
    id_ = await put(salon.partner, desk, (desk.at(10), desk.at(11, 30)), (desk.at(11), desk.at(12)))
    free = await desk.free(salon.widget)
    assert set(before) - set(free) == {"09:30", "10:00", "10:30", "11:00", "11:30"}
    refused = await desk.refused(salon.widget, desk.at(10, 30))
    assert refused["__typename"] == "SlotTaken" and refused["alternatives"]
    assert await busy(salon.partner, desk) == [[(10, 12)]]
    assert (await salon.owner.ok(SOURCES, staff=id_of(desk.staff[0])))["busySources"]["nodes"] == [
        {"id": id_, "name": "elsewhere"}]  # fmt: skip
    await salon.partner.did(REMOVE, input={"id": id_})
    assert await desk.free(salon.widget) == before and await count("external_busy", salon.account.id) == 0
    assert await events(salon, "busy_source") == ["busy_source_created", "external_busy_put", "busy_source_removed"]
    await desk.book(salon.widget, desk.at(10, 30))


async def test_a_stretch_is_replaced_and_the_same_again_changes_nothing(salon: Business) -> None:
    desk = await bookable(salon)
    id_ = await put(salon.partner, desk, (desk.at(9), desk.at(12)))
    assert await put(salon.partner, desk, (desk.at(9), desk.at(10)), (desk.at(10), desk.at(12))) == id_
    assert (await events(salon, "busy_source")).count("external_busy_put") == 1, "the same time, told otherwise"
    part = {"from": said(desk.at(10)), "until": said(desk.at(11))}
    await put(salon.partner, desk, **part)
    assert await busy(salon.partner, desk) == [[(9, 10), (11, 12)]], "what is outside stays"
    await put(salon.partner, desk, (desk.at(8), desk.at(20)), **part)
    assert await busy(salon.partner, desk) == [[(9, 12)]], "what reaches over an end is cut"
    await put(salon.partner, desk)
    assert await busy(salon.partner, desk) == [[]]


async def test_sources_lie_over_each_other_and_over_bookings(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.owner, desk.at(10)))["booking"]
    await put(salon.partner, desk, (desk.at(9, 30), desk.at(10, 30)))
    await put(salon.partner, desk, (desk.at(10), desk.at(12)), source="another")
    assert await busy(salon.partner, desk) == [[(9.5, 12)]]
    stays = await salon.owner.ok("query ($id: ID!) { booking(id: $id) { status } }", id=made["id"])
    assert stays["booking"]["status"] == "CONFIRMED"


async def test_weeks_are_cut_into_pieces_and_told_as_one(salon: Business) -> None:
    desk = await bookable(salon)
    span = {"from": said(desk.at(0)), "until": said(desk.at(0, day=60))}
    id_ = await put(salon.partner, desk, (desk.at(9), desk.at(9, day=40)), **span)
    assert await count("external_busy", salon.account.id) >= 20
    (one,) = (await salon.partner.ok(TIMES, id=id_, **span))["externalBusy"]
    assert (one["startsAt"], one["endsAt"]) == (said(desk.at(9)), said(desk.at(9, day=40)))
    refused = await desk.refused(salon.owner, desk.at(10, day=20))
    assert refused["__typename"] == "SlotTaken"


async def test_free_busy_says_when_and_nothing_of_why(salon: Business, rival: Business) -> None:
    desk = await bookable(salon, staff=3, before_minutes=15, after_minutes=30)
    ada, bob, eve = desk.staff
    await desk.book(salon.owner, desk.at(10), staff=ada)
    await TimeOff.begin(salon.act, staff_id=bob.id, starts_at=desk.at(9), ends_at=desk.at(9, day=3), reason="ill")
    await TimeOff.begin(salon.act, starts_at=desk.at(16), ends_at=desk.at(17), reason="party")
    await put(salon.owner, desk, (desk.at(11), desk.at(12)), staff=eve)
    theirs = (await bookable(rival)).staff[0]
    with counting() as statements:
        found = await busy(salon.partner, desk, ada, bob, eve, theirs)
    assert found == [[(9.75, 11.5), (16, 17)], [(9, 24)], [(11, 12), (16, 17)], None]
    assert len([one for one in statements if "access_key" not in str(one)]) == 2, "of whom, and when"
    assert (await busy(salon.partner, desk, ada, buffers=False))[0] == [(10, 11), (16, 17)]
    assert await busy(rival.partner, desk, ada) == [None]


async def test_who_may_ask_and_who_may_tell(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    asks, writes = await salon.partner_with(Scope.AVAILABILITY_READ), await salon.partner_with(Scope.BUSY_WRITE)
    span = {"from": said(desk.at(0)), "until": said(desk.at(1)), "ids": [id_of(desk.staff[0])]}
    assert await busy(asks, desk) == [[], []]
    assert await asks.denied(PUT, input=told(desk)) == "FORBIDDEN"
    assert await writes.denied(FREE_BUSY, **span) == "FORBIDDEN"
    await put(writes, desk, (desk.at(9), desk.at(10)))
    ada = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    await put(ada, desk, (desk.at(9), desk.at(11)), source="hers")
    refused = await ada.refused(PUT, input=told(desk, staff=desk.staff[1]))
    assert refused["code"] == "NOT_FOUND", "of a colleague"
    bob = await salon.member(Role.STAFF, staff_id=desk.staff[1].id)
    assert (await bob.ok(SOURCES))["busySources"]["nodes"] == []
    assert await busy(ada, desk) == [[(9, 11)], []]
    await limit_to_own_diary(salon)
    assert await busy(ada, desk) == [[(9, 11)], None]
    assert await (await salon.member(Role.AUDITOR)).denied(PUT, input=told(desk)) == "FORBIDDEN"


async def test_the_rival_finds_nothing(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    id_ = await put(salon.partner, desk, (desk.at(9), desk.at(10)))
    assert (await rival.owner.refused(REMOVE, input={"id": id_}))["code"] == "NOT_FOUND"
    assert (await rival.owner.refused(PUT, input=told(desk)))["code"] == "NOT_FOUND"
    asked = {"from": said(desk.at(0)), "until": said(desk.at(1))}
    assert (await rival.owner.ok(TIMES, id=id_, **asked))["externalBusy"] is None
    assert (await rival.owner.ok(SOURCES))["busySources"]["nodes"] == []
    assert await count("external_busy", salon.account.id) == 1


@pytest.mark.parametrize(
    ("change", "path"),
    [({"source": ""}, "source"), ({"source": "x" * 61}, "source"), ({"source": "a\u0000b"}, "source"),
     ({"until": "2027-01-01T00:00:00Z"}, "until"), ({"until": "2029-01-01T00:00:00Z"}, "until"),
     ({"intervals": [{"startsAt": "2027-01-12T10:00:00Z", "endsAt": "2027-01-12T10:00:00Z"}]}, "intervals.0.endsAt"),
     ({"intervals": [{"startsAt": "2027-01-12T10:00:00Z", "endsAt": "2027-01-12T11:00:00Z"}] * 1001}, "intervals")],
)  # fmt: skip
async def test_what_is_refused(salon: Business, change: dict[str, Any], path: str) -> None:
    desk = await bookable(salon)
    refused = await salon.partner.refused(PUT, input=told(desk, **change))
    assert [one["path"] for one in refused["fields"]] == [path]
    assert await count("busy_source", salon.account.id) == 0


async def test_there_is_an_end_to_sources_and_to_what_they_say(
    salon: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await bookable(salon)
    for number in range(MOST_SOURCES):
        await put(salon.partner, desk, source=f"source {number}")
    refused = await salon.partner.refused(PUT, input=told(desk, source="one more"))
    assert refused["fields"][0]["path"] == "source"
    monkeypatch.setattr("models.external_busy.MOST_PIECES", 2)
    hours = [(desk.at(hour), desk.at(hour, 30)) for hour in (9, 10, 11)]
    refused = await salon.partner.refused(PUT, input=told(desk, *hours, source="source 1"))
    assert refused["fields"][0]["path"] == "intervals" and await count("external_busy", salon.account.id) == 0


async def test_telling_and_booking_at_once_agree(salon: Business) -> None:
    """Whoever is first is seen by the other: never is a booking made over what was told before."""
    desk = await bookable(salon)
    for day in range(3):
        span = {"from": said(desk.at(0, day=day)), "until": said(desk.at(0, day=day + 1))}
        hours = (desk.at(10, day=day), desk.at(11, day=day))
        wanted = desk.wanted(desk.at(10, day=day))
        answers = await asyncio.gather(
            salon.partner(PUT, input=told(desk, hours, **span)), *(salon.owner(BOOK, input=wanted) for _ in range(3))
        )
        assert [answer.errors for answer in answers] == [[]] * 4
        assert [answer.data["book"]["__typename"] for answer in answers[1:]].count("BookPayload") <= 1
        assert answers[0].data["putExternalBusy"]["__typename"] == "PutExternalBusyPayload"
        assert (await salon.owner.refused(BOOK, input=wanted))["__typename"] == "SlotTaken"


async def test_what_is_long_past_is_forgotten(salon: Business) -> None:
    desk = await bookable(salon)
    await put(salon.partner, desk, (desk.at(9), desk.at(10)))
    now = salon.product.clock.now()
    await clear_away(now + timedelta(days=31), "external_busy")
    assert await ExternalBusy.of(salon.account.id).filter(ends__gt=epoch(now)).count() == 1
    await clear_away(now + timedelta(days=40), "external_busy")
    assert await count("external_busy", salon.account.id) == 0


@pytest.mark.parametrize("more", [{"until": "2027-04-12T00:00:00Z"}, {"until": "2027-01-01T00:00:00Z"}])
async def test_free_busy_of_a_bounded_stretch(salon: Business, more: dict[str, str]) -> None:
    desk = await bookable(salon)
    asked = {"ids": [id_of(desk.staff[0])], "from": said(desk.at(0)), **more}
    assert await salon.partner.denied(FREE_BUSY, **asked) == "BAD_USER_INPUT"
    many = {**asked, "ids": asked["ids"] * 101, "until": said(desk.at(1))}
    assert await salon.partner.denied(FREE_BUSY, **many) == "BAD_USER_INPUT"
