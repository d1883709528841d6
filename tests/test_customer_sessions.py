"""Customers who sign in by a mailed link: what they see and do, at that business only, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from models.customer_session import CustomerLink, CustomerSession
from models.mail import Mail
from models.storage.database import counting
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, MOVE, Desk, bookable, events, said
from tests.businesses import Business, by_key, id_of
from tests.conftest import NOW
from tests.customers import CUSTOMER_LINK, START, link_asked, signed_in_customer, somebody, started
from tests.people import mails_to, token_mailed_to
from tests.product import Product

EMAIL = "ada@example.com"
MINE = """{ viewer { kind booking { id } customer { name email phone } }
  bookings(first: 9) { totalCount nodes { id customer { id email } } } }"""
SESSIONS = "{ myCustomerSessions(first: 9) { totalCount nodes { id device isCurrent expiresAt } } }"
END = """mutation ($id: ID) { endCustomerSession(input: {id: $id}) {
  __typename ... on EndCustomerSessionPayload { ended } ... on Refusal { code } } }"""
READ = "query ($id: ID!) { booking(id: $id) { id } node(id: $id) { id } }"


@dataclass(slots=True)
class Known:
    """Ada has two bookings here and somebody else has one."""

    desk: Desk
    mine: list[str]
    other: str
    ask: Caller


@pytest.fixture
async def known(salon: Business) -> Known:
    desk = await bookable(salon)
    mine = [(await desk.book(salon.widget, at=desk.at(hour)))["booking"]["id"] for hour in (10, 12)]
    grace = {"name": "Grace Hopper", "email": "grace@example.com"}
    other = (await desk.book(salon.owner, at=desk.at(14), customer=grace))["booking"]["id"]
    return Known(desk, mine, other, await signed_in_customer(salon, EMAIL))


@pytest.mark.promise("5.1")
async def test_the_link_opens_all_of_ones_own_and_nothing_else(known: Known, salon: Business) -> None:
    answer = await known.ask(MINE)
    viewer = answer.data["viewer"]
    assert (viewer["kind"], viewer["booking"]) == ("CUSTOMER", None)
    assert viewer["customer"]["email"] == EMAIL
    assert await known.ask.denied("{ viewer { customer { internalNotes } } }") == "FORBIDDEN"
    assert [one["id"] for one in answer.data["bookings"]["nodes"]] == known.mine
    assert {one["customer"]["email"] for one in answer.data["bookings"]["nodes"]} == {EMAIL}
    assert await known.ask.ok(READ, id=known.other) == {"booking": None, "node": None}
    for denied in ("{ customers(first: 1) { totalCount } }", "{ members(first: 1) { totalCount } }"):
        assert await known.ask.denied(denied) == "FORBIDDEN"
    (grace,) = (await salon.owner.ok('{ customers(first: 1, filter: {search: "Grace"}) { nodes { id } } }'))[
        "customers"
    ]["nodes"]
    found = await known.ask.ok(
        "query ($id: ID!) { customer(id: $id) { id } bookings(first: 1, filter: {customerId: $id}) { totalCount } }",
        **grace,
    )
    assert found == {"customer": None, "bookings": {"totalCount": 0}}


async def test_it_moves_and_cancels_as_the_manage_link_does(known: Known, salon: Business) -> None:
    desk = known.desk
    await desk.service.change(salon.act, 1, cancel_cutoff_minutes=60 * 24 * 3)
    late = (await desk.book(salon.widget, at=desk.at(15)))["booking"]["id"]
    assert (await known.ask.refused(CANCEL, input={"id": late}))["__typename"] == "TooLateToCancel"
    moved = {"id": known.mine[0], "expectedVersion": 1, "startsAt": said(desk.at(16))}
    assert (await known.ask.did(MOVE, input=moved))["booking"]["version"] == 2
    await known.ask.did(CANCEL, input={"id": known.mine[1]})
    for document, more in ((CANCEL, {}), (MOVE, {"expectedVersion": 1, "startsAt": said(desk.at(9))})):
        assert (await known.ask.refused(document, input={"id": known.other, **more}))["__typename"] == "NotFound"
    (history,) = [
        one["history"]
        for one in (await salon.owner.ok("{ bookings(first: 9) { nodes { id history { name actorKind actorId } } } }"))[
            "bookings"
        ]["nodes"]
        if one["id"] == known.mine[1]
    ]
    assert history[-1] == {"name": "booking_cancelled", "actorKind": "CUSTOMER", "actorId": None}


async def test_at_the_widget_it_books_for_oneself_beside_what_the_widget_may(known: Known, salon: Business) -> None:
    secret = known.ask.headers
    at_widget = Caller(salon.widget.http, salon.widget.path, {**salon.widget.headers, **secret})
    me = (await at_widget.ok("{ viewer { customer { id } } }"))["viewer"]["customer"]["id"]
    made = await at_widget.did(BOOK, input={**known.desk.wanted(known.desk.at(9)), "customer": None, "customerId": me})
    assert (await at_widget.ok("{ bookings(first: 1) { totalCount } }"))["bookings"]["totalCount"] == 3
    assert (await known.ask.ok(READ, id=made["booking"]["id"]))["booking"]
    friend = {"name": "Grace Hopper", "email": "grace@example.com"}
    document = BOOK.replace("{ ...B }", "{ ...B customer { email } }")
    answer = await at_widget(document, input=known.desk.wanted(known.desk.at(11), customer=friend))
    assert answer.data["book"]["booking"]["reference"] and answer.data["book"]["booking"]["customer"] is None
    assert (await known.ask.ok(READ, id=answer.data["book"]["booking"]["id"]))["booking"] is None


async def test_the_same_mailbox_at_another_business_is_another_customer(
    known: Known, salon: Business, rival: Business, visitor: Caller
) -> None:
    theirs = await bookable(rival)
    there = (await theirs.book(rival.widget, at=theirs.at(10)))["booking"]["id"]
    assert (await known.ask.ok("{ bookings(first: 9) { nodes { id } } }"))["bookings"]["nodes"] == [
        {"id": one} for one in known.mine
    ]
    assert await known.ask.ok(READ, id=there) == {"booking": None, "node": None}
    at_rival = await signed_in_customer(rival, EMAIL)
    assert (await at_rival.ok("{ bookings(first: 9) { nodes { id } } }"))["bookings"]["nodes"] == [{"id": there}]
    crossed = Caller(rival.widget.http, rival.widget.path, {**rival.widget.headers, **known.ask.headers})
    assert (await crossed("{ viewer { kind } }")).status == 401
    assert (await visitor.did(START, token=await _asked(salon)))["viewer"]["account"]["slug"] == salon.account.slug


async def _asked(business: Business) -> str:
    await link_asked(business, EMAIL)
    return await token_mailed_to(EMAIL)


async def test_a_link_works_once_within_fifteen_minutes(known: Known, salon: Business, visitor: Caller) -> None:
    first, second = await _asked(salon), await _asked(salon)
    await visitor.did(START, token=first)
    salon.product.clock.advance(minutes=15)
    for token in (first, second, "cl_nonsense", salon.widget_key):
        assert (await visitor.refused(START, token=token))["__typename"] == "LinkInvalid"
    assert (await by_key(salon.product, second)("{ viewer { kind } }")).status == 401, "a link is no credential"


async def test_who_asks_learns_nothing_and_is_counted(salon: Business, known: Known, visitor: Caller) -> None:
    await Mail.all().delete()
    asking = somebody(salon)
    answers, sent = [], []
    for email in (EMAIL, "nobody@example.com"):
        with counting() as statements:
            answers.append((await asking(CUSTOMER_LINK, email=email)).body)
        sent.append([statement.split("VALUES")[0] for statement in statements])
    assert answers[0] == answers[1]
    assert sent[0] == sent[1]
    unknown = await visitor.refused(START, token=await token_mailed_to("nobody@example.com"))
    assert unknown["__typename"] == "LinkInvalid"
    for email in (EMAIL, "nobody@example.com"):
        for _ in range(3):
            await asking(CUSTOMER_LINK, email=email)
        last = [(await asking(CUSTOMER_LINK, email=email)).data["requestCustomerLink"] for _ in range(2)]
        assert last[-1]["__typename"] == "Throttled", email
    assert (await asking.refused(CUSTOMER_LINK, email="no address"))["fields"] == [{"path": "email"}]
    for caller in (visitor, salon.partner, salon.owner, known.ask):
        assert await caller.denied(CUSTOMER_LINK, email=EMAIL) in {"FORBIDDEN", "UNAUTHENTICATED"}
    assert len(await mails_to(EMAIL)) <= 5


async def test_sessions_are_listed_and_ended_by_their_own_customer(
    known: Known, salon: Business, rival: Business
) -> None:
    second = await signed_in_customer(salon, EMAIL)
    stranger = await signed_in_customer(salon, "grace@example.com")
    listed = (await known.ask.ok(SESSIONS))["myCustomerSessions"]
    assert (listed["totalCount"], [one["isCurrent"] for one in listed["nodes"]]) == (2, [False, True])
    newest, mine = (one["id"] for one in listed["nodes"])
    for caller in (stranger, await signed_in_customer_of(rival)):
        assert (await caller.refused(END, id=mine))["__typename"] == "NotFound"
        assert (await caller.ok("query ($id: ID!) { node(id: $id) { id } }", id=mine))["node"] is None
    await known.ask.did(END, id=newest)
    assert (await second(MINE)).status == 401
    await known.ask.did(END)
    assert (await known.ask(MINE)).status == 401
    assert await events(salon, "customer_session") == ["customer_signed_in"] * 3 + ["customer_session_ended"] * 2
    assert (await stranger.ok(SESSIONS))["myCustomerSessions"]["totalCount"] == 1


async def signed_in_customer_of(business: Business) -> Caller:
    desk = await bookable(business)
    await desk.book(business.widget, at=desk.at(10))
    return await signed_in_customer(business, EMAIL)


async def test_a_session_ends_after_a_week_without_use_and_after_thirty_days(known: Known, salon: Business) -> None:
    clock = salon.product.clock
    idle = await signed_in_customer(salon, "grace@example.com")
    for _ in range(4):
        clock.advance(days=6, hours=23)
        assert (await known.ask("{ viewer { kind } }")).status == 200
    assert (await idle("{ viewer { kind } }")).status == 401
    clock.advance(days=2, hours=3)
    assert (await known.ask("{ viewer { kind } }")).status == 200
    clock.advance(hours=1)
    assert (await known.ask("{ viewer { kind } }")).status == 401


async def test_another_address_ends_what_the_mailbox_opened(known: Known, salon: Business, visitor: Caller) -> None:
    waiting = await _asked(salon)
    (customer,) = (await salon.owner.ok('{ customers(first: 1, filter: {search: "Ada"}) { nodes { id version } } }'))[
        "customers"
    ]["nodes"]
    await salon.owner.did(
        """mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }""",
        input={"id": customer["id"], "expectedVersion": customer["version"], "email": "another@example.com"},
    )
    assert (await known.ask("{ viewer { kind } }")).status == 401
    assert (await visitor.refused(START, token=waiting))["__typename"] == "LinkInvalid"


async def test_neither_secret_is_stored_and_no_cookie_is_set(known: Known, salon: Business, visitor: Caller) -> None:
    link = await _asked(salon)
    answer = await visitor(START, token=link)
    assert "set-cookie" not in answer.headers
    rows: list[Any] = [*await CustomerLink.of(salon.account.id), *await CustomerSession.of(salon.account.id)]
    stored = str([dict(row) for row in rows])
    assert link not in stored and answer.data["startCustomerSession"]["token"] not in stored
    assert EMAIL not in stored


async def test_a_manage_link_expires_thirty_days_after_the_appointment(
    salon: Business, product: Product, visitor: Caller
) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    link = by_key(product, made["manageToken"])
    product.clock.stand_at(desk.at(11))
    product.clock.advance(days=30, seconds=-1)
    assert (await link(READ, id=made["booking"]["id"])).data["booking"]
    product.clock.advance(seconds=1)
    answer = await link(READ, id=made["booking"]["id"])
    assert answer.status == 401 and "expired" in answer.errors[0]["message"]
    at_widget = Caller(salon.widget.http, salon.widget.path, {**salon.widget.headers, **link.headers})
    assert (await at_widget(READ, id=made["booking"]["id"])).status == 401
    again = await started(salon, visitor, EMAIL)
    assert (await by_key(product, again["token"]).ok(READ, id=made["booking"]["id"]))["booking"]
    assert id_of(desk.service) and product.clock.now() > NOW
