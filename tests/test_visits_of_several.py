"""Visits with several people and time between: Ada colours and cuts, Ben and Bea do nails, who has to wait waits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from calendera.mail_letters import letter_for
from models.invariants import broken
from models.location import Location
from models.mail import Mail, MailTemplate
from models.service import Assignment, Service
from models.staff import Staff, TimeOff
from models.storage.database import fetch
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, HOLD, MOVE, RELEASE, Desk, bookable, change, said
from tests.businesses import Business, by_key, id_of
from tests.test_travels import ADD, STAND, day, moment
from tests.test_visits import FREE, TUESDAY

SHOWN = """query ($id: ID!) { booking(id: $id) { startsAt endsAt version ics staffMembers { name }
    segments { service { name } staff { name } startsAt endsAt } } }"""
RESTORE = change("restoreBooking", more="... on SlotTaken { alternatives { startsAt } }")
PAGES = """query ($day: Date!) { calendarView(from: $day, to: $day) {
    pages { staffId busy { startsAt endsAt segment } } } }"""


@dataclass(slots=True)
class Studio:
    """Colour takes 60 minutes, works for 30, and the customer may wait 15 more; nails take 30, with 5 around; so does a
    cut, without."""

    desk: Desk
    nails: Service
    cut: Service
    ben: Staff
    bea: Staff

    @property
    def ada(self) -> Staff:
        return self.desk.staff[0]

    def then(self, *staff: Staff | None) -> list[dict[str, Any]]:
        people = [*staff, None, None]
        return [
            {"serviceId": id_of(service), "staffId": id_of(who) if who else None}
            for service, who in zip((self.nails, self.cut), people, strict=False)
        ]

    def wanted(self, hour: int, minute: int = 0, **more: Any) -> dict[str, Any]:
        return self.desk.wanted(self.desk.at(hour, minute), **{"followedBy": self.then(), **more})

    async def book(self, caller: Caller, hour: int, minute: int = 0, **more: Any) -> Any:
        return await caller.did(BOOK, input=self.wanted(hour, minute, **more))

    async def free(self, caller: Caller, **more: Any) -> Any:
        asked = {"id": self.desk.id, "then": self.then(), "day": TUESDAY, "at": said(self.desk.at(9)), **more}
        return await caller.ok(FREE, **asked)

    async def away(self, who: Staff, *times: tuple[int, int]) -> None:
        """Somebody is away from and to these times, as (hour, minute)."""
        begin, end = (self.desk.at(*time) for time in times)
        await TimeOff.begin(self.desk.business.act, staff_id=who.id, starts_at=begin, ends_at=end)


async def studio(business: Business, **colour: Any) -> Studio:
    values = {"name": "Colour", "gap_after_minutes": 30, "maximum_wait_minutes": 15, **colour}
    desk = await bookable(business, hours=((540, 780),), **values)  # 09:00 to 13:00
    nails = await business.service("Nails", duration_minutes=30, before_minutes=5, after_minutes=5)
    cut = await business.service("Cut", duration_minutes=30)
    await cut.offer(business.act, desk.staff[0].id, 1)
    ben, bea = [await business.staff(name, offers=[nails], schedule_id=desk.schedule.id) for name in ("Ben", "Bea")]
    return Studio(desk, nails, cut, ben, bea)


def plan_of(booking: Any) -> list[tuple[str, str, str]]:
    return [(one["service"]["name"], one["staff"]["name"], one["startsAt"][11:16]) for one in booking["segments"]]


async def test_a_visit_of_three_services_with_two_people_and_a_gap(salon: Business, rival: Business) -> None:
    them = await studio(salon)
    await studio(rival)
    slot = (await them.free(salon.widget))["availability"]["slots"][0]
    assert [one["startsAt"][11:16] for one in slot["segments"]] == ["15:00", "16:30", "17:00"]
    assert slot["segments"][1]["staffIds"] == [id_of(them.bea), id_of(them.ben)]
    made = await them.book(salon.widget, 9, followedBy=them.then(them.ben))
    assert made["booking"]["endsAt"] == slot["endsAt"] == said(them.desk.at(11, 30))
    found = (await salon.owner.ok(SHOWN, id=made["booking"]["id"]))["booking"]
    assert plan_of(found) == [
        ("Colour", "Person 0", "15:00"), ("Nails", "Ben", "16:30"), ("Cut", "Person 0", "17:00"),
    ]  # fmt: skip
    assert [one["name"] for one in found["staffMembers"]] == ["Ben", "Person 0"]
    assert "11:00 to 11:30 Cut\\, with Person 0" in found["ics"].replace("\r\n ", "")
    taken = await fetch("SELECT place, ends - starts AS long FROM occupancy WHERE account_id = $1", salon.account.id)
    assert sorted((row["place"], row["long"] // 60) for row in taken) == [(0, 60), (1, 40), (2, 30)]
    busy = {
        page["staffId"]: page["busy"] for page in (await salon.owner.ok(PAGES, day=TUESDAY))["calendarView"]["pages"]
    }
    assert [(one["startsAt"][11:16], one["segment"]) for one in busy[id_of(them.ada)]] == [("15:00", 0), ("17:00", 2)]
    assert [(one["endsAt"][11:16], one["segment"]) for one in busy[id_of(them.ben)]] == [("17:05", 1)]
    alone = {"serviceId": id_of(them.cut), "startsAt": said(them.desk.at(10)), "customer": {"name": "Eve"}}
    assert (await salon.widget.did(BOOK, input=alone))["booking"]  # while the colour works
    mail = (
        await Mail.filter(account_id=salon.account.id, template=MailTemplate.BOOKING_CONFIRMED).order_by("id").first()
    )
    letter = await letter_for(mail, salon.product.clock.now(), "https://book.example") if mail else None
    assert letter is not None
    assert "10:30 to 11:00 Nails, with Ben" in letter.text
    assert "With:      Person 0, Ben" in letter.text
    assert await broken(salon.account.id) == []


async def test_who_is_not_free_at_once_is_waited_for_up_to_the_limit(salon: Business) -> None:
    them = await studio(salon)
    await them.away(them.bea, (9, 0), (13, 0))
    await them.away(them.ben, (9, 0), (10, 40))
    slots = (await them.free(salon.widget))["availability"]["slots"]
    assert [one["startsAt"][11:16] for one in slots[0]["segments"]] == ["15:00", "16:45", "17:15"]  # five before
    held = (await salon.widget.did(HOLD, input=_held(them, 9)))["hold"]
    assert held["endsAt"] == slots[0]["endsAt"] == said(them.desk.at(11, 45))
    await them.away(them.ben, (10, 55), (11, 10))
    refused = await salon.owner.refused(BOOK, input=them.wanted(9))
    assert (refused["__typename"], refused["step"]) == ("SlotTaken", 0)  # Ada is held
    salon.product.clock.advance(seconds=301)
    refused = await salon.owner.refused(BOOK, input=them.wanted(9))
    assert (refused["__typename"], refused["step"]) == ("SlotTaken", 1)
    why = (await them.free(salon.owner))["explainSlot"]
    assert (why["reason"], why["step"]) == ("TAKEN", 1)
    by_step = {(one["step"], one["staffId"]): one for one in why["people"]}
    assert by_step[0, id_of(them.ada)]["reason"] is None
    assert by_step[1, id_of(them.ben)]["message"].startswith("Blocked ")
    assert "needs 10:30–11:00" in by_step[1, id_of(them.ben)]["message"] or "10:25" in str(by_step)


def _held(them: Studio, hour: int, minute: int = 0, **more: Any) -> dict[str, Any]:
    return {"serviceId": them.desk.id, "startsAt": said(them.desk.at(hour, minute)), "followedBy": them.then(), **more}


async def test_whoever_is_named_has_to_offer_it_and_some_services_want_a_name(salon: Business) -> None:
    them = await studio(salon)
    refused = await salon.widget.refused(BOOK, input=them.wanted(9, followedBy=them.then(them.ada)))
    assert [one["path"] for one in refused["fields"]] == ["followedBy.0.staffId"]
    await them.nails.change(salon.act, 1, assignment=Assignment.CUSTOMER_CHOICE)
    refused = await salon.widget.refused(BOOK, input=them.wanted(9))
    assert [one["path"] for one in refused["fields"]] == ["followedBy.0.staffId"]
    over = them.wanted(9, followedBy=them.then(them.ben), staff=them.ada, allowConflict=True)
    refused = await salon.owner.refused(BOOK, input=over)
    assert [one["path"] for one in refused["fields"]] == ["followedBy.1.staffId"]
    await them.book(salon.widget, 9, followedBy=them.then(them.ben, them.ada))
    again = {**over, "followedBy": them.then(them.ben, them.ada)}
    assert (await salon.owner.did(BOOK, input=again))["booking"]["startsAt"] == said(them.desk.at(9))
    assert await broken(salon.account.id) == []


async def test_a_visit_moves_with_its_people_or_finds_others_and_comes_back_as_it_was(salon: Business) -> None:
    them = await studio(salon)
    made = await them.book(salon.widget, 9, followedBy=them.then(them.ben))
    link = by_key(salon.product, made["manageToken"])
    id_ = made["booking"]["id"]

    async def move(caller: Caller, version: int, hour: int, minute: int = 0, **more: Any) -> Any:
        asked = {"id": id_, "expectedVersion": version, "startsAt": said(them.desk.at(hour, minute)), **more}
        return (await caller.ok(MOVE, input=asked))["rescheduleBooking"]

    assert (await move(link, 1, 9, 30))["booking"]["version"] == 2
    assert plan_of((await salon.owner.ok(SHOWN, id=id_))["booking"])[1] == ("Nails", "Ben", "17:00")
    await them.away(them.ben, (11, 10), (12, 20))
    assert (await move(link, 2, 10, 0))["booking"]["version"] == 3
    plan = plan_of((await salon.owner.ok(SHOWN, id=id_))["booking"])
    assert plan == [("Colour", "Person 0", "16:00"), ("Nails", "Bea", "17:30"), ("Cut", "Person 0", "18:00")]
    wrong = await move(salon.owner, 3, 9, segmentStaffIds=[None])
    assert wrong["fields"][0]["path"] == "segmentStaffIds"
    with_ben = await move(salon.owner, 3, 9, segmentStaffIds=[None, id_of(them.ben), None])
    assert with_ben["booking"]["version"] == 4
    plan = plan_of((await salon.owner.ok(SHOWN, id=id_))["booking"])
    assert plan[1] == ("Nails", "Ben", "16:30")
    await salon.owner.did(CANCEL, input={"id": id_, "expectedVersion": 4})
    assert await fetch("SELECT id FROM occupancy WHERE account_id = $1", salon.account.id) == []
    back = await salon.owner.did(RESTORE, input={"id": id_, "expectedVersion": 5})
    assert back["booking"]["status"] == "CONFIRMED"
    assert plan_of((await salon.owner.ok(SHOWN, id=id_))["booking"]) == plan
    assert await broken(salon.account.id) == []


async def test_visits_that_cross_end_with_one(salon: Business) -> None:
    """Ada does one service then the other does it, and the other way round, at the same times."""
    desk = await bookable(salon, staff=2)
    other = await salon.service("Other", duration_minutes=60)
    for person in desk.staff:
        await other.offer(salon.act, person.id, 1)
    ada, ben = desk.staff

    def wish(first: Staff, second: Staff, hour: int) -> dict[str, Any]:
        then = [{"serviceId": id_of(other), "staffId": id_of(second)}]
        return desk.wanted(desk.at(hour), staff=first, followedBy=then)

    wishes = [wish(ada, ben, 9), wish(ben, ada, 9), wish(ada, ada, 10), wish(ben, ben, 8)] * 2
    answers = await asyncio.gather(*(salon.owner.ok(BOOK, input=one) for one in wishes))
    names = [answer["book"]["__typename"] for answer in answers]
    assert set(names) <= {"BookPayload", "SlotTaken", "NotOffered"}
    blocked = await fetch("SELECT calendar_id, starts, ends FROM occupancy WHERE account_id = $1", salon.account.id)
    assert len(blocked) == 2 * names.count("BookPayload") > 0
    crossing = await asyncio.gather(
        *(salon.owner.ok(BOOK, input=wish(*who, 13)) for who in [(ada, ben), (ben, ada)] * 3)
    )
    assert sorted(answer["book"]["__typename"] for answer in crossing) == ["BookPayload"] * 2 + ["SlotTaken"] * 4
    assert await broken(salon.account.id) == []


async def test_whatever_is_offered_of_a_visit_can_be_held_until_the_end_that_was_said(salon: Business) -> None:
    them = await studio(salon, step_minutes=20, before_minutes=5)
    rnd = Random(7)
    for who in (them.ada, them.ben, them.bea):
        for _ in range(2):
            hour, minute = rnd.randint(9, 12), rnd.choice([0, 10, 25, 40])
            await them.away(who, (hour, minute), (hour, minute + 15))
    slots = (await them.free(salon.owner))["availability"]["slots"]
    assert slots
    for slot in slots:
        held = await salon.owner.did(HOLD, input={**_held(them, 9), "startsAt": slot["startsAt"]})
        assert held["hold"]["endsAt"] == slot["endsAt"]
        assert held["hold"]["staff"]["id"] in slot["staffIds"]
        await salon.owner.did(RELEASE, input={"token": held["token"]})
    assert await broken(salon.account.id) == []


async def test_a_visit_is_where_each_of_its_people_is_when_it_is_their_turn(salon: Business) -> None:
    """Ada is in Berlin for two days and Ben on the second; each comes when their last day at home is over, at 07:00."""
    desk = await bookable(salon, staff=1, hours=((0, 1440),))
    nails = await salon.service("Nails", duration_minutes=30)
    ben, bea = [await salon.staff(name, offers=[nails], schedule_id=desk.schedule.id) for name in ("Ben", "Bea")]
    fair = await Location.begin(salon.act, name="Berlin Fair", zone="Europe/Berlin")
    for who, first in ((desk.staff[0], 13), (ben, 14)):
        trip = {"staffId": id_of(who), "locationId": id_of(fair), "firstOn": day(first), "lastOn": day(14)}
        await salon.owner.did(ADD, input=trip)
    then = [{"serviceId": id_of(nails)}]

    async def asked(number: int, at: datetime) -> Any:
        return await salon.owner.ok(FREE, id=desk.id, then=then, day=day(number), at=said(at))

    alone, both = await asked(13, moment(13, 12)), await asked(14, moment(14, 5))
    assert alone["availability"]["slots"] == alone["daysWithAvailability"]["dates"] == []
    assert (alone["explainSlot"]["reason"], alone["explainSlot"]["step"]) == ("OUTSIDE_OPENING_HOURS", 1)
    assert both["daysWithAvailability"]["dates"] == [day(14)] and both["explainSlot"]["offered"]
    slot = both["availability"]["slots"][0]  # Ben is at home when it begins, and there when it is his turn
    assert slot["local"]["dateTime"] == f"{day(14)}T06:00:00"
    assert [one["staffIds"] for one in slot["segments"]] == [[id_of(desk.staff[0])], [id_of(ben)]]
    refused = await salon.widget.refused(BOOK, input=desk.wanted(moment(13, 12), followedBy=then))
    assert (refused["reason"], refused["step"]) == ("OUTSIDE_OPENING_HOURS", 1)
    named = [{**then[0], "staffId": id_of(bea)}]
    assert (await salon.widget.ok(BOOK, input=desk.wanted(moment(14, 5), followedBy=named)))["book"]["code"]
    made = (await salon.widget.did(BOOK, input=desk.wanted(moment(14, 5), followedBy=then)))["booking"]
    assert (await salon.owner.ok(STAND, id=made["id"]))["booking"] == {
        "outsideHours": False, "location": {"name": "Berlin Fair"},
        "local": {"dateTime": f"{day(14)}T06:00:00", "zone": "Europe/Berlin"},
    }  # fmt: skip
    input_ = {"id": made["id"], "expectedVersion": 1, "startsAt": said(moment(13, 12))}
    assert (await salon.owner.refused(MOVE, input=input_))["code"] == "NOT_OFFERED"
    moved = (await salon.owner.did(MOVE, input={**input_, "startsAt": said(moment(14, 10))}))["booking"]
    assert moved["version"] == 2
    assert await broken(salon.account.id) == []
