"""Two customers who are one person: found, merged for good, and everything of theirs in one place."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.booking import Booking
from models.customer import Customer, CustomerTag
from models.customer_session import CustomerSession
from models.event import Event
from models.invariants import broken
from models.membership import Role
from models.merging import referring
from tests.appointments import Made, appointment
from tests.bookable import BOOK, bookable
from tests.businesses import Business, by_key, id_of
from tests.isolation.filling import fill

MERGE = """mutation ($input: MergeCustomersInput!) { mergeCustomers(input: $input) { __typename
    ... on MergeCustomersPayload { customer { id name email phone internalNotes tags { tag } archivedAt version } }
    ... on Refusal { code message } ... on VersionConflict { currentVersion }
    ... on ValidationFailed { fields { path message } } } }"""
ALIKE = "query ($id: ID!) { duplicateCustomers(customerId: $id, first: 10) { nodes { name } } }"
TWICE = "query { customers(first: 10, filter: {hasDuplicate: true}) { nodes { name } } }"
ONE = "query ($id: ID!) { customer(id: $id) { name } }"
WHOSE = "query ($id: ID!) { booking(id: $id) { version customer { id name email } } }"


def pair(kept: Customer, merged: Customer, **more: Any) -> dict[str, Any]:
    """The input that merges two customers as they were made."""
    ids = {"id": id_of(kept), "expectedVersion": kept.version, "mergedId": id_of(merged)}
    return {**ids, "mergedVersion": merged.version, **more}


async def adas(business: Business, **more: Any) -> tuple[Customer, Customer]:
    """Ada, and Ada again."""
    await business.owner_proves()
    one = await business.customer("Ada Lovelace", phone="+15125550100", internal_notes="Tea.", tags=["Regular"])
    two = {"email": "ada@example.com", "internal_notes": "Coffee.", "tags": ["regular", "VIP"], **more}
    return one, await business.customer("ada LOVELACE", **two)


async def test_two_become_one_with_everything_of_both(salon: Business, rival: Business) -> None:
    kept, merged = await adas(salon)
    theirs, _ = await adas(rival)
    desk = await bookable(salon)
    made = await salon.owner.did(
        BOOK, input={**desk.wanted(desk.at(10)), "customer": None, "customerId": id_of(merged)}
    )
    done = (await salon.owner.did(MERGE, input=pair(kept, merged, name="MERGED")))["customer"]
    assert (done["name"], done["email"], done["phone"]) == ("ada LOVELACE", "ada@example.com", "+15125550100")
    assert done["internalNotes"] == "Tea.\n\nCoffee." and done["version"] == 2
    assert sorted(tag["tag"] for tag in done["tags"]) == ["Regular", "VIP"]
    found = (await salon.owner.ok(WHOSE, id=made["booking"]["id"]))["booking"]
    assert (found["customer"]["id"], found["version"]) == (id_of(kept), 2)
    assert (await salon.owner.ok(ONE, id=id_of(merged)))["customer"] is None
    assert (await rival.owner.ok(ONE, id=id_of(theirs)))["customer"]["name"] == "Ada Lovelace"
    told = await Event.of(salon.account.id).get(name="customers_merged")
    assert told.data == {"merged_customer_id": str(merged.id), "columns": ["email", "internal_notes", "name"],
                         "booking_rows": 1, "customer_tag_rows": 1}  # fmt: skip
    assert await broken(salon.account.id) == []


async def test_the_same_key_merges_once(salon: Business) -> None:
    kept, merged = await adas(salon)
    wanted = pair(kept, merged, idempotencyKey="once")
    answers = await asyncio.gather(*(salon.owner.did(MERGE, input=wanted) for _ in range(3)))
    assert {answer["customer"]["version"] for answer in answers} == {2}
    assert await Event.of(salon.account.id).filter(name="customers_merged").count() == 1
    again = await salon.owner.refused(MERGE, input=pair(kept, merged, expectedVersion=2))
    assert again["__typename"] == "NotFound"


async def test_who_cannot_be_merged_is_told(salon: Business, rival: Business) -> None:
    kept, merged = await adas(salon)
    theirs, _ = await adas(rival)
    for wrong in ({"mergedId": id_of(theirs)}, {"id": id_of(theirs)}, {"mergedId": "cus_nobody"}):
        assert (await salon.owner.refused(MERGE, input=pair(kept, merged, **wrong)))["__typename"] == "NotFound"
    itself = await salon.owner.refused(MERGE, input=pair(kept, kept))
    assert [problem["path"] for problem in itself["fields"]] == ["mergedId"]
    for stale in ({"expectedVersion": 7}, {"mergedVersion": 7}):
        assert (await salon.owner.refused(MERGE, input=pair(kept, merged, **stale)))["currentVersion"] == 1
    long = await salon.customer("Ada Lovelace", internal_notes="x" * 3_999)
    assert [p["path"] for p in (await salon.owner.refused(MERGE, input=pair(kept, long)))["fields"]] == ["mergedId"]
    assert await Customer.of(salon.account.id).count() == 3


async def test_only_who_may_and_has_just_signed_in_merges(salon: Business) -> None:
    kept, merged = await adas(salon)
    for caller in (await salon.member(Role.STAFF), salon.partner, salon.widget):
        assert await caller.denied(MERGE, input=pair(kept, merged)) == "FORBIDDEN"
        assert await caller.denied(ALIKE, id=id_of(kept)) == "FORBIDDEN"
    salon.product.clock.advance(minutes=11)
    assert await salon.owner.denied(MERGE, input=pair(kept, merged)) == "REAUTH_REQUIRED"


async def linked(business: Business, email: str) -> Made:
    return await appointment(business, email=email, customer="Ada Lovelace")


@pytest.mark.parametrize(("side", "opens"), [("KEPT", (True, False)), ("MERGED", (False, True))])
async def test_a_link_opens_what_its_mailbox_still_proves(salon: Business, side: str, opens: tuple[bool, bool]) -> None:
    await salon.owner_proves()
    first, second = await linked(salon, "ada@example.com"), await linked(salon, "ada@home.example")
    for made in (first, second):
        await by_key(salon.product, made.token).ok(WHOSE, id=id_of(made.booking))
    done = await salon.owner.did(MERGE, input=pair(first.customer, second.customer, email=side))
    for made, still in zip((first, second), opens, strict=True):
        answer = await by_key(salon.product, made.token)(WHOSE, id=id_of(made.booking))
        assert (answer.codes == []) is still
        if still:
            assert answer.data["booking"]["customer"]["email"] == done["customer"]["email"]


async def test_merging_against_booking_loses_no_booking(salon: Business) -> None:
    kept, merged = await adas(salon)
    desk = await bookable(salon, staff=4)
    ada = {"customer": {"name": "Ada", "email": "ada@example.com"}}
    wanted = [{**desk.wanted(desk.at(10 + hour)), **ada} for hour in range(4)]
    books = [salon.owner(BOOK, input=one) for one in wanted]
    merges = [salon.owner(MERGE, input=one) for one in (pair(kept, merged), pair(merged, kept))]
    answers = await asyncio.gather(books[0], merges[0], *books[1:], merges[1])
    names = [next(iter(answer.data.values()))["__typename"] for answer in answers]
    assert names.count("BookPayload") == 4 and names.count("MergeCustomersPayload") == 1
    (left,) = await Customer.of(salon.account.id)
    assert {booking.customer_id for booking in await Booking.of(salon.account.id)} == {left.id}
    assert left.email == "ada@example.com"
    assert await broken(salon.account.id) == []


async def test_whatever_refers_to_a_customer_moves(salon: Business) -> None:
    made = await fill(salon)
    merged = await Customer.of(salon.account.id).get(id=made["customer"])
    kept = await salon.customer("Ada Lovelace")
    await salon.owner_proves()
    await salon.owner.did(MERGE, input=pair(kept, merged))
    assert {model for model, _ in referring()} >= {Booking, CustomerTag, CustomerSession}
    for model, column in referring():
        assert await model.of(salon.account.id).filter(**{column: kept.id}).count() > 0, model


async def test_who_is_likely_the_same_is_found(salon: Business, rival: Business) -> None:
    kept, _ = await adas(salon)
    await adas(rival)
    await salon.customer("Byron", phone="+15125550100")
    await salon.customer("Grace Hopper", phone="+15125550199")
    found = (await salon.owner.ok(ALIKE, id=id_of(kept)))["duplicateCustomers"]["nodes"]
    assert sorted(one["name"] for one in found) == ["Byron", "ada LOVELACE"]
    assert (await rival.owner.ok(ALIKE, id=id_of(kept)))["duplicateCustomers"]["nodes"] == []
    some = [one["name"] for one in (await salon.owner.ok(TWICE))["customers"]["nodes"]]
    assert sorted(some) == ["Ada Lovelace", "Byron", "ada LOVELACE"]
    assert await salon.partner.denied(TWICE) == "FORBIDDEN"
