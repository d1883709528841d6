"""Holds through the API: a slot kept for five minutes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from models.hold import expire_holds
from models.membership import Role
from models.storage.database import fetch
from permissions.roles import Scope
from tests.api import Caller
from tests.bookable import (
    AVAILABILITY,
    BOOK,
    HOLD,
    RELEASE,
    TOMORROW,
    Desk,
    bookable,
    count,
    events,
    nothing_overdue,
    said,
)
from tests.businesses import Business, id_of
from tests.conftest import NOW


async def hold(desk: Desk, caller: Caller, hour: int, **more: str) -> dict[str, str]:
    held = await caller.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(hour)), **more})
    return {"token": held["token"], **held["hold"]}


async def hold_refused(desk: Desk, caller: Caller, hour: int, minute: int = 0, **more: str) -> str:
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(hour, minute)), **more}
    return str((await caller.refused(HOLD, input=asked))["__typename"])


def elsewhere(business: Business, address: str) -> Caller:
    """The same widget, opened at another network address."""
    transport = httpx.ASGITransport(app=business.product.app, raise_app_exceptions=False, client=(address, 40000))  # type: ignore[arg-type]
    http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
    return Caller(http, path=business.widget.path, headers=business.widget.headers)


async def test_a_hold_lasts_300_seconds_and_not_one_more(salon: Business) -> None:
    desk = await bookable(salon)
    held = await hold(desk, salon.widget, 10)
    assert held["expiresAt"] == "2027-01-11T12:05:00Z"
    salon.product.clock.stand_at(NOW + timedelta(minutes=4, seconds=59, microseconds=999_999))
    assert "10:00" not in await desk.free(salon.owner)
    assert await hold_refused(desk, salon.owner, 10) == "SlotTaken"
    salon.product.clock.stand_at(NOW + timedelta(minutes=5))
    assert "10:00" in await desk.free(salon.owner)
    await hold(desk, salon.owner, 10)
    assert await count("hold", salon.account.id) == 1, "the expired hold was removed by whoever took the time"


async def test_a_hold_made_within_a_second_ends_on_a_whole_one(salon: Business) -> None:
    desk = await bookable(salon)
    salon.product.clock.stand_at(NOW + timedelta(milliseconds=700))
    assert (await hold(desk, salon.widget, 10))["expiresAt"] == "2027-01-11T12:05:00Z"
    salon.product.clock.stand_at(NOW + timedelta(minutes=5))
    assert "10:00" in await desk.free(salon.owner)


async def test_a_hold_blocks_other_services_of_the_same_person(salon: Business) -> None:
    desk = await bookable(salon)
    other = await salon.service("Colour", duration_minutes=30)
    await other.offer(salon.act, desk.staff[0].id, 1)
    await hold(desk, salon.widget, 10)
    asked = {"serviceId": id_of(other), "startsAt": said(desk.at(10, 45))}
    assert (await salon.owner.refused(HOLD, input=asked))["__typename"] == "SlotTaken"


async def test_booking_uses_the_hold_up_in_the_same_transaction(salon: Business) -> None:
    desk = await bookable(salon)
    held = await hold(desk, salon.widget, 10)
    made = await desk.book(salon.widget, at=desk.at(10), holdToken=held["token"])
    assert made["booking"]["staff"]["id"] == id_of(desk.staff[0])
    assert await count("hold", salon.account.id) == 0
    assert await count("occupancy", salon.account.id) == 1
    assert (await desk.refused(salon.widget, at=desk.at(10), holdToken=held["token"]))["__typename"] == "HoldEnded"


async def test_a_booking_that_fails_leaves_its_hold(salon: Business) -> None:
    desk = await bookable(salon)
    held = await hold(desk, salon.widget, 10)
    refusal = await desk.refused(salon.owner, at=desk.at(10), holdToken=held["token"], customer={"name": " "})
    assert refusal["fields"][0]["path"] == "customer.name"
    stranger = {"customer": None, "customerId": "cus_00000000000000000000000000"}
    refusal = await desk.refused(salon.owner, at=desk.at(10), holdToken=held["token"], **stranger)
    assert refusal["__typename"] == "NotFound"
    await desk.book(salon.widget, at=desk.at(10), holdToken=held["token"])


async def test_a_hold_keeps_its_promise_at_the_edge_of_notice(salon: Business) -> None:
    desk = await bookable(salon, notice_minutes=60)
    salon.product.clock.stand_at(desk.at(9))
    held = await hold(desk, salon.widget, 10)
    salon.product.clock.advance(minutes=4)
    assert (await desk.refused(salon.widget, at=desk.at(10)))["reason"] == "TOO_SOON"
    await desk.book(salon.widget, at=desk.at(10), holdToken=held["token"])


async def test_a_hold_ends_with_the_offer_of_whoever_it_is_with(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    held = await hold(desk, salon.widget, 10, staffId=id_of(desk.staff[0]))
    await desk.service.stop_offering(salon.act, desk.staff[0].id)
    refusal = await desk.refused(salon.widget, at=desk.at(10), holdToken=held["token"])
    assert refusal["__typename"] == "HoldEnded"
    assert await desk.book(salon.widget, at=desk.at(10))  # the colleague was never held


@pytest.mark.parametrize("wrong", ["service", "time", "staff"])
async def test_a_hold_is_for_exactly_its_slot(salon: Business, wrong: str) -> None:
    desk, other = await bookable(salon, staff=2), await bookable(salon)
    held = await hold(desk, salon.widget, 10, staffId=id_of(desk.staff[0]))
    input = desk.wanted(desk.at(11 if wrong == "time" else 10), holdToken=held["token"])
    if wrong == "service":
        input["serviceId"] = other.id
    if wrong == "staff":
        input["staffId"] = id_of(desk.staff[1])
    refusal = await salon.widget.refused(BOOK, input=input)
    assert refusal["fields"][0]["path"] == "holdToken"
    assert await count("booking", salon.account.id) == 0


async def test_an_ended_unknown_or_foreign_token_is_refused_alike(salon: Business, rival: Business) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    held = await hold(desk, salon.widget, 10)
    foreign = await hold(theirs, rival.widget, 10)
    for token in (foreign["token"], "ht_x", "", "x" * 5000, "💈"):
        assert (await desk.refused(salon.widget, at=desk.at(10), holdToken=token))["__typename"] == "HoldEnded"
    salon.product.clock.advance(minutes=5)
    refusal = await desk.refused(salon.widget, at=desk.at(10), holdToken=held["token"])
    assert refusal["__typename"] == "HoldEnded"


async def test_released_is_free_at_once_and_only_once(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    held = await hold(desk, salon.widget, 10)
    assert (await rival.widget.refused(RELEASE, input={"token": held["token"]}))["code"] == "HOLD_ENDED"
    assert (await salon.widget.did(RELEASE, input={"token": held["token"]}))["released"] is True
    assert "10:00" in await desk.free(salon.widget)
    assert (await salon.widget.refused(RELEASE, input={"token": held["token"]}))["code"] == "HOLD_ENDED"
    assert await events(salon, "hold") == ["slot_held", "hold_released"]


async def test_one_visitor_holds_three_slots_and_others_are_not_concerned(salon: Business) -> None:
    desk = await bookable(salon)
    held = [await hold(desk, salon.widget, hour) for hour in (9, 10, 11)]
    refusal = await salon.widget.refused(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(12))})
    assert (refusal["__typename"], refusal["limit"]) == ("TooManyHolds", 3)
    assert refusal["freeAt"] == held[0]["expiresAt"]
    await hold(desk, elsewhere(salon, "203.0.113.9"), 12)
    for hour in (13, 14, 15, 16):
        await hold(desk, salon.owner, hour)
    await salon.widget.did(RELEASE, input={"token": held[0]["token"]})
    await hold(desk, salon.widget, 9)
    salon.product.clock.advance(minutes=5)
    await hold(desk, salon.widget, 10)


async def test_an_address_of_the_same_ipv6_network_is_the_same_visitor(salon: Business) -> None:
    desk = await bookable(salon)
    for hour, host in ((9, "1"), (10, "ffff:2"), (11, "a:b:c")):
        await hold(desk, elsewhere(salon, f"2001:db8:1:2::{host}"), hour)
    assert await hold_refused(desk, elsewhere(salon, "2001:db8:1:2::99"), 12) == "TooManyHolds"
    await hold(desk, elsewhere(salon, "2001:db8:1:3::99"), 12)


async def test_midnight_gives_nobody_three_more(salon: Business) -> None:
    desk = await bookable(salon)
    salon.product.clock.stand_at(NOW.replace(hour=23, minute=59))
    for hour in (9, 10, 11):
        await hold(desk, salon.widget, hour)
    salon.product.clock.advance(minutes=2)
    assert await hold_refused(desk, salon.widget, 12) == "TooManyHolds"


async def test_four_at_once_of_one_visitor_are_three(salon: Business) -> None:
    desk = await bookable(salon)
    asked = [{"serviceId": desk.id, "startsAt": said(desk.at(hour))} for hour in (9, 10, 11, 12, 13, 14)]
    answers = await asyncio.gather(*(salon.widget.ok(HOLD, input=one) for one in asked))
    names = sorted(answer["holdSlot"]["__typename"] for answer in answers)
    assert names == ["HoldSlotPayload"] * 3 + ["TooManyHolds"] * 3


async def test_of_ten_at_once_for_one_slot_one_gets_it(salon: Business) -> None:
    desk = await bookable(salon)
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(10))}
    answers = await asyncio.gather(*(salon.owner.ok(HOLD, input=asked) for _ in range(10)))
    assert sorted(answer["holdSlot"]["__typename"] for answer in answers) == ["HoldSlotPayload"] + ["SlotTaken"] * 9


async def test_two_who_book_with_one_token_get_one_booking(salon: Business) -> None:
    desk = await bookable(salon)
    held = await hold(desk, salon.widget, 10)
    wanted = desk.wanted(desk.at(10), holdToken=held["token"])
    answers = await asyncio.gather(*(salon.widget.ok(BOOK, input=wanted) for _ in range(4)))
    names = [answer["book"]["__typename"] for answer in answers]
    assert names.count("BookPayload") == 1
    assert set(names) - {"BookPayload"} <= {"HoldEnded", "SlotTaken"}
    assert await count("booking", salon.account.id) == 1


async def test_only_offered_slots_can_be_held(salon: Business) -> None:
    desk = await bookable(salon)
    assert await hold_refused(desk, salon.widget, 10, 10) == "NotOffered"
    assert await hold_refused(desk, salon.widget, 20) == "NotOffered"
    assert await hold_refused(desk, salon.widget, 0) == "NotOffered"
    seconds = {"serviceId": desk.id, "startsAt": "2027-01-12T16:00:30Z"}
    assert (await salon.widget.refused(HOLD, input=seconds))["fields"][0]["path"] == "startsAt"
    assert await count("hold", salon.account.id) == 0


async def test_the_rivals_ids_answer_like_random_ones(salon: Business, rival: Business, visitor: Caller) -> None:
    desk, ours = await bookable(salon), await bookable(rival)
    for service in (desk.id, "svc_00000000000000000000000000", "nonsense"):
        asked = {"serviceId": service, "startsAt": said(desk.at(10))}
        assert (await rival.widget.refused(HOLD, input=asked))["__typename"] == "NotFound"
    for staff in (id_of(desk.staff[0]), "stf_00000000000000000000000000", "nonsense"):
        assert await hold_refused(ours, rival.widget, 10, staffId=staff) == "NotFound"
    assert await visitor.denied(HOLD, input=asked) == "UNAUTHENTICATED"


async def test_who_may_hold(salon: Business) -> None:
    desk = await bookable(salon)
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(10))}
    auditor, reader = await salon.member(Role.AUDITOR), await salon.partner_with(Scope.BOOKINGS_READ)
    for caller in (auditor, reader):
        assert await caller.denied(HOLD, input=asked) == "FORBIDDEN"
    assert await hold(desk, await salon.partner_with(Scope.BOOKINGS_WRITE), 10)


async def test_ended_holds_are_cleared_away_in_batches_across_accounts(salon: Business, rival: Business) -> None:
    late = NOW + timedelta(minutes=5)
    await nothing_overdue(late - timedelta(seconds=1))
    for business in (salon, rival):
        desk = await bookable(business)
        for hour in (9, 10, 11):
            await hold(desk, business.owner, hour)
    assert await expire_holds(late - timedelta(seconds=1)) == 0
    found = []
    while removed := await expire_holds(late, batch=4):
        found.append(removed)
    assert sum(found) >= 6 and max(found) <= 4
    assert await count("hold", salon.account.id) == await count("occupancy", rival.account.id) == 0


async def test_several_workers_clear_each_hold_once(salon: Business) -> None:
    desk = await bookable(salon)
    for hour in (9, 10, 11, 12):
        await hold(desk, salon.owner, hour)
    later = NOW + timedelta(minutes=5)
    # Other tests of this process left some too: each of all that have ended is removed once.
    ended = (await fetch("SELECT count(*) AS n FROM hold WHERE expires_at <= $1", later))[0]["n"]
    removed = await asyncio.gather(*(expire_holds(later, batch=1000) for _ in range(4)))
    assert sum(removed) == ended >= 4
    assert await count("hold", salon.account.id) == 0


async def test_the_database_holds_no_address(salon: Business) -> None:
    desk = await bookable(salon)
    await hold(desk, elsewhere(salon, "203.0.113.77"), 10)
    rows = await fetch("SELECT visitor, token_hash FROM hold WHERE account_id = $1", salon.account.id)
    assert "203.0.113" not in str([tuple(row) for row in rows])
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}
    assert (await salon.widget.ok(AVAILABILITY, **asked))["availability"]["slots"]
