"""Who may book what, for whom, and what the link to a booking opens."""

from __future__ import annotations

from typing import Any

from models.booking import Booking
from models.customer import Customer
from models.membership import Role
from models.service import Visibility
from permissions.roles import Scope
from tests.api import Caller
from tests.bookable import BOOK, bookable, count, events, mails
from tests.businesses import Business, at_widget, by_key, id_of
from tests.customers import signed_in_customer
from tests.product import Product

MINE = "query ($id: ID!) { booking(id: $id) { reference customerNote internalNote customer { name email phone } } }"
CORRECT = "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }"


async def test_who_may_not_book_at_all(salon: Business, visitor: Caller) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    asked = desk.wanted(desk.at(12))
    assert await (await salon.member(Role.AUDITOR)).denied(BOOK, input=asked) == "FORBIDDEN"
    assert await (await salon.partner_with(Scope.BOOKINGS_READ)).denied(BOOK, input=asked) == "FORBIDDEN"
    assert await by_key(salon.product, made["manageToken"]).denied(BOOK, input=asked) == "FORBIDDEN"
    assert await visitor.denied(BOOK, input=asked) == "UNAUTHENTICATED"


async def test_somebody_who_books_again_is_the_same_customer(salon: Business) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10))
    await desk.book(salon.owner, at=desk.at(11), customer={"name": "A. L.", "email": "ADA@Example.com"})
    assert await count("customer", salon.account.id) == 1
    assert (await Customer.of(salon.account.id).get()).name == "Ada Lovelace"


async def test_the_desk_books_for_a_customer_it_knows(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    known, stranger = await salon.customer(email="grace@example.com"), await rival.customer()
    named: dict[str, Any] = {"customer": None, "customerId": id_of(known)}
    made = await desk.book(salon.owner, at=desk.at(10), **named)
    asked = (await salon.owner.ok(MINE, id=made["booking"]["id"]))["booking"]
    assert asked["customer"]["email"] == "grace@example.com"
    for other in (id_of(stranger), "cus_00000000000000000000000000", "nonsense", id_of(desk.service)):
        refusal = await desk.refused(salon.owner, at=desk.at(11), customer=None, customerId=other)
        assert refusal["__typename"] == "NotFound"
    assert await salon.widget.denied(BOOK, input=desk.wanted(desk.at(11), **named)) == "FORBIDDEN"
    without = await salon.partner_with(Scope.BOOKINGS_WRITE)
    assert await without.denied(BOOK, input=desk.wanted(desk.at(11), **named)) == "FORBIDDEN"
    await known.archive(salon.act, 1)
    assert (await desk.refused(salon.owner, at=desk.at(11), **named))["__typename"] == "NotFound"


async def test_whoever_books_reads_the_booking_and_the_mailed_link_reads_the_customer_too(salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10), note="Hello")
    booking = await Booking.of(salon.account.id).get()
    mailed = by_key(salon.product, booking.manage_token)
    found = (await mailed.ok("query ($id: ID!) { booking(id: $id) { customerNote customer { name email phone } } }",
                             id=made["booking"]["id"]))["booking"]  # fmt: skip
    assert found["customerNote"] == "Hello"
    assert found["customer"] == {"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+15125550100"}
    answer = await at_widget(salon, booking.manage_token)(MINE, id=made["booking"]["id"])
    assert answer.data["booking"]["internalNote"] is None and answer.codes == ["FORBIDDEN"]


async def test_whoever_types_anothers_address_learns_nothing_about_its_owner(salon: Business) -> None:
    await salon.customer("Grace Hopper", email="grace@example.com", phone="+15125550123")
    desk = await bookable(salon)
    answers = []
    for hour, email in ((10, "grace@example.com"), (11, "nobody@example.com")):
        asked = desk.wanted(desk.at(hour), customer={"name": "Mallory", "email": email})
        document = BOOK.replace("{ ...B }", "{ ...B customer { id name email phone } }")
        answer = await salon.widget(document, input=asked)
        assert answer.data["book"]["booking"]["customer"] is None
        assert answer.codes == ["FORBIDDEN"]
        link = at_widget(salon, answer.data["book"]["manageToken"])
        through = await link(MINE, id=answer.data["book"]["booking"]["id"])
        assert through.data["booking"]["customer"] is None
        assert "Hopper" not in str(through.body) and "5550123" not in str(through.body)
        nobody = await link("query { customers(first: 5) { nodes { id } } }")
        assert nobody.codes == ["FORBIDDEN"]
        answers.append(through.codes)
    assert answers[0] == answers[1], "known and unknown addresses answer alike"


async def test_whoever_puts_anothers_phone_beside_their_own_address_gets_none_of_their_bookings(
    salon: Business, visitor: Caller
) -> None:
    desk = await bookable(salon)
    grace = {"name": "Grace Hopper", "phone": "+1 512 555 0123"}
    await desk.book(salon.widget, at=desk.at(10), customer={**grace, "email": "mallory@example.com"})
    hers = await desk.book(salon.widget, at=desk.at(11), customer=grace, note="A surprise for Mallory")
    told = await desk.book(salon.owner, at=desk.at(12), customer=grace)
    mallory = await signed_in_customer(salon, "mallory@example.com")
    found = (await mallory.ok("{ bookings(first: 9) { totalCount nodes { id } } }"))["bookings"]
    assert found["totalCount"] == 1
    assert not {one["id"] for one in found["nodes"]} & {hers["booking"]["id"], told["booking"]["id"]}
    assert await mails(salon) == ["BOOKING_CONFIRMED", "CUSTOMER_LINK"]


