"""Watching bookings over a socket: who is told of what, as they are at that moment."""

from __future__ import annotations

from models.membership import Role
from permissions.roles import Scope
from tests.bookable import CANCEL, MOVE, bookable, said
from tests.businesses import Business, by_key, id_of, limit_to_own_diary
from tests.isolation.filling import canary
from tests.product import Product
from tests.sockets import Talk, socket

WATCH = """
subscription Watch($staffId: ID, $locationId: ID) {
  bookingChanged(staffId: $staffId, locationId: $locationId) {
    bookingId booking { id status version staff { name } customer { name email } } event { name }
  }
}
"""
BARE = "subscription { bookingChanged { bookingId booking { status } } }"


async def watching(talk: Talk, id: str = "1", query: str = WATCH, **variables: object) -> None:
    """Subscribe, and see that it has begun."""
    await talk.subscribe(id, query, **variables)
    assert await talk.next(id) == {"data": {"bookingChanged": None}}


async def test_a_dashboard_is_told_what_happens_to_bookings(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    async with socket(product, salon.owner) as talk:
        await watching(talk)
        booking = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
        made = (await talk.next("1"))["data"]["bookingChanged"]
        assert made["bookingId"] == made["booking"]["id"] == booking["id"]
        assert (made["event"]["name"], made["booking"]["version"]) == ("booking_made", 1)
        assert made["booking"]["customer"] == {"name": "Ada Lovelace", "email": "ada@example.com"}
        await salon.owner.did(CANCEL, input={"id": booking["id"], "expectedVersion": 1})
        ended = (await talk.next("1"))["data"]["bookingChanged"]
        assert (ended["event"]["name"], ended["booking"]["status"]) == ("booking_cancelled", "CANCELLED")
        await talk.send({"type": "complete", "id": "1"})
        await talk.settle()
        await desk.book(salon.widget, at=desk.at(11))
        await talk.nothing()


async def test_the_rival_is_told_nothing(product: Product, salon: Business, rival: Business) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    foreign = {"staffId": id_of(desk.staff[0])}
    async with socket(product, rival.owner) as talk, socket(product, rival.partner) as partner:
        await watching(talk)
        await watching(talk, "2", **foreign)
        await watching(partner)
        await desk.book(salon.widget, at=desk.at(10))
        await talk.nothing()
        await theirs.book(rival.widget, at=theirs.at(10))
        told = [await talk.receive(), await partner.receive()]
        assert canary(salon) not in str(told)
        assert [message["id"] for message in told] == ["1", "1"]
        await talk.nothing()


async def test_a_diary_of_one_person_is_told_what_comes_and_what_goes(product: Product, salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    first, second = desk.staff
    async with socket(product, salon.owner) as talk:
        await watching(talk, staffId=id_of(first))
        await desk.book(salon.owner, at=desk.at(9), staff=second)
        booking = (await desk.book(salon.owner, at=desk.at(10), staff=first))["booking"]
        assert (await talk.next("1"))["data"]["bookingChanged"]["bookingId"] == booking["id"]
        move = {"id": booking["id"], "expectedVersion": 1, "startsAt": said(desk.at(10)), "staffId": id_of(second)}
        await salon.owner.did(MOVE, input=move)
        gone = (await talk.next("1"))["data"]["bookingChanged"]
        assert (gone["event"]["name"], gone["booking"]["version"]) == ("booking_rescheduled", 2)
        await salon.owner.did(CANCEL, input={"id": booking["id"], "expectedVersion": 2})
        await talk.nothing()


async def test_who_sees_their_own_diary_is_told_of_it_alone(product: Product, salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    ada, bob = desk.staff
    await limit_to_own_diary(salon)
    member = await salon.member(Role.STAFF, staff_id=ada.id)
    async with socket(product, member) as talk:
        await watching(talk)
        await desk.book(salon.owner, at=desk.at(9), staff=bob)
        booking = (await desk.book(salon.owner, at=desk.at(10), staff=ada))["booking"]
        mine = (await talk.next("1"))["data"]["bookingChanged"]
        assert (mine["booking"]["id"], mine["event"]["name"]) == (booking["id"], "booking_made")
        move = {"id": booking["id"], "expectedVersion": 1, "startsAt": said(desk.at(10)), "staffId": id_of(bob)}
        await salon.owner.did(MOVE, input=move)
        gone = await talk.next("1")
        assert gone == {"data": {"bookingChanged": {"bookingId": booking["id"], "booking": None, "event": None}}}
        await salon.owner.did(CANCEL, input={"id": booking["id"], "expectedVersion": 2})
        await talk.nothing()


async def test_the_holder_of_a_link_is_told_of_their_booking_alone(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    async with socket(product, by_key(product, made["manageToken"])) as talk:
        await watching(talk, query=BARE)
        await desk.book(salon.widget, at=desk.at(11))
        await talk.nothing()
        await salon.owner.did(CANCEL, input={"id": made["booking"]["id"], "expectedVersion": 1})
        assert (await talk.next("1"))["data"]["bookingChanged"] == {
            "bookingId": made["booking"]["id"], "booking": {"status": "CANCELLED"},
        }  # fmt: skip


async def test_what_each_viewer_sees_of_an_event_is_theirs(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    staff, auditor = await salon.member(Role.STAFF), await salon.member(Role.AUDITOR)
    partner = await salon.partner_with(Scope.BOOKINGS_READ)
    async with socket(product, staff) as one, socket(product, auditor) as two, socket(product, partner) as three:
        for talk in (one, two, three):
            await watching(talk)
        await desk.book(salon.widget, at=desk.at(10))
        seen = (await one.next("1"))["data"]["bookingChanged"]["booking"]["customer"]
        assert (seen["name"], "ada@" in seen["email"]) == ("Ada Lovelace", False)
        seen = (await two.next("1"))["data"]["bookingChanged"]["booking"]["customer"]
        assert "Ada" not in seen["name"] and "ada@" not in seen["email"]
        told = await three.next("1")
        assert told["data"]["bookingChanged"]["booking"]["customer"] is None
        assert told["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_who_may_not_read_bookings_may_not_watch_them(product: Product, salon: Business) -> None:
    caller = await salon.partner_with(Scope.CATALOGUE_READ)
    async with socket(product, caller) as talk:
        await talk.subscribe("1", WATCH)
        (error,) = await talk.told("error", "1")
        assert (error["extensions"]["code"], error["extensions"]["permission"]) == ("FORBIDDEN", "BOOKINGS_READ")
