"""Deposits that are paid online, against a gateway on loopback that answers, lies, dies and tells twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from models.invariants import broken
from models.payment import Refund
from models.refunding import take_refund
from models.service import Confirmation
from models.storage.reach import bound
from rules.payments import DepositRefund
from tests.bookable import CANCEL, CONFIRM, events, mails
from tests.businesses import Business
from tests.gateway import FakeGateway, gateway_running
from tests.paying import BOOK, PAY, REFUND, SEEN, Till
from tests.product import Product


@pytest.fixture(scope="module")
async def _gateway() -> AsyncIterator[FakeGateway]:
    async with gateway_running() as gateway:
        yield gateway


@pytest.fixture
async def till(product: Product, salon: Business, _gateway: FakeGateway) -> AsyncIterator[Till]:
    _gateway.mood = "well"
    _gateway.asked.clear()
    _gateway.refunds.clear()
    yield await Till.open(product, salon, _gateway)
    assert await broken(salon.account.id) == []


async def test_a_visitor_is_sent_to_the_gateway_and_paying_confirms(till: Till) -> None:
    made = await till.book()
    assert (made["booking"]["status"], made["booking"]["waitsFor"]) == ("REQUESTED", "PAYMENT")
    assert made["booking"]["deposit"]["amount"] == {"amountMinor": 2000, "currency": "USD"}
    intent = till.gateway.latest
    assert (made["payment"]["state"], made["payment"]["redirectUrl"]) == ("PENDING", intent["redirectUrl"])
    assert set(till.gateway.bodies[-1]) == {
        "merchant", "reference", "amountMinor", "currency", "expiresAt", "returnUrl"
    }, "nothing about the person goes there"  # fmt: skip
    assert await mails(till.salon) == []
    assert (await till.desk.refused(till.salon.owner, at=till.desk.at(10)))["code"] == "SLOT_TAKEN"
    till.gateway.settle(intent, "paid")
    assert (await till.tell(intent)).status_code == 204
    seen = await till.seen(made)
    assert (seen["status"], seen["waitsFor"], seen["paid"]["amountMinor"]) == ("CONFIRMED", None, 2000)
    assert (seen["balance"]["amountMinor"], seen["payments"][0]["state"]) == (8000, "PAID")
    assert await mails(till.salon) == ["BOOKING_CONFIRMED"]


async def test_notices_twice_at_once_and_out_of_order_confirm_exactly_once(till: Till) -> None:
    (made,) = [await till.book()]
    intent = till.gateway.latest
    answers = await asyncio.gather(*(till.tell(intent, state="paid") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {204}
    for state in ("pending", "failed", "expired", "paid"):
        assert (await till.tell(intent, state=state)).status_code == 204
    seen = await till.seen(made)
    assert (seen["status"], seen["payments"][0]["state"], await till.ledger()) == ("CONFIRMED", "PAID", [2000])
    assert (await events(till.salon)).count("booking_paid") == 1
    assert await mails(till.salon) == ["BOOKING_CONFIRMED"]


async def test_what_the_gateway_did_not_sign_changes_nothing(till: Till, rival: Business) -> None:
    made = await till.book()
    intent, now = {**till.gateway.latest, "state": "paid"}, till.product.clock.now()
    body, header = till.gateway.notice(intent, now)
    old, old_header = till.gateway.notice(intent, now - timedelta(minutes=6))
    for wrong, given in (
        (body, None), (body, ""), (body, header[:-1] + ("0" if header[-1] != "0" else "1")), (body + b" ", header),
        (body, header.replace("v1=", "v0=")), (body, header.replace("t=", "t=1")), (old, old_header),
        (body, header.replace(header.partition(",")[0], f"t={int(now.timestamp()) + 1}")), (body, "t=1,t=2,v1="),
    ):  # fmt: skip
        assert (await till.send(wrong, given)).status_code == 401
    odd: Any
    for odd in ({"amountMinor": 1}, {"currency": "EUR"}, {"merchant": str(rival.account.id)}):
        assert (await till.tell(intent, **odd)).status_code == 204
    for odd in ({"state": "gone"}, {"amountMinor": "2000"}, {"reference": "x"}, {"id": "../x"}):
        assert (await till.tell(intent, **odd)).status_code == 400
    signed_elsewhere = await till.product.http().post("/payments/notices", content=body)
    assert signed_elsewhere.status_code == 404, "a server without a gateway hears none"
    assert (await till.send(b"x" * 70_000, header)).status_code == 413
    assert ((await till.seen(made))["status"], await till.ledger()) == ("REQUESTED", [])


async def test_a_notice_that_is_lost_is_asked_for(till: Till) -> None:
    made = await till.book()
    till.gateway.settle(till.gateway.latest, "paid")
    till.product.clock.advance(minutes=5, seconds=1)
    await till.work()
    assert (await till.seen(made))["status"] == "CONFIRMED"


async def test_unpaid_time_is_free_again_and_a_late_payment_goes_back(till: Till) -> None:
    made = await till.book()
    intent = till.gateway.latest
    till.product.clock.advance(minutes=33)
    await till.work()
    seen = await till.seen(made)
    assert (seen["status"], seen["payments"][0]["state"], seen["waitsFor"]) == ("EXPIRED", "EXPIRED", None)
    await till.desk.book(till.salon.owner, at=till.desk.at(10))
    till.gateway.settle(intent, "paid")
    assert (await till.tell(intent, state="paid")).status_code == 204
    assert (await till.seen(made))["payments"][0]["returning"]["amountMinor"] == 2000
    await till.work()
    seen = await till.seen(made)
    assert (seen["status"], seen["payments"][0]["state"], await till.ledger()) == ("EXPIRED", "REFUNDED", [2000, -2000])
    assert [one["amountMinor"] for one in till.gateway.refunds.values()] == [2000]
    assert "BOOKING_DECLINED" in await mails(till.salon)


async def test_of_paying_and_expiring_at_once_one_comes_first(till: Till) -> None:
    made = await till.book()
    intent = till.gateway.latest
    till.product.clock.advance(minutes=33)
    till.gateway.settle(intent, "paid")
    await asyncio.gather(till.tell(intent, state="paid"), till.work(), till.tell(intent, state="paid"))
    await till.work()
    seen = await till.seen(made)
    assert (seen["status"], await till.ledger()) in (("CONFIRMED", [2000]), ("EXPIRED", [2000, -2000]))


async def test_cancelling_while_paying_gives_the_money_back(till: Till) -> None:
    made = await till.book()
    intent, holder = till.gateway.latest, till.holder(made["manageToken"])
    await holder.did(CANCEL, input={"id": made["booking"]["id"]})
    await till.tell(intent, state="paid")
    await till.work()
    seen = await till.seen(made)
    assert (seen["status"], seen["payments"][0]["state"], await till.ledger()) == (
        "CANCELLED",
        "REFUNDED",
        [2000, -2000],
    )


@pytest.mark.parametrize("mood", ["down", "die"])
async def test_a_gateway_that_is_away_keeps_nobody_from_booking_or_cancelling(till: Till, mood: str) -> None:
    till.gateway.mood = mood
    made = await till.book()
    assert (made["booking"]["status"], made["payment"]["redirectUrl"]) == ("REQUESTED", None)
    till.gateway.mood = "well"
    till.product.clock.advance(seconds=61)
    await till.work()
    holder = till.holder(made["manageToken"])
    paying = (await holder.did(PAY, input={"bookingId": made["booking"]["id"]}))["payment"]
    assert (paying["id"], paying["redirectUrl"]) == (made["payment"]["id"], till.gateway.latest["redirectUrl"])
    await till.tell(till.gateway.latest, state="paid")
    till.gateway.mood = mood
    await holder.did(CANCEL, input={"id": made["booking"]["id"]})
    await till.work()
    assert (await till.seen(made))["payments"][0]["state"] == "PAID"
    till.gateway.mood = "well"
    till.product.clock.advance(minutes=2)
    await till.work()
    assert (await till.seen(made))["payments"][0]["state"] == "REFUNDED"


async def test_a_declined_card_can_be_followed_by_another(till: Till) -> None:
    made = await till.book()
    first, holder = till.gateway.latest, till.holder(made["manageToken"])
    await till.tell(first, state="failed")
    again = (await holder.did(PAY, input={"bookingId": made["booking"]["id"]}))["payment"]
    assert again["id"] != made["payment"]["id"]
    second = till.gateway.latest
    await till.tell(second, state="paid")
    assert (await till.seen(made))["status"] == "CONFIRMED"
    assert (await holder.refused(PAY, input={"bookingId": made["booking"]["id"]}))["code"] == "NOTHING_DUE"


async def test_a_worker_that_is_killed_in_the_middle_refunds_once(till: Till) -> None:
    made = await till.book()
    await till.tell(till.gateway.latest, state="paid")
    payment = (await till.seen(made))["payments"][0]
    wanted = [{"paymentId": payment["id"], "amountMinor": 1500}] * 2
    asked = await asyncio.gather(*(till.owner.ok(REFUND, input=one) for one in wanted))
    found = sorted(one["refundPayment"]["__typename"] for one in asked)
    assert found == ["NothingToRefund", "RefundPaymentPayload"]
    taken = await take_refund(till.product.clock.now())
    assert isinstance(taken, Refund)
    gateway = till.worker.payments.gateway
    assert gateway is not None
    await gateway.refund(till.gateway.latest["id"], taken.id, 1500, "USD")  # and then it died
    with bound(None):
        await till.work()
    assert await till.ledger() == [2000], "somebody has the lease"
    till.product.clock.advance(minutes=3)
    await till.work()
    seen = await till.seen(made)
    assert (seen["payments"][0]["state"], await till.ledger()) == ("PARTLY_REFUNDED", [2000, -1500])
    assert len(till.gateway.refunds) == 1, "the same key both times"


async def test_a_refund_that_is_refused_for_good_is_given_up_and_told(till: Till) -> None:
    made = await till.book()
    await till.tell(till.gateway.latest, state="paid")
    till.gateway.mood = "refuse"
    payment = (await till.seen(made))["payments"][0]
    await till.owner.did(REFUND, input={"paymentId": payment["id"]})
    await till.work()
    seen = (await till.seen(made))["payments"][0]
    assert (seen["state"], seen["returning"]["amountMinor"]) == ("PAID", 0)
    assert "refund_failed" in await events(till.salon)


async def test_a_request_waits_for_its_answer_after_it_was_paid(till: Till) -> None:
    service = till.desk.service
    await service.change(till.salon.act, service.version, confirmation=Confirmation.MANUAL)
    made = await till.book()
    await till.tell(till.gateway.latest, state="paid")
    seen = await till.seen(made)
    assert (seen["status"], seen["waitsFor"]) == ("REQUESTED", "ANSWER")
    assert await mails(till.salon) == ["BOOKING_REQUESTED"]
    done = await till.owner.did(CONFIRM, input={"id": made["booking"]["id"]})
    assert done["booking"]["status"] == "CONFIRMED"


@pytest.mark.parametrize("refund", list(DepositRefund))
async def test_who_cancels_decides_whether_the_deposit_goes_back(till: Till, refund: DepositRefund) -> None:
    service = till.desk.service
    await service.change(till.salon.act, service.version, deposit_refund=refund)
    by_customer, by_business = await till.book(10), await till.book(13)
    for intent in list(till.gateway.intents.values())[-2:]:
        await till.tell(intent, state="paid")
    await till.holder(by_customer["manageToken"]).did(CANCEL, input={"id": by_customer["booking"]["id"]})
    await till.owner.did(CANCEL, input={"id": by_business["booking"]["id"]})
    await till.work()
    kept = refund is DepositRefund.NEVER
    assert (await till.seen(by_customer))["payments"][0]["state"] == ("PAID" if kept else "REFUNDED")
    assert (await till.seen(by_business))["payments"][0]["state"] == "REFUNDED"


async def test_members_book_at_once_and_a_server_without_a_gateway_says_so(till: Till, rival: Business) -> None:
    made = await till.owner.did(BOOK, input=till.desk.wanted(till.desk.at(10)))
    assert (made["booking"]["status"], made["payment"]) == ("CONFIRMED", None)
    assert made["booking"]["deposit"]["amount"]["amountMinor"] == 2000
    refusal = await till.salon.widget.refused(BOOK, input=till.desk.wanted(till.desk.at(13)))
    assert refusal["code"] == "NOT_PAYABLE"
    assert (await rival.owner.ok(SEEN, id=made["booking"]["id"]))["booking"] is None
    assert (await rival.owner.refused(PAY, input={"bookingId": made["booking"]["id"]}))["code"] == "NOT_FOUND"
