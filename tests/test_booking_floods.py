"""Nobody's mailbox is flooded by whoever merely types its address at a widget."""

from __future__ import annotations

from models.attempts import MOVED_BY_LINK
from models.book import MOST_AT_WIDGETS
from models.customer import Customer
from models.floods import BOOKED_BY_NETWORK
from models.mail import Mail
from tests.api import Caller
from tests.bookable import MOVE, Desk, bookable, count, said
from tests.businesses import Business, by_key, id_of
from tests.product import Product

TEN = MOST_AT_WIDGETS
BOOK_BRIEFLY = """
mutation ($input: BookInput!) {
  book(input: $input) { ... on Refusal { code message } ... on Throttled { retryAfterSeconds } }
}
"""


async def mails_to(email: str) -> int:
    return await Mail.filter(to=email).count()


async def fill(desk: Desk, email: str, **who: str) -> None:
    for nth in range(TEN):
        customer = {"name": "Grace Hopper", "email": email, **who}
        await desk.book(desk.business.widget, at=desk.at(9 + nth % 8, day=nth // 8), customer=customer)


async def test_bookings_at_widgets_for_one_address_are_few(product: Product, salon: Business) -> None:
    desk, email = await bookable(salon), "flooded@example.com"
    await fill(desk, email)
    refusal = await desk.refused(salon.widget, at=desk.at(9, day=2), customer={"name": "X", "email": email})
    assert refusal["code"] == "THROTTLED"
    assert await mails_to(email) == TEN
    await desk.book(salon.widget, at=desk.at(9, day=2), customer={"name": "X", "email": "other@example.com"})
    await desk.book(salon.owner, at=desk.at(10, day=2), customer={"name": "X", "email": email})
    product.clock.advance(hours=1)
    await desk.book(salon.widget, at=desk.at(11, day=2), customer={"name": "X", "email": email})


async def test_a_known_customers_name_and_number_mail_them_nothing(salon: Business) -> None:
    desk, email = await bookable(salon), "named@example.com"
    await salon.customer("Grace Hopper", email=email, phone="+15125550199")
    named = {"name": "Grace Hopper", "phone": "+1 512 555 0199"}
    for hour in range(9, 17):
        await desk.book(salon.widget, at=desk.at(hour), customer=named)
    for hour in (9, 10):
        await desk.book(salon.widget, at=desk.at(hour, day=1), customer=named)
    assert (await desk.refused(salon.widget, at=desk.at(11, day=1), customer=named))["code"] == "THROTTLED"
    assert await mails_to(email) == 0
    assert await Customer.of(salon.account.id).count() == 2


async def test_moves_by_a_link_are_few(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(9, day=3))
    link, id = by_key(product, made["manageToken"]), made["booking"]["id"]
    for nth in range(MOVED_BY_LINK.most):
        asked = {"id": id, "expectedVersion": nth + 1, "startsAt": said(desk.at(9 + nth % 8, day=4 + nth // 8))}
        await link.did(MOVE, input=asked)
    again = {"id": id, "expectedVersion": MOVED_BY_LINK.most + 1, "startsAt": said(desk.at(9, day=9))}
    assert (await link.refused(MOVE, input=again))["code"] == "THROTTLED"
    assert (await salon.owner.did(MOVE, input=again))["booking"]["id"] == id


async def under_another_name(desk: Desk, caller: Caller, nth: int) -> str:
    """The code of what a booking at a widget was answered, each under a name of its own and at a time of its own."""
    customer = {"name": f"Person {nth}", "email": f"person{nth}@example.com"}
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(9 + nth % 8, day=nth // 8)), "customer": customer}
    (answer,) = (await caller.ok(BOOK_BRIEFLY, input=asked)).values()
    return str(answer.get("code", "booked"))


async def test_one_network_cannot_fill_a_calendar_under_many_names(
    product: Product, salon: Business, rival: Business
) -> None:
    desk, most = await bookable(salon), BOOKED_BY_NETWORK.most
    assert await under_another_name(desk, salon.widget, 0) == "booked"
    for _ in range(3):
        assert await under_another_name(desk, salon.widget, 0) == "SLOT_TAKEN", "what is refused is not counted"
    assert {await under_another_name(desk, salon.widget, nth) for nth in range(1, most)} == {"booked"}
    customer = {"name": "One More", "email": "more@example.com"}
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(16, day=20)), "customer": customer}
    refusal = (await salon.widget.ok(BOOK_BRIEFLY, input=asked))["book"]
    assert (refusal["code"], refusal["retryAfterSeconds"]) == ("THROTTLED", 12 * 3_600)
    assert "call the business" in refusal["message"] and "come back in 12 hours" in refusal["message"]
    assert await count("booking", salon.account.id) == most
    elsewhere = Caller(product.http(address="198.51.100.9"), salon.widget.path, salon.widget.headers)
    assert await under_another_name(desk, elsewhere, most) == "booked"
    assert await under_another_name(desk, salon.owner, most + 1) == "booked"
    assert await under_another_name(await bookable(rival), rival.widget, most) == "booked"
    await a_customer_who_has_proved_who_they_are_books_on(desk)
    product.clock.advance(hours=12)
    assert await under_another_name(desk, salon.widget, most + 2) == "booked"


async def a_customer_who_has_proved_who_they_are_books_on(desk: Desk) -> None:
    """For themselves, and for nobody else."""
    salon = desk.business
    first = await desk.book(salon.owner, at=desk.at(9, day=30), customer={"name": "Ada", "email": "ada@example.com"})
    customer = await Customer.of(salon.account.id).get(email="ada@example.com")
    headers = {**salon.widget.headers, "Authorization": f"Bearer {first['manageToken']}"}
    ada = Caller(salon.product.http(), salon.widget.path, headers)
    own = {"serviceId": desk.id, "startsAt": said(desk.at(10, day=30)), "customerId": id_of(customer)}
    assert (await ada.ok(BOOK_BRIEFLY, input=own))["book"] == {}
    others = {"serviceId": desk.id, "startsAt": said(desk.at(11, day=30)), "customer": {"name": "Bob"}}
    assert (await ada.ok(BOOK_BRIEFLY, input=others))["book"]["code"] == "THROTTLED"
