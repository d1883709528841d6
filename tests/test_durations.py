"""Duration options of a service: what may be offered, and the one that is chosen in every door."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api import Caller
from tests.bookable import BOOK, HOLD, MOVE, Desk, bookable, said
from tests.businesses import Business, by_key
from tests.test_service_limits import limit

TUESDAY = "2027-01-12"
SHOWN = "durationMinutes durations { minutes price { amountMinor currency } } alignmentMinutes"
SET = f"""mutation ($input: UpdateServiceInput!) {{ updateService(input: $input) {{ __typename
    ... on UpdateServicePayload {{ service {{ {SHOWN} }} }}
    ... on Refusal {{ code }} ... on ValidationFailed {{ fields {{ path message }} }} }} }}"""
ADD = f"""mutation ($input: CreateServiceInput!) {{ createService(input: $input) {{ __typename
    ... on CreateServicePayload {{ service {{ {SHOWN} }} }} }} }}"""
ASKED = "serviceId: $id, durationMinutes: $minutes"
FREE = f"""query ($id: ID!, $minutes: Int, $day: Date!, $at: DateTime!) {{
    availability({ASKED}, from: $day, to: $day) {{ slots {{ endsAt local {{ dateTime }} }} }}
    daysWithAvailability({ASKED}, from: $day, to: $day) {{ dates }}
    nextAvailable({ASKED}, after: $at) {{ slots {{ startsAt endsAt }} }}
    explainSlot({ASKED}, startsAt: $at) {{ offered reason alternatives {{ startsAt endsAt }} }} }}"""


def option(minutes: int, price: int | None = None) -> dict[str, Any]:
    return {"minutes": minutes, "price_minor": price, "currency": None if price is None else "USD"}


async def massage(business: Business, **more: Any) -> Desk:
    """30 minutes at $40 as a rule; 60 at $70, or 90 at the usual price. Open from 09:00 to 12:00."""
    values = {"price_minor": 4000, "currency": "USD", "other_durations": [option(60, 7000), option(90)]}
    return await bookable(business, duration_minutes=30, hours=((540, 720),), **{**values, **more})


async def free(caller: Caller, desk: Desk, minutes: int | None, hour: int = 11) -> Any:
    return await caller.ok(FREE, id=desk.id, minutes=minutes, day=TUESDAY, at=said(desk.at(hour)))


def length(slot: Any) -> timedelta:
    return datetime.fromisoformat(slot["endsAt"]) - datetime.fromisoformat(slot["startsAt"])


async def test_a_service_says_how_long_it_may_take_and_for_how_much(salon: Business) -> None:
    desk = await massage(salon)
    shown = (await salon.widget.ok(f"query ($id: ID!) {{ service(id: $id) {{ {SHOWN} }} }}", id=desk.id))["service"]
    assert shown["durations"] == [
        {"minutes": minutes, "price": {"amountMinor": price, "currency": "USD"}}
        for minutes, price in ((30, 4000), (60, 7000), (90, 4000))
    ]


async def test_what_is_said_of_durations_is_stored_and_an_update_replaces_it(salon: Business) -> None:
    others = [{"minutes": 45}, {"minutes": 20, "price": {"amountMinor": 0, "currency": "eur"}}]
    made = (await salon.owner.did(ADD, input={"name": "Cut", "durationMinutes": 30, "otherDurations": others}))[
        "service"
    ]
    assert [one["minutes"] for one in made["durations"]] == [30, 45, 20]
    assert [one["price"] for one in made["durations"]] == [None, None, {"amountMinor": 0, "currency": "EUR"}]
    desk = await massage(salon)
    changed = await salon.owner.did(SET, input={"id": desk.id, "expectedVersion": 1, "otherDurations": []})
    assert [one["minutes"] for one in changed["service"]["durations"]] == [30]


@pytest.mark.parametrize(
    ("said_of_it", "path"),
    [
        ({"otherDurations": [{"minutes": 30}]}, "otherDurations"),
        ({"otherDurations": [{"minutes": 45}, {"minutes": 45}]}, "otherDurations"),
        ({"otherDurations": [{"minutes": 0}]}, "otherDurations.0.minutes"),
        ({"otherDurations": [{"minutes": 1441}]}, "otherDurations.0.minutes"),
        ({"otherDurations": [{"minutes": 1, "price": {"amountMinor": -1, "currency": "USD"}}]},
         "otherDurations.0.price.amountMinor"),
        ({"otherDurations": [{"minutes": 100 + n} for n in range(21)]}, "otherDurations"),
        ({"durationMinutes": 60}, "otherDurations"),  # it is one of the others
        ({"capacity": 5}, "otherDurations"),  # a group session has one length
        ({"alignmentMinutes": 7}, "alignmentMinutes"),
        ({"alignmentMinutes": 0}, "alignmentMinutes"),
        ({"alignmentMinutes": 2880}, "alignmentMinutes"),
    ],
)  # fmt: skip
async def test_durations_that_nobody_could_choose_are_refused(
    salon: Business, said_of_it: dict[str, Any], path: str
) -> None:
    desk = await massage(salon)
    refused = await salon.owner.refused(SET, input={"id": desk.id, "expectedVersion": 1, **said_of_it})
    assert [one["path"] for one in refused["fields"]] == [path]


async def test_everything_that_looks_ahead_looks_for_the_length_that_was_chosen(salon: Business) -> None:
    desk = await massage(salon)
    await desk.book(salon.widget, desk.at(10))
    for minutes, starts, end in ((None, 5, "09:30"), (60, 3, "10:00"), (90, 1, "12:00")):
        found = await free(salon.widget, desk, minutes, hour=9)
        slots = found["availability"]["slots"]
        assert len(slots) == starts
        first = desk.at(int(end[:2]), int(end[3:]))
        assert (slots[0]["endsAt"], found["nextAvailable"]["slots"][0]["endsAt"]) == (said(first), said(first))
        assert found["daysWithAvailability"]["dates"] == [TUESDAY]
        why = found["explainSlot"]
        assert (why["offered"], why["reason"]) == ((True, None) if minutes != 90 else (False, "TAKEN"))
        assert {length(one) for one in why["alternatives"]} <= {timedelta(minutes=90)}


@pytest.mark.parametrize("minutes", [45, 0, -30, 2_000_000_000])
async def test_a_length_that_is_not_offered_is_refused_with_those_that_are(salon: Business, minutes: int) -> None:
    desk = await massage(salon)
    words = f"takes 30, 60 or 90 minutes, not {minutes}."
    for document in (BOOK, HOLD):
        given = desk.wanted(desk.at(9), durationMinutes=minutes)
        if document == HOLD:
            given.pop("customer")
        refused = await salon.widget.refused(document, input=given)
        assert refused["__typename"] == "ValidationFailed"
        assert refused["fields"] == [{"path": "durationMinutes", "message": f"The service {words}"}]
    asked = {"id": desk.id, "minutes": minutes, "day": TUESDAY, "at": said(desk.at(9))}
    answer = await salon.widget(FREE, **asked)
    assert set(answer.codes) == {"BAD_USER_INPUT"}
    assert all(words in error["message"] for error in answer.errors)


async def test_a_booking_takes_the_length_and_the_price_that_were_chosen(salon: Business) -> None:
    desk = await massage(salon)
    made = (await desk.book(salon.widget, desk.at(9), durationMinutes=60))["booking"]
    assert (made["endsAt"], made["price"]["amountMinor"]) == (said(desk.at(10)), 7000)
    assert (await desk.refused(salon.widget, desk.at(9, 30)))["__typename"] == "SlotTaken"
    refused = await desk.refused(salon.widget, desk.at(9, 30), durationMinutes=90)
    assert {length(one) for one in refused["alternatives"]} == {timedelta(minutes=90)}
    assert said(desk.at(10)) in {one["startsAt"] for one in refused["alternatives"]}
    long = (await desk.book(salon.widget, desk.at(10), durationMinutes=90))["booking"]
    assert (long["endsAt"], long["price"]["amountMinor"]) == (said(desk.at(11, 30)), 4000)


async def test_a_hold_keeps_the_length_and_is_booked_with_it(salon: Business) -> None:
    desk = await massage(salon)
    wanted = {"serviceId": desk.id, "startsAt": said(desk.at(9))}
    held = await salon.widget.did(HOLD, input={**wanted, "durationMinutes": 60})
    assert held["hold"]["endsAt"] == said(desk.at(10))
    refused = await desk.refused(salon.widget, desk.at(9), holdToken=held["token"], durationMinutes=30)
    assert refused["fields"][0]["path"] == "durationMinutes"
    made = (await desk.book(salon.widget, desk.at(9), holdToken=held["token"]))["booking"]
    assert (made["endsAt"], made["price"]["amountMinor"]) == (said(desk.at(10)), 7000)


async def test_a_hold_of_a_length_that_is_offered_no_more_has_ended(salon: Business) -> None:
    desk = await massage(salon)
    wanted = {"serviceId": desk.id, "startsAt": said(desk.at(9))}
    held = await salon.widget.did(HOLD, input={**wanted, "durationMinutes": 60})
    await salon.owner.did(SET, input={"id": desk.id, "expectedVersion": 1, "otherDurations": []})
    refused = await desk.refused(salon.widget, desk.at(9), holdToken=held["token"])
    assert refused["__typename"] == "HoldEnded"


async def moved(caller: Caller, booking: Any, **to: Any) -> Any:
    return (await caller.ok(MOVE, input={"id": booking["id"], "expectedVersion": booking["version"], **to}))[
        "rescheduleBooking"
    ]


async def test_a_move_keeps_the_length_unless_the_business_changes_it(salon: Business) -> None:
    desk = await massage(salon)
    booked = await desk.book(salon.widget, desk.at(9), durationMinutes=60)
    link = by_key(salon.product, booked["manageToken"])
    later = (await moved(link, booked["booking"], startsAt=said(desk.at(10))))["booking"]
    assert later["endsAt"] == said(desk.at(11))
    refused = await moved(link, later, startsAt=said(desk.at(10)), durationMinutes=30)
    assert refused["fields"][0]["path"] == "durationMinutes"
    longer = (await moved(salon.owner, later, startsAt=said(desk.at(10)), durationMinutes=75))["booking"]
    assert (longer["endsAt"], longer["price"]["amountMinor"]) == (said(desk.at(11, 15)), 7000)
    assert (longer["version"], longer["sequence"]) == (3, 2)
    again = (await moved(salon.owner, longer, startsAt=said(desk.at(10)), durationMinutes=75))["booking"]
    assert again["version"] == 3
    await desk.book(salon.widget, desk.at(11, 30))
    taken = await moved(salon.owner, longer, startsAt=said(desk.at(10)), durationMinutes=100)
    assert taken["__typename"] == "SlotTaken"
    assert {length(one) for one in taken["alternatives"]} == {timedelta(minutes=100)}
    wrong = await moved(salon.owner, longer, startsAt=said(desk.at(10)), durationMinutes=0)
    assert wrong["fields"][0]["path"] == "durationMinutes"


async def test_a_group_session_keeps_its_length(salon: Business) -> None:
    desk = await bookable(salon, capacity=3)
    booked = (await desk.book(salon.widget, desk.at(9)))["booking"]
    refused = await moved(salon.owner, booked, startsAt=said(desk.at(9)), durationMinutes=90)
    assert refused["fields"] == [
        {"path": "durationMinutes", "message": "A group session keeps its length. Leave it out."}
    ]


async def test_limits_in_minutes_count_the_length_that_is_chosen(salon: Business) -> None:
    desk = await massage(salon, limits=[limit("DAY", "MINUTES", 120)])
    await desk.book(salon.widget, desk.at(9), durationMinutes=60)
    assert (await desk.refused(salon.widget, desk.at(10), durationMinutes=90))["reason"] == "LIMIT_REACHED"
    assert (await free(salon.widget, desk, 90))["availability"]["slots"] == []
    booked = (await desk.book(salon.widget, desk.at(10), durationMinutes=60))["booking"]
    refused = await moved(salon.owner, booked, startsAt=said(desk.at(10)), durationMinutes=61)
    assert refused["reason"] == "LIMIT_REACHED"


async def test_of_a_long_and_a_short_one_at_once_only_one_is_booked(salon: Business) -> None:
    desk = await massage(salon)
    wanted = [desk.wanted(desk.at(9), durationMinutes=90), desk.wanted(desk.at(10)), desk.wanted(desk.at(9, 30))]
    answers = await asyncio.gather(*(salon.owner.ok(BOOK, input=one) for one in wanted))
    names = [answer["book"]["__typename"] for answer in answers]
    # Either the long one, or both short ones.
    assert names in (["BookPayload", "SlotTaken", "SlotTaken"], ["SlotTaken", "BookPayload", "BookPayload"])


async def test_the_lengths_of_a_rivals_service_are_not_told(salon: Business, rival: Business) -> None:
    desk = await massage(rival)
    found = await free(salon.owner, desk, 45)
    assert set(found.values()) == {None}
    assert (await desk.refused(salon.owner, desk.at(9), durationMinutes=45))["__typename"] == "NotFound"
