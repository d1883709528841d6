"""Add-ons through the API: what is chosen beside a service, what it adds, and that a booking keeps it."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.add_on import AddOn, BookingAddOn
from models.invariants import broken
from models.storage.database import execute
from rules.quoting import PriceUnit
from tests.bookable import HOLD, MOVE, TOMORROW, Desk, bookable, count, said
from tests.businesses import Business, id_of

ONE = "id name description extraMinutes maximum position version archivedAt price { amountMinor currency }"
REFUSED = "... on Refusal { code message }"
INVALID = "... on ValidationFailed { fields { path message } }"


def verb(name: str, gives: str = f"addOn {{ {ONE} }}", more: str = "") -> str:
    said = f"{name[0].upper()}{name[1:]}"
    return f"""mutation ($input: {said}Input!) {{ {name}(input: $input) {{
        __typename ... on {said}Payload {{ {gives} }} {REFUSED} {more} }} }}"""


CREATE, UPDATE, ARCHIVE = verb("createAddOn", more=INVALID), verb("updateAddOn"), verb("archiveAddOn")
OFFER = verb("offerAddOn", "addOn { id } service { addOns { name } }", INVALID)
STOP = verb("stopOfferingAddOn", "service { addOns { name } }")
LIST = "query { addOns(first: 20) { nodes { name } } }"
CHOSEN = "addOns { name quantity extraMinutes unitPrice { amountMinor } }"
BOOK = f"""mutation ($input: BookInput!) {{ book(input: $input) {{ __typename
    ... on BookPayload {{ booking {{ id version startsAt endsAt price {{ amountMinor currency }} {CHOSEN} }} }}
    ... on Refusal {{ code message }} ... on ValidationFailed {{ fields {{ path message }} }}
    ... on AddOnRefused {{ addOnId problem maximum }} }} }}"""
FREE = """query ($serviceId: ID!, $from: Date!, $to: Date!, $addOns: [AddOnChoiceInput!], $party: Int! = 1) {
    availability(serviceId: $serviceId, from: $from, to: $to, addOns: $addOns, partySize: $party) {
      price { amountMinor currency } slots { startsAt endsAt local { dateTime } } } }"""


async def chosen_with(desk: Desk, name: str = "Mask", **values: Any) -> AddOn:
    given = {"name": name, "price_minor": 1500, "currency": "USD", "extra_minutes": 30, "maximum": 2, **values}
    made = await AddOn.begin(desk.business.act, **given)
    await made.offer(desk.business.act, desk.service.id)
    return made


async def priced(business: Business, **more: Any) -> Desk:
    return await bookable(business, price_minor=4500, currency="USD", **more)


def some(add_on: AddOn, quantity: int = 1) -> list[dict[str, Any]]:
    return [{"addOnId": id_of(add_on), "quantity": quantity}]


async def test_what_is_chosen_lengthens_the_appointment_and_adds_to_the_price(salon: Business) -> None:
    desk = await priced(salon, price_unit=PriceUnit.PERSON)
    mask, oil = (
        await chosen_with(desk),
        await chosen_with(desk, "Oil", extra_minutes=0, price_minor=None, currency=None),
    )
    chosen = [*some(mask, 2), *some(oil)]
    made = (await salon.widget.did(BOOK, input=desk.wanted(desk.at(10), addOns=chosen)))["booking"]
    assert (made["startsAt"], made["endsAt"]) == (said(desk.at(10)), said(desk.at(12)))
    assert made["price"] == {"amountMinor": 7500, "currency": "USD"}
    assert made["addOns"] == [
        {"name": "Mask", "quantity": 2, "extraMinutes": 30, "unitPrice": {"amountMinor": 1500}},
        {"name": "Oil", "quantity": 1, "extraMinutes": 0, "unitPrice": None},
    ]
    assert (await desk.refused(salon.widget, at=desk.at(11, 30)))["code"] == "SLOT_TAKEN"
    assert await broken(salon.account.id) == []


async def test_only_starts_with_room_for_all_of_it_are_offered_with_their_price(salon: Business) -> None:
    desk = await priced(salon, hours=((540, 660),))
    mask = await chosen_with(desk)
    dates = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}

    async def free(**more: Any) -> tuple[list[str], int]:
        found = (await salon.widget.ok(FREE, **dates, **more))["availability"]
        return [slot["local"]["dateTime"][11:16] for slot in found["slots"]], found["price"]["amountMinor"]

    assert await free() == (["09:00", "09:30", "10:00"], 4500)
    assert await free(addOns=some(mask)) == (["09:00", "09:30"], 6000)
    assert await free(addOns=some(mask, 2)) == (["09:00"], 7500)
    too_late = await salon.widget.refused(BOOK, input=desk.wanted(desk.at(10), addOns=some(mask)))
    assert too_late["code"] == "NOT_OFFERED"


async def test_a_hold_keeps_the_time_of_what_was_chosen(salon: Business) -> None:
    desk = await priced(salon)
    mask = await chosen_with(desk)
    input = {"serviceId": desk.id, "startsAt": said(desk.at(10)), "addOns": some(mask)}
    held = await salon.widget.did(HOLD, input=input)
    assert held["hold"]["endsAt"] == said(desk.at(11, 30))
    assert (await desk.refused(salon.owner, at=desk.at(11)))["code"] == "SLOT_TAKEN"
    wanted = desk.wanted(desk.at(10), addOns=some(mask), holdToken=held["token"])
    assert (await salon.widget.did(BOOK, input=wanted))["booking"]["endsAt"] == said(desk.at(11, 30))


async def test_more_than_was_held_is_booked_only_where_it_is_free(salon: Business) -> None:
    desk = await priced(salon)
    mask = await chosen_with(desk)
    held = await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(10))})
    await desk.book(salon.owner, at=desk.at(11))
    wanted = desk.wanted(desk.at(10), addOns=some(mask), holdToken=held["token"])
    assert (await salon.widget.refused(BOOK, input=wanted))["code"] == "SLOT_TAKEN"
    assert await count("booking_add_on", salon.account.id) == 0
    await salon.widget.did(BOOK, input={**wanted, "addOns": []})


async def test_what_cannot_be_chosen_is_refused_with_the_reason(salon: Business, rival: Business) -> None:
    desk, theirs = await priced(salon), await priced(rival)
    mask, foreign = await chosen_with(desk), await chosen_with(theirs)
    euro = await chosen_with(desk, "Euro", currency="EUR")
    day = await chosen_with(desk, "Day", extra_minutes=1440)
    old = await chosen_with(desk, "Old")
    await old.archive(salon.act, 1)
    elsewhere = await AddOn.begin(salon.act, name="Elsewhere")
    for add_on, quantity, reason, most in (
        (foreign, 1, "NOT_OFFERED", None), (old, 1, "NOT_OFFERED", None), (elsewhere, 1, "NOT_OFFERED", None),
        (mask, 3, "TOO_MANY", 2), (euro, 1, "OTHER_CURRENCY", 2), (day, 1, "TOO_LONG", 2),
    ):  # fmt: skip
        wanted = desk.wanted(desk.at(10), addOns=some(add_on, quantity))
        refusal = await salon.widget.refused(BOOK, input=wanted)
        expected = ("ADD_ON_REFUSED", reason, most, id_of(add_on))
        assert (refusal["code"], refusal["problem"], refusal["maximum"], refusal["addOnId"]) == expected
        dates = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}
        assert await salon.widget.denied(FREE, **dates, addOns=some(add_on, quantity)) == "BAD_USER_INPUT"
    twice = await salon.widget.refused(BOOK, input=desk.wanted(desk.at(10), addOns=some(mask) * 2))
    assert [problem["path"] for problem in twice["fields"]] == ["addOns.1.addOnId"]
    none = await salon.widget.refused(BOOK, input=desk.wanted(desk.at(10), addOns=some(mask, 0)))
    assert [problem["path"] for problem in none["fields"]] == ["addOns.0.quantity"]
    assert await count("booking", salon.account.id) == 0


async def test_a_shared_service_offers_what_takes_no_time(salon: Business) -> None:
    desk = await priced(salon, capacity=5)
    mat, longer = await chosen_with(desk, "Mat", extra_minutes=0), await chosen_with(desk, "Longer")
    made = await salon.widget.did(BOOK, input=desk.wanted(desk.at(10), addOns=some(mat), partySize=2))
    assert made["booking"]["price"]["amountMinor"] == 6000
    refusal = await salon.widget.refused(BOOK, input=desk.wanted(desk.at(12), addOns=some(longer)))
    assert refusal["problem"] == "SHARED_TIME"


async def test_a_booking_keeps_what_was_chosen_when_it_moves_and_when_the_add_on_changes(salon: Business) -> None:
    desk = await priced(salon)
    mask = await chosen_with(desk)
    made = (await salon.widget.did(BOOK, input=desk.wanted(desk.at(10), addOns=some(mask))))["booking"]
    new = {"name": "Peel", "price": {"amountMinor": 1, "currency": "JPY"}, "extraMinutes": 0, "maximum": 9}
    changed = await salon.owner.did(UPDATE, input={"id": id_of(mask), "expectedVersion": 1, **new})
    assert (changed["addOn"]["name"], changed["addOn"]["maximum"], changed["addOn"]["version"]) == ("Peel", 9, 2)
    input = {"id": made["id"], "expectedVersion": made["version"], "startsAt": said(desk.at(14))}
    moved = (await salon.owner.did(MOVE, input=input))["booking"]
    assert (moved["endsAt"], moved["price"]["amountMinor"]) == (said(desk.at(15, 30)), 6000)
    seen = f"query ($id: ID!) {{ booking(id: $id) {{ {CHOSEN} }} }}"
    assert (await salon.owner.ok(seen, id=made["id"]))["booking"]["addOns"] == made["addOns"]
    with pytest.raises(IntegrityError, match="booking_add_on_kept"):
        await execute("UPDATE booking_add_on SET quantity = 2 WHERE account_id = $1", salon.account.id)


async def test_the_same_key_with_another_choice_is_another_request(salon: Business) -> None:
    desk = await priced(salon)
    mask = await chosen_with(desk)
    wanted = desk.wanted(desk.at(10), addOns=some(mask), idempotencyKey="once")
    first = await salon.partner.did(BOOK, input=wanted)
    assert await salon.partner.did(BOOK, input=wanted) == first
    refusal = await salon.partner.refused(BOOK, input={**wanted, "addOns": some(mask, 2)})
    assert refusal["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert len(await BookingAddOn.of(salon.account.id)) == 1


async def test_add_ons_are_made_offered_and_archived_by_who_may(salon: Business, rival: Business) -> None:
    desk = await priced(salon)
    input = {"name": " Hot  towel ", "price": {"amountMinor": 300, "currency": "usd"}, "position": 2}
    made = (await salon.owner.did(CREATE, input=input))["addOn"]
    assert (made["name"], made["price"], made["maximum"]) == ("Hot towel", {"amountMinor": 300, "currency": "USD"}, 1)
    await chosen_with(desk, "First", position=1)
    both = {"addOnId": made["id"], "serviceId": desk.id}
    offered = [{"name": "First"}, {"name": "Hot towel"}]
    for _ in range(2):
        assert (await salon.owner.did(OFFER, input=both))["service"]["addOns"] == offered
    assert (await salon.widget.ok(LIST))["addOns"]["nodes"] == offered
    assert (await rival.owner.ok(LIST))["addOns"]["nodes"] == []
    for name, given in ((CREATE, input), (OFFER, both), (STOP, both)):
        assert await salon.partner.denied(name, input=given) == "FORBIDDEN"
    assert (await rival.owner.refused(OFFER, input=both))["code"] == "NOT_FOUND"
    assert (await salon.owner.did(STOP, input=both))["service"]["addOns"] == [{"name": "First"}]
    gone = await salon.owner.did(ARCHIVE, input={"id": made["id"], "expectedVersion": 1})
    assert gone["addOn"]["archivedAt"] is not None
    assert (await salon.owner.refused(OFFER, input=both))["code"] == "NOT_FOUND"
    euro = (await salon.owner.did(CREATE, input={**input, "price": {"amountMinor": 3, "currency": "EUR"}}))["addOn"]
    refusal = await salon.owner.refused(OFFER, input={**both, "addOnId": euro["id"]})
    assert [problem["path"] for problem in refusal["fields"]] == ["addOnId"]
    wrong = {"name": "", "maximum": 101, "extraMinutes": -1, "position": -1}
    refusal = await salon.owner.refused(CREATE, input=wrong)
    assert {problem["path"] for problem in refusal["fields"]} == {"name", "extraMinutes", "position", "maximum"}
