"""Idempotency keys through the API: the same request is carried out once, however often it is sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from models.hold import expire_holds
from tests.bookable import BOOK, CANCEL, HOLD, bookable, count, events, mails, said
from tests.businesses import Business, by_key, id_of


async def test_the_same_request_again_answers_the_same_booking(salon: Business) -> None:
    desk = await bookable(salon)
    first = await desk.book(salon.widget, at=desk.at(10), idempotencyKey="k-1")
    again = await desk.book(salon.widget, at=desk.at(10), idempotencyKey="k-1")
    assert again == first, "the manage token too"
    assert await count("booking", salon.account.id) == await count("customer", salon.account.id) == 1
    assert await mails(salon) == ["BOOKING_CONFIRMED"]
    assert await events(salon) == ["booking_made"]
    assert await by_key(salon.product, again["manageToken"]).ok("{ viewer { kind } }")


async def test_three_at_once_are_one_booking_one_mail_and_one_event(salon: Business) -> None:
    desk = await bookable(salon, staff=3)
    wanted = desk.wanted(desk.at(10), idempotencyKey="k-1")
    answers = await asyncio.gather(*(salon.widget.ok(BOOK, input=wanted) for _ in range(3)))
    assert len({str(answer) for answer in answers}) == 1
    assert await count("booking", salon.account.id) == await count("occupancy", salon.account.id) == 1
    assert (await mails(salon), await events(salon)) == (["BOOKING_CONFIRMED"], ["booking_made"])


async def test_the_same_instant_in_another_spelling_is_the_same_input(salon: Business) -> None:
    desk = await bookable(salon)
    first = await desk.book(salon.widget, at=desk.at(10), idempotencyKey="k-1")
    other = desk.wanted(desk.at(10), idempotencyKey="k-1", startsAt="2027-01-12T10:00:00-06:00")
    assert (await salon.widget.did(BOOK, input=other))["booking"]["id"] == first["booking"]["id"]


async def test_another_input_under_the_same_key_is_refused(salon: Business) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10), idempotencyKey="k-1")
    for change in ({"startsAt": said(desk.at(11))}, {"note": "x"}, {"customer": {"name": "Grace"}}):
        refusal = await salon.widget.refused(BOOK, input={**desk.wanted(desk.at(10), idempotencyKey="k-1"), **change})
        assert refusal["__typename"] == "IdempotencyKeyReused"
    assert await count("booking", salon.account.id) == 1


async def test_a_key_belongs_to_its_principal_account_and_operation(salon: Business, rival: Business) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    await desk.book(salon.widget, at=desk.at(10), idempotencyKey="k-1")
    await desk.book(salon.partner, at=desk.at(11), idempotencyKey="k-1")
    await desk.book(salon.owner, at=desk.at(12), idempotencyKey="k-1")
    await theirs.book(rival.widget, at=desk.at(10), idempotencyKey="k-1")
    assert await count("booking", salon.account.id) == 3


async def test_a_refused_request_is_not_remembered(salon: Business) -> None:
    desk = await bookable(salon)
    blocking = (await desk.book(salon.owner, at=desk.at(10)))["booking"]
    assert (await desk.refused(salon.widget, at=desk.at(10), idempotencyKey="k-1"))["__typename"] == "SlotTaken"
    await salon.owner.did(CANCEL, input={"id": blocking["id"]})
    await desk.book(salon.widget, at=desk.at(10), idempotencyKey="k-1")


async def test_a_repeated_request_is_answered_whatever_has_happened_since(salon: Business) -> None:
    desk = await bookable(salon)
    held = await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(10))})
    wanted = {"holdToken": held["token"], "idempotencyKey": "k-1"}
    first = await desk.book(salon.widget, at=desk.at(10), **wanted)
    await desk.service.archive(salon.act, 1)
    await expire_holds(salon.product.clock.advance(hours=20))
    assert (await desk.refused(salon.widget, at=desk.at(11)))["__typename"] == "NotFound"
    again = await desk.book(salon.widget, at=desk.at(10), **wanted)
    assert again["booking"]["id"] == first["booking"]["id"]
    assert await mails(salon) == ["BOOKING_CONFIRMED"]


async def test_a_key_is_forgotten_after_24_hours(salon: Business) -> None:
    desk = await bookable(salon)
    first = await desk.book(salon.widget, at=desk.at(15), idempotencyKey="k-1")
    wanted = desk.wanted(desk.at(15), idempotencyKey="k-1")
    salon.product.clock.advance(hours=24, seconds=-1)
    assert (await salon.widget.did(BOOK, input=wanted))["booking"]["id"] == first["booking"]["id"]
    salon.product.clock.advance(seconds=1)
    assert (await salon.widget.refused(BOOK, input=wanted))["__typename"] == "SlotTaken"


async def test_without_a_key_every_request_is_a_new_one(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    for _ in range(2):
        await desk.book(salon.widget, at=desk.at(10))
    assert await count("booking", salon.account.id) == 2


async def test_the_desk_repeats_a_booking_for_a_customer_who_was_archived_since(salon: Business) -> None:
    desk, known = await bookable(salon), await salon.customer()
    named = {"customer": None, "customerId": id_of(known), "idempotencyKey": "k-1"}
    first = await desk.book(salon.owner, at=desk.at(10), **named)
    await known.archive(salon.act, 1)
    salon.product.clock.advance(minutes=int(timedelta(hours=1) / timedelta(minutes=1)))
    assert (await desk.book(salon.owner, at=desk.at(10), **named))["booking"]["id"] == first["booking"]["id"]