async def test_links_in_mails_to_an_address_that_was_wrong_end_when_it_is_corrected(
    product: Product, salon: Business
) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    before = await Booking.of(salon.account.id).get()
    wrong = by_key(product, before.manage_token)
    customer = (await wrong.ok(MINE.replace("internalNote ", ""), id=made["booking"]["id"]))["booking"]["customer"]
    assert customer["email"] == "ada@example.com"
    ada = await Customer.of(salon.account.id).get()
    for version, change in ((1, {"name": "Ada King"}), (2, {"email": "ada@example.org"})):
        assert (await wrong("{ viewer { kind } }")).status == 200
        await salon.owner.did(CORRECT, input={"id": id_of(ada), "expectedVersion": version, **change})
    assert (await wrong("{ viewer { kind } }")).status == 401
    assert (await at_widget(salon, before.manage_token)("{ viewer { kind } }")).status == 401
    after = await Booking.of(salon.account.id).get()
    right = await by_key(product, after.manage_token).ok("{ viewer { customer { email } booking { id version } } }")
    assert right["viewer"]["booking"] == {"id": made["booking"]["id"], "version": 2}
    assert await events(salon) == ["booking_made", "booking_link_ended"]
    own = at_widget(salon, made["manageToken"])
    assert (await own.ok("{ viewer { booking { id } } }"))["viewer"]["booking"]["id"] == made["booking"]["id"]


async def test_the_link_is_given_only_to_whoever_may_see_what_it_opens(salon: Business) -> None:
    desk = await bookable(salon)
    masked, blind = await salon.member(Role.STAFF), await salon.partner_with(Scope.BOOKINGS_WRITE)
    for hour, caller in ((9, masked), (10, blind)):
        assert (await desk.book(caller, at=desk.at(hour)))["manageToken"] is None
    for hour, caller in ((11, salon.owner), (12, salon.partner), (13, salon.widget)):
        token = (await desk.book(caller, at=desk.at(hour)))["manageToken"]
        assert token.startswith("mt_")
        found = await by_key(salon.product, token).ok("{ viewer { kind } }")
        assert found["viewer"]["kind"] == "CUSTOMER"


async def test_a_link_reaches_its_own_booking_alone(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    mine = await desk.book(salon.widget, at=desk.at(10))
    other = await desk.book(salon.owner, at=desk.at(11), customer={"name": "Grace"})
    link = by_key(salon.product, mine["manageToken"])
    asked = "query ($id: ID!) { booking(id: $id) { reference } }"
    assert (await link.ok(asked, id=mine["booking"]["id"]))["booking"]["reference"] == mine["booking"]["reference"]
    assert (await link.ok(asked, id=other["booking"]["id"]))["booking"] is None
    assert await link.denied("{ bookings(first: 1) { totalCount } }") == "FORBIDDEN"
    at_rival = Caller(rival.widget.http, rival.widget.path, {**rival.widget.headers, **link.headers})
    assert (await at_rival(asked, id=mine["booking"]["id"])).status == 401


async def test_ids_of_the_rival_answer_like_random_ones(salon: Business, rival: Business) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    for service in (desk.id, desk.id[:-4] + "0000", "nonsense", id_of(desk.staff[0])):
        refusal = await rival.owner.refused(BOOK, input={**theirs.wanted(desk.at(10)), "serviceId": service})
        assert refusal["__typename"] == "NotFound"
    for staff in (id_of(desk.staff[0]), "stf_00000000000000000000000000", "nonsense", theirs.id):
        refusal = await rival.owner.refused(BOOK, input={**theirs.wanted(desk.at(10)), "staffId": staff})
        assert refusal["__typename"] == "NotFound"
    assert await count("booking", rival.account.id) == 0


async def test_somebody_who_does_not_offer_it_cannot_be_booked(salon: Business) -> None:
    desk = await bookable(salon)
    other = await salon.staff("Other")
    refusal = await desk.refused(salon.owner, at=desk.at(10), staff=other)
    assert refusal["fields"][0]["path"] == "staffId"
    await desk.staff[0].archive(salon.act, 1)
    assert (await desk.refused(salon.owner, at=desk.at(10), staff=desk.staff[0]))["__typename"] == "NotFound"
    refusal = await desk.refused(salon.owner, at=desk.at(10))
    assert refusal["reason"] == "OUTSIDE_OPENING_HOURS"


async def test_private_and_archived_services_are_closed_where_they_are_not_seen(salon: Business) -> None:
    desk = await bookable(salon, visibility=Visibility.PRIVATE)
    for caller in (salon.widget, salon.partner):
        assert (await desk.refused(caller, at=desk.at(10)))["__typename"] == "NotFound"
    await desk.book(await salon.member(Role.STAFF), at=desk.at(10))
    await desk.service.change(salon.act, 1, visibility=Visibility.UNLISTED)
    await desk.book(salon.widget, at=desk.at(11))
    await desk.service.archive(salon.act, 2)
    assert (await desk.refused(salon.owner, at=desk.at(12)))["__typename"] == "NotFound"
