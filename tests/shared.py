"""A service that several parties share, and the documents that its tests send beside those of `tests/bookable.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.group_session import GroupSession
from tests.api import Caller
from tests.bookable import AVAILABILITY, TOMORROW, Desk, bookable, said
from tests.businesses import Business

GUESTS = [{"name": f"Guest {number}", "email": f"guest{number}@example.com"} for number in range(40)]
SEATS = "... on SeatsTaken { remaining alternatives { startsAt } }"
FULL = f"""
mutation Join($input: BookInput!) {{
  book(input: $input) {{ __typename ... on Refusal {{ code message }} {SEATS} }}
}}
"""
HOLD_FULL = f"""
mutation Hold($input: HoldSlotInput!) {{
  holdSlot(input: $input) {{ __typename ... on Refusal {{ code message }} {SEATS} }}
}}
"""
MOVE_FULL = f"""
mutation Move($input: RescheduleBookingInput!) {{
  rescheduleBooking(input: $input) {{ __typename ... on Refusal {{ code message }} {SEATS} }}
}}
"""
ROOM = (
    AVAILABILITY.replace("$holdToken: String)", "$holdToken: String, $partySize: Int! = 1)")
    .replace("holdToken: $holdToken)", "holdToken: $holdToken, partySize: $partySize)")
    .replace("staffIds local", "staffIds remaining local")
)
SEEN = """query ($id: ID!) { booking(id: $id) {
    partySize groupSession { startsAt endsAt capacity taken remaining } } }"""
RESIZE = """
mutation ($input: UpdateServiceInput!) {
  updateService(input: $input) {
    __typename
    ... on UpdateServicePayload { service { capacity version } }
    ... on ValidationFailed { fields { path message } }
  }
}
"""


async def shared(business: Business, capacity: int = 5, **more: Any) -> Desk:
    """A class of an hour with five seats, 09:00 to 17:00 every half hour."""
    return await bookable(business, capacity=capacity, **more)


async def sessions(business: Business) -> list[tuple[str, int]]:
    """(start, seats taken) of every session."""
    rows = await GroupSession.of(business.account.id).order_by("starts_at", "id")
    return [(said(row.starts_at), row.taken) for row in rows]


async def room(desk: Desk, caller: Caller, party: int = 1, **more: Any) -> dict[str, int]:
    """The seats that are left at each start of tomorrow, by its time there."""
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW), "partySize": party, **more}
    found = (await caller.ok(ROOM, **asked))["availability"]["slots"]
    return {slot["local"]["dateTime"][11:16]: slot["remaining"] for slot in found}


def move(booking: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The input of `rescheduleBooking`."""
    return {"id": booking["id"], "expectedVersion": booking["version"], "startsAt": said(at)}
