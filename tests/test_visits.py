"""Visits: several services one after the other with one person, booked, moved and called off as one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from models.invariants import broken
from models.mail import Mail
from models.service import Confirmation, Service, Visibility
from models.staff import Staff
from rules.wall_time import instant
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, HOLD, MOVE, Desk, bookable, count, events, mails, nothing_overdue, said
from tests.businesses import Business, by_key, id_of
from tests.test_service_limits import limit

TUESDAY = "2027-01-12"
ASKED = "serviceId: $id, followedBy: $then, staffId: $staffId"
FREE = f"""query ($id: ID!, $then: [FollowingServiceInput!], $staffId: ID, $day: Date!,
    $at: DateTime!, $token: String) {{
    availability({ASKED}, from: $day, to: $day, holdToken: $token) {{
        slots {{ startsAt endsAt staffIds segments {{ serviceId startsAt endsAt staffIds }} local {{ dateTime }} }} }}
    daysWithAvailability({ASKED}, from: $day, to: $day) {{ dates }}
    nextAvailable({ASKED}, after: $at) {{ slots {{ startsAt endsAt }} }}
    explainSlot({ASKED}, startsAt: $at) {{
        offered reason step people {{ step staffId reason message }} alternatives {{ startsAt endsAt }} }} }}"""
OFFLINE = """mutation ($input: ArchiveStaffInput!) {
    archiveStaff(input: $input) { __typename ... on Refusal { message } } }"""
SEGMENTS = """query ($id: ID!) { booking(id: $id) {
    startsAt endsAt beforeMinutes afterMinutes price { amountMinor } ics service { name } staff { id }
    segments { service { name } staff { id } startsAt endsAt price { amountMinor currency } } } }"""


@dataclass(slots=True)
class Salon:
    """Colour (60 minutes, 10 before), then a cut (30, 5 after, also 45), by two people who do both and one who cuts."""

    desk: Desk
    cut: Service
    only_cuts: Staff

    def then(self, **more: Any) -> list[dict[str, Any]]:
        return [{"serviceId": id_of(self.cut), **more}]

    def wanted(self, hour: int, minute: int = 0, **more: Any) -> dict[str, Any]:
        return self.desk.wanted(self.desk.at(hour, minute), **{"followedBy": self.then(), **more})

    async def book(self, caller: Caller, hour: int, minute: int = 0, **more: Any) -> Any:
        return await caller.did(BOOK, input=self.wanted(hour, minute, **more))

    async def refused(self, caller: Caller, hour: int, minute: int = 0, **more: Any) -> Any:
        return await caller.refused(BOOK, input=self.wanted(hour, minute, **more))

    async def free(self, caller: Caller, *, at: float = 9, **more: Any) -> Any:
        moment = said(self.desk.at(int(at), int(at % 1 * 60)))
        asked = {"id": self.desk.id, "then": self.then(), "day": TUESDAY, "at": moment, **more}
        return await caller.ok(FREE, **asked)

    async def starts(self, caller: Caller, **more: Any) -> list[str]:
        slots = (await self.free(caller, **more))["availability"]["slots"]
        return [slot["local"]["dateTime"][11:16] for slot in slots]


async def visits(business: Business, *, staff: int = 1, cut: dict[str, Any] | None = None, **colour: Any) -> Salon:
    values = {"name": "Colour", "before_minutes": 10, "price_minor": 7000, "currency": "USD", **colour}
    desk = await bookable(business, staff=staff, hours=((540, 780),), **values)  # 09:00 to 13:00
    shorter = {"duration_minutes": 30, "after_minutes": 5, "price_minor": 3000, "currency": "USD", "step_minutes": 20}
    options = [{"minutes": 45, "price_minor": 4000, "currency": "USD"}]
    second = await business.service("Cut", **{**shorter, "other_durations": options, **(cut or {})})
    for person in desk.staff:
        await second.offer(business.act, person.id, 1)
    cutter = await business.staff("Zoe", offers=[second], schedule_id=desk.schedule.id)
    return Salon(desk, second, cutter)


async def shown(caller: Caller, id: str) -> Any:
    return (await caller.ok(SEGMENTS, id=id))["booking"]


async def test_a_visit_is_one_booking_of_all_its_services(salon: Business) -> None:
    them = await visits(salon)
    made = await them.book(salon.widget, 9, 30, idempotencyKey="once")
    again = await them.book(salon.widget, 9, 30, idempotencyKey="once")
    booking = made["booking"]
    assert booking["id"] == again["booking"]["id"]
    assert (booking["endsAt"], booking["price"]["amountMinor"]) == (said(them.desk.at(11)), 10_000)
    found = await shown(salon.owner, booking["id"])
    assert [one["service"]["name"] for one in found["segments"]] == ["Colour", "Cut"]
    assert [one["startsAt"] for one in found["segments"]] == [said(them.desk.at(9, 30)), said(them.desk.at(10, 30))]
    assert [one["endsAt"] for one in found["segments"]] == [said(them.desk.at(10, 30)), said(them.desk.at(11))]
    assert [one["price"]["amountMinor"] for one in found["segments"]] == [7000, 3000]
    assert (found["beforeMinutes"], found["afterMinutes"]) == (10, 5)
    assert "SUMMARY:Colour\\, Cut" in found["ics"]
    assert await mails(salon) == ["BOOKING_CONFIRMED"]
    assert await events(salon) == ["booking_made"]
    assert await count("occupancy", salon.account.id) == 2
    assert await broken(salon.account.id) == []
    link = by_key(salon.product, made["manageToken"])
    of_link = "query ($id: ID!) { booking(id: $id) { segments { service { name } startsAt } } }"
    assert len((await link.ok(of_link, id=booking["id"]))["booking"]["segments"]) == 2


async def test_the_mail_names_every_service(salon: Business) -> None:
    from calendera.mail_letters import letter_for

    them = await visits(salon)
    await them.book(salon.widget, 9)
    mail = await Mail.filter(account_id=salon.account.id).get()
    letter = await letter_for(mail, salon.product.clock.now(), "https://book.example")
    assert letter is not None
    assert "Colour, Cut" in letter.subject
    assert letter.calendar is not None


async def test_a_booking_of_one_service_has_one_segment(salon: Business) -> None:
    them = await visits(salon)
    made = (await them.desk.book(salon.widget, them.desk.at(9)))["booking"]
    found = await shown(salon.owner, made["id"])
    assert [(one["startsAt"], one["endsAt"]) for one in found["segments"]] == [(made["startsAt"], made["endsAt"])]
    assert found["segments"][0]["price"] == {"amountMinor": 7000, "currency": "USD"}
    assert (await them.book(salon.widget, 10, 30, followedBy=[]))["booking"]["endsAt"] == said(them.desk.at(11, 30))
    later = await moved(salon.owner, made, startsAt=said(them.desk.at(12)), durationMinutes=45)
    found = await shown(salon.owner, made["id"])
    assert [one["endsAt"] for one in found["segments"]] == [later["booking"]["endsAt"]] == [said(them.desk.at(12, 45))]
    assert await broken(salon.account.id) == []


async def test_starts_are_those_at_which_somebody_who_does_it_all_is_free_for_all_of_it(salon: Business) -> None:
    them = await visits(salon, staff=2)
    ada, ben = them.desk.staff
    assert await them.starts(salon.widget) == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert await them.starts(salon.widget, then=them.then(durationMinutes=45)) == [
        "09:00", "09:30", "10:00", "10:30", "11:00",
    ]  # fmt: skip
    await them.desk.book(salon.owner, them.desk.at(11), staff=ada)  # with ten minutes before
    await them.desk.book(salon.owner, them.desk.at(9), staff=ben)
    found = await them.free(salon.widget)
    slots = found["availability"]["slots"]
    with_whom = {slot["local"]["dateTime"][11:16]: slot["staffIds"] for slot in slots}
    assert with_whom == {
        "09:00": [id_of(ada)], "09:30": [id_of(ada)],  # with Zoe for the cut
        "10:30": [id_of(ben)], "11:00": [id_of(ben)], "11:30": [id_of(ben)],
    }  # fmt: skip
    assert {slot["endsAt"] for slot in slots if slot["startsAt"] == said(them.desk.at(9))} == {
        said(them.desk.at(10, 30))
    }
    assert found["daysWithAvailability"]["dates"] == [TUESDAY]
    assert found["nextAvailable"]["slots"][0]["endsAt"] == said(them.desk.at(10, 30))
    assert found["explainSlot"]["offered"] is True
    assert await them.starts(salon.widget, staffId=id_of(ben)) == ["10:30", "11:00", "11:30"]
    assert await them.starts(salon.widget, staffId=id_of(them.only_cuts)) == []


async def test_a_conflict_in_the_second_service_refuses_the_whole_with_times_for_all_of_it(salon: Business) -> None:
    them = await visits(salon)
    await salon.owner.did(OFFLINE, input={"id": id_of(them.only_cuts), "expectedVersion": 1})
    await them.desk.book(salon.owner, them.desk.at(11))
    refused = await them.refused(salon.widget, 9, 30)
    assert (refused["__typename"], refused["step"]) == ("SlotTaken", 1)
    ends = {one["startsAt"]: one["endsAt"] for one in refused["alternatives"]}
    assert ends[said(them.desk.at(9))] == said(them.desk.at(10, 30))
    assert said(them.desk.at(9, 30)) not in ends  # with the next one's buffer, five minutes too long
    assert await count("booking", salon.account.id) == 1
    assert await count("segment", salon.account.id) == 1
    why = (await them.free(salon.widget, at=9.5))["explainSlot"]
    assert (why["offered"], why["reason"], why["step"]) == (False, "TAKEN", 1)
    assert [(one["step"], one["reason"]) for one in why["people"]] == [(0, None), (1, "TAKEN")]


async def test_inside_a_visit_no_buffers_are_kept(salon: Business) -> None:
    them = await visits(salon, after_minutes=60, cut={"before_minutes": 60})
    made = await them.book(salon.widget, 9)
    assert made["booking"]["endsAt"] == said(them.desk.at(10, 30))
    found = await shown(salon.owner, made["booking"]["id"])
    assert (found["beforeMinutes"], found["afterMinutes"]) == (10, 5)


async def test_a_hold_keeps_a_visit_and_is_booked_with_it(salon: Business) -> None:
    them = await visits(salon)
    wanted = {"serviceId": them.desk.id, "startsAt": said(them.desk.at(9)), "followedBy": them.then(durationMinutes=45)}
    held = await salon.widget.did(HOLD, input=wanted)
    assert held["hold"]["endsAt"] == said(them.desk.at(10, 45))
    assert await them.starts(salon.widget) == ["11:00", "11:30"]
    assert (await them.starts(salon.widget, token=held["token"]))[0] == "09:00"
    other = await them.refused(salon.widget, 9, followedBy=[], holdToken=held["token"])
    assert other["fields"][0]["path"] == "holdToken"
    longer = await them.refused(salon.widget, 9, followedBy=them.then(durationMinutes=30), holdToken=held["token"])
    assert longer["fields"][0]["path"] == "durationMinutes"
    made = (await them.book(salon.widget, 9, holdToken=held["token"]))["booking"]
    assert (made["endsAt"], made["price"]["amountMinor"]) == (said(them.desk.at(10, 45)), 11_000)
    assert await count("segment", salon.account.id) == 2
    assert await broken(salon.account.id) == []


async def test_a_hold_of_a_visit_frees_all_of_it_when_it_ends(salon: Business) -> None:
    them = await visits(salon)
    await salon.widget.did(
        HOLD, input={"serviceId": them.desk.id, "startsAt": said(them.desk.at(9)), "followedBy": them.then()}
    )
    salon.product.clock.advance(seconds=300)
    assert (await them.starts(salon.widget))[0] == "09:00"
    await nothing_overdue(salon.product.clock.now())
    assert await count("segment", salon.account.id) == 0


async def moved(caller: Caller, booking: Any, **to: Any) -> Any:
    asked = {"id": booking["id"], "expectedVersion": booking["version"], **to}
    return (await caller.ok(MOVE, input=asked))["rescheduleBooking"]


async def test_a_visit_is_moved_as_one_and_stays_what_was_promised(salon: Business) -> None:
    them = await visits(salon, staff=2)
    made = await them.book(salon.widget, 9, staff=them.desk.staff[0])
    await them.cut.change(salon.act, 1, duration_minutes=60, price_minor=1)
    link = by_key(salon.product, made["manageToken"])
    later = (await moved(link, made["booking"], startsAt=said(them.desk.at(9, 30))))["booking"]
    assert (later["id"], later["reference"], later["version"]) == (
        made["booking"]["id"], made["booking"]["reference"], 2,
    )  # fmt: skip
    found = await shown(salon.owner, later["id"])
    assert [one["startsAt"] for one in found["segments"]] == [said(them.desk.at(9, 30)), said(them.desk.at(10, 30))]
    assert (found["endsAt"], found["price"]["amountMinor"]) == (said(them.desk.at(11)), 10_000)
    assert await them.starts(salon.widget, then=[], staffId=id_of(them.desk.staff[0])) == ["11:30", "12:00"]
    with_ben = await moved(salon.owner, later, startsAt=said(them.desk.at(10)), staffId=id_of(them.desk.staff[1]))
    assert with_ben["booking"]["staff"]["id"] == id_of(them.desk.staff[1])
    cutter = await moved(
        salon.owner, with_ben["booking"], startsAt=said(them.desk.at(9)), staffId=id_of(them.only_cuts)
    )
    assert cutter["__typename"] == "ValidationFailed"
    longer = await moved(salon.owner, with_ben["booking"], startsAt=said(them.desk.at(9)), durationMinutes=30)
    assert longer["fields"][0]["path"] == "durationMinutes"
    assert await broken(salon.account.id) == []


async def test_a_move_onto_another_booking_changes_nothing_of_a_visit(salon: Business) -> None:
    them = await visits(salon)
    made = (await them.book(salon.widget, 9))["booking"]
    await them.desk.book(salon.owner, them.desk.at(12), followedBy=None)
    before = await shown(salon.owner, made["id"])
    refused = await moved(salon.owner, made, startsAt=said(them.desk.at(11)))
    assert refused["__typename"] == "SlotTaken"
    assert all(one["endsAt"] > one["startsAt"] for one in refused["alternatives"])
    assert await shown(salon.owner, made["id"]) == before


async def test_a_visit_that_is_called_off_frees_all_its_time_and_keeps_its_services(salon: Business) -> None:
    them = await visits(salon)
    made = (await them.book(salon.widget, 9))["booking"]
    await salon.owner.did(CANCEL, input={"id": made["id"], "expectedVersion": 1})
    assert (await them.starts(salon.widget))[0] == "09:00"
    assert len((await shown(salon.owner, made["id"]))["segments"]) == 2
    assert await broken(salon.account.id) == []


async def test_limits_count_every_service_of_a_visit(salon: Business) -> None:
    them = await visits(salon, staff=2, cut={"limits": [limit("DAY", "MINUTES", 60)]})
    await them.book(salon.widget, 9)
    await them.book(salon.widget, 9)
    assert (await them.refused(salon.widget, 11))["reason"] == "LIMIT_REACHED"
    assert await them.starts(salon.widget) == []
    alone = {"serviceId": id_of(them.cut), "startsAt": said(them.desk.at(11)), "customer": {"name": "Eve"}}
    assert (await salon.widget.refused(BOOK, input=alone))["reason"] == "LIMIT_REACHED"
    assert (await them.desk.book(salon.widget, them.desk.at(11)))["booking"]  # the colour has no limit
    held = {"serviceId": them.desk.id, "startsAt": said(them.desk.at(11)), "followedBy": them.then()}
    assert (await salon.owner.refused(HOLD, input=held))["reason"] == "LIMIT_REACHED"


async def test_a_held_visit_counts_for_the_limits_of_its_services(salon: Business) -> None:
    them = await visits(salon, staff=2, cut={"limits": [limit("DAY", "COUNT", 1)]})
    held = {"serviceId": them.desk.id, "startsAt": said(them.desk.at(9)), "followedBy": them.then()}
    token = (await salon.widget.did(HOLD, input=held))["token"]
    assert (await them.refused(salon.widget, 11))["reason"] == "LIMIT_REACHED"
    assert (await them.book(salon.widget, 9, holdToken=token))["booking"]


async def test_how_many_one_customer_may_have_counts_visits(salon: Business) -> None:
    them = await visits(salon, cut={"most_active_per_customer": 1})
    await them.book(salon.widget, 9)
    assert (await them.refused(salon.widget, 11))["__typename"] == "TooManyActiveBookings"


async def test_the_strictest_rule_of_any_service_holds_for_the_visit(salon: Business) -> None:
    them = await visits(salon, cut={"notice_minutes": 1440 + 240, "confirmation": Confirmation.MANUAL})
    assert (await them.refused(salon.widget, 9))["reason"] == "TOO_SOON"
    made = (await them.book(salon.owner, 9, evenIfNotOffered=True))["booking"]
    assert made["status"] == "REQUESTED"


async def test_a_service_of_a_visit_is_found_in_the_diary(salon: Business) -> None:
    them = await visits(salon)
    made = (await them.book(salon.widget, 9))["booking"]
    listed = "query ($id: ID!) { bookings(first: 5, filter: {serviceId: $id}) { nodes { id } totalCount } }"
    for service in (them.desk.service, them.cut):
        assert (await salon.owner.ok(listed, id=id_of(service)))["bookings"]["nodes"] == [{"id": made["id"]}]


async def apart(them: Salon, business: Business) -> dict[str, tuple[list[dict[str, Any]], str]]:
    lone = await business.service("Lone", duration_minutes=30)
    shared = await business.service("Class", capacity=4)
    euros = await business.service("Euros", duration_minutes=30, price_minor=1, currency="EUR")
    long = await business.service("Long", duration_minutes=1440)
    for service in (shared, euros, long):
        await service.offer(business.act, them.desk.staff[0].id, 1)
    return {
        "nobody": ([{"serviceId": id_of(lone)}], "There is no place at which somebody offers each"),
        "shared": ([{"serviceId": id_of(shared)}], "A group session is booked by itself."),
        "euros": ([{"serviceId": id_of(euros)}], "They are priced in several currencies."),
        "long": ([{"serviceId": id_of(long)}], "With the time between them they may take longer"),
        "twice": ([{"serviceId": them.desk.id}], "Each service can be there once."),
        "many": (them.then() * 10, "A visit has 10 services at most."),
    }


@pytest.mark.parametrize("why", ["nobody", "shared", "euros", "long", "twice", "many"])
async def test_services_that_do_not_go_together_are_refused(salon: Business, why: str) -> None:
    them = await visits(salon)
    then, words = (await apart(them, salon))[why]
    refused = await them.refused(salon.widget, 9, followedBy=then)
    assert [one["path"] for one in refused["fields"]] == ["followedBy"]
    assert refused["fields"][0]["message"].startswith(words)
    answer = await salon.widget(FREE, id=them.desk.id, then=then, day=TUESDAY, at=said(them.desk.at(9)))
    assert set(answer.codes) == {"BAD_USER_INPUT"}
    assert words in answer.errors[0]["message"]


async def test_a_length_that_the_second_service_does_not_take_names_where(salon: Business) -> None:
    them = await visits(salon)
    refused = await them.refused(salon.widget, 9, followedBy=them.then(durationMinutes=31))
    assert refused["fields"] == [
        {"path": "followedBy.0.durationMinutes", "message": "The service takes 30 or 45 minutes, not 31."}
    ]


async def test_what_is_hidden_or_a_rivals_is_no_part_of_a_visit(salon: Business, rival: Business) -> None:
    them, theirs = await visits(salon), await visits(rival)
    await them.cut.change(salon.act, 1, visibility=Visibility.PRIVATE)
    for then in (them.then(), theirs.then(), [{"serviceId": "svc_nothing"}]):
        assert (await them.refused(salon.widget, 9, followedBy=then))["__typename"] == "NotFound"
        assert set((await them.free(salon.widget, then=then)).values()) == {None}
    assert (await them.book(salon.owner, 9))["booking"]
    made = (await theirs.book(rival.widget, 9))["booking"]
    assert (await salon.owner.ok(SEGMENTS, id=made["id"]))["booking"] is None


async def test_a_visit_and_a_booking_that_takes_its_second_service_at_once(salon: Business) -> None:
    them = await visits(salon)
    single = them.desk.wanted(them.desk.at(10))
    both = [them.wanted(9), single] * 4
    answers = await asyncio.gather(*(salon.owner.ok(BOOK, input=one) for one in both))
    names = [answer["book"]["__typename"] for answer in answers]
    assert sorted(names) == ["BookPayload"] + ["SlotTaken"] * 7
    assert await count("segment", salon.account.id) in (1, 2)
    assert await broken(salon.account.id) == []


async def test_a_visit_over_a_change_of_clocks_lasts_as_long_as_its_services(salon: Business) -> None:
    """On 14 March 2027 clocks in Chicago jump from 02:00 to 03:00."""
    values = {"duration_minutes": 60, "step_minutes": 60, "horizon_days": 90}
    desk = await bookable(salon, hours=((0, 1440),), **values)
    second = await salon.service("Cut", **values)
    await second.offer(salon.act, desk.staff[0].id, 1)
    starts_at = instant(1_805_007_600)  # 01:00-06:00
    wanted = desk.wanted(starts_at, followedBy=[{"serviceId": id_of(second)}])
    made = (await salon.widget.did(BOOK, input=wanted))["booking"]
    assert made["local"]["dateTime"] == "2027-03-14T01:00:00"
    assert made["endsAt"] == said(starts_at + timedelta(hours=2))
    found = await shown(salon.owner, made["id"])
    assert found["segments"][1]["startsAt"] == said(starts_at + timedelta(hours=1))
