"""Rescheduling through the API: the same booking at another time, or nothing at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.booking import Booking
from models.membership import Role
from models.occupancy import Occupancy
from models.service import Confirmation
from models.storage.database import fetch
from permissions.roles import Scope
from rules.wall_time import epoch
from tests.api import Caller
from tests.bookable import CANCEL, HOLD, MOVE, Desk, bookable, events, mails, said
from tests.businesses import Business, by_key, id_of


def move(booking: dict[str, Any], at: Any, **more: Any) -> dict[str, Any]:
    return {"id": booking["id"], "expectedVersion": booking["version"], "startsAt": said(at), **more}


async def row_of(business: Business) -> tuple[Any, ...]:
    """The only booking and what it blocks, as the database has them."""
    bookings = await fetch("SELECT * FROM booking WHERE account_id = $1 ORDER BY id", business.account.id)
    blocked = await fetch("SELECT * FROM occupancy WHERE account_id = $1 ORDER BY id", business.account.id)
    return [tuple(row) for row in bookings], [tuple(row) for row in blocked]  # type: ignore[return-value]


async def test_a_booking_moves_in_place(salon: Business) -> None:
    desk = await bookable(salon)
    before = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    after = (await salon.owner.did(MOVE, input=move(before, desk.at(14))))["booking"]
    for kept in ("id", "reference", "icalUid", "status", "price", "source"):
        assert after[kept] == before[kept]
    assert (after["version"], after["sequence"]) == (2, 1)
    assert (after["startsAt"], after["endsAt"]) == (said(desk.at(14)), said(desk.at(15)))
    assert (await Booking.of(salon.account.id).get()).local_start == "2027-01-12T14:00"
    assert await mails(salon) == ["BOOKING_CONFIRMED", "BOOKING_RESCHEDULED"]
    assert await events(salon) == ["booking_made", "booking_rescheduled"]


async def test_the_freed_time_can_be_booked_and_held_at_once(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await salon.owner.did(MOVE, input=move(made, desk.at(14)))
    await desk.book(salon.widget, at=desk.at(10))
    assert (await desk.refused(salon.widget, at=desk.at(14)))["__typename"] == "SlotTaken"


async def test_moving_over_itself_succeeds(salon: Business) -> None:
    desk = await bookable(salon, before_minutes=15, after_minutes=15)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    moved = (await salon.owner.did(MOVE, input=move(made, desk.at(10, 30))))["booking"]
    assert moved["startsAt"] == said(desk.at(10, 30))
    blocked = await Occupancy.of(salon.account.id).get()
    assert (blocked.starts, blocked.ends) == (epoch(desk.at(10, 15)), epoch(desk.at(11, 45)))


async def test_a_move_that_fails_changes_nothing_and_sends_nothing(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await desk.book(salon.widget, at=desk.at(11))
    before, sent, happened = await row_of(salon), await mails(salon), await events(salon)
    refusal = await salon.owner.refused(MOVE, input=move(made, desk.at(10, 30)))
    assert refusal["__typename"] == "SlotTaken"
    assert said(desk.at(9, 30)) in [one["startsAt"] for one in refusal["alternatives"]], "it is not in its own way"
    outside = await salon.owner.refused(MOVE, input=move(made, desk.at(20)))
    assert (outside["__typename"], outside["reason"]) == ("NotOffered", "OUTSIDE_OPENING_HOURS")
    assert (await row_of(salon), await mails(salon), await events(salon)) == (before, sent, happened)


async def test_moving_to_where_it_is_changes_nothing(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    same = (await salon.owner.did(MOVE, input=move(made, desk.at(10))))["booking"]
    assert same == made
    assert await mails(salon) == ["BOOKING_CONFIRMED"]


async def test_a_booking_moves_to_another_person(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    made = (await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0]))["booking"]
    moved = await salon.owner.did(MOVE, input=move(made, desk.at(10), staffId=id_of(desk.staff[1])))
    assert moved["booking"]["staff"]["id"] == id_of(desk.staff[1])
    await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0])
    assert (await desk.refused(salon.widget, at=desk.at(10), staff=desk.staff[1]))["__typename"] == "SlotTaken"


async def test_two_who_swap_their_people_at_once_never_deadlock(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    made = [(await desk.book(salon.widget, at=desk.at(10), staff=one))["booking"] for one in desk.staff]
    away = [desk.at(12), desk.at(14)]
    asked = [
        move(one, at, staffId=id_of(other)) for one, at, other in zip(made, away, reversed(desk.staff), strict=True)
    ]
    answers = await asyncio.gather(*(salon.owner.ok(MOVE, input=one) for one in asked))
    assert [answer["rescheduleBooking"]["__typename"] for answer in answers] == ["RescheduleBookingPayload"] * 2


async def test_of_two_moves_at_once_one_is_told_that_it_was_late(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    asked = [move(made, desk.at(hour)) for hour in (12, 14)]
    answers = await asyncio.gather(*(salon.owner.ok(MOVE, input=one) for one in asked))
    names = sorted(answer["rescheduleBooking"]["__typename"] for answer in answers)
    assert names == ["RescheduleBookingPayload", "VersionConflict"]
    assert len(await Occupancy.of(salon.account.id)) == 1


async def test_a_stale_version_is_refused_with_the_current_one(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await salon.owner.did(MOVE, input=move(made, desk.at(12)))
    refusal = await salon.owner.refused(MOVE, input=move(made, desk.at(14)))
    assert (refusal["__typename"], refusal["currentVersion"]) == ("VersionConflict", 2)


async def test_customers_move_until_the_cutoff_and_the_desk_later_with_a_trace(salon: Business) -> None:
    desk = await bookable(salon, reschedule_cutoff_minutes=24 * 60)
    made = await desk.book(salon.widget, at=desk.at(10))
    customer = by_key(salon.product, made["manageToken"])
    assert made["booking"]["reschedulableUntil"] == said(desk.at(10) - timedelta(days=1))
    salon.product.clock.stand_at(desk.at(10) - timedelta(hours=24))
    moved = (await customer.did(MOVE, input=move(made["booking"], desk.at(12))))["booking"]
    salon.product.clock.stand_at(desk.at(12) - timedelta(hours=24) + timedelta(seconds=1))
    late = await customer.refused(MOVE, input=move(moved, desk.at(14)))
    assert (late["__typename"], late["allowedUntil"]) == ("TooLateToReschedule", said(desk.at(12) - timedelta(days=1)))
    await salon.owner.did(MOVE, input=move(moved, desk.at(14)))
    asked = "query ($id: ID!) { booking(id: $id) { history { name details { name value } } } }"
    history = (await salon.owner.ok(asked, id=moved["id"]))["booking"]["history"]
    traces = [{"name": "afterCutoff", "value": value} in event["details"] for event, value in
              zip(history[1:], ("false", "true"), strict=True)]  # fmt: skip
    assert traces == [True, True]


async def test_a_manager_may_move_outside_the_hours(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    staff, asked = await salon.member(Role.STAFF), move(made, desk.at(20), evenIfNotOffered=True)
    assert await staff.denied(MOVE, input=asked) == "FORBIDDEN"
    await (await salon.member(Role.MANAGER)).did(MOVE, input=asked)


async def test_what_was_promised_decides_how_long_it_is(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await desk.service.change(salon.act, 1, duration_minutes=120, after_minutes=60, price_minor=1, currency="EUR")
    moved = (await salon.owner.did(MOVE, input=move(made, desk.at(16))))["booking"]
    assert (moved["endsAt"], moved["price"]) == (said(desk.at(17)), None)


async def test_a_booking_of_an_archived_service_or_with_somebody_who_stopped_can_be_moved(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await desk.service.stop_offering(salon.act, desk.staff[0].id)
    moved = (await salon.owner.did(MOVE, input=move(made, desk.at(12))))["booking"]
    await desk.service.archive(salon.act, 1)
    await salon.owner.did(MOVE, input=move(moved, desk.at(14)))


async def test_where_it_is_now_is_no_alternative_to_where_it_cannot_go(salon: Business) -> None:
    desk = await bookable(salon, staff=2, step_minutes=60)
    made = (await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0]))["booking"]
    for person in desk.staff:
        await desk.book(salon.widget, at=desk.at(11), staff=person)
    refusal = await salon.owner.refused(MOVE, input=move(made, desk.at(11)))
    assert [one["startsAt"] for one in refusal["alternatives"]] == [said(desk.at(hour)) for hour in (9, 12, 13, 14, 15)]
    # With somebody else the same time is another appointment.
    refusal = await salon.owner.refused(MOVE, input=move(made, desk.at(11), staffId=id_of(desk.staff[1])))
    assert said(desk.at(10)) in [one["startsAt"] for one in refusal["alternatives"]]


async def test_a_booking_with_somebody_out_of_use_needs_to_be_told_with_whom(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    made = (await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0]))["booking"]
    await desk.staff[0].archive(salon.act, 1)
    refusal = await salon.owner.refused(MOVE, input=move(made, desk.at(12)))
    assert [problem["path"] for problem in refusal["fields"]] == ["staffId"]
    moved = await salon.owner.did(MOVE, input=move(made, desk.at(12), staffId=id_of(desk.staff[1])))
    assert moved["booking"]["staff"]["id"] == id_of(desk.staff[1])


async def test_a_request_that_is_moved_waits_no_longer(salon: Business) -> None:
    desk = await bookable(salon, confirmation=Confirmation.MANUAL, request_minutes=100_000)
    made = (await desk.book(salon.widget, at=desk.at(12)))["booking"]
    later = (await salon.owner.did(MOVE, input=move(made, desk.at(14))))["booking"]
    assert (later["status"], later["requestExpiresAt"]) == ("REQUESTED", said(desk.at(12)))
    sooner = (await salon.owner.did(MOVE, input=move(later, desk.at(9))))["booking"]
    assert sooner["requestExpiresAt"] == said(desk.at(9))


async def test_what_was_called_off_does_not_move(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    gone = (await salon.owner.did(CANCEL, input={"id": made["id"]}))["booking"]
    refusal = await salon.owner.refused(MOVE, input=move(gone, desk.at(12)))
    assert (refusal["status"], refusal["allowed"]) == ("CANCELLED", ["REQUESTED", "CONFIRMED"])


async def test_a_held_time_is_taken_for_a_move(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(12))})
    assert (await salon.owner.refused(MOVE, input=move(made, desk.at(12))))["__typename"] == "SlotTaken"
    salon.product.clock.advance(minutes=5)
    await salon.owner.did(MOVE, input=move(made, desk.at(12)))


async def test_a_move_is_done_once_under_a_key(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    asked = move(made, desk.at(12), idempotencyKey="once")
    answers = await asyncio.gather(*(salon.owner.ok(MOVE, input=asked) for _ in range(3)))
    found = [answer["rescheduleBooking"]["booking"] for answer in answers]
    assert found[0] == found[1] == found[2] and found[0]["version"] == 2
    assert await events(salon) == ["booking_made", "booking_rescheduled"]
    other = await salon.owner.refused(MOVE, input={**asked, "startsAt": said(desk.at(14))})
    assert other["__typename"] == "IdempotencyKeyReused"


@pytest.mark.parametrize("when", ["2027-01-12T16:00:30Z", "2207-01-12T16:00:00Z"])
async def test_a_time_that_makes_no_sense_is_refused(salon: Business, when: str) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    refusal = await salon.owner.refused(MOVE, input={**move(made, desk.at(12)), "startsAt": when})
    assert refusal["fields"][0]["path"] == "startsAt"


async def test_who_may_move_which(salon: Business, rival: Business, visitor: Caller) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    made = await desk.book(salon.widget, at=desk.at(10))
    foreign = (await theirs.book(rival.widget, at=desk.at(10)))["booking"]
    asked, before = move(made["booking"], desk.at(12)), await row_of(salon)
    assert await visitor.denied(MOVE, input=asked) == "UNAUTHENTICATED"
    for caller in (
        salon.widget,
        await salon.member(Role.AUDITOR),
        await salon.partner_with(Scope.BOOKINGS_READ),
    ):
        assert await caller.denied(MOVE, input=asked) == "FORBIDDEN"
    other = by_key(salon.product, (await desk.book(salon.widget, at=desk.at(14)))["manageToken"])
    for caller in (rival.owner, rival.partner, other):
        assert (await caller.refused(MOVE, input=asked))["__typename"] == "NotFound"
    for staff in (id_of(theirs.staff[0]), "stf_00000000000000000000000000", "nonsense"):
        refusal = await salon.owner.refused(MOVE, input={**asked, "staffId": staff})
        assert refusal["__typename"] == "NotFound"
    assert (await rival.owner.refused(MOVE, input={**asked, "id": "nonsense"}))["__typename"] == "NotFound"
    assert (await row_of(salon))[0][:1] == before[0]
    assert await rival.owner.did(MOVE, input=move(foreign, Desk.at(theirs, 12)))
