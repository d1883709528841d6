"""Booking through the API: who gets the time, and what is promised with it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from models.booking import Booking
from models.customer import Customer
from models.location import Location
from models.membership import Role
from models.service import Confirmation
from models.staff import TimeOff
from tests.bookable import ADA, BOOK, Desk, bookable, count, events, mails, said
from tests.businesses import Business, id_of


async def nothing_happened(business: Business, but: int = 0) -> None:
    """No booking, no blocked time, no mail and no event beside those of `but` bookings."""
    assert await count("booking", business.account.id) == but
    assert await count("occupancy", business.account.id) == but
    assert len(await mails(business)) == but
    assert len(await events(business)) == but


@pytest.mark.promise("6.3")
async def test_a_visitor_books_a_free_time_and_gets_what_was_promised(salon: Business) -> None:
    desk = await bookable(salon, price_minor=4500, currency="USD", cancel_cutoff_minutes=1440)
    made = await desk.book(salon.widget, at=desk.at(10), note="  By the window,\n please ")
    booking = made["booking"]
    assert booking["status"] == "CONFIRMED"
    assert (booking["startsAt"], booking["endsAt"]) == ("2027-01-12T16:00:00Z", "2027-01-12T17:00:00Z")
    assert booking["local"] == {
        "dateTime": "2027-01-12T10:00:00", "offset": "-06:00", "zone": "America/Chicago", "abbreviation": "CST",
    }  # fmt: skip
    assert booking["price"] == {"amountMinor": 4500, "currency": "USD"}
    assert booking["cancellableUntil"] == "2027-01-11T16:00:00Z"
    assert (booking["version"], booking["sequence"], booking["source"]) == (1, 0, "WIDGET")
    assert (await Booking.of(salon.account.id).get()).customer_note == "By the window,\nplease"
    assert re.fullmatch("[3467ACDEFGHJKMNPQRTVWXY9]{8}", booking["reference"])
    assert await mails(salon) == ["BOOKING_CONFIRMED"]
    assert await events(salon) == ["booking_made"]


async def test_what_was_promised_does_not_follow_the_service(salon: Business) -> None:
    desk = await bookable(salon, price_minor=4500, currency="USD", after_minutes=30)
    made = await desk.book(salon.widget, at=desk.at(10))
    await desk.service.change(salon.act, 1, price_minor=9900, duration_minutes=30, after_minutes=0)
    asked = "query ($id: ID!) { booking(id: $id) { endsAt afterMinutes price { amountMinor } } }"
    found = (await salon.owner.ok(asked, id=made["booking"]["id"]))["booking"]
    assert found == {"endsAt": "2027-01-12T17:00:00Z", "afterMinutes": 30, "price": {"amountMinor": 4500}}
    assert (await desk.refused(salon.widget, at=desk.at(11)))["__typename"] == "SlotTaken"


async def test_every_door_books_and_says_which_it_was(salon: Business) -> None:
    desk = await bookable(salon)
    doors = {"WIDGET": salon.widget, "DASHBOARD": await salon.member(Role.STAFF), "PARTNER": salon.partner}
    for hour, (source, caller) in enumerate(doors.items(), 9):
        assert (await desk.book(caller, at=desk.at(hour)))["booking"]["source"] == source


@pytest.mark.parametrize(("hour", "minute"), [(10, 0), (9, 30), (10, 30)])
async def test_a_time_that_overlaps_is_taken_and_others_are_offered(salon: Business, hour: int, minute: int) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10))
    refusal = await desk.refused(salon.widget, at=desk.at(hour, minute))
    assert (refusal["__typename"], refusal["code"]) == ("SlotTaken", "SLOT_TAKEN")
    wanted, offered = said(desk.at(hour, minute)), [one["startsAt"] for one in refusal["alternatives"]]
    assert len(offered) == 5 and wanted not in offered and offered == sorted(offered)
    assert {"2027-01-12T15:00:00Z", "2027-01-12T17:00:00Z"} <= set(offered)
    assert refusal["alternatives"][0]["local"]["zone"] == "America/Chicago"
    await nothing_happened(salon, but=1)


async def test_touching_is_free(salon: Business) -> None:
    desk = await bookable(salon)
    for hour in (10, 9, 11):
        await desk.book(salon.widget, at=desk.at(hour))


async def test_time_off_is_taken_for_everybody(salon: Business) -> None:
    desk = await bookable(salon)
    await TimeOff.begin(salon.act, staff_id=None, starts_at=desk.at(10), ends_at=desk.at(12))
    for freely in (False, True):
        refusal = await desk.refused(salon.owner, at=desk.at(11), evenIfNotOffered=freely)
        assert refusal["__typename"] == "SlotTaken"


SAID = ("earliest", "lastDate", "limitPeriod", "againOn")


def instead(desk: Desk, reason: str) -> dict[str, str]:
    """What a refusal names that the rule would accept: now is Monday at 06:00, and five hours of notice are wanted."""
    if reason in ("IN_THE_PAST", "TOO_SOON"):
        return {"earliest": said(desk.at(11, day=-1))}
    return {"lastDate": "2027-03-12"} if reason == "TOO_FAR" else {}


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (lambda desk: desk.at(20), "OUTSIDE_OPENING_HOURS"),
        (lambda desk: desk.at(16, 30), "OUTSIDE_OPENING_HOURS"),
        (lambda desk: desk.at(10, 10), "NOT_ON_GRID"),
        (lambda desk: desk.at(10, day=90), "TOO_FAR"),
        (lambda desk: desk.at(10, day=-3), "IN_THE_PAST"),
        (lambda desk: desk.at(9, day=-1), "TOO_SOON"),
    ],
)
async def test_what_is_not_offered_is_refused_with_the_rule(salon: Business, when: Any, reason: str) -> None:
    desk = await bookable(salon, notice_minutes=300)
    refusal = await desk.refused(salon.widget, at=when(desk))
    assert (refusal["__typename"], refusal["reason"]) == ("NotOffered", reason)
    assert {key: value for key, value in refusal.items() if key in SAID and value} == instead(desk, reason)
    assert await desk.refused(salon.owner, at=when(desk))
    await nothing_happened(salon)


async def test_a_manager_may_waive_the_rules_which_leaves_a_trace_but_never_take_a_taken_time(salon: Business) -> None:
    desk = await bookable(salon, notice_minutes=300)
    manager = await salon.member(Role.MANAGER)
    history = "query ($id: ID!) { booking(id: $id) { history { name actorKind details { name value } } } }"
    for at, rule in (
        (desk.at(20), "OUTSIDE_OPENING_HOURS"), (desk.at(10, 7), "NOT_ON_GRID"), (desk.at(10, day=90), "TOO_FAR"),
        (desk.at(9, day=-1), "TOO_SOON"),
    ):  # fmt: skip
        made = await desk.book(manager, at=at, evenIfNotOffered=True)
        found = (await manager.ok(history, id=made["booking"]["id"]))["booking"]["history"]
        assert {"name": "overridden", "value": rule} in found[0]["details"]
    assert (await desk.refused(manager, at=desk.at(10), evenIfNotOffered=True))["__typename"] == "SlotTaken"
    past = await desk.refused(manager, at=desk.at(9, day=-3), evenIfNotOffered=True)
    assert past["reason"] == "IN_THE_PAST"
    offered = await desk.book(manager, at=desk.at(12), evenIfNotOffered=True)
    details = (await manager.ok(history, id=offered["booking"]["id"]))["booking"]["history"][0]["details"]
    assert "overridden" not in [detail["name"] for detail in details]


async def test_only_who_may_waive_the_rules_does(salon: Business) -> None:
    desk = await bookable(salon)
    for caller in (salon.widget, salon.partner, await salon.member(Role.STAFF)):
        asked = desk.wanted(desk.at(20), evenIfNotOffered=True)
        assert await caller.denied(BOOK, input=asked) == "FORBIDDEN"
    await nothing_happened(salon)


async def test_a_visitor_without_a_preference_gets_whoever_had_least_to_do(salon: Business) -> None:
    desk = await bookable(salon, staff=3)
    seen = [(await desk.book(salon.widget, at=desk.at(hour)))["booking"]["staff"]["id"] for hour in (9, 10, 11)]
    assert sorted(seen) == sorted(id_of(person) for person in desk.staff)


async def test_a_heavier_weight_gets_more_of_them(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    heavy = desk.staff[1]
    await desk.service.offer(salon.act, heavy.id, 3)
    times = [desk.at(hour, day=day) for day in range(2) for hour in (9, 11, 13, 15)]
    seen = [(await desk.book(salon.widget, at=at))["booking"]["staff"]["id"] for at in times]
    assert seen.count(id_of(heavy)) == 6


async def test_of_two_people_the_one_who_is_free_is_chosen(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    first = await desk.book(salon.widget, at=desk.at(10))
    second = await desk.book(salon.widget, at=desk.at(10))
    assert first["booking"]["staff"]["id"] != second["booking"]["staff"]["id"]
    refusal = await desk.refused(salon.widget, at=desk.at(10))
    assert refusal["__typename"] == "SlotTaken"


async def test_a_request_waits_for_an_answer_and_blocks_its_time(salon: Business) -> None:
    desk = await bookable(salon, confirmation=Confirmation.MANUAL, request_minutes=120)
    made = await desk.book(salon.widget, at=desk.at(10))
    assert made["booking"]["status"] == "REQUESTED"
    assert made["booking"]["requestExpiresAt"] == "2027-01-11T14:00:00Z"
    assert (await desk.refused(salon.widget, at=desk.at(10)))["__typename"] == "SlotTaken"
    assert await mails(salon) == ["BOOKING_REQUESTED"]
    salon.product.clock.stand_at(desk.at(9))
    late = await desk.book(salon.widget, at=desk.at(11))
    assert late["booking"]["requestExpiresAt"] == said(desk.at(11)), "no request outlives its appointment"
    soon = await desk.book(salon.widget, at=desk.at(9))
    assert soon["booking"]["requestExpiresAt"] == said(desk.at(9))


async def test_the_place_is_that_of_the_service_or_of_the_person(salon: Business) -> None:
    desk = await bookable(salon)
    berlin = await Location.begin(salon.act, name="Berlin", zone="Europe/Berlin")
    await desk.staff[0].change(salon.act, 1, location_id=berlin.id)
    made = await desk.book(salon.widget, at=desk.at(10))
    assert made["booking"]["local"]["dateTime"] == "2027-01-12T17:00:00"
    tokyo = await Location.begin(salon.act, name="Tokyo", zone="Asia/Tokyo")
    await desk.service.change(salon.act, 1, location_id=tokyo.id)
    made = await desk.book(salon.widget, at=desk.at(11))
    assert made["booking"]["local"]["dateTime"] == "2027-01-13T02:00:00"
    stored = await Booking.of(salon.account.id).order_by("id").last()
    assert stored is not None
    assert (stored.local_start, stored.zone, stored.location_id) == ("2027-01-13T02:00", "Asia/Tokyo", tokyo.id)


BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"customer": {"name": "x" * 300, "email": "nonsense", "phone": "abc def"}},
     ["customer.name", "customer.email", "customer.phone"]),
    ({"customer": {"name": ""}}, ["customer.name"]),
    ({"customer": None}, ["customer"]),
    ({"customerId": "cus_00000000000000000000000000"}, ["customer"]),
    ({"note": "x" * 4001}, ["note"]),
    ({"customerZone": "Mars/Olympus"}, ["customerZone"]),
    ({"idempotencyKey": ""}, ["idempotencyKey"]),
    ({"idempotencyKey": "k" * 121}, ["idempotencyKey"]),
    ({"startsAt": "2027-01-12T16:00:30Z"}, ["startsAt"]),
    ({"startsAt": "2207-01-12T16:00:00Z"}, ["startsAt"]),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "paths"), BAD)
async def test_every_problem_of_the_input_is_told(salon: Business, bad: dict[str, Any], paths: list[str]) -> None:
    desk = await bookable(salon)
    refusal = await salon.widget.refused(BOOK, input={**desk.wanted(desk.at(10)), **bad})
    assert [problem["path"] for problem in refusal["fields"]] == paths
    await nothing_happened(salon)


@pytest.mark.parametrize(
    "when",
    ["2027-01-12T16:00:00", "2027-01-12", "2027-W02-2", "20270112T160000Z", "2027-01-12T24:00:00Z",
     "2027-01-12T16:00:60Z", "2027-02-30T16:00:00Z", "2027-01-12T16:00:00+0530", "", "soon"],
)  # fmt: skip
async def test_what_is_no_instant_is_refused(salon: Business, when: str) -> None:
    desk = await bookable(salon)
    assert await salon.widget.denied(BOOK, input={**desk.wanted(desk.at(10)), "startsAt": when}) == "BAD_USER_INPUT"


@pytest.mark.parametrize("name", ["مريم الفارسي", "山田太郎", "Zoë 💈", "‮evil", "O'Brien; DROP TABLE booking"])
async def test_every_script_books(salon: Business, name: str) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10), customer={"name": name}, note=name)
    stored = await Customer.of(salon.account.id).get()
    assert stored.name == name.replace("\u202e", "")


async def test_a_packed_service_starts_right_after_the_one_before(salon: Business) -> None:
    """V26: open 08:00-12:30, busy 10:00-10:10, an hour every hour."""
    desk = await bookable(salon, hours=((480, 750),), step_minutes=60, slot_mode="PACKED")
    short = await salon.service("Short", duration_minutes=10, step_minutes=5)
    await short.offer(salon.act, desk.staff[0].id, 1)
    await Desk(salon, short, desk.staff, desk.schedule).book(salon.owner, at=desk.at(10))
    assert await desk.free(salon.widget) == ["08:00", "09:00", "10:10", "11:10"]
    assert (await desk.refused(salon.widget, at=desk.at(11)))["reason"] == "NOT_ON_GRID"
    await desk.book(salon.widget, at=desk.at(10, 10))


async def test_notice_is_inclusive_to_the_second(salon: Business) -> None:
    desk = await bookable(salon, notice_minutes=60)
    salon.product.clock.stand_at(desk.at(9) + timedelta(microseconds=1))
    assert (await desk.refused(salon.widget, at=desk.at(10)))["reason"] == "TOO_SOON"
    salon.product.clock.stand_at(desk.at(9))
    await desk.book(salon.widget, at=desk.at(10))


async def test_without_an_email_no_mail_is_sent(salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10), customer={"name": ADA["name"]})
    assert await mails(salon) == []
    assert made["manageToken"]
