"""The waitlist: one offer for each time that becomes free, to whoever waits longest; the mailed link takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from calendera.waiting import Waiting
from models.attempts import WAITLIST_EMAIL, Attempts
from models.customer import Customer
from models.hold import Hold
from models.invariants import broken
from models.mail import Mail
from models.storage.database import execute
from models.waitlist import WaitlistEntry
from models.waitlist_offers import expire_waitlist, offer_free_times
from permissions.roles import Scope
from rules.waitlist import MOST_WAITING
from tests.api import Caller
from tests.bookable import CANCEL, HOLD, TOMORROW, Desk, bookable, said
from tests.businesses import Business, id_of
from tests.product import Product

JOIN = """mutation ($input: JoinWaitlistInput!) { joinWaitlist(input: $input) { __typename
  ... on JoinWaitlistPayload { mailed entry { id state version } } ... on Refusal { code message }
  ... on ValidationFailed { fields { path message } } ... on TooManyWaiting { limit } } }"""
LIST = """query ($filter: WaitlistFilter) { waitlist(first: 20, filter: $filter) { nodes {
  id state version offeredStartsAt offerExpiresAt customer { name } booking { source startsAt } } } }"""
LOOK = """query ($token: String!) { waitlistByLink(token: $token) {
  state business service staff startsAt expiresAt local { dateTime } localEnd { dateTime } } }"""
ACCEPT = """mutation ($token: String!) { acceptWaitlistOffer(input: {token: $token}) { __typename
  ... on AcceptWaitlistOfferPayload { manageToken } ... on Refusal { code message } } }"""
LEAVE = (
    """mutation ($token: String!) { leaveWaitlist(input: {token: $token}) { __typename ... on Refusal { code } } }"""
)
OFFER = """mutation ($input: OfferFromWaitlistInput!) { offerFromWaitlist(input: $input) { __typename
  ... on OfferFromWaitlistPayload { entry { state offeredStartsAt } } ... on Refusal { code message } } }"""
REMOVE = """mutation ($input: RemoveFromWaitlistInput!) { removeFromWaitlist(input: $input) { __typename
  ... on RemoveFromWaitlistPayload { entry { state } } ... on Refusal { code } } }"""


@pytest.fixture(autouse=True)
async def nobody_waits(product: Product) -> None:
    """What earlier tests left is not of interest here; the worker would look at each of them, every time."""
    await execute("DELETE FROM waitlist_entry")
    await Mail.all().delete()
    await Attempts.all().delete()  # all tests have one network


def wish(desk: Desk, name: str = "ada", **more: Any) -> dict[str, Any]:
    who = {"name": name, "email": f"{name}@waiting.example"}
    days = {"fromDate": str(TOMORROW), "untilDate": str(TOMORROW + timedelta(days=1))}
    return {"serviceId": desk.id, "customer": who, **days, **more}


async def join(caller: Caller, desk: Desk, name: str = "ada", **more: Any) -> Any:
    return (await caller.ok(JOIN, input=wish(desk, name, **more)))["joinWaitlist"]


async def one_hour(business: Business, **more: Any) -> Desk:
    """A day of one hour that can be booked, 10:00 to 11:00, and only tomorrow."""
    return await bookable(business, hours=((600, 660),), **{"horizon_days": 1, **more})


async def entries(business: Business) -> list[WaitlistEntry]:
    return await WaitlistEntry.of(business.account.id).order_by("created_at", "id")


async def states(business: Business) -> list[str]:
    return [entry.state.value for entry in await entries(business)]


async def work(product: Product) -> None:
    """What several workers do at once until nothing is left."""

    async def worker() -> None:
        while await expire_waitlist(product.clock.now()) + await offer_free_times(product.clock.now()):
            pass

    await asyncio.gather(*(worker() for _ in range(3)))


async def full(business: Business, **more: Any) -> tuple[Desk, str]:
    """A day whose only hour is booked, and the booking."""
    desk = await one_hour(business, **more)
    return desk, (await desk.book(business.owner, at=desk.at(10)))["booking"]["id"]


async def test_who_waits_longest_is_offered_what_becomes_free_and_books_it(
    product: Product, salon: Business, rival: Business, visitor: Caller
) -> None:
    desk, booked = await full(salon)
    for name in ("first", "second"):
        product.clock.advance(seconds=1)
        assert (await join(salon.widget, desk, name)) == {
            "__typename": "JoinWaitlistPayload", "mailed": True, "entry": None,
        }  # fmt: skip
    await work(product)
    assert await states(salon) == ["WAITING", "WAITING"]
    await salon.owner.did(CANCEL, input={"id": booked})
    await work(product)
    assert await states(salon) == ["OFFERED", "WAITING"]
    assert (await desk.refused(salon.widget, at=desk.at(10)))["__typename"] == "SlotTaken"
    first, second = await entries(salon)
    offered = (await visitor.ok(LOOK, token=first.token))["waitlistByLink"]
    assert (offered["state"], offered["startsAt"]) == ("OFFERED", said(desk.at(10)))
    assert offered["local"]["dateTime"] == "2027-01-12T10:00:00" and offered["business"] == salon.account.name
    waiting = (await visitor.ok(LOOK, token=second.token))["waitlistByLink"]
    assert (waiting["state"], waiting["startsAt"], waiting["staff"]) == ("WAITING", None, None)
    assert (await visitor.ok(ACCEPT, token=second.token))["acceptWaitlistOffer"]["code"] == "OFFER_OVER"
    both = await asyncio.gather(*(visitor.ok(ACCEPT, token=first.token) for _ in range(3)))
    assert len({answer["acceptWaitlistOffer"]["manageToken"] for answer in both}) == 1
    (one,) = [e for e in (await salon.owner.ok(LIST))["waitlist"]["nodes"] if e["state"] == "BOOKED"]
    assert one["booking"] == {"source": "WAITLIST", "startsAt": said(desk.at(10))}
    assert await Hold.of(salon.account.id).count() == 0 and await broken(salon.account.id) == []
    assert (await rival.owner.ok(LIST))["waitlist"]["nodes"] == []


async def test_what_nobody_answers_goes_to_the_next(product: Product, salon: Business, visitor: Caller) -> None:
    desk, booked = await full(salon, waitlist_minutes=30)
    for name in ("slow", "next"):
        product.clock.advance(seconds=1)
        await join(salon.widget, desk, name)
    await salon.owner.did(CANCEL, input={"id": booked})
    await work(product)
    slow, _ = await entries(salon)
    assert slow.offer_expires_at == (product.clock.now() + timedelta(minutes=30)).replace(microsecond=0)
    product.clock.advance(minutes=29, seconds=59)
    await work(product)
    assert await states(salon) == ["OFFERED", "WAITING"]
    product.clock.advance(seconds=1)
    await work(product)
    assert await states(salon) == ["EXPIRED", "OFFERED"]
    assert (await visitor.ok(ACCEPT, token=slow.token))["acceptWaitlistOffer"]["code"] == "OFFER_OVER"
    assert await broken(salon.account.id) == []


async def test_who_leaves_gives_back_what_was_offered(product: Product, salon: Business, visitor: Caller) -> None:
    desk = await one_hour(salon)
    await join(salon.widget, desk)
    await work(product)
    (entry,) = await entries(salon)
    for _ in range(2):
        assert (await visitor.ok(LEAVE, token=entry.token))["leaveWaitlist"]["__typename"] == "LeaveWaitlistPayload"
    assert await states(salon) == ["PASSED"]
    await desk.book(salon.widget, at=desk.at(10))
    assert (await visitor.ok(LEAVE, token="wt_" + "x" * 43))["leaveWaitlist"]["code"] == "LINK_INVALID"
    assert (await visitor.ok(LOOK, token="wt_" + "x" * 43))["waitlistByLink"] is None


async def test_offers_are_mailed_with_the_link_and_an_old_one_is_not(
    product: Product, salon: Business, visitor: Caller
) -> None:
    from calendera.worker import Worker
    from tests.test_mails import spooled, text_of

    desk, booked = await full(salon, name="Balayage")
    await join(salon.widget, desk, "mailed", customerZone="Asia/Tokyo")
    await Worker(product.settings, product.clock).round()
    (joined,) = spooled(product, "mailed@waiting.example")
    assert joined["Subject"] == f"You are on the waitlist of {salon.account.name}"
    (entry,) = await entries(salon)
    assert f"/waitlist#token={entry.token}\n" in text_of(joined)
    await salon.owner.did(CANCEL, input={"id": booked})
    await Worker(product.settings, product.clock).round()
    (offer,) = [mail for mail in spooled(product, "mailed@waiting.example") if mail["Subject"].startswith("A time")]
    (now,) = await entries(salon)
    assert now.token != entry.token and now.token in text_of(offer)
    assert "10:00 to 11:00 (America/Chicago" in text_of(offer) and "01:00 to 02:00 (Asia/Tokyo" in text_of(offer)
    assert (await visitor.ok(LOOK, token=entry.token))["waitlistByLink"] is None


@pytest.mark.parametrize(
    ("parties", "offered"),
    [((1, 1, 1), ["OFFERED", "OFFERED", "WAITING"]), ((3, 2, 1), ["WAITING", "OFFERED", "WAITING"])],
)
async def test_seats_are_offered_to_as_many_as_they_are_for(
    product: Product, salon: Business, parties: tuple[int, ...], offered: list[str]
) -> None:
    desk = await one_hour(salon, capacity=3)
    await desk.book(salon.owner, at=desk.at(10))
    for number, size in enumerate(parties):
        product.clock.advance(seconds=1)
        await join(salon.widget, desk, f"party{number}", partySize=size)
    await work(product)
    assert await states(salon) == offered
    assert await broken(salon.account.id) == []


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ({"fromMinute": 600, "untilMinute": 601}, True), ({"fromMinute": 601}, False), ({"untilMinute": 600}, False),
        ({"weekdays": [2]}, True), ({"weekdays": [1, 3]}, False),
    ],
)  # fmt: skip
async def test_only_what_suits_is_offered(product: Product, salon: Business, more: dict[str, Any], fits: bool) -> None:
    desk = await one_hour(salon)
    await join(salon.widget, desk, **more)
    await work(product)
    assert await states(salon) == ["OFFERED" if fits else "WAITING"]


async def test_notice_holds_and_a_wish_ends_with_its_days(product: Product, salon: Business) -> None:
    desk = await one_hour(salon, notice_minutes=10_000, horizon_days=30)
    await join(salon.widget, desk)
    await work(product)
    assert await states(salon) == ["WAITING"]
    product.clock.stand_at(desk.at(23, 59, day=1))
    await work(product)
    assert await states(salon) == ["WAITING"]
    product.clock.stand_at(desk.at(0, day=2))
    await work(product)
    assert await states(salon) == ["EXPIRED"]


async def test_an_offer_whose_person_is_away_says_so(product: Product, salon: Business, visitor: Caller) -> None:
    desk = await one_hour(salon)
    await join(salon.widget, desk)
    await work(product)
    (entry,) = await entries(salon)
    await execute("DELETE FROM offering WHERE account_id = $1 AND staff_id = $2", salon.account.id, desk.staff[0].id)
    refused = (await visitor.ok(ACCEPT, token=entry.token))["acceptWaitlistOffer"]
    assert refused["code"] == "OFFER_OVER" and "not kept for you" in refused["message"]
    assert await states(salon) == ["OFFERED"]


async def test_a_stranger_learns_nothing_and_floods_nobody(product: Product, salon: Business) -> None:
    desk = await one_hour(salon, horizon_days=0)
    answers = [await join(salon.widget, desk, "known", fromMinute=number) for number in range(MOST_WAITING + 2)]
    answers.append(await join(salon.widget, desk, "known"))  # the same again
    answers.append(await join(salon.widget, desk, "unknown"))
    assert all(answer == answers[0] for answer in answers)
    known = await Mail.filter(to="known@waiting.example").count()
    assert known == MOST_WAITING
    refusal = await join(salon.owner, desk, "known", fromMinute=99)
    assert (refusal["code"], refusal["limit"]) == ("TOO_MANY_WAITING", MOST_WAITING)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"untilDate": "2026-01-01"}, "untilDate"), ({"untilDate": "2028-01-01"}, "untilDate"),
        ({"fromMinute": 700, "untilMinute": 700}, "untilDate"), ({"weekdays": [8]}, "untilDate"),
        ({"partySize": 2}, "partySize"), ({"customer": {"name": "Ada"}}, "customer.email"),
        ({"customer": None}, "customer"),
        ({"customerZone": "Mars"}, "customerZone"),
    ],
)  # fmt: skip
async def test_what_cannot_be_waited_for_is_refused(salon: Business, more: dict[str, Any], path: str) -> None:
    desk = await one_hour(salon)
    refused = await join(salon.widget, desk, **more)
    assert [field["path"] for field in refused["fields"]] == [path]
    assert await entries(salon) == []


async def test_members_offer_by_hand_and_take_off_the_list(product: Product, salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    other = await bookable(rival)
    made = [await join(salon.owner, desk, name, weekdays=[7]) for name in ("one", "two")]
    one, two = (answer["entry"] for answer in made)
    at = {"startsAt": said(desk.at(14)), "expectedVersion": 1}
    done = (await salon.owner.ok(OFFER, input={"id": one["id"], **at}))["offerFromWaitlist"]
    assert done["entry"] == {"state": "OFFERED", "offeredStartsAt": said(desk.at(14))}
    code: Callable[[Any], str] = lambda answer: next(iter(answer.values()))["code"]  # noqa: E731
    assert code(await salon.owner.ok(OFFER, input={"id": two["id"], **at})) == "SLOT_TAKEN"
    assert code(await salon.owner.ok(OFFER, input={"id": one["id"], **at})) == "VERSION_CONFLICT"
    assert code(await rival.owner.ok(OFFER, input={"id": one["id"], **at})) == "NOT_FOUND"
    assert code(await rival.owner.ok(REMOVE, input={"id": one["id"], "expectedVersion": 2})) == "NOT_FOUND"
    removed = (await salon.owner.ok(REMOVE, input={"id": one["id"], "expectedVersion": 2}))["removeFromWaitlist"]
    assert removed["entry"]["state"] == "REMOVED"
    await desk.book(salon.widget, at=desk.at(14))
    only = await salon.owner.ok(LIST, filter={"serviceId": desk.id, "state": ["WAITING"]})
    assert [entry["id"] for entry in only["waitlist"]["nodes"]] == [two["id"]]
    assert (await rival.owner.ok(LIST, filter={"serviceId": other.id}))["waitlist"]["nodes"] == []
    assert (await join(rival.owner, desk))["code"] == "NOT_FOUND"


async def test_partners_join_and_read_with_their_scope(salon: Business) -> None:
    desk = await bookable(salon)
    writing, reading = await salon.partner_with(Scope.BOOKINGS_WRITE), await salon.partner_with(Scope.CATALOGUE_READ)
    known = await salon.customer(email="known@partner.example")
    assert (await join(writing, desk, customer={"name": "Eve", "email": "eve@partner.example"}))["entry"][
        "version"
    ] == 1
    assert len((await writing.ok("{ waitlist(first: 5) { nodes { state } } }"))["waitlist"]["nodes"]) == 1
    assert (await reading(LIST)).codes == ["FORBIDDEN"] and (await reading(JOIN, input=wish(desk))).codes == [
        "FORBIDDEN"
    ]
    assert (await salon.widget("{ waitlist(first: 5) { nodes { state } } }")).codes == ["FORBIDDEN"]
    joined = await join(salon.owner, desk, customer=None, customerId=id_of(known))
    assert joined["entry"]["state"] == "WAITING"


async def test_a_visitor_who_is_faster_leaves_the_others_waiting(product: Product, salon: Business) -> None:
    desk, booked = await full(salon)
    await join(salon.widget, desk)
    await salon.owner.did(CANCEL, input={"id": booked})
    answers = await asyncio.gather(desk_book(desk, salon), work(product))
    assert sorted([answers[0], *(await states(salon))]) in (["BookPayload", "WAITING"], ["OFFERED", "SlotTaken"])
    assert await broken(salon.account.id) == []


async def desk_book(desk: Desk, business: Business) -> str:
    from tests.bookable import BOOK

    return str((await business.widget.ok(BOOK, input=desk.wanted(desk.at(10))))["book"]["__typename"])


async def test_links_end_with_the_address_and_what_is_offered_is_mailed_to_the_new_one(
    product: Product, salon: Business, visitor: Caller
) -> None:
    from calendera.worker import Worker
    from tests.test_mails import spooled, text_of

    desk = await one_hour(salon)
    await join(salon.widget, desk, "old")
    await work(product)
    (entry,) = await entries(salon)
    customer = await Customer.of(salon.account.id).get()
    await customer.change(salon.act, customer.version, email="new@waiting.example")
    assert (await visitor.ok(LOOK, token=entry.token))["waitlistByLink"] is None
    assert (await visitor.ok(ACCEPT, token=entry.token))["acceptWaitlistOffer"]["code"] == "LINK_INVALID"
    await Worker(product.settings, product.clock).round()
    assert spooled(product, "old@waiting.example") == []
    (offer,) = spooled(product, "new@waiting.example")
    (now,) = await entries(salon)
    assert now.token in text_of(offer)
    assert "manageToken" in (await visitor.ok(ACCEPT, token=now.token))["acceptWaitlistOffer"]


async def test_nobody_floods_a_mailbox_by_joining_at_many_businesses(product: Product, salon: Business) -> None:
    desk = await one_hour(salon, horizon_days=0)
    for number in range(WAITLIST_EMAIL.most):
        await join(salon.widget, desk, "victim", fromMinute=number)
    assert (await join(salon.widget, desk, "victim"))["code"] == "THROTTLED"
    assert (await join(salon.widget, desk, "somebody-else"))["mailed"]
    assert (await join(salon.owner, desk, "victim"))["entry"], "whoever answers for it is not counted"


async def test_what_becomes_free_is_offered_when_it_happens_and_by_the_clock_now_and_then(
    product: Product, salon: Business
) -> None:
    desk, booked = await full(salon)
    waiting = Waiting(product.clock)
    while await waiting.offer():
        pass
    await join(salon.widget, desk, "first")
    assert await waiting.offer() == 0 and await waiting.offer() == 0
    await salon.owner.did(CANCEL, input={"id": booked})
    assert (await waiting.offer(), await waiting.offer()) == (1, 0)
    assert await states(salon) == ["OFFERED"]
    # What no event tells of: a hold whose time is over.
    other = await one_hour(salon)
    await salon.owner.did(HOLD, input={"serviceId": other.id, "startsAt": said(other.at(10))})
    await join(salon.widget, other, "second")
    assert await waiting.offer() == 0
    product.clock.advance(minutes=5)
    assert await waiting.offer() == 1
