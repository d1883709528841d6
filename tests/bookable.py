"""A service that can be booked, and the few documents that the tests of booking send.

desk = await bookable(salon, staff=2)           # open every day 09:00-17:00 in Chicago, one hour, every 30 minutes
await desk.book(salon.widget, at=desk.at(10))   # 10:00 on the first day, through the API
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from models.booking_changes import expire_requests
from models.hold import expire_holds
from models.mail import Mail
from models.schedule import Schedule
from models.service import Service
from models.setback import Unfinished
from models.staff import Staff
from models.storage.database import fetch
from tests.api import Caller
from tests.businesses import Business, id_of

ZONE = "America/Chicago"
TOMORROW = date(2027, 1, 12)  # a Tuesday; the tests' clock stands on the Monday before

BOOKING = """
fragment B on Booking {
  id reference status startsAt endsAt version sequence icalUid source requestExpiresAt
  cancellableUntil reschedulableUntil local { dateTime offset zone abbreviation }
  price { amountMinor currency } service { id name } staff { id name }
}
"""
REFUSAL = """
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
    ... on SlotTaken { step alternatives { startsAt endsAt local { dateTime zone } } }
    ... on NotOffered { reason step earliest lastDate limitPeriod againOn alternatives { startsAt } }
"""
CHANGE_REFUSAL = """
    ... on Refusal { code message }
    ... on VersionConflict { currentVersion }
    ... on WrongState { status allowed }
"""
BOOK = f"""
mutation Book($input: BookInput!) {{
  book(input: $input) {{ __typename ... on BookPayload {{ booking {{ ...B }} manageToken }} {REFUSAL} }}
}}
{BOOKING}
"""
HOLD = f"""
mutation Hold($input: HoldSlotInput!) {{
  holdSlot(input: $input) {{
    __typename
    ... on HoldSlotPayload {{ hold {{ id startsAt endsAt expiresAt staff {{ id }} service {{ id }} }} token }}
    ... on TooManyHolds {{ limit freeAt }}
    {REFUSAL}
  }}
}}
"""
RELEASE = """
mutation Release($input: ReleaseHoldInput!) {
  releaseHold(input: $input) { __typename ... on ReleaseHoldPayload { released } ... on Refusal { code } }
}
"""
MOVE = f"""
mutation Move($input: RescheduleBookingInput!) {{
  rescheduleBooking(input: $input) {{
    __typename
    ... on RescheduleBookingPayload {{ booking {{ ...B }} }}
    ... on TooLateToReschedule {{ allowedUntil }}
    ... on VersionConflict {{ currentVersion }}
    ... on WrongState {{ status allowed }}
    {REFUSAL}
  }}
}}
{BOOKING}
"""
AVAILABILITY = """
query Free($serviceId: ID!, $from: Date!, $to: Date!, $staffId: ID, $holdToken: String) {
  availability(serviceId: $serviceId, from: $from, to: $to, staffId: $staffId, holdToken: $holdToken) {
    zone
    slots { startsAt endsAt staffIds local { dateTime offset zone abbreviation } }
  }
}
"""
ADA = {"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+1 512 555 0100"}


def change(name: str, more: str = "") -> str:
    """The document of a mutation that changes a booking, as `change("confirmBooking")`."""
    said = f"{name[0].upper()}{name[1:]}"
    return f"""
    mutation Change($input: {said}Input!) {{
      {name}(input: $input) {{ __typename ... on {said}Payload {{ booking {{ ...B }} }} {more} {CHANGE_REFUSAL} }}
    }}
    {BOOKING}
    """


CANCEL = change("cancelBooking", "... on TooLateToCancel { allowedUntil }")
CONFIRM = change("confirmBooking")
DECLINE = change("declineBooking")
COMPLETE = change("completeBooking", more="... on TooEarly { startsAt }")
NO_SHOW = change("markNoShow", more="... on TooEarly { startsAt }")


@dataclass(slots=True)
class Desk:
    """A bookable service of a business with its people."""

    business: Business
    service: Service
    staff: list[Staff]
    schedule: Schedule

    @property
    def id(self) -> str:
        """The service's id."""
        return id_of(self.service)

    def at(self, hour: int, minute: int = 0, *, day: int = 0) -> datetime:
        """A time of day in Chicago, tomorrow or `day` days later."""
        wall = datetime.combine(TOMORROW + timedelta(days=day), time(hour, minute), ZoneInfo(ZONE))
        return wall.astimezone(UTC)

    def wanted(self, at: datetime, **more: Any) -> dict[str, Any]:
        """The input of `book` for Ada; `staff` is a row."""
        staff = more.pop("staff", None)
        chosen = {"staffId": id_of(staff)} if staff else {}
        return {"serviceId": self.id, "startsAt": said(at), "customer": ADA, **chosen, **more}

    async def book(self, caller: Caller, at: datetime, **more: Any) -> Any:
        """The payload of a booking that must succeed."""
        return await caller.did(BOOK, input=self.wanted(at, **more))

    async def refused(self, caller: Caller, at: datetime, **more: Any) -> Any:
        """The refusal of a booking that must fail."""
        return await caller.refused(BOOK, input=self.wanted(at, **more))

    async def free(self, caller: Caller, **more: Any) -> list[str]:
        """The free starts of tomorrow, as `HH:MM` there."""
        asked = {"serviceId": self.id, "from": str(TOMORROW), "to": str(TOMORROW), **more}
        found = (await caller.ok(AVAILABILITY, **asked))["availability"]
        return [slot["local"]["dateTime"][11:16] for slot in found["slots"]]


def said(at: datetime) -> str:
    """A moment as a client writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def opened(business: Business, *hours: tuple[int, int], zone: str = ZONE) -> Schedule:
    """A schedule that is open every day, from and to these minutes."""
    weekly = [
        {"weekday": day, "start_minute": start, "end_minute": end, "valid_from": None, "valid_until": None}
        for day in range(1, 8)
        for start, end in hours
    ]
    return await Schedule.begin(business.act, name="Every day", zone=zone, weekly=weekly)


async def bookable(
    business: Business, *, staff: int = 1, hours: Sequence[tuple[int, int]] = ((540, 1020),), **service: Any
) -> Desk:
    """A service of an hour every half hour, 09:00 to 17:00, unless said otherwise."""
    schedule = await opened(business, *hours)
    values = {"duration_minutes": 60, "step_minutes": 30, **service}
    made = await business.service(**values)
    people = [
        await business.staff(f"Person {number}", offers=[made], schedule_id=schedule.id) for number in range(staff)
    ]
    return Desk(business, made, people, schedule)


async def mails(business: Business) -> list[str]:
    """The templates of the mails that wait for this business's customers, in order."""
    waiting = await Mail.filter(account_id=business.account.id).order_by("id")
    return [mail.template.value for mail in waiting]


async def events(business: Business, subject: str = "booking") -> list[str]:
    """The names of what happened to this kind of row, in order."""
    rows = await fetch(
        "SELECT name FROM event WHERE account_id = $1 AND subject = $2 ORDER BY id", business.account.id, subject
    )
    return [row["name"] for row in rows]


async def count(table: str, account_id: UUID) -> int:
    """How many rows the account has in a table."""
    return int((await fetch(f"SELECT count(*) AS n FROM {table} WHERE account_id = $1", account_id))[0]["n"])


async def nothing_overdue(at: datetime) -> None:
    """End what other tests of this process left of holds and requests, some of which live in other years."""
    ended = 1
    while ended:
        try:
            ended = await expire_holds(at) + await expire_requests(at)
        except Unfinished:  # what another test spoiled is put off, and not looked at again
            ended = 1
