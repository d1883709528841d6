"""Prices through the API: amounts of every size and currency, for a booking or for each person, kept as promised."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.booking import Booking
from models.invariants import broken
from models.storage.database import execute
from rules.booking_states import BookingStatus
from rules.quoting import PriceUnit
from tests.bookable import BOOK, bookable, said
from tests.businesses import Business

MONEY = "amountMinor currency amount"
SERVICE = f"price {{ {MONEY} }} priceUnit version"
CREATE = f"""mutation ($input: CreateServiceInput!) {{ createService(input: $input) {{
    __typename ... on CreateServicePayload {{ service {{ {SERVICE} }} }}
    ... on ValidationFailed {{ fields {{ path message }} }} }} }}"""
PRICED = f"""mutation ($input: BookInput!) {{ book(input: $input) {{
    __typename ... on BookPayload {{ booking {{
      id priceUnit partySize price {{ {MONEY} }} unitPrice {{ {MONEY} }} }} }}
    ... on Refusal {{ code message }} }} }}"""
SEEN = f"query ($id: ID!) {{ booking(id: $id) {{ priceUnit price {{ {MONEY} }} unitPrice {{ {MONEY} }} }} }}"


def money(amount: int, currency: str, written: str) -> dict[str, Any]:
    return {"amountMinor": amount, "currency": currency, "amount": written}


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (4500, "USD", "45.00"), (4500, "JPY", "4500"), (4500, "KWD", "4.500"), (0, "EUR", "0.00"),
        (2**31, "IRR", "21474836.48"), (999_999_999_999, "IDR", "9999999999.99"),
    ],
)  # fmt: skip
async def test_a_price_is_stored_exactly_however_large(
    salon: Business, amount: int, currency: str, written: str
) -> None:
    input = {"name": "Dear", "durationMinutes": 30, "price": {"amountMinor": amount, "currency": currency}}
    made = (await salon.owner.did(CREATE, input=input))["service"]
    assert made["price"] == money(amount, currency, written)
    assert made["priceUnit"] == "BOOKING"


@pytest.mark.parametrize("amount", [1_000_000_000_000, -1, 2**53 - 1])
async def test_an_amount_outside_the_limits_is_told_with_them(salon: Business, amount: int) -> None:
    input = {"name": "Dear", "durationMinutes": 30, "price": {"amountMinor": amount, "currency": "USD"}}
    refusal = await salon.owner.refused(CREATE, input=input)
    assert [problem["path"] for problem in refusal["fields"]] == ["price.amountMinor"]
    assert "from 0 to 999999999999" in refusal["fields"][0]["message"]


@pytest.mark.parametrize("amount", ["4500", 45.5, True, 2**53, None, 1e300])
async def test_what_is_no_whole_number_is_no_amount(salon: Business, amount: Any) -> None:
    input = {"name": "Odd", "durationMinutes": 30, "price": {"amountMinor": amount, "currency": "USD"}}
    assert await salon.owner.denied(CREATE, input=input) == "BAD_USER_INPUT"


async def test_an_amount_may_stand_in_the_document(salon: Business) -> None:
    document = """mutation { createService(input: { name: "Written", durationMinutes: 30, price: {
        amountMinor: %s, currency: "USD" } }) { ... on CreateServicePayload { service { price { amountMinor } } } } }"""
    written = (await salon.owner.ok(document % "3000000000"))["createService"]["service"]
    assert written == {"price": {"amountMinor": 3_000_000_000}}
    for literal in ('"45"', "45.5", "1e999", "true"):
        assert (await salon.owner(document % literal)).codes == ["GRAPHQL_VALIDATION_FAILED"]


async def test_a_price_for_each_person_is_asked_for_each(salon: Business, rival: Business) -> None:
    each = await bookable(salon, price_minor=4500, currency="USD", price_unit=PriceUnit.PERSON, capacity=5)
    made = (await salon.widget.did(PRICED, input=each.wanted(each.at(10), partySize=3)))["booking"]
    assert made["price"] == money(13500, "USD", "135.00")
    assert (made["unitPrice"], made["priceUnit"]) == (money(4500, "USD", "45.00"), "PERSON")
    alone = (await salon.widget.did(PRICED, input=each.wanted(each.at(12))))["booking"]
    assert alone["price"] == money(4500, "USD", "45.00")
    whole = await bookable(salon, price_minor=4500, currency="USD", capacity=5)
    made = (await salon.widget.did(PRICED, input=whole.wanted(whole.at(10), partySize=3)))["booking"]
    assert (made["price"], made["priceUnit"]) == (money(4500, "USD", "45.00"), "BOOKING")
    assert (await rival.owner.ok(SEEN, id=made["id"]))["booking"] is None
    assert await broken(salon.account.id) == []


async def test_where_no_price_is_said_a_booking_has_none(salon: Business) -> None:
    desk = await bookable(salon, price_unit=PriceUnit.PERSON)
    made = (await salon.widget.did(PRICED, input=desk.wanted(desk.at(10))))["booking"]
    assert (made["price"], made["unitPrice"]) == (None, None)


async def test_what_was_promised_stays_when_the_service_changes(salon: Business) -> None:
    desk = await bookable(salon, price_minor=4500, currency="USD", price_unit=PriceUnit.PERSON, capacity=5)
    made = (await salon.widget.did(PRICED, input=desk.wanted(desk.at(10), partySize=2)))["booking"]
    change = """mutation ($input: UpdateServiceInput!) { updateService(input: $input) {
        ... on UpdateServicePayload { service { priceUnit price { amountMinor } } } } }"""
    new = {"priceUnit": "BOOKING", "price": {"amountMinor": 9900, "currency": "JPY"}}
    input = {"id": desk.id, "expectedVersion": 1, **new}
    changed = (await salon.owner.ok(change, input=input))["updateService"]["service"]
    assert changed == {"priceUnit": "BOOKING", "price": {"amountMinor": 9900}}
    seen = (await salon.owner.ok(SEEN, id=made["id"]))["booking"]
    assert (seen["price"], seen["priceUnit"]) == (money(9000, "USD", "90.00"), "PERSON")


@pytest.mark.parametrize("column", ["price_minor = 1", "currency = 'EUR'", "unit_price_minor = 1", "price_unit = 'X'"])
async def test_the_database_keeps_the_promise_too(salon: Business, column: str) -> None:
    desk = await bookable(salon, price_minor=4500, currency="USD")
    await salon.owner.did(BOOK, input={"serviceId": desk.id, "startsAt": said(desk.at(10)), "customer": {"name": "A"}})
    booking = await Booking.of(salon.account.id).get(service_id=desk.service.id)
    assert booking.status is BookingStatus.CONFIRMED
    with pytest.raises(IntegrityError, match="booking_keeps_price"):
        await execute(
            f"UPDATE booking SET {column}, version = version + 1 WHERE account_id = $1 AND id = $2",
            salon.account.id, booking.id,
        )  # fmt: skip
