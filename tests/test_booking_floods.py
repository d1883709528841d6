"""Nobody's mailbox is flooded by whoever merely types its address at a widget."""

from __future__ import annotations

from models.attempts import MOVED_BY_LINK
from models.book import MOST_AT_WIDGETS
from models.customer import Customer
from models.mail import Mail
from tests.bookable import MOVE, Desk, bookable, said
from tests.businesses import Business, by_key
from tests.product import Product

TEN = MOST_AT_WIDGETS


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


async def test_a_known_customers_name_and_number_do_not_flood_them_either(salon: Business) -> None:
    desk, email = await bookable(salon), "named@example.com"
    known = await salon.customer("Grace Hopper", email=email, phone="+15125550199")
    await fill(desk, email)
    named = {"name": "Grace Hopper", "phone": "+1 512 555 0199"}
    refusal = await desk.refused(salon.widget, at=desk.at(9, day=2), customer=named)
    assert refusal["code"] == "THROTTLED"
    assert await Customer.of(salon.account.id).filter(phone=known.phone).count() == 1


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
