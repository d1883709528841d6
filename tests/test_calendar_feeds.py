"""Calendar feeds: what whoever has the address sees, what they never see, and how a feed ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from models import feed_content
from models.calendar_feed import MOST_LIVE, CalendarFeed
from models.location import Location
from models.membership import Membership, Role
from models.resource import Resource, set_needs
from models.service import Assignment
from models.staff import Staff, TimeOff
from models.storage.database import counting
from tests.bookable import CANCEL, Desk, bookable
from tests.businesses import Business, id_of, make_user, signed_in
from tests.product import Product
from tests.shared import GUESTS, shared

CREATE = """
mutation Create($input: CreateCalendarFeedInput!) {
  createCalendarFeed(input: $input) {
    __typename
    ... on CreateCalendarFeedPayload { url calendarFeed { id detail staff { id } location { id } madeBy { name } } }
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
  }
}
"""
REVOKE = """
mutation Revoke($input: RevokeCalendarFeedInput!) {
  revokeCalendarFeed(input: $input) {
    __typename ... on RevokeCalendarFeedPayload { calendarFeed { revokedAt } } ... on Refusal { code }
  }
}
"""
FEEDS = "query($all: Boolean!) { calendarFeeds(first: 9, includeRevoked: $all) { nodes { id lastUsedAt revokedAt } } }"
REMOVE = """
mutation($input: RemoveMemberInput!) { removeMember(input: $input) { __typename ... on Refusal { code } } }
"""


async def made(business: Business, **wanted: Any) -> tuple[str, str]:
    """The path and the id of a new feed of the owner's."""
    payload = await business.owner.did(CREATE, input={"name": "Phone", **wanted})
    return payload["url"].removeprefix("http://127.0.0.1:8000"), payload["calendarFeed"]["id"]


async def read(product: Product, path: str, **headers: str) -> httpx.Response:
    async with product.http() as http:
        return await http.get(path, headers=headers)


def events(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.text).walk("VEVENT"))


async def test_a_feed_says_busy_and_no_more_unless_more_was_chosen(
    product: Product, salon: Business, rival: Business
) -> None:
    desk = await bookable(salon, name="Tattoo removal", staff=2)
    theirs = await bookable(rival, name="Rival cut")
    await theirs.book(rival.widget, at=theirs.at(10))
    booked = (await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0]))["booking"]
    await desk.book(salon.widget, at=desk.at(12), staff=desk.staff[1], customer=GUESTS[1])
    path, _ = await made(salon, staffId=id_of(desk.staff[0]))
    answer = await read(product, path)
    (busy,) = events(answer)
    assert (busy["SUMMARY"], busy["UID"], busy["SEQUENCE"]) == ("Busy", booked["icalUid"], 0)
    assert (busy.decoded("DTSTART"), busy.decoded("DTEND")) == (desk.at(10), desk.at(11))
    for hidden in ("Tattoo", "Ada", "Rival", "DESCRIPTION", "ATTENDEE", booked["reference"]):
        assert hidden not in answer.text
    path, _ = await made(salon, staffId=id_of(desk.staff[0]), detail="SERVICES")
    answer = await read(product, path)
    assert [one["SUMMARY"] for one in events(answer)] == ["Tattoo removal"] and "Ada" not in answer.text
    path, _ = await made(salon, staffId=id_of(desk.staff[0]), detail="CUSTOMERS")
    answer = await read(product, path)
    assert [one["SUMMARY"] for one in events(answer)] == ["Tattoo removal: Ada Lovelace"]
    assert "ada@" not in answer.text and "+1512" not in answer.text


async def test_a_place_s_feed_has_everybody_there_and_a_session_once(product: Product, salon: Business) -> None:
    place = await Location.begin(salon.act, name="High Street", zone="America/Chicago", address="1 High Street")
    desk = await shared(salon)
    await Staff.of(salon.account.id).update(location_id=place.id)
    for guest in GUESTS[:3]:
        await desk.book(salon.widget, at=desk.at(10), customer=guest)
    elsewhere = await bookable(salon)
    await elsewhere.book(salon.widget, at=elsewhere.at(13))
    path, _ = await made(salon, locationId=id_of(place), detail="CUSTOMERS")
    (session,) = events(await read(product, path))
    assert session.decoded("DTSTART") == desk.at(10)
    assert all(guest["name"] in session["SUMMARY"] for guest in GUESTS[:3])


