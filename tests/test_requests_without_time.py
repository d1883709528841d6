"""Requests that keep no time from others: several may ask, and the one that is confirmed gets it."""

from __future__ import annotations

import asyncio
from typing import Any

from calendera.mail_letters import letter_for
from models.booking import Booking
from models.invariants import broken
from models.mail import Mail
from models.occupancy import Occupancy
from models.service import Confirmation
from models.storage.database import execute
from tests.bookable import CANCEL, CONFIRM, MOVE, Desk, bookable, change, said
from tests.businesses import Business
from tests.conftest import NOW
from tests.test_restoring import RESTORE

YES = change("confirmBooking", "... on SlotTaken { alternatives { startsAt } } ... on SeatsTaken { remaining }")
SAID = "query ($id: ID!) { service(id: $id) { requestsBlock } }"
SAY = """mutation ($input: UpdateServiceInput!) {
  updateService(input: $input) { ... on UpdateServicePayload { service { requestsBlock } } } }"""


def somebody(number: int) -> dict[str, Any]:
    return {"customer": {"name": f"Number {number}", "email": f"n{number}@example.com"}}


async def asked(business: Business, people: int, **more: Any) -> tuple[Desk, list[dict[str, Any]]]:
    """So many requests for 10:00, none of which has it."""
    desk = await bookable(business, confirmation=Confirmation.MANUAL, requests_block=False, **more)
    made = [(await desk.book(business.widget, at=desk.at(10), **somebody(n)))["booking"] for n in range(people)]
    return desk, made


async def test_the_one_that_is_confirmed_gets_the_time(salon: Business) -> None:
    desk, (first, second) = await asked(salon, 2)
    assert "10:00" in await desk.free(salon.widget)
    assert await Occupancy.of(salon.account.id).count() == 0
    assert await broken(salon.account.id) == []
    done = (await salon.owner.did(YES, input={"id": second["id"], "expectedVersion": 1}))["booking"]
    assert (done["status"], done["version"], done["sequence"]) == ("CONFIRMED", 2, 0)
    refusal = await salon.owner.refused(YES, input={"id": first["id"], "expectedVersion": 1})
    assert refusal["__typename"] == "SlotTaken" and len(refusal["alternatives"]) == 5
    assert "10:00" not in await desk.free(salon.widget)
    assert await broken(salon.account.id) == []


async def test_at_once_one_is_confirmed(salon: Business) -> None:
    _, made = await asked(salon, 4)
    answers = await asyncio.gather(*(salon.owner(YES, input={"id": one["id"]}) for one in made))
    names = sorted(answer.data["confirmBooking"]["__typename"] for answer in answers)
    assert names == ["ConfirmBookingPayload", "SlotTaken", "SlotTaken", "SlotTaken"]
    assert await broken(salon.account.id) == []


async def test_seats_and_limits_are_taken_with_the_yes(salon: Business) -> None:
    desk, made = await asked(salon, 3, capacity=2, limits=[{"period": "DAY", "measure": "COUNT", "maximum": 2}])
    for one in made[:2]:
        await salon.owner.did(YES, input={"id": one["id"]})
    last = await salon.owner.refused(CONFIRM, input={"id": made[2]["id"]})
    assert last["code"] in ("NOT_OFFERED", "SEATS_TAKEN")
    assert await broken(salon.account.id) == []
    assert desk.service.capacity == 2


async def test_it_is_moved_cancelled_and_brought_back(salon: Business) -> None:
    desk, (first, second) = await asked(salon, 2)
    move = {"id": first["id"], "startsAt": said(desk.at(12)), "expectedVersion": 1}
    assert (await salon.owner.did(MOVE, input=move))["booking"]["status"] == "REQUESTED"
    assert await Occupancy.of(salon.account.id).count() == 0
    await salon.owner.did(YES, input={"id": first["id"]})
    assert "12:00" not in await desk.free(salon.widget)
    await salon.owner.did(CANCEL, input={"id": second["id"]})
    await salon.owner.did(RESTORE, input={"id": second["id"], "expectedVersion": 2})
    assert await Occupancy.of(salon.account.id).count() == 2
    assert await broken(salon.account.id) == []


async def test_its_letter_promises_no_time(salon: Business) -> None:
    _, (request,) = await asked(salon, 1)
    mail = await Mail.get(account_id=salon.account.id)
    letter = await letter_for(mail, NOW, "https://bookings.example")
    assert letter is not None and "is yours once it is confirmed" in letter.text and "is kept" not in letter.text
    assert request["reference"] in letter.text


async def test_a_service_says_whether_and_bookings_keep_what_was_promised(salon: Business) -> None:
    desk = await bookable(salon, confirmation=Confirmation.MANUAL)
    assert (await salon.widget.ok(SAID, id=desk.id))["service"]["requestsBlock"] is True
    await desk.book(salon.widget, at=desk.at(10))
    changed = {"id": desk.id, "expectedVersion": 1, "requestsBlock": False}
    assert (await salon.owner.ok(SAY, input=changed))["updateService"]["service"]["requestsBlock"] is False
    assert "10:00" not in await desk.free(salon.widget)
    assert await broken(salon.account.id) == []
    await execute("UPDATE booking SET requests_block = $2, version = 9 WHERE account_id = $1", salon.account.id, False)
    booking = await Booking.of(salon.account.id).get()
    found = [(one.what, one.ids) for one in await broken(salon.account.id)]
    assert found == [("a request that waits without a time has one, or seats", (booking.id,))]
