"""The diary for people through the API: hours, what is in them, what is free, and what contradicts itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.account import Account
from models.membership import Role
from models.staff import TimeOff
from models.storage.database import counting
from permissions.roles import Scope
from tests.api import Caller
from tests.bookable import HOLD, TOMORROW, bookable, said
from tests.businesses import Business, id_of, limit_to_own_diary

VIEW = """query ($from: Date!, $to: Date!, $staffId: ID, $locationId: ID) {
  calendarView(from: $from, to: $to, staffId: $staffId, locationId: $locationId) {
    zone staff { id name } bookings { id status staff { name } customer { name } }
    pages { staffId resourceId unit openHours { startsAt endsAt } busy { kind startsAt endsAt aboutId }
      free { startsAt endsAt } conflicts { kind startsAt bookingId withId } } } }"""
BOOK_OVER = """mutation ($input: BookInput!) { book(input: $input) {
    __typename ... on BookPayload { booking { id } } ... on Refusal { message } } }"""

BUSY = """mutation ($input: PutExternalBusyInput!) { putExternalBusy(input: $input) {
    __typename ... on Refusal { message } } }"""


async def seen(caller: Caller, days: int = 1, **more: Any) -> Any:
    asked = {"from": str(TOMORROW), "to": str(TOMORROW + timedelta(days=days - 1)), **more}
    return (await caller.ok(VIEW, **asked))["calendarView"]


def spans(stretches: list[Any]) -> list[tuple[str, str]]:
    return [(one["startsAt"][11:16], one["endsAt"][11:16]) for one in stretches]


async def test_a_day_of_each_person_with_what_is_in_it(salon: Business, rival: Business) -> None:
    desk = await bookable(salon, staff=2, before_minutes=15)
    booked = await desk.book(salon.owner, at=desk.at(10), staff=desk.staff[0])
    held = {"serviceId": desk.id, "startsAt": said(desk.at(12)), "staffId": id_of(desk.staff[0])}
    await salon.widget.did(HOLD, input=held)
    await (await bookable(rival)).book(rival.owner, at=desk.at(10))
    view = await seen(salon.owner)
    assert view["zone"] == "America/Chicago"
    assert [one["id"] for one in view["bookings"]] == [booked["booking"]["id"]]
    first, second = view["pages"]
    assert [page["staffId"] for page in view["pages"]] == [id_of(one) for one in desk.staff]
    assert sorted(one["id"] for one in view["staff"]) == sorted(id_of(one) for one in desk.staff)
    assert spans(first["openHours"]) == spans(second["free"]) == [("15:00", "23:00")]
    assert [(one["kind"], one["aboutId"]) for one in first["busy"]] == [
        ("BOOKING", booked["booking"]["id"]), ("HOLD", None),
    ]  # fmt: skip
    assert spans(first["busy"]) == [("15:45", "17:00"), ("17:45", "19:00")]
    assert spans(first["free"]) == [("15:00", "15:45"), ("17:00", "17:45"), ("19:00", "23:00")]
    assert first["conflicts"] == second["conflicts"] == second["busy"] == []


async def test_what_contradicts_a_booking_is_told_and_the_booking_stands(salon: Business) -> None:
    desk = await bookable(salon)
    ids = []
    for hour, more in ((10, {}), (14, {}), (16, {})):
        ids.append((await desk.book(salon.owner, at=desk.at(hour), **more))["booking"]["id"])
    over = desk.wanted(desk.at(10, 30), staff=desk.staff[0], allowConflict=True)
    ids.append((await salon.owner.did(BOOK_OVER, input=over))["booking"]["id"])
    off = await TimeOff.begin(
        salon.act, staff_id=desk.staff[0].id, starts_at=desk.at(14, 30), ends_at=desk.at(15), reason=""
    )
    put = {"staffId": id_of(desk.staff[0]), "source": "elsewhere", "from": said(desk.at(0)), "until": said(desk.at(23))}
    await salon.owner.did(
        BUSY, input={**put, "intervals": [{"startsAt": said(desk.at(14)), "endsAt": said(desk.at(14, 15))}]}
    )
    await desk.schedule.set_override(salon.act, TOMORROW, [[540, 990]])  # until 16:30
    (page,) = (await seen(salon.owner))["pages"]
    told = [(one["kind"], one["bookingId"], one["withId"]) for one in page["conflicts"]]
    assert told == [
        ("OVERLAPS", ids[3], ids[0]), ("EXTERNAL", ids[1], None), ("TIME_OFF", ids[1], id_of(off)),
        ("OUTSIDE_HOURS", ids[2], None),
    ]  # fmt: skip


async def test_a_week_with_a_change_of_clocks_is_cut_by_the_business_zone(salon: Business) -> None:
    desk = await bookable(salon, hours=((0, 1440),))
    (page,) = (await salon.owner.ok(VIEW, **{"from": "2027-03-14", "to": "2027-03-14"}))["calendarView"]["pages"]
    assert page["openHours"] == [{"startsAt": "2027-03-14T06:00:00Z", "endsAt": "2027-03-15T05:00:00Z"}]
    await Account.filter(id=salon.account.id).update(zone="Asia/Tokyo")
    (page,) = (await seen(salon.owner))["pages"]
    assert page["openHours"] == [{"startsAt": "2027-01-11T15:00:00Z", "endsAt": "2027-01-12T15:00:00Z"}]
    assert desk.staff


async def test_who_sees_their_own_diary_sees_their_own_page(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    for person in desk.staff:
        await desk.book(salon.owner, at=desk.at(10), staff=person)
    await limit_to_own_diary(salon)
    own = await salon.member(Role.STAFF, staff_id=desk.staff[1].id)
    for asked in ({}, {"staffId": id_of(desk.staff[1])}):
        view = await seen(own, **asked)
        assert [page["staffId"] for page in view["pages"]] == [id_of(desk.staff[1])]
        assert [one["staff"]["name"] for one in view["bookings"]] == [desk.staff[1].name]
    other = await seen(own, staffId=id_of(desk.staff[0]))
    assert other["pages"] == other["bookings"] == []


async def test_it_can_be_asked_for_one_person_or_place(salon: Business, rival: Business) -> None:
    desk = await bookable(salon, staff=2)
    await desk.book(salon.owner, at=desk.at(10), staff=desk.staff[0])
    view = await seen(salon.owner, staffId=id_of(desk.staff[1]))
    assert (len(view["pages"]), view["bookings"]) == (1, [])
    theirs = await seen(salon.owner, staffId=id_of((await bookable(rival)).staff[0]))
    assert theirs["pages"] == theirs["bookings"] == []


@pytest.mark.parametrize("last", ["2027-01-11", "2027-02-12"])
async def test_a_range_that_cannot_be_is_refused(salon: Business, last: str) -> None:
    assert await salon.owner.denied(VIEW, **{"from": "2027-01-12", "to": last}) == "BAD_USER_INPUT"


async def test_nobody_outside_sees_it(salon: Business) -> None:
    partner = await salon.partner_with(*Scope)
    assert await partner.denied(VIEW, **{"from": "2027-01-12", "to": "2027-01-12"}) == "FORBIDDEN"


@pytest.mark.parametrize("people", [1, 6])
async def test_it_takes_as_many_statements_however_many_people(salon: Business, people: int) -> None:
    desk = await bookable(salon, staff=people)
    for person in desk.staff:
        await desk.book(salon.owner, at=desk.at(10), staff=person)
    await seen(salon.owner, days=7)
    with counting() as statements:
        await seen(salon.owner, days=7)
    assert len(statements) <= 6, statements
