"""Free times as a booking that is to be moved sees them: what is offered can be moved to, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from models.membership import Role
from models.resource import Resource, set_needs
from models.service import Assignment
from models.staff import TimeOff
from models.travel import Travel
from rules.ids import global_id
from tests.api import Caller
from tests.bookable import CANCEL, MOVE, TOMORROW, Desk, bookable, said
from tests.businesses import Business, by_key, id_of, limit_to_own_diary

DAYS = {"from": str(TOMORROW), "to": str(TOMORROW + timedelta(days=1))}
ARGUMENTS = "serviceId: $serviceId, staffId: $staffId, forBooking: $id"
FREE = f"""query ($serviceId: ID!, $staffId: ID, $id: ID!, $from: Date!, $to: Date!) {{
  availability({ARGUMENTS}, from: $from, to: $to) {{ slots {{ startsAt endsAt staffIds }} }}
  daysWithAvailability({ARGUMENTS}, from: $from, to: $to) {{ dates }}
  nextAvailable({ARGUMENTS}, after: "2027-01-12T06:00:00Z") {{ slots {{ startsAt }} }} }}"""
EXPLAIN = f"""query ($serviceId: ID!, $staffId: ID, $id: ID!, $startsAt: DateTime!) {{
  explainSlot({ARGUMENTS}, startsAt: $startsAt) {{ offered alternatives {{ startsAt }} }} }}"""
BOOK_IF_FREE = """mutation ($input: BookInput!) { book(input: $input) {
  ... on BookPayload { booking { id startsAt } manageToken } ... on Refusal { code } } }"""
ANY = """query ($serviceId: ID!, $from: Date!, $to: Date!) {
  availability(serviceId: $serviceId, from: $from, to: $to) { slots { startsAt } } }"""
IN_THE_WAY = {"SLOT_TAKEN", "NOT_OFFERED", "SEATS_TAKEN"}


async def free(caller: Caller, desk: Desk, booking: str, staff: Any = None) -> list[str] | None:
    asked = {"serviceId": desk.id, "id": booking, "staffId": id_of(staff) if staff else None}
    found = await caller.ok(FREE, **asked, **DAYS)
    if found["availability"] is None:
        assert list(found.values()) == [None] * 3
        return None
    starts = [slot["startsAt"] for slot in found["availability"]["slots"]]
    assert [slot["startsAt"] for slot in found["nextAvailable"]["slots"]] == starts[:1]
    assert len(found["daysWithAvailability"]["dates"]) == len({one[:10] for one in starts})
    return starts


async def busy_business(business: Business, kind: str, rnd: Random) -> tuple[Desk, dict[str, Any]]:
    """A service of some kind whose people are busy, away and elsewhere; and what is booked beside it."""
    desk = await bookable(
        business, staff=3, hours=((540, 780),), step_minutes=rnd.choice([20, 30]), before_minutes=rnd.choice([0, 10]),
        **{
            "seats": {"capacity": 3}, "team": {"assignment": Assignment.COLLECTIVE},
            "limits": {"limits": [{"period": "DAY", "measure": "COUNT", "maximum": 4}]},
        }.get(kind, {}),
    )  # fmt: skip
    account, now = business.account.id, business.product.clock.now()
    await TimeOff.begin(
        business.act, staff_id=desk.staff[1].id, starts_at=desk.at(11), ends_at=desk.at(12), resource_id=None
    )
    await Travel.add(
        account, staff_id=desk.staff[0].id, zone="America/New_York", first_on=TOMORROW + timedelta(days=1),
        last_on=TOMORROW + timedelta(days=1), created_at=now, updated_at=now,
    )  # fmt: skip
    more: dict[str, Any] = {"partySize": 2} if kind == "seats" else {}
    if kind == "visit":
        other = await business.service("Colour", duration_minutes=40, step_minutes=10)
        for person in desk.staff[:2]:
            await other.offer(business.act, person.id, 1)
        more = {"followedBy": [{"serviceId": id_of(other)}]}
    if kind == "room":
        room = await Resource.begin(business.act, name="Room", quantity=2)
        await set_needs(business.act, desk.service, desk.service.version, [(1, [room.id])])
    return desk, more


@pytest.mark.parametrize("kind", ["alone", "seats", "team", "limits", "visit", "room"])
async def test_what_is_offered_can_be_moved_to_and_nothing_else(salon: Business, kind: str) -> None:
    rnd = Random(kind)
    desk, more = await busy_business(salon, kind, rnd)
    for _ in range(4):  # others, wherever there is room
        at = desk.at(9, rnd.choice([0, 20, 30, 40]), day=rnd.choice([0, 1])) + timedelta(hours=rnd.choice([0, 1, 2]))
        await salon.owner.ok(BOOK_IF_FREE, input=desk.wanted(at))
    start = (await salon.owner.ok(ANY, serviceId=desk.id, **DAYS))["availability"]["slots"]
    booking = None
    for slot in rnd.sample(start, len(start)):
        wanted = desk.wanted(datetime.fromisoformat(slot["startsAt"]), **more)
        booking = (await salon.widget.ok(BOOK_IF_FREE, input=wanted))["book"]
        if "booking" in booking:
            break
    assert booking is not None
    link, at = by_key(salon.product, booking["manageToken"]), booking["booking"]["startsAt"]
    id_, version, walked = booking["booking"]["id"], 1, 0
    for caller in (salon.owner, link, salon.owner):
        offered = await free(caller, desk, id_) or []
        possible = [said(desk.at(9, day=day) + timedelta(minutes=10 * n)) for day in (0, 1) for n in range(-8, 28)]
        refused = [one for one in possible if one not in offered and one != at]
        for one in rnd.sample(refused, 4):
            moved = {"id": id_, "startsAt": one, "expectedVersion": version}
            assert (await caller.refused(MOVE, input=moved))["code"] in IN_THE_WAY, one
            asked = {"serviceId": desk.id, "id": id_, "startsAt": one}
            assert (await caller.ok(EXPLAIN, **asked))["explainSlot"]["offered"] is False
        others = [one for one in offered if one != at]
        for one in rnd.sample(others, min(2, len(others))):
            asked = {"serviceId": desk.id, "id": id_, "startsAt": one}
            assert (await caller.ok(EXPLAIN, **asked))["explainSlot"]["offered"] is True
            done = (await caller.did(MOVE, input={"id": id_, "startsAt": one, "expectedVersion": version}))["booking"]
            at, version, walked = done["startsAt"], done["version"], walked + 1
            assert at == one
            offered = await free(caller, desk, id_) or []
            assert at in offered  # its own time is free for it
            if not set(others) <= set(offered):
                break  # where it is now, there is another grid or another day is full
    assert walked >= 3


async def test_whose_booking_it_is_and_what_is_left_out(salon: Business, rival: Business) -> None:
    desk = await bookable(salon, staff=2)
    mine = await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0])
    hers = await desk.book(salon.widget, at=desk.at(12), staff=desk.staff[1])
    id_, link = mine["booking"]["id"], by_key(salon.product, mine["manageToken"])
    assert "2027-01-12T16:00:00Z" in (await free(link, desk, id_) or [])
    assert await free(salon.partner, desk, id_) == await free(link, desk, id_)
    other = await free(salon.owner, desk, id_, staff=desk.staff[1]) or []
    assert "2027-01-12T16:00:00Z" in other and "2027-01-12T18:00:00Z" not in other
    unknown = global_id("booking", uuid4())
    for caller, booking in ((link, hers["booking"]["id"]), (rival.owner, id_), (salon.owner, unknown)):
        assert await free(caller, desk, booking) is None
    assert await free(salon.owner, await bookable(salon), id_) is None  # another service
    asked = {"serviceId": desk.id, "id": id_, **DAYS}
    assert await salon.widget.denied(FREE, **asked) == "FORBIDDEN"
    longer = FREE.replace("forBooking: $id", "forBooking: $id, durationMinutes: 180")
    assert await link.denied(longer, **asked) == "BAD_USER_INPUT"
    slots = (await salon.owner.ok(longer, **asked))["availability"]["slots"]
    assert (slots[0]["startsAt"], slots[0]["endsAt"]) == ("2027-01-12T15:00:00Z", "2027-01-12T18:00:00Z")
    for wrong in ("partySize: 2", f'followedBy: [{{serviceId: "{desk.id}"}}]'):
        assert await salon.owner.denied(FREE.replace("forBooking: $id", f"forBooking: $id, {wrong}"), **asked)
    await limit_to_own_diary(salon)
    member = await salon.member(Role.STAFF, staff_id=desk.staff[1].id)
    assert await free(member, desk, id_) is None and await free(member, desk, hers["booking"]["id"])
    await salon.owner.did(CANCEL, input={"id": id_})
    assert await free(salon.owner, desk, id_) == []
    late = await bookable(salon, reschedule_cutoff_minutes=4320)
    kept = await late.book(salon.widget, at=late.at(10))
    assert await free(by_key(salon.product, kept["manageToken"]), late, kept["booking"]["id"]) == []
    assert await free(salon.owner, late, kept["booking"]["id"]) != []