async def test_a_cancelled_appointment_stands_as_such_for_a_while(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    far = (await desk.book(salon.widget, at=desk.at(10, day=20)))["booking"]
    path, _ = await made(salon, staffId=id_of(desk.staff[0]))
    await salon.owner.did(CANCEL, input={"id": far["id"], "expectedVersion": far["version"]})
    (gone,) = events(await read(product, path))
    assert (gone["UID"], gone["STATUS"], gone["SEQUENCE"]) == (far["icalUid"], "CANCELLED", 1)
    product.clock.stand_at(product.clock.now() + timedelta(days=32))
    assert events(await read(product, path)) == []


async def test_only_what_changed_is_sent_again_and_nobody_keeps_it_for_others(
    product: Product, salon: Business
) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10))
    path, id_ = await made(salon, staffId=id_of(desk.staff[0]))
    first = await read(product, path)
    assert first.headers["cache-control"] == "private, no-cache"
    assert "set-cookie" not in first.headers
    tag = first.headers["etag"]
    product.clock.stand_at(product.clock.now() + timedelta(minutes=10))
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        same = await read(product, path, **{"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await desk.book(salon.widget, at=desk.at(12))
    changed = await read(product, path, **{"If-None-Match": tag})
    assert len(events(changed)) == 2 and changed.headers["etag"] != tag
    (row,) = (await salon.owner.ok(FEEDS, all=False))["calendarFeeds"]["nodes"]
    assert (row["id"], row["lastUsedAt"]) == (id_, "2027-01-11T12:10:00Z")


async def test_every_feed_that_is_not_there_answers_alike(product: Product, salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    staff = id_of(desk.staff[0])
    path, id_ = await made(salon, staffId=staff)
    events(await read(product, path))
    assert (await rival.owner.refused(REVOKE, input={"id": id_}))["code"] == "NOT_FOUND"
    await salon.owner.did(REVOKE, input={"id": id_})
    again = await salon.owner.did(REVOKE, input={"id": id_})
    assert again["calendarFeed"]["revokedAt"] is not None
    archived, _ = await made(salon, staffId=staff)
    await Staff.of(salon.account.id).filter(id=desk.staff[0].id).update(archived_at=product.clock.now())
    gone = [await read(product, one) for one in (path, archived, "/feeds/cf_unknown.ics", "/feeds/x.ics")]
    said = {(one.status_code, one.text, one.headers["cache-control"]) for one in gone}
    assert len(said) == 1 and gone[0].status_code == 404
    assert [row["revokedAt"] is None for row in (await salon.owner.ok(FEEDS, all=True))["calendarFeeds"]["nodes"]] == [
        True, False,
    ]  # fmt: skip
    assert len((await rival.owner.ok(FEEDS, all=True))["calendarFeeds"]["nodes"]) == 0


async def test_a_feed_ends_with_its_maker_s_right_to_it(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    user = await make_user(product.clock.now())
    member = await Membership.begin(salon.act, user_id=user.id, role=Role.MANAGER)
    caller = await signed_in(product, user, salon.account)
    wanted = {"name": "Phone", "staffId": id_of(desk.staff[0]), "detail": "CUSTOMERS"}
    payload = await caller.did(CREATE, input=wanted)
    path = payload["url"].removeprefix("http://127.0.0.1:8000")
    events(await read(product, path))
    rows = Membership.of(salon.account.id).filter(id=member.id)
    await rows.update(role=Role.STAFF)
    assert (await read(product, path)).status_code == 404
    await rows.update(role=Role.MANAGER)
    events(await read(product, path))
    removed = await salon.owner.ok(REMOVE, input={"id": id_of(member), "expectedVersion": member.version})
    assert removed["removeMember"]["__typename"] == "RemoveMemberPayload"
    assert (await read(product, path)).status_code == 404
    await Membership.begin(salon.act, user_id=user.id, role=Role.MANAGER)
    assert (await read(product, path)).status_code == 404, "whoever comes back makes another"


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
async def test_who_may_not_make_feeds_cannot(salon: Business, role: Role) -> None:
    desk = await bookable(salon)
    caller = await salon.member(role)
    assert await caller.denied(CREATE, input={"name": "Mine", "staffId": id_of(desk.staff[0])}) == "FORBIDDEN"
    assert await caller.denied(FEEDS, all=False) == "FORBIDDEN"
    assert await salon.partner.denied(FEEDS, all=False) == "FORBIDDEN"


async def test_a_feed_is_of_one_thing_that_is_there(salon: Business, rival: Business) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    for wanted in ({}, {"staffId": id_of(desk.staff[0]), "locationId": id_of(desk.staff[0])}):
        refusal = await salon.owner.refused(CREATE, input={"name": "Both", **wanted})
        assert [one["path"] for one in refusal["fields"]] == ["staffId"]
    for id_ in (id_of(theirs.staff[0]), "stf_nonsense"):
        assert (await salon.owner.refused(CREATE, input={"name": "Theirs", "staffId": id_}))["code"] == "NOT_FOUND"
    await fill_up(salon, desk)
    refusal = await salon.owner.refused(CREATE, input={"name": "More", "staffId": id_of(desk.staff[0])})
    assert str(MOST_LIVE) in refusal["fields"][0]["message"]


async def fill_up(business: Business, desk: Desk) -> None:
    wanted = {"staff_id": desk.staff[0].id, "location_id": None}
    first, _ = await CalendarFeed.issue(
        business.act, business.owner_user.id, "One", next(iter(CalendarFeed._meta.fields_map["detail"].enum_type)),
        **wanted,
    )  # fmt: skip
    for number in range(MOST_LIVE - 1):
        values = {name: getattr(first, name) for name in CalendarFeed._meta.fields_map if name != "id"}
        await CalendarFeed.create(**values | {"token_hash": f"{business.account.id.hex}{number}"})


async def test_it_takes_a_fresh_sign_in(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    product.clock.stand_at(product.clock.now() + timedelta(minutes=30))
    answer = await salon.owner(CREATE, input={"name": "Phone", "staffId": id_of(desk.staff[0])})
    assert answer.codes == ["REAUTH_REQUIRED"]


async def test_whoever_asks_too_often_waits(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    path, _ = await made(salon, staffId=id_of(desk.staff[0]))
    app = product.limited()
    async with product.http(app, address="198.51.100.7") as http:
        answers = [await http.get("/feeds/cf_guess.ics") for _ in range(30)]
        assert {one.status_code for one in answers} == {404, 429}
        assert int(answers[-1].headers["retry-after"]) >= 1
    async with product.http(app, address="203.0.113.9") as http:
        assert (await http.get(path)).status_code == 200, "another network is not hindered"


async def test_a_feed_takes_few_statements_however_many_appointments(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    path, _ = await made(salon, staffId=id_of(desk.staff[0]))
    for hour in (9, 11, 13, 15):
        await desk.book(salon.widget, at=desk.at(hour))
    await read(product, path)
    with counting() as statements:
        assert len(events(await read(product, path))) == 4
    assert len([one for one in statements if "calendar_feed" in one or "booking" in one or "staff" in one]) <= 5


async def test_time_off_is_in_it_and_never_why(product: Product, salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    room = await Resource.begin(salon.act, name="Room")
    times = {"starts_at": desk.at(9), "ends_at": desk.at(11)}
    for whose in ({"staff_id": desk.staff[0].id}, {"staff_id": desk.staff[1].id}, {"resource_id": room.id}):
        await TimeOff.begin(salon.act, **times, **whose, reason="Chemotherapy")
    await TimeOff.begin(salon.act, starts_at=desk.at(9, day=1), ends_at=desk.at(17, day=1), reason="Funeral")
    for detail, words in (("BUSY", ["Busy", "Busy"]), ("SERVICES", ["Time off", "Closed"])):
        for whose in ({"staffId": id_of(desk.staff[0])}, {"resourceId": id_of(room)}):
            path, _ = await made(salon, detail=detail, **whose)
            answer = await read(product, path)
            found = events(answer)
            assert [one["SUMMARY"] for one in found] == words and {one["TRANSP"] for one in found} == {"OPAQUE"}
            assert found[0].decoded("DTSTART") == desk.at(9)
            assert "Chemotherapy" not in answer.text and "Funeral" not in answer.text


async def test_who_serves_with_others_and_what_is_taken_have_it_in_their_feeds(
    product: Product, salon: Business, rival: Business
) -> None:
    desk = await bookable(salon, staff=2, assignment=Assignment.COLLECTIVE)
    chairs, empty = [await Resource.begin(salon.act, name=name, quantity=3) for name in ("Chair", "Empty")]
    await set_needs(salon.act, desk.service, 1, [(2, [chairs.id])])
    booked = (await desk.book(salon.owner, at=desk.at(10)))["booking"]
    for whose in ({"staffId": id_of(desk.staff[1])}, {"resourceId": id_of(chairs)}):
        (one,) = events(await read(product, (await made(salon, detail="CUSTOMERS", **whose))[0]))
        assert (one["UID"], one["SUMMARY"]) == (booked["icalUid"], "Haircut: Ada Lovelace")
        assert (one.decoded("DTSTART"), one.decoded("DTEND")) == (desk.at(10), desk.at(11))
    assert events(await read(product, (await made(salon, resourceId=id_of(empty)))[0])) == []
    for wrong in ({"resourceId": id_of(chairs), "staffId": id_of(desk.staff[0])}, {}):
        refused = await salon.owner.refused(CREATE, input={"name": "Phone", **wrong})
        assert refused["fields"][0]["path"] == "staffId"
    assert (await rival.owner.refused(CREATE, input={"name": "x", "resourceId": id_of(chairs)}))["code"] == "NOT_FOUND"
    path, _ = await made(salon, resourceId=id_of(chairs))
    await set_needs(salon.act, desk.service, 2, [])
    await chairs.archive(salon.act, 1)
    assert (await read(product, path)).status_code == 404


async def test_of_more_than_it_tells_it_has_what_comes_next_and_says_where_it_ends(
    product: Product, salon: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await bookable(salon)
    for day in range(4):
        await desk.book(salon.owner, at=desk.at(10, day=day))
    path, _ = await made(salon, staffId=id_of(desk.staff[0]))
    product.clock.stand_at(desk.at(18, day=1))
    monkeypatch.setattr(feed_content, "MOST_ENTRIES", 1)
    told = events(await read(product, path))
    assert [one.decoded("DTSTART") for one in told] == [desk.at(10, day=2), desk.at(10, day=3)]
    assert (
        told[-1]["SUMMARY"].startswith("From here on appointments are missing") and told[-1]["TRANSP"] == "TRANSPARENT"
    )
    assert (await read(product, path)).text == (await read(product, path)).text
