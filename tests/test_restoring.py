"""Bringing back what was called off: the same booking at its own time, if nobody else has it since."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.booking import Booking
from models.booking_changes import expire_requests
from models.invariants import broken
from models.membership import Role
from models.occupancy import Occupancy
from models.service import Confirmation
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, DECLINE, HOLD, Desk, bookable, change, events, mails, nothing_overdue, said
from tests.businesses import Business, at_widget
from tests.conftest import NOW

RESTORE = change(
    "restoreBooking",
    """
    ... on SlotTaken { alternatives { startsAt } }
    ... on NotOffered { reason alternatives { startsAt } }
    ... on SeatsTaken { remaining alternatives { startsAt } }
    ... on TooManyActiveBookings { limit }
    ... on ValidationFailed { fields { path message } }
    """,
)
ELSE = {"customer": {"name": "Somebody Else", "email": "else@example.com"}}


async def called_off(business: Business, desk: Desk, at: Any, by: str = CANCEL, **more: Any) -> dict[str, Any]:
    """What `restoreBooking` takes for a booking that was called off."""
    made = (await desk.book(business.widget, at=at, **more))["booking"]
    done = (await business.owner.did(by, input={"id": made["id"], "reason": "Ill"}))["booking"]
    return {"id": done["id"], "expectedVersion": done["version"]}


async def test_it_is_the_same_booking_again(salon: Business) -> None:
    desk = await bookable(salon, cancel_cutoff_minutes=60)
    gone = await called_off(salon, desk, desk.at(10))
    await desk.service.change(salon.act, 1, duration_minutes=30, notice_minutes=10_000)
    back = (await salon.owner.did(RESTORE, input=gone))["booking"]
    assert (back["status"], back["sequence"], back["version"]) == ("CONFIRMED", 2, 3)
    assert (back["startsAt"], back["endsAt"]) == (said(desk.at(10)), said(desk.at(11)))
    assert await mails(salon) == ["BOOKING_CONFIRMED", "BOOKING_CANCELLED", "BOOKING_CONFIRMED"]
    assert await events(salon) == ["booking_made", "booking_cancelled", "booking_restored"]
    reason = "query ($id: ID!) { booking(id: $id) { cancellation { reason } } }"
    assert (await salon.owner.ok(reason, id=gone["id"]))["booking"]["cancellation"] is None
    assert "10:00" not in await desk.free(salon.widget)
    assert await broken(salon.account.id) == []
    await salon.owner.did(CANCEL, input={"id": gone["id"]})  # and once more


async def test_a_time_that_somebody_else_has_since_stays_theirs(salon: Business) -> None:
    desk = await bookable(salon)
    gone = await called_off(salon, desk, desk.at(10))
    held = await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(10, 30))})
    assert (await salon.owner.refused(RESTORE, input=gone))["__typename"] == "SlotTaken"
    await desk.book(salon.widget, at=desk.at(10, 30), holdToken=held["token"], **ELSE)
    refusal = await salon.owner.refused(RESTORE, input=gone)
    assert refusal["__typename"] == "SlotTaken"
    assert len(refusal["alternatives"]) == 5 and said(desk.at(9, 30)) in [
        a["startsAt"] for a in refusal["alternatives"]
    ]
    assert (await Booking.of(salon.account.id).order_by("id").first()).status.value == "CANCELLED"
    over = (await salon.owner.did(RESTORE, input=gone | {"allowConflict": True}))["booking"]
    assert over["status"] == "CONFIRMED"
    assert await broken(salon.account.id) == []


async def test_seats_and_limits_count(salon: Business) -> None:
    desk = await bookable(salon, capacity=3)
    gone = await called_off(salon, desk, desk.at(10), partySize=2)
    await desk.book(salon.widget, at=desk.at(10), partySize=2, **ELSE)
    refusal = await salon.owner.refused(RESTORE, input=gone)
    assert (refusal["__typename"], refusal["remaining"]) == ("SeatsTaken", 1)
    limited = await bookable(
        salon, limits=[{"period": "DAY", "measure": "COUNT", "maximum": 1}], most_active_per_customer=1
    )
    first = await called_off(salon, limited, limited.at(10))
    await limited.book(salon.widget, at=limited.at(12), **ELSE)
    assert (await salon.owner.refused(RESTORE, input=first))["reason"] == "LIMIT_REACHED"
    second = await called_off(salon, limited, limited.at(10, day=1))
    await limited.book(salon.widget, at=limited.at(10, day=2))
    assert (await salon.owner.refused(RESTORE, input=second))["limit"] == 1
    await salon.owner.did(RESTORE, input=second | {"evenIfNotOffered": True})
    assert await broken(salon.account.id) == []


async def test_what_was_declined_or_expired_comes_back_confirmed_by_who_may_decide(salon: Business) -> None:
    await nothing_overdue(NOW)
    desk = await bookable(salon, confirmation=Confirmation.MANUAL, request_minutes=60)
    staff = await salon.member(Role.STAFF)
    declined = await called_off(salon, desk, desk.at(9), DECLINE)
    cancelled = await called_off(salon, desk, desk.at(10))
    expired = (await desk.book(salon.widget, at=desk.at(11)))["booking"]
    unwritten = (await desk.book(salon.widget, at=desk.at(12)))["booking"]
    salon.product.clock.advance(minutes=60)
    await expire_requests(salon.product.clock.now(), batch=1)
    gone = [
        declined,
        cancelled,
        {"id": expired["id"], "expectedVersion": 2},
        {"id": unwritten["id"], "expectedVersion": 1},
    ]
    for one in gone:
        assert await staff.denied(RESTORE, input=one) == "FORBIDDEN"
        assert (await salon.owner.did(RESTORE, input=one))["booking"]["status"] == "CONFIRMED"
    assert await broken(salon.account.id) == []
    await nothing_overdue(NOW + timedelta(days=2))


async def test_staff_bring_back_what_was_binding_and_nobody_outside_does(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    visitor = at_widget(salon, made["manageToken"])
    await visitor.did(CANCEL, input={"id": made["booking"]["id"]})
    gone = {"id": made["booking"]["id"], "expectedVersion": 2}
    for caller in (visitor, salon.partner):
        assert await caller.denied(RESTORE, input=gone) == "FORBIDDEN"
    assert (await rival.owner.refused(RESTORE, input=gone))["__typename"] == "NotFound"
    staff = await salon.member(Role.STAFF)
    stale = await staff.refused(RESTORE, input=gone | {"expectedVersion": 1})
    assert (stale["__typename"], stale["currentVersion"]) == ("VersionConflict", 2)
    await staff.did(RESTORE, input=gone)
    again = await staff.refused(RESTORE, input=gone | {"expectedVersion": 3})
    assert (again["status"], again["allowed"]) == ("CONFIRMED", ["DECLINED", "EXPIRED", "CANCELLED"])


async def test_what_has_begun_is_brought_back_within_a_day(salon: Business) -> None:
    desk = await bookable(salon)
    gone = await called_off(salon, desk, desk.at(10))
    salon.product.clock.stand_at(desk.at(10, 20))
    assert (await salon.owner.refused(RESTORE, input=gone))["reason"] == "IN_THE_PAST"
    sent = await mails(salon)
    await salon.owner.did(RESTORE, input=gone | {"alreadyBegun": True})
    assert await mails(salon) == sent
    await salon.owner.did(CANCEL, input={"id": gone["id"]})
    salon.product.clock.stand_at(desk.at(10, 1, day=1))
    refusal = await salon.owner.refused(RESTORE, input={"id": gone["id"], "expectedVersion": 4, "alreadyBegun": True})
    assert [problem["path"] for problem in refusal["fields"]] == ["startsAt"]


async def test_whoever_has_left_cannot_have_it_back(salon: Business) -> None:
    desk = await bookable(salon)
    gone = await called_off(salon, desk, desk.at(10))
    await desk.staff[0].archive(salon.act, 1)
    refusal = await salon.owner.refused(RESTORE, input=gone)
    assert [problem["path"] for problem in refusal["fields"]] == ["id"]


@pytest.mark.parametrize("round_", range(2))
async def test_bringing_back_against_booking_has_one_winner(salon: Business, round_: int) -> None:
    desk = await bookable(salon)
    gone = await called_off(salon, desk, desk.at(10))
    booking: Caller = salon.owner
    wanted = desk.wanted(desk.at(10, 30), **ELSE)
    asked = [salon.owner(RESTORE, input=gone), booking(BOOK, input=wanted), salon.owner(RESTORE, input=gone)]
    answers = await asyncio.gather(*(asked if round_ else reversed(asked)))
    names = [next(iter(answer.data.values()))["__typename"] for answer in answers]
    assert sum(name.endswith("Payload") for name in names) == 1
    assert set(names) <= {"BookPayload", "RestoreBookingPayload", "SlotTaken", "VersionConflict", "WrongState"}
    assert len(await Occupancy.of(salon.account.id)) == 1
    assert await broken(salon.account.id) == []
