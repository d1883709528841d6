"""History through the API: what changed, from what to what, by whom, whatever was done; and who is told how much."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from graphql import get_named_type
from tortoise.exceptions import IntegrityError

from graph.schema import build
from models.booking_changes import expire_requests
from models.event import record
from models.membership import Membership, Role
from models.resource import Resource, set_needs
from models.service import Confirmation
from models.storage.database import execute
from permissions.roles import Scope
from tests.api import Caller
from tests.appointments import appointment
from tests.bookable import CANCEL, COMPLETE, CONFIRM, DECLINE, MOVE, NO_SHOW, Desk, bookable, nothing_overdue
from tests.bookable import said as moment
from tests.businesses import Business, by_key, id_of
from tests.histories import CHANGES, SEEN, Watched
from tests.paying import RECORD, REFUND
from tests.repeating import ids, series
from tests.test_attendees import UPDATE
from tests.test_intake import ANSWER, answered, ask
from tests.test_life_of_a_booking import NOTE
from tests.test_merging import MERGE
from tests.test_restoring import RESTORE
from tests.test_series_changes import EXTEND, doing

PAGE = f"""query ($id: ID!, $first: Int!, $after: String, $direction: Direction! = DESCENDING) {{
  bookingHistory(bookingId: $id, first: $first, after: $after, direction: $direction) {{
    nodes {{ name at by actorKind {CHANGES} }} totalCount pageInfo {{ hasNextPage endCursor }} }} }}"""
WHO = """query ($id: ID!) { booking(id: $id) { history {
    name by actorKind actorName actorGone overriddenRules afterCutoff overBookingIds } } }"""
# Change a booking by nothing that is read of it: what is to be paid is begun.
WITHOUT_CHANGE = {"payDeposit"}


async def furnished(business: Business, **service: Any) -> Desk:
    """A desk with two people and two rooms, a price and a question, that answers requests itself."""
    terms = {"confirmation": Confirmation.MANUAL, "price_minor": 4500, "currency": "USD", "horizon_days": 365}
    desk = await bookable(business, staff=2, **terms, **service)
    rooms = [await Resource.begin(business.act, name=name) for name in ("Red room", "Blue room")]
    await set_needs(business.act, desk.service, desk.service.version, [(1, [room.id for room in rooms])])
    await ask(desk, "What shall it be?")
    return desk


def at(booking: Any, **more: Any) -> dict[str, Any]:
    return {"id": booking["id"], "expectedVersion": booking["version"], **more}


async def version(caller: Caller, id: str) -> dict[str, Any]:
    return dict((await caller.ok("query ($id: ID!) { booking(id: $id) { id version } }", id=id))["booking"])


def changing() -> set[str]:
    """Every mutation that answers a booking or a series, as the schema has them."""
    types = build()._schema.mutation_type
    assert types is not None
    payloads = {name: [one for one in get_named_type(field.type).types if one.name.endswith("Payload")]  # type: ignore[union-attr]
                for name, field in types.fields.items() if hasattr(get_named_type(field.type), "types")}  # fmt: skip
    shown = {name: {str(get_named_type(field.type)) for one in found for field in one.fields.values()}
             for name, found in payloads.items()}  # fmt: skip
    return {name for name, found in shown.items() if found & {"Booking", "BookingSeries"}}


async def test_whatever_is_done_to_a_booking_history_says_what_it_changed(salon: Business) -> None:
    desk, owner = await furnished(salon), salon.owner
    watched = Watched(owner)
    await _lived(watched, desk)
    await _called_off(watched, desk)
    await _in_series(watched, desk)
    await _merged(watched, desk)
    await _in_company(watched, await bookable(salon, capacity=4))
    assert watched.done >= changing() - WITHOUT_CHANGE


async def _lived(watched: Watched, desk: Desk) -> None:
    owner, grace = watched.caller, desk.staff[1]
    made = (await desk.book(desk.business.widget, at=desk.at(10), answers=answered(what_shall_it_be="Short")))[
        "booking"
    ]
    id = await watched.made("book", made["id"])
    await watched.saw("confirmBooking", id, owner.did(CONFIRM, input=at(made)))
    move = at(await version(owner, id), startsAt=moment(desk.at(15, 30)), staffId=id_of(grace), durationMinutes=90)
    await watched.saw("rescheduleBooking", id, owner.did(MOVE, input=move))
    again = at(await version(owner, id), answers=answered(what_shall_it_be="Shorter"))
    await watched.saw("updateBookingAnswers", id, owner.did(ANSWER, input=again))
    note = at(await version(owner, id), internalNote="Pays late")
    await watched.saw("updateBookingNote", id, owner.did(NOTE, input=note))
    paid = owner.did(RECORD, input={"bookingId": id, "amount": {"amountMinor": 4500, "currency": "USD"}})
    payment = (await watched.saw("recordPayment", id, paid))["payment"]
    back = owner.did(REFUND, input={"paymentId": payment["id"], "amountMinor": 1500})
    await watched.saw("refundPayment", id, back)
    desk.business.product.clock.stand_at(desk.at(18))
    await watched.saw("completeBooking", id, owner.did(COMPLETE, input={"id": id}))
    await watched.saw("markNoShow", id, owner.did(NO_SHOW, input={"id": id}))


async def _called_off(watched: Watched, desk: Desk) -> None:
    owner, day = watched.caller, {"day": 3}
    first, second, third = [
        (await desk.book(desk.business.widget, at=desk.at(hour, **day)))["booking"] for hour in (9, 11, 13)
    ]
    await watched.saw("declineBooking", first["id"], owner.did(DECLINE, input={"id": first["id"], "reason": "Away"}))
    await watched.saw("cancelBooking", second["id"], owner.did(CANCEL, input={"id": second["id"]}))
    back = await version(owner, first["id"])
    await watched.saw("restoreBooking", first["id"], owner.did(RESTORE, input=at(back)))
    await nothing_overdue(desk.business.product.clock.now())
    clock = desk.business.product.clock
    clock.stand_at(desk.at(13, **day))
    await watched.saw("expired", third["id"], expire_requests(clock.now()))


async def _in_series(watched: Watched, desk: Desk) -> None:
    owner, day = watched.caller, {"day": 5}
    names = ("confirmBookingSeries", "rescheduleBookingSeries", "cancelBookingSeries")
    made = await series(desk, owner, desk.at(10, **day))
    id = await watched.made("createBookingSeries", ids(made)[1])
    for name in names:
        where = {"startsAt": moment(desk.at(14, day=5 + 7))} if name == names[1] else {}
        asked = {"bookingId": id, "scope": "FOLLOWING", "expectedVersion": (await version(owner, id))["version"]}
        await watched.saw(name, id, owner.did(doing(name), input={**asked, **where}))
    other = await series(desk, owner, desk.at(16, **day))
    more = {"id": other["id"], "expectedVersion": other["version"], "more": 1}
    longer = (await owner.did(EXTEND, input=more))["series"]
    id = await watched.made("extendBookingSeries", ids(longer)[-1])
    asked = {"bookingId": id, "scope": "THIS"}
    await watched.saw("declineBookingSeries", id, owner.did(doing("declineBookingSeries"), input=asked))


async def _in_company(watched: Watched, desk: Desk) -> None:
    bob = [{"name": "Bob Babbage", "email": "bob@example.com"}]
    made = (await desk.book(watched.caller, at=desk.at(10, day=4), partySize=3, attendees=bob))["booking"]
    asked = at(made, attendees=[*bob, {"name": "Byron King"}])
    await watched.saw("updateBookingAttendees", made["id"], watched.caller.did(UPDATE, input=asked))


async def _merged(watched: Watched, desk: Desk) -> None:
    owner = watched.caller
    await desk.business.owner_proves()
    other = {"name": "Ada King", "email": "king@example.com"}
    made = (await desk.book(owner, at=desk.at(9, day=4), customer=other))["booking"]
    people = (await owner.ok("{ customers(first: 9) { nodes { id name version } } }"))["customers"]["nodes"]
    kept, merged = (next(one for one in people if one["name"] == name) for name in ("Ada Lovelace", "Ada King"))
    wanted = {"id": kept["id"], "expectedVersion": kept["version"]}
    wanted |= {"mergedId": merged["id"], "mergedVersion": merged["version"]}
    await watched.saw("mergeCustomers", made["id"], owner.did(MERGE, input=wanted))


async def test_each_is_told_what_concerns_them(salon: Business, rival: Business) -> None:
    desk = await furnished(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    id, customer = made["booking"]["id"], by_key(salon.product, made["manageToken"])
    member = await salon.member(Role.MANAGER)
    await member.did(CONFIRM, input={"id": id})
    await member.did(NOTE, input={"id": id, "expectedVersion": 2, "internalNote": "Pays late"})
    move = {"id": id, "expectedVersion": 3, "startsAt": moment(desk.at(20)), "evenIfNotOffered": True}
    await member.did(MOVE, input=move)
    await customer.did(CANCEL, input={"id": id})
    seen = (await salon.owner.ok(WHO, id=id))["booking"]["history"]
    assert [(one["name"], one["by"]) for one in seen] == [
        ("booking_made", "a visitor"), ("booking_confirmed", "the business"), ("booking_noted", "the business"),
        ("booking_rescheduled", "the business"), ("booking_cancelled", "the customer"),
    ]  # fmt: skip
    assert [one["actorName"] is not None for one in seen] == [False, True, True, True, False]
    assert [one["overriddenRules"] for one in seen] == [[], [], [], ["OUTSIDE_OPENING_HOURS"], []]
    mine = (await customer.ok(PAGE, id=id, first=9, direction="ASCENDING"))["bookingHistory"]["nodes"]
    names = ["booking_made", "booking_confirmed", "booking_rescheduled", "booking_cancelled"]
    assert [one["name"] for one in mine] == names, "no note of the business"
    hidden = {"RESOURCES", "CUSTOMER", "INTERNAL_NOTE"}
    assert not hidden & {change["field"] for one in mine for change in one["changes"]}
    (moved,) = mine[2]["changes"]
    zone = {"zone": "America/Chicago"}
    assert moved["before"][0]["local"] == {"dateTime": "2027-01-12T10:00:00", **zone}
    assert moved["after"][0]["local"] == {"dateTime": "2027-01-12T20:00:00", **zone}
    assert await customer.denied(WHO, id=id) == "FORBIDDEN"
    for stranger in (rival.owner, rival.partner):
        answer = await stranger(PAGE, id=id, first=9)
        assert not (answer.data or {}).get("bookingHistory") or answer.data["bookingHistory"]["nodes"] == []
    assert (await rival.owner.ok(PAGE, id=id, first=9))["bookingHistory"]["totalCount"] == 0
    partner = await salon.partner_with(Scope.BOOKINGS_READ)
    assert len((await partner.ok(PAGE, id=id, first=9))["bookingHistory"]["nodes"]) == 5
    assert await partner.denied(WHO, id=id) == "FORBIDDEN"


async def test_who_has_left_is_said_to_be_gone(salon: Business) -> None:
    desk = await furnished(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    await (await salon.member(Role.MANAGER)).did(CONFIRM, input={"id": made["id"]})
    assert [one["actorGone"] for one in (await salon.owner.ok(WHO, id=made["id"]))["booking"]["history"]] == [False] * 2
    await Membership.of(salon.account.id).filter(role=Role.MANAGER).delete()
    _, confirmed = (await salon.owner.ok(WHO, id=made["id"]))["booking"]["history"]
    assert confirmed["actorGone"] and confirmed["actorName"]


async def test_history_comes_in_pages_the_latest_first(salon: Business) -> None:
    desk = await bookable(salon)
    id = (await desk.book(salon.widget, at=desk.at(10)))["booking"]["id"]
    for step in range(1, 4):
        salon.product.clock.stand_at(salon.product.clock.now() + timedelta(seconds=1))
        await salon.owner.did(NOTE, input={"id": id, "expectedVersion": step, "internalNote": f"{step}"})
    first = (await salon.owner.ok(PAGE, id=id, first=3))["bookingHistory"]
    assert first["totalCount"] == 4 and first["pageInfo"]["hasNextPage"]
    rest = (await salon.owner.ok(PAGE, id=id, first=3, after=first["pageInfo"]["endCursor"]))["bookingHistory"]
    assert [one["name"] for one in (*first["nodes"], *rest["nodes"])] == ["booking_noted"] * 3 + ["booking_made"]


async def test_what_happened_before_snapshots_were_kept_says_what_is_known(salon: Business) -> None:
    made = await appointment(salon)
    await record(salon.act, "booking_confirmed", "booking", made.id, previous="REQUESTED")
    ((confirmed,)) = (await salon.owner.ok(PAGE, id=id_of(made.booking), first=9))["bookingHistory"]["nodes"]
    (change,) = confirmed["changes"]
    assert (change["field"], change["before"][0]["status"]) == ("STATUS", "REQUESTED")
    assert change["after"][0]["status"] == "CONFIRMED"


@pytest.mark.parametrize(
    "strike",
    [
        "UPDATE booking_snapshot SET starts_at = created_at WHERE account_id = $1",
        "UPDATE booking_snapshot SET status = 'CANCELLED' WHERE account_id = $1",
        "DELETE FROM booking_snapshot WHERE account_id = $1",
    ],
)
async def test_history_is_not_rewritten(salon: Business, strike: str) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10))
    with pytest.raises(IntegrityError):
        await execute(strike, salon.account.id)


async def test_personal_values_can_be_taken_out_and_stay_out(salon: Business) -> None:
    desk = await bookable(salon)
    id = (await desk.book(salon.widget, at=desk.at(10)))["booking"]["id"]
    out = "starts_at = NULL, ends_at = NULL, local_start = NULL, paid_minor = NULL"
    await execute(f"UPDATE booking_snapshot SET {out} WHERE account_id = $1", salon.account.id)
    (made,) = (await salon.owner.ok(SEEN, id=id))["booking"]["history"]
    told = {change["field"] for change in made["changes"]}
    assert "STATUS" in told and not told & {"STARTS_AT", "DURATION", "PAID"}
    with pytest.raises(IntegrityError):
        await execute("UPDATE booking_snapshot SET starts_at = created_at WHERE account_id = $1", salon.account.id)


async def test_whoever_may_not_read_history_reads_the_rest(salon: Business) -> None:
    desk = await bookable(salon)
    id = (await desk.book(salon.widget, at=desk.at(10)))["booking"]["id"]
    answer = await (await salon.partner_with(Scope.BOOKINGS_WRITE))(
        "query ($id: ID!) { booking(id: $id) { status history { name } } }", id=id
    )
    assert answer.codes == ["FORBIDDEN"]
