"""The diary through the API: the dashboard's week, filters, orders, pages, and what they cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.booking import Booking
from models.location import Location
from models.membership import Role
from models.storage.database import counting
from permissions.roles import Scope
from tests.api import Caller
from tests.bookable import CANCEL, Desk, bookable, said
from tests.businesses import Business, by_key, id_of
from tests.conftest import NOW

WEEK = """
query Week($from: DateTime!, $before: DateTime!) {
  bookings(first: 50, filter: { startsFrom: $from, startsBefore: $before }) {
    pageInfo { hasNextPage endCursor }
    edges {
      cursor
      node {
        id reference status startsAt endsAt version local { dateTime zone abbreviation }
        price { amountMinor currency }
        service { id name } staff { id name } customer { id name email phone } location { name }
      }
    }
  }
}
"""
LIST = """
query List($filter: BookingFilter, $order: BookingOrder! = STARTS_AT, $direction: Direction! = ASCENDING,
           $first: Int, $after: String, $last: Int) {
  bookings(filter: $filter, orderBy: $order, direction: $direction, first: $first, after: $after, last: $last) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id startsAt }
  }
}
"""


async def found(caller: Caller, filter: dict[str, Any] | None = None, **more: Any) -> list[str]:
    """The starts of the bookings that a filter leaves."""
    page = (await caller.ok(LIST, filter=filter, **{"first": 50, **more}))["bookings"]
    return [one["startsAt"] for one in page["nodes"]]


async def three(business: Business) -> tuple[Desk, list[dict[str, Any]]]:
    """Bookings at 9, 10 and 11, made a minute apart, the last one first."""
    desk, made = await bookable(business), []
    for hour in (11, 10, 9):
        made.insert(0, (await desk.book(business.owner, at=desk.at(hour)))["booking"])
        business.product.clock.advance(minutes=1)
    return desk, made


async def test_the_week_of_the_dashboard_takes_two_statements(salon: Business) -> None:
    place = await Location.begin(salon.act, name="High Street", zone="America/Chicago")
    desk = await bookable(salon, staff=7, hours=((480, 1200),), price_minor=4500, currency="USD", location_id=place.id)
    for n in range(55):
        at, who = desk.at(8 + n % 11), {"name": f"Customer {n}", "email": f"c{n}@example.com"}
        await desk.book(salon.owner, at=at, staff=desk.staff[n // 11], customer=who)
    week = {"from": said(desk.at(0)), "before": said(desk.at(0, day=7))}
    await salon.owner.ok(WEEK, **week)
    with counting() as statements:
        answer = await salon.owner.ok(WEEK, **week)
    assert len(statements) <= 3, statements
    assert len(statements) == 2, "one finds out who asks, one reads"
    edges = answer["bookings"]["edges"]
    assert len(edges) == 50 and answer["bookings"]["pageInfo"]["hasNextPage"]
    first = edges[0]["node"]
    assert first["customer"]["email"].endswith("@example.com")
    assert (first["service"]["name"], first["location"]["name"]) == ("Haircut", "High Street")
    assert first["local"]["dateTime"] == "2027-01-12T08:00:00"


async def test_ranges_are_half_open(salon: Business) -> None:
    desk, made = await three(salon)
    window = {"startsFrom": said(desk.at(9)), "startsBefore": said(desk.at(11))}
    assert await found(salon.owner, window) == [one["startsAt"] for one in made[:2]]
    assert await found(salon.owner, {"startsFrom": said(desk.at(11))}) == [made[2]["startsAt"]]
    for end in (9, 8):
        bad = {"startsFrom": said(desk.at(9)), "startsBefore": said(desk.at(end))}
        assert await salon.owner.denied(LIST, filter=bad, first=5) == "BAD_USER_INPUT"


async def test_each_filter_narrows(salon: Business) -> None:
    desk, made = await three(salon)
    other = await bookable(salon)
    grace = await salon.customer("Grace", email="grace@example.com")
    extra = await other.book(salon.owner, at=desk.at(15), customer=None, customerId=id_of(grace))
    await salon.owner.did(CANCEL, input={"id": made[0]["id"]})
    alone = [extra["booking"]["startsAt"]]
    assert await found(salon.owner, {"serviceId": other.id}) == alone
    assert await found(salon.owner, {"staffId": id_of(other.staff[0])}) == alone
    assert await found(salon.owner, {"customerId": id_of(grace)}) == alone
    spelled = f" {extra['booking']['reference'][:4].lower()}-{extra['booking']['reference'][4:]} "
    assert await found(salon.owner, {"reference": spelled}) == alone
    assert await found(salon.owner, {"status": ["CANCELLED"]}) == [made[0]["startsAt"]]
    assert len(await found(salon.owner, {"status": ["CANCELLED", "CONFIRMED"]})) == 4
    assert await salon.owner.denied(LIST, filter={"status": []}, first=5) == "BAD_USER_INPUT"


async def test_a_partner_reads_what_changed_since(salon: Business) -> None:
    _, made = await three(salon)
    salon.product.clock.stand_at(NOW + timedelta(hours=1))
    await salon.owner.did(CANCEL, input={"id": made[1]["id"]})
    since = {"changedSince": said(NOW + timedelta(hours=1))}
    assert await found(salon.partner, since, order="UPDATED_AT") == [made[1]["startsAt"]]
    assert await found(salon.partner, {"changedSince": said(NOW + timedelta(hours=1, seconds=1))}) == []


@pytest.mark.parametrize(
    ("order", "expected"), [("STARTS_AT", [9, 10, 11]), ("CREATED_AT", [11, 10, 9]), ("UPDATED_AT", [11, 10, 9])]
)
async def test_orders_and_pages_in_both_directions(salon: Business, order: str, expected: list[int]) -> None:
    desk, _ = await three(salon)
    starts = [said(desk.at(hour)) for hour in expected]
    assert await found(salon.owner, order=order) == starts
    assert await found(salon.owner, order=order, direction="DESCENDING") == starts[::-1]
    seen, after = [], None
    while True:
        page = (await salon.owner.ok(LIST, order=order, first=1, after=after))["bookings"]
        seen += [one["startsAt"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == starts
    assert await found(salon.owner, order=order, first=None, last=1) == starts[-1:]


async def test_times_that_are_equal_are_paged_without_a_gap(salon: Business) -> None:
    desk = await bookable(salon, staff=5)
    for _ in range(5):
        await desk.book(salon.owner, at=desk.at(10))
    first = (await salon.owner.ok(LIST, first=2))["bookings"]
    second = (await salon.owner.ok(LIST, first=5, after=first["pageInfo"]["endCursor"]))["bookings"]
    assert len({one["id"] for one in first["nodes"] + second["nodes"]}) == 5


async def test_ids_of_nothing_and_of_the_rival_match_nothing(salon: Business, rival: Business) -> None:
    desk, _ = await three(salon)
    theirs, _ = await three(rival)
    stranger = await rival.customer("Stranger")
    assert len(await found(rival.owner)) == 3
    for filter in (
        {"serviceId": desk.id}, {"staffId": id_of(desk.staff[0])}, {"serviceId": "nonsense"}, {"staffId": ""},
        {"customerId": id_of(await Booking.of(salon.account.id).first())},  # type: ignore[arg-type]
        {"serviceId": id_of(theirs.staff[0])}, {"customerId": id_of(stranger)}, {"reference": "%"},
    ):  # fmt: skip
        assert await found(rival.owner, filter) == []


async def test_who_lists_bookings(salon: Business, rival: Business, visitor: Caller) -> None:
    desk, made = await three(salon)
    link = by_key(salon.product, (await desk.book(salon.widget, at=desk.at(14)))["manageToken"])
    for role in Role:
        assert len(await found(await salon.member(role))) == 4
    assert len(await found(await salon.partner_with(Scope.BOOKINGS_READ))) == 4
    for caller in (salon.widget, link, await salon.partner_with(Scope.CATALOGUE_READ)):
        assert await caller.denied(LIST, first=5) == "FORBIDDEN"
    assert await visitor.denied(LIST, first=5) == "UNAUTHENTICATED"
    assert await found(rival.owner) == []
    reader = await salon.partner_with(Scope.BOOKINGS_READ)
    known = {"customerId": "cus_00000000000000000000000000"}
    assert await reader.denied(LIST, first=5, filter=known) == "FORBIDDEN"
    one = "query ($id: ID!) { booking(id: $id) { reference customer { name } } }"
    answer = await reader(one, id=made[0]["id"])
    assert answer.data["booking"] == {"reference": made[0]["reference"], "customer": None}
    assert answer.codes == ["FORBIDDEN"]


async def test_staff_and_auditors_see_contacts_masked(salon: Business) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10))
    week = {"from": said(desk.at(0)), "before": said(desk.at(0, day=1))}
    for role, name in ((Role.STAFF, "Ada Lovelace"), (Role.AUDITOR, None)):
        node = (await (await salon.member(role)).ok(WEEK, **week))["bookings"]["edges"][0]["node"]
        assert "ada@" not in node["customer"]["email"] and "5550100" not in node["customer"]["phone"]
        assert (node["customer"]["name"] == "Ada Lovelace") is (name is not None)


async def test_history_is_for_those_who_may_see_it(salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    asked = "query ($id: ID!) { booking(id: $id) { history { name at actorKind actorId details { name value } } } }"
    history = (await salon.owner.ok(asked, id=made["booking"]["id"]))["booking"]["history"]
    assert [(event["name"], event["actorKind"]) for event in history] == [("booking_made", "VISITOR")]
    assert {"name": "staffId", "value": id_of(desk.staff[0])} in history[0]["details"]
    assert datetime.fromisoformat(history[0]["at"]) == NOW
    link = by_key(salon.product, made["manageToken"])
    assert (await link(asked, id=made["booking"]["id"])).codes == ["FORBIDDEN"]
