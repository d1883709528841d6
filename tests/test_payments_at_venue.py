"""Payments from hand to hand: members record what came and give it back, and every sum agrees."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.invariants import broken
from models.membership import Role
from models.storage.database import execute, fetch
from rules.payments import DepositKind
from tests.bookable import CANCEL, Desk, bookable
from tests.businesses import Business
from tests.paying import RECORD, REFUND, SEEN

BOOK = """mutation ($input: BookInput!) { book(input: $input) { __typename ... on BookPayload {
    payment { id } booking { id status waitsFor deposit { amount { amountMinor currency } provider refund } } } } }"""
TERMS = """query ($id: ID!, $from: Date!, $to: Date!) {
    service(id: $id) { depositRefund depositProvider deposit { kind percent amount { amountMinor } } }
    availability(serviceId: $id, from: $from, to: $to) { deposit { amount { amountMinor currency } refund } } }"""
CREATE = """mutation ($input: CreateServiceInput!) { createService(input: $input) { __typename
    ... on CreateServicePayload { service { deposit { kind percent amount { amountMinor } } } }
    ... on ValidationFailed { fields { path message } } } }"""


async def asking(business: Business, **more: Any) -> Desk:
    terms = {"price_minor": 9999, "currency": "USD", "deposit_kind": DepositKind.PERCENT, "deposit_percent": 50, **more}
    return await bookable(business, **terms)


async def booked(desk: Desk) -> Any:
    return (await desk.business.widget.did(BOOK, input=desk.wanted(desk.at(10))))["booking"]


def paid(booking: Any, amount: int, currency: str = "USD", **more: Any) -> dict[str, Any]:
    return {"bookingId": booking["id"], "amount": {"amountMinor": amount, "currency": currency}, **more}


async def test_a_deposit_is_shown_before_and_kept_with_the_booking(salon: Business) -> None:
    desk = await asking(salon)
    shown = await salon.widget.ok(TERMS, id=desk.id, **{"from": "2027-01-12", "to": "2027-01-12"})
    assert shown["service"] == {
        "depositRefund": "UNTIL_CUTOFF", "depositProvider": "AT_VENUE",
        "deposit": {"kind": "PERCENT", "percent": 50, "amount": None},
    }  # fmt: skip
    assert shown["availability"]["deposit"]["amount"] == {"amountMinor": 5000, "currency": "USD"}, "halves go up"
    made = await salon.widget.did(BOOK, input=desk.wanted(desk.at(10)))
    assert (made["payment"], made["booking"]["status"], made["booking"]["waitsFor"]) == (None, "CONFIRMED", None)
    promised = {"amount": {"amountMinor": 5000, "currency": "USD"}, "provider": "AT_VENUE", "refund": "UNTIL_CUTOFF"}
    assert made["booking"]["deposit"] == promised
    await desk.service.change(salon.act, 1, deposit_kind=DepositKind.NONE, price_minor=100)
    assert (await salon.owner.ok(SEEN, id=made["booking"]["id"]))["booking"]["deposit"] == promised
    with pytest.raises(IntegrityError, match="booking_keeps_deposit"):
        await execute("UPDATE booking SET deposit_minor = 1, version = 9 WHERE account_id = $1", salon.account.id)


@pytest.mark.parametrize(
    ("deposit", "expected"),
    [
        ({"percent": 30}, {"kind": "PERCENT", "percent": 30, "amount": None}),
        ({"amountMinor": 70}, {"kind": "FIXED", "percent": None, "amount": {"amountMinor": 70}}),
        (None, None),
    ],
)
async def test_a_service_asks_a_part_or_an_amount(salon: Business, deposit: Any, expected: Any) -> None:
    input = {"name": "X", "durationMinutes": 30, "price": {"amountMinor": 50, "currency": "USD"}, "deposit": deposit}
    assert (await salon.owner.did(CREATE, input=input))["service"]["deposit"] == expected
    for wrong, path in (({"percent": 101}, "deposit.percent"), ({"amountMinor": 0}, "deposit.amountMinor")):
        refusal = await salon.owner.refused(CREATE, input={**input, "deposit": wrong})
        assert [problem["path"] for problem in refusal["fields"]] == [path]


async def test_what_came_and_went_back_adds_up(salon: Business) -> None:
    booking = await booked(await asking(salon))
    first = await salon.owner.did(RECORD, input=paid(booking, 5000, method="CARD"))
    assert (first["booking"]["paid"]["amountMinor"], first["booking"]["balance"]["amountMinor"]) == (5000, 4999)
    assert (first["payment"]["state"], first["payment"]["provider"]) == ("PAID", "AT_VENUE")
    second = await salon.owner.did(RECORD, input=paid(booking, 4999))
    assert second["booking"]["balance"]["amountMinor"] == 0
    back = await salon.owner.did(REFUND, input={"paymentId": first["payment"]["id"], "amountMinor": 1000})
    assert (back["payment"]["state"], back["booking"]["balance"]["amountMinor"]) == ("PARTLY_REFUNDED", 1000)
    rest = await salon.owner.did(REFUND, input={"paymentId": first["payment"]["id"]})
    assert (rest["payment"]["state"], rest["payment"]["refunded"]["amountMinor"]) == ("REFUNDED", 5000)
    assert [entry["amount"]["amountMinor"] for entry in rest["payment"]["entries"]] == [5000, -1000, -4000]
    more = await salon.owner.refused(REFUND, input={"paymentId": first["payment"]["id"]})
    assert (more["code"], more["left"]["amountMinor"]) == ("NOTHING_TO_REFUND", 0)
    assert await broken(salon.account.id) == []
    by_currency = "SELECT currency, SUM(amount_minor) AS n FROM payment_entry WHERE account_id = $1 GROUP BY currency"
    assert [(row["currency"], row["n"]) for row in await fetch(by_currency, salon.account.id)] == [("USD", 4999)]


async def test_two_who_give_back_at_once_give_back_once(salon: Business) -> None:
    booking = await booked(await asking(salon))
    payment = (await salon.owner.did(RECORD, input=paid(booking, 500)))["payment"]
    answers = await asyncio.gather(*(salon.owner.ok(REFUND, input={"paymentId": payment["id"]}) for _ in range(4)))
    found = sorted(answer["refundPayment"]["__typename"] for answer in answers)
    assert found == ["NothingToRefund"] * 3 + ["RefundPaymentPayload"]
    assert await broken(salon.account.id) == []


async def test_the_same_request_twice_is_recorded_once(salon: Business) -> None:
    booking = await booked(await asking(salon))
    once = paid(booking, 500, idempotencyKey="once")
    answers = await asyncio.gather(*(salon.owner.did(RECORD, input=once) for _ in range(3)))
    assert len({answer["payment"]["id"] for answer in answers}) == 1
    other = await salon.owner.refused(RECORD, input={**once, **paid(booking, 501)})
    assert other["code"] == "IDEMPOTENCY_KEY_REUSED"
    back = {"paymentId": answers[0]["payment"]["id"], "amountMinor": 100, "idempotencyKey": "back"}
    for _ in range(2):
        done = await salon.owner.did(REFUND, input=back)
    assert done["booking"]["paid"]["amountMinor"] == 400


async def test_cancelling_leaves_the_cash_to_the_members(salon: Business) -> None:
    booking = await booked(await asking(salon))
    await salon.owner.did(RECORD, input=paid(booking, 5000))
    await salon.owner.did(CANCEL, input={"id": booking["id"]})
    seen = (await salon.owner.ok(SEEN, id=booking["id"]))["booking"]
    assert (seen["status"], seen["payments"][0]["state"], seen["paid"]["amountMinor"]) == ("CANCELLED", "PAID", 5000)


async def test_only_who_may_records_sees_and_gives_back(salon: Business, rival: Business) -> None:
    booking = await booked(await asking(salon))
    staff, auditor = await salon.member(Role.STAFF), await salon.member(Role.AUDITOR)
    payment = (await staff.did(RECORD, input=paid(booking, 500)))["payment"]
    assert await staff.denied(REFUND, input={"paymentId": payment["id"]}) == "FORBIDDEN"
    assert await auditor.denied(RECORD, input=paid(booking, 500)) == "FORBIDDEN"
    read = "query ($id: ID!) { booking(id: $id) { payments { id state } } }"
    assert (await auditor.ok(read, id=booking["id"]))["booking"]["payments"][0]["id"] == payment["id"]
    for name, given in ((RECORD, paid(booking, 500)), (REFUND, {"paymentId": payment["id"]})):
        assert (await rival.owner.refused(name, input=given))["code"] == "NOT_FOUND"
        assert await salon.partner.denied(name, input=given) == "FORBIDDEN"
        assert await salon.widget.denied(name, input=given) == "FORBIDDEN"
    assert (await rival.owner.ok(SEEN, id=booking["id"]))["booking"] is None


async def test_what_cannot_be_recorded_is_told(salon: Business) -> None:
    booking = await booked(await asking(salon))
    wrong = await salon.owner.refused(RECORD, input=paid(booking, 0, "EURO", method="ONLINE"))
    assert {problem["path"] for problem in wrong["fields"]} == {"amount.amountMinor", "amount.currency", "method"}
    euro = await salon.owner.refused(RECORD, input=paid(booking, 5, "EUR"))
    assert [problem["path"] for problem in euro["fields"]] == ["amount.currency"]
    unpriced = await booked(await bookable(salon))
    done = await salon.owner.did(RECORD, input=paid(unpriced, 700, "JPY"))
    assert (done["booking"]["paid"], done["booking"]["balance"]) == ({"amountMinor": 700, "currency": "JPY"}, None)


@pytest.mark.parametrize("what", ["UPDATE payment_entry SET amount_minor = 1", "DELETE FROM payment_entry"])
async def test_the_ledger_is_not_changed(salon: Business, what: str) -> None:
    booking = await booked(await asking(salon))
    await salon.owner.did(RECORD, input=paid(booking, 500))
    with pytest.raises(IntegrityError, match="payment_entry_append_only"):
        await execute(f"{what} WHERE account_id = $1", salon.account.id)


async def test_a_ledger_that_does_not_add_up_is_found(salon: Business) -> None:
    booking = await booked(await asking(salon))
    await salon.owner.did(RECORD, input=paid(booking, 500))
    await execute("UPDATE booking SET paid_minor = 1, version = 99 WHERE account_id = $1", salon.account.id)
    await execute("UPDATE payment SET state = 'PENDING', returning_minor = 7 WHERE account_id = $1", salon.account.id)
    assert [found.what for found in await broken(salon.account.id)] == [
        "a booking says another sum than its lines in the ledger",
        "a payment's state is not what its lines in the ledger say",
        "a payment promises back another sum than its refunds",
        "a booking is not what its history says",
    ]
