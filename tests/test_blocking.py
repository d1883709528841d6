"""Customers from whom a business takes no bookings: who is told so, who is not, and who books for them all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.blocking import CustomerBlock
from models.book import Repeatable
from models.booking import Booking
from models.customer import Customer
from models.membership import Role
from models.merging import Merge, merge
from tests.api import Caller
from tests.bookable import ADA, BOOK, CANCEL, Desk, bookable
from tests.businesses import Business, id_of
from tests.test_overlaps import traces

BLOCK = """mutation ($input: BlockCustomerInput!) { blockCustomer(input: $input) { __typename
    ... on BlockCustomerPayload { customer { id block { reason createdAt } } } ... on Refusal { code }
    ... on ValidationFailed { fields { path } } } }"""
UNBLOCK = """mutation ($input: UnblockCustomerInput!) { unblockCustomer(input: $input) { __typename
    ... on UnblockCustomerPayload { customer { id block { reason } } } ... on Refusal { code } } }"""
TRY = """mutation ($input: BookInput!) { book(input: $input) { __typename ... on Refusal { code message }
    ... on Throttled { retryAfterSeconds } } }"""
MINE = "query ($id: ID!) { customer(id: $id) { name block { reason } } }"


async def blocked(business: Business, **more: Any) -> tuple[Desk, Customer]:
    """A desk, and Ada from whom nothing is booked any more."""
    desk = await bookable(business, staff=2, **more)
    ada = await business.customer("Ada Lovelace", email="ada@example.com", phone="+15125550100")
    done = await business.owner.did(BLOCK, input={"id": id_of(ada), "reason": "Never\ncame."})
    assert done["customer"]["block"]["reason"] == "Never\ncame."
    return desk, ada


def somebody(**more: Any) -> dict[str, Any]:
    return {"customer": {"name": "Ada", **more}}


async def tried(caller: Caller, desk: Desk, hour: int = 10, **more: Any) -> Any:
    answer: Any = (await caller.ok(TRY, input=desk.wanted(desk.at(hour), **more)))["book"]
    return answer


async def test_a_stranger_cannot_tell_a_block_from_too_many_bookings(salon: Business) -> None:
    desk, _ = await blocked(salon)
    for hour in range(9, 14):
        for staff in desk.staff:
            await desk.book(salon.widget, at=desk.at(hour), staff=staff, **somebody(email="flood@example.com"))
    salon.product.clock.advance(minutes=7)
    typed = [somebody(email=email) for email in ("ada@example.com", "flood@example.com")]
    refused = [await tried(salon.widget, desk, 15, **one) for one in typed]
    for answer in refused:
        seconds = answer.pop("retryAfterSeconds")
        assert 0 < seconds <= 3600
        assert f"{-(-seconds // 60)} minute" in answer["message"]
        answer["message"] = answer["message"].rpartition(" in ")[0]
    assert refused[0] == refused[1]
    assert "block" not in refused[0]["message"].lower()


async def test_the_wait_runs_down_and_ends_in_another(salon: Business) -> None:
    desk, _ = await blocked(salon)
    first = (await tried(salon.widget, desk, **somebody(email="ada@example.com")))["retryAfterSeconds"]
    salon.product.clock.advance(seconds=first - 1)
    assert (await tried(salon.widget, desk, **somebody(email="ADA@example.com")))["retryAfterSeconds"] == 1
    salon.product.clock.advance(seconds=1)
    assert (await tried(salon.widget, desk, **somebody(email="ada@example.com")))["retryAfterSeconds"] == 3600
    assert await Booking.of(salon.account.id).count() == 0


async def test_a_series_tells_a_stranger_no_more(salon: Business) -> None:
    desk, ada = await blocked(salon)
    series = TRY.replace("BookInput", "CreateBookingSeriesInput").replace("book(", "createBookingSeries(")
    weekly = {**desk.wanted(desk.at(10)), "rule": "FREQ=WEEKLY;COUNT=2"}
    told = (await salon.widget.ok(series, input=weekly))["createBookingSeries"]
    assert told["code"] == "THROTTLED" and "with these details" in told["message"]
    assert (await salon.owner.ok(series, input=weekly))["createBookingSeries"]["code"] == "CUSTOMER_BLOCKED"
    made = (await salon.owner.ok(series, input=weekly | {"evenIfBlocked": True}))["createBookingSeries"]
    assert "code" not in made
    assert await Booking.of(salon.account.id).filter(customer_id=ada.id).count() == 2


async def test_another_address_with_the_same_phone_does_not_help(salon: Business, rival: Business) -> None:
    desk, _ = await blocked(salon)
    again = await tried(salon.widget, desk, **somebody(email="new@example.com", phone="+1 512 555 0100"))
    assert again["code"] == "THROTTLED"
    assert await Customer.of(salon.account.id).count() == 1
    await desk.book(salon.widget, at=desk.at(10), **somebody(email="new@example.com", phone="+1 512 555 0199"))
    theirs = await bookable(rival)
    await theirs.book(rival.widget, at=theirs.at(10), customer=ADA)


async def test_members_are_told_and_who_may_books_all_the_same(salon: Business) -> None:
    desk, ada = await blocked(salon)
    staff, manager = await salon.member(Role.STAFF), await salon.member(Role.MANAGER)
    known = {**desk.wanted(desk.at(10)), "customer": None, "customerId": id_of(ada)}
    for caller in (staff, manager, salon.partner):
        assert (await caller.refused(BOOK, input=known))["code"] == "CUSTOMER_BLOCKED"
        assert (await tried(caller, desk))["code"] == "CUSTOMER_BLOCKED"
    for caller in (staff, salon.partner, salon.widget):
        assert await caller.denied(BOOK, input=desk.wanted(desk.at(10), evenIfBlocked=True)) == "FORBIDDEN"
    made = await manager.did(BOOK, input=known | {"evenIfBlocked": True})
    assert (await traces(manager, made["booking"]))["evenIfBlocked"] == "true"
    other = await desk.book(manager, at=desk.at(12), evenIfBlocked=True, **somebody(email="else@example.com"))
    assert "evenIfBlocked" not in await traces(manager, other["booking"])


async def test_what_was_booked_stays_and_unblocking_ends_it(salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    ada = await Customer.of(salon.account.id).get()
    for _ in range(2):
        await salon.owner.did(BLOCK, input={"id": id_of(ada)})
    assert (await Booking.of(salon.account.id).get()).status.value == "CONFIRMED"
    await salon.owner.did(CANCEL, input={"id": made["booking"]["id"]})
    assert (await tried(salon.widget, desk))["code"] == "THROTTLED"
    for _ in range(2):
        assert (await salon.owner.did(UNBLOCK, input={"id": id_of(ada)}))["customer"]["block"] is None
    await desk.book(salon.widget, at=desk.at(10))


async def test_only_who_may_blocks_and_the_reason_stays_inside(salon: Business, rival: Business) -> None:
    _, ada = await blocked(salon)
    for caller in (await salon.member(Role.STAFF), salon.partner, salon.widget):
        assert await caller.denied(BLOCK, input={"id": id_of(ada)}) == "FORBIDDEN"
        assert await caller.denied(UNBLOCK, input={"id": id_of(ada)}) == "FORBIDDEN"
    assert (await rival.owner.refused(BLOCK, input={"id": id_of(ada)}))["__typename"] == "NotFound"
    long = await salon.owner.refused(BLOCK, input={"id": id_of(ada), "reason": "x" * 5_000})
    assert [problem["path"] for problem in long["fields"]] == ["reason"]
    assert (await salon.partner(MINE, id=id_of(ada))).codes == ["FORBIDDEN"]


async def test_whoever_is_merged_with_somebody_blocked_is_blocked(salon: Business) -> None:
    _, ada = await blocked(salon)
    kept = await salon.customer("Ada")
    again = await salon.customer("ADA")
    await salon.owner.did(BLOCK, input={"id": id_of(again)})
    for one in (ada, again):
        version = (await Customer.of(salon.account.id).get(id=kept.id)).version
        await merge(salon.act, Merge(kept.id, version, one.id, 1), Repeatable("p", "merge", None, None))
    block = await CustomerBlock.of(salon.account.id).get()
    assert (block.customer_id, block.reason) == (kept.id, "Never\ncame.")
    assert block.created_at + timedelta(days=1) > salon.product.clock.now()
