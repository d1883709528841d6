"""Somebody came without an appointment: what began a moment ago is entered by those who write the diary."""

from __future__ import annotations

from datetime import timedelta

from models.membership import Role
from models.service import Confirmation
from tests.bookable import BOOK, COMPLETE, MOVE, bookable, mails, said
from tests.businesses import Business, limit_to_own_diary
from tests.test_overlaps import traces


async def test_what_has_begun_is_entered_confirmed_with_a_trace_and_without_a_mail(salon: Business) -> None:
    desk = await bookable(salon, notice_minutes=300, confirmation=Confirmation.MANUAL)
    salon.product.clock.stand_at(desk.at(10, 25))
    staff = await salon.member(Role.STAFF)
    assert (await desk.refused(staff, at=desk.at(10, 7)))["reason"] == "IN_THE_PAST"
    made = (await desk.book(staff, at=desk.at(10, 7), alreadyBegun=True))["booking"]
    assert (made["status"], made["requestExpiresAt"]) == ("CONFIRMED", None)
    assert (await traces(salon.owner, made))["overridden"] == "IN_THE_PAST, TOO_SOON, NOT_ON_GRID"
    assert await mails(salon) == []
    assert "10:30" not in await desk.free(salon.widget)
    done = (await staff.did(COMPLETE, input={"id": made["id"], "expectedVersion": 1}))["booking"]
    assert done["status"] == "COMPLETED"


async def test_it_reaches_back_a_day_and_not_forward(salon: Business) -> None:
    desk = await bookable(salon)
    salon.product.clock.stand_at(desk.at(10, day=1))
    for at in (desk.at(9, 59), desk.at(10, 1, day=1)):
        refusal = await desk.refused(salon.owner, at=at, alreadyBegun=True)
        assert [problem["path"] for problem in refusal["fields"]] == ["startsAt"]
    await desk.book(salon.owner, at=desk.at(10), alreadyBegun=True)
    await desk.book(salon.owner, at=desk.at(10, day=1), alreadyBegun=True)


async def test_other_rules_and_other_bookings_count(salon: Business) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10))
    salon.product.clock.stand_at(desk.at(18))
    assert (await desk.refused(salon.owner, at=desk.at(10, 30), alreadyBegun=True))["__typename"] == "SlotTaken"
    closed = await desk.refused(salon.owner, at=desk.at(17, 30), alreadyBegun=True)
    assert closed["reason"] == "OUTSIDE_OPENING_HOURS"
    both = {"alreadyBegun": True, "evenIfNotOffered": True}
    await desk.book(salon.owner, at=desk.at(17, 30), **both)
    await desk.book(salon.owner, at=desk.at(10, 30), staff=desk.staff[0], allowConflict=True, **both)


async def test_who_comes_early_is_moved_to_when_they_came(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(12)))["booking"]
    salon.product.clock.stand_at(desk.at(11, 10))
    move = {"id": made["id"], "startsAt": said(desk.at(11, 5)), "expectedVersion": 1}
    assert (await salon.owner.refused(MOVE, input=move))["reason"] == "IN_THE_PAST"
    moved = (await salon.owner.did(MOVE, input=move | {"alreadyBegun": True}))["booking"]
    assert moved["startsAt"] == said(desk.at(11, 5))
    assert await mails(salon) == ["BOOKING_CONFIRMED"]


async def test_no_visitor_and_no_partner_enters_what_has_begun(salon: Business) -> None:
    desk = await bookable(salon)
    salon.product.clock.stand_at(desk.at(10, 10))
    wanted = desk.wanted(desk.at(10), alreadyBegun=True)
    for caller in (salon.widget, salon.partner):
        assert await caller.denied(BOOK, input=wanted) == "FORBIDDEN"
    plain = await desk.refused(salon.widget, at=desk.at(10))
    assert plain["reason"] == "IN_THE_PAST"


async def test_in_their_own_diary_staff_enter_nothing_for_others(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    await limit_to_own_diary(salon)
    staff = await salon.member(Role.STAFF)
    salon.product.clock.stand_at(desk.at(10) + timedelta(minutes=3))
    refusal = await desk.refused(staff, at=desk.at(10), staff=desk.staff[1], alreadyBegun=True)
    assert refusal["__typename"] == "NotFound"
