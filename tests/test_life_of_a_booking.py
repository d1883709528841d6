"""The life of a booking through the API: confirmed, declined, cancelled, completed, not shown up, expired, noted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.booking import Booking
from models.booking_changes import expire_requests
from models.membership import Role
from models.occupancy import Occupancy
from models.service import Confirmation
from models.storage.database import fetch
from permissions.roles import Scope
from rules.booking_states import BookingStatus, holds_occupancy
from tests.api import Caller
from tests.bookable import (
    CANCEL,
    COMPLETE,
    CONFIRM,
    DECLINE,
    NO_SHOW,
    Desk,
    bookable,
    change,
    events,
    mails,
    nothing_overdue,
    said,
)
from tests.businesses import Business, at_widget, by_key
from tests.conftest import NOW

NOTE = """
mutation Note($input: UpdateBookingNoteInput!) {
  updateBookingNote(input: $input) {
    __typename
    ... on UpdateBookingNotePayload { booking { version } }
    ... on VersionConflict { currentVersion }
    ... on ValidationFailed { fields { path } }
  }
}
"""
REASON = "query ($id: ID!) { booking(id: $id) { cancellation { reason } } }"


async def requested(business: Business, **more: Any) -> tuple[Desk, dict[str, Any]]:
    """A desk that answers requests itself, and a request for 10:00 tomorrow."""
    desk = await bookable(business, confirmation=Confirmation.MANUAL, **more)
    return desk, (await desk.book(business.widget, at=desk.at(10)))["booking"]


async def test_a_request_is_confirmed(salon: Business) -> None:
    _, booking = await requested(salon)
    done = (await salon.owner.did(CONFIRM, input={"id": booking["id"], "expectedVersion": 1}))["booking"]
    assert (done["status"], done["version"], done["sequence"]) == ("CONFIRMED", 2, 0)
    assert done["requestExpiresAt"] is None
    assert await mails(salon) == ["BOOKING_REQUESTED", "BOOKING_CONFIRMED"]
    assert await events(salon) == ["booking_made", "booking_confirmed"]
    assert len(await Occupancy.of(salon.account.id)) == 1


async def test_a_request_is_declined_and_its_time_is_free(salon: Business) -> None:
    desk, booking = await requested(salon)
    done = await salon.owner.did(DECLINE, input={"id": booking["id"], "reason": "We are away."})
    assert done["booking"]["status"] == "DECLINED"
    assert (await salon.owner.ok(REASON, id=booking["id"]))["booking"]["cancellation"] == {"reason": "We are away."}
    await desk.book(salon.owner, at=desk.at(10))
    assert await mails(salon) == ["BOOKING_REQUESTED", "BOOKING_DECLINED", "BOOKING_REQUESTED"]


async def test_cancelling_frees_the_time_at_once_and_keeps_the_booking(salon: Business) -> None:
    desk = await bookable(salon)
    booking = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    done = (await salon.owner.did(CANCEL, input={"id": booking["id"], "reason": " Ill\n"}))["booking"]
    assert (done["status"], done["version"], done["sequence"]) == ("CANCELLED", 2, 1)
    assert (done["startsAt"], done["icalUid"]) == (booking["startsAt"], booking["icalUid"])
    assert "10:00" in await desk.free(salon.widget)
    again = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    assert again["id"] != booking["id"]
    assert await mails(salon) == ["BOOKING_CONFIRMED", "BOOKING_CANCELLED", "BOOKING_CONFIRMED"]


async def test_a_customer_cancels_until_the_cutoff_and_the_desk_later_with_a_trace(salon: Business) -> None:
    desk = await bookable(salon, cancel_cutoff_minutes=24 * 60)
    first = await desk.book(salon.widget, at=desk.at(10))
    second = await desk.book(salon.widget, at=desk.at(12))
    salon.product.clock.stand_at(desk.at(10) - timedelta(hours=24))
    customer = by_key(salon.product, first["manageToken"])
    done = await customer.did(CANCEL, input={"id": first["booking"]["id"], "reason": "Ill"})
    assert done["booking"]["status"] == "CANCELLED"
    assert (await customer.ok(REASON, id=first["booking"]["id"]))["booking"]["cancellation"] == {"reason": "Ill"}
    salon.product.clock.stand_at(desk.at(12) - timedelta(hours=24) + timedelta(seconds=1))
    late = by_key(salon.product, second["manageToken"])
    refusal = await late.refused(CANCEL, input={"id": second["booking"]["id"]})
    assert refusal["__typename"] == "TooLateToCancel"
    assert refusal["allowedUntil"] == said(desk.at(12) - timedelta(hours=24))
    assert "12:00" not in await desk.free(salon.widget)
    await (await salon.member(Role.STAFF)).did(CANCEL, input={"id": second["booking"]["id"]})
    rows = await fetch(
        "SELECT data FROM event WHERE account_id = $1 AND name = 'booking_cancelled' ORDER BY id", salon.account.id
    )
    assert ["true" in str(row["data"]) for row in rows] == [False, True]


async def test_a_widget_with_the_link_is_bound_by_the_cutoff_too(salon: Business) -> None:
    desk = await bookable(salon, cancel_cutoff_minutes=3 * 24 * 60)
    made = await desk.book(salon.widget, at=desk.at(10))
    headers = {**salon.widget.headers, "Authorization": f"Bearer {made['manageToken']}"}
    both = Caller(salon.widget.http, salon.widget.path, headers)
    assert (await both.refused(CANCEL, input={"id": made["booking"]["id"]}))["__typename"] == "TooLateToCancel"


@pytest.mark.parametrize(("document", "status"), [(COMPLETE, "COMPLETED"), (NO_SHOW, "NO_SHOW")])
async def test_what_happened_is_known_only_from_the_start_on(salon: Business, document: str, status: str) -> None:
    desk = await bookable(salon)
    booking = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    salon.product.clock.stand_at(desk.at(10) - timedelta(seconds=1))
    early = await salon.owner.refused(document, input={"id": booking["id"]})
    assert (early["__typename"], early["startsAt"]) == ("TooEarly", said(desk.at(10)))
    salon.product.clock.stand_at(desk.at(10))
    done = (await salon.owner.did(document, input={"id": booking["id"]}))["booking"]
    assert done["status"] == status
    assert len(await Occupancy.of(salon.account.id)) == 1, "the buffer after it is still needed"
    assert await mails(salon) == ["BOOKING_CONFIRMED"]


async def test_a_mistake_about_what_happened_can_be_corrected(salon: Business) -> None:
    desk = await bookable(salon)
    booking = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    salon.product.clock.stand_at(desk.at(11))
    for document, status in ((COMPLETE, "COMPLETED"), (NO_SHOW, "NO_SHOW"), (COMPLETE, "COMPLETED")):
        assert (await salon.owner.did(document, input={"id": booking["id"]}))["booking"]["status"] == status
    same = await salon.owner.refused(COMPLETE, input={"id": booking["id"]})
    assert (same["status"], same["allowed"]) == ("COMPLETED", ["CONFIRMED", "NO_SHOW"])


DOCUMENTS = {
    "CONFIRMED": CONFIRM, "DECLINED": DECLINE, "CANCELLED": CANCEL, "COMPLETED": COMPLETE, "NO_SHOW": NO_SHOW,
}  # fmt: skip
ALLOWED = {
    "REQUESTED": {"CONFIRMED", "DECLINED", "CANCELLED"}, "CONFIRMED": {"CANCELLED", "COMPLETED", "NO_SHOW"},
    "DECLINED": set(), "EXPIRED": set(), "CANCELLED": set(), "COMPLETED": {"NO_SHOW"}, "NO_SHOW": {"COMPLETED"},
}  # fmt: skip


@pytest.mark.parametrize("target", DOCUMENTS)
@pytest.mark.parametrize("state", ALLOWED)
async def test_only_the_arrows_of_the_diagram_are_moved_along(salon: Business, state: str, target: str) -> None:
    desk, booking = await requested(salon)
    values = {"status": BookingStatus(state), "version": 2, "request_expires_at": desk.at(12)}
    await Booking.of(salon.account.id).update(**values)
    salon.product.clock.stand_at(desk.at(11))
    caller, sent = salon.owner, await mails(salon)
    if target in ALLOWED[state]:
        done = (await caller.did(DOCUMENTS[target], input={"id": booking["id"]}))["booking"]
        assert (done["status"], done["version"]) == (target, 3)
        blocks = len(await Occupancy.of(salon.account.id)) == 1
        assert blocks is holds_occupancy(BookingStatus(target)), "active if and only if it blocks time"
    else:
        refusal = await caller.refused(DOCUMENTS[target], input={"id": booking["id"]})
        assert (refusal["__typename"], refusal["status"]) == ("WrongState", state)
        assert (await Booking.of(salon.account.id).get()).version == 2
        assert await mails(salon) == sent


async def test_a_stale_version_is_refused_with_the_current_one(salon: Business) -> None:
    _, booking = await requested(salon)
    await salon.owner.did(CONFIRM, input={"id": booking["id"], "expectedVersion": 1})
    for document in (CANCEL, DECLINE, CONFIRM):
        refusal = await salon.owner.refused(document, input={"id": booking["id"], "expectedVersion": 1})
        assert (refusal["__typename"], refusal["currentVersion"]) == ("VersionConflict", 2)


async def test_of_many_decisions_at_once_one_counts(salon: Business) -> None:
    _, booking = await requested(salon)
    asked = [(CONFIRM, "confirmBooking"), (DECLINE, "declineBooking")] * 3
    answers = await asyncio.gather(*(salon.owner.ok(doc, input={"id": booking["id"]}) for doc, _ in asked))
    names = [answer[field]["__typename"] for answer, (_, field) in zip(answers, asked, strict=True)]
    assert sum(name.endswith("Payload") for name in names) == 1
    assert names.count("WrongState") == 5
    assert len(await mails(salon)) == 2


async def test_a_request_that_nobody_answers_expires(salon: Business, rival: Business) -> None:
    await nothing_overdue(NOW)
    desk, _ = await requested(salon, request_minutes=60)
    await requested(rival, request_minutes=61)
    assert await expire_requests(NOW + timedelta(minutes=59, seconds=59)) == 0
    assert await expire_requests(NOW + timedelta(minutes=60)) == 1
    assert await expire_requests(NOW + timedelta(minutes=60)) == 0
    stored = await Booking.of(salon.account.id).get()
    assert (stored.status, stored.request_expires_at) == (BookingStatus.EXPIRED, None)
    assert (await Booking.of(rival.account.id).get()).status is BookingStatus.REQUESTED
    assert await events(salon) == ["booking_made", "booking_expired"]
    assert await mails(salon) == ["BOOKING_REQUESTED", "BOOKING_DECLINED"]
    assert "10:00" in await desk.free(salon.widget)
    await expire_requests(NOW + timedelta(days=1))


async def test_several_workers_expire_each_request_once(salon: Business) -> None:
    await nothing_overdue(NOW)
    desk = await bookable(salon, confirmation=Confirmation.MANUAL, request_minutes=60)
    for hour in (9, 10, 11, 12):
        await desk.book(salon.widget, at=desk.at(hour))
    ended = await asyncio.gather(*(expire_requests(NOW + timedelta(hours=1)) for _ in range(4)))
    assert sum(ended) == 4
    assert (await events(salon)).count("booking_expired") == 4
    assert (await mails(salon)).count("BOOKING_DECLINED") == 4


async def test_the_business_keeps_a_note_that_its_customer_never_sees(salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    asked = {"id": made["booking"]["id"], "expectedVersion": 1, "internalNote": "Likes tea ☕"}
    staff, link = await salon.member(Role.STAFF), at_widget(salon, made["manageToken"])
    assert (await staff.did(NOTE, input=asked))["booking"]["version"] == 2
    query = "query ($id: ID!) { booking(id: $id) { internalNote } }"
    assert (await staff.ok(query, id=asked["id"]))["booking"]["internalNote"] == "Likes tea ☕"
    for caller in (link, salon.partner, await salon.member(Role.AUDITOR)):
        answer = await caller(query, id=asked["id"])
        assert answer.codes == ["FORBIDDEN"] and answer.data["booking"]["internalNote"] is None
        assert await caller.denied(NOTE, input=asked) == "FORBIDDEN"
    assert (await staff.refused(NOTE, input=asked))["currentVersion"] == 2
    too_long = {**asked, "expectedVersion": 2, "internalNote": "x" * 4001}
    assert (await staff.refused(NOTE, input=too_long))["fields"] == [{"path": "internalNote"}]


async def test_a_reason_has_its_limits(salon: Business) -> None:
    _, booking = await requested(salon)
    document = change("declineBooking", "... on ValidationFailed { fields { path } }")
    refusal = await salon.owner.refused(document, input={"id": booking["id"], "reason": "x" * 501})
    assert refusal["fields"] == [{"path": "reason"}]


PERMITTED = {
    CONFIRM: {Role.OWNER, Role.ADMIN, Role.MANAGER},
    DECLINE: {Role.OWNER, Role.ADMIN, Role.MANAGER},
    CANCEL: {Role.OWNER, Role.ADMIN, Role.MANAGER, Role.STAFF},
    COMPLETE: {Role.OWNER, Role.ADMIN, Role.MANAGER, Role.STAFF},
    NO_SHOW: {Role.OWNER, Role.ADMIN, Role.MANAGER, Role.STAFF},
}


@pytest.mark.parametrize("document", PERMITTED, ids=["confirm", "decline", "cancel", "complete", "no_show"])
async def test_who_may_do_what(salon: Business, rival: Business, visitor: Caller, document: str) -> None:
    desk, booking = await requested(salon)
    link = by_key(salon.product, (await desk.book(salon.widget, at=desk.at(14)))["manageToken"])
    asked = {"id": booking["id"], "expectedVersion": 99}
    for role in Role:
        caller = await salon.member(role)
        if role in PERMITTED[document]:
            assert (await caller.refused(document, input=asked))["__typename"] == "VersionConflict"
        else:
            assert await caller.denied(document, input=asked) == "FORBIDDEN"
    assert await visitor.denied(document, input=asked) == "UNAUTHENTICATED"
    assert await salon.widget.denied(document, input=asked) == "FORBIDDEN"
    assert await (await salon.partner_with(Scope.BOOKINGS_READ)).denied(document, input=asked) == "FORBIDDEN"
    for unknown in (booking["id"], booking["id"][:-4] + "0000", "nonsense", ""):
        assert (await rival.owner.refused(document, input={"id": unknown}))["__typename"] == "NotFound"
    if document == CANCEL:
        assert (await link.refused(document, input=asked))["__typename"] == "NotFound"
    else:
        assert await link.denied(document, input=asked) == "FORBIDDEN"
    assert (await Booking.of(salon.account.id).order_by("id").first()).version == 1  # type: ignore[union-attr]
