"""Calendars elsewhere that the worker asks: what they say blocks time, whatever they do harms nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from calendera.egress import Egress
from calendera.outgoing import Outgoing
from calendera.subscribing import Subscribing
from calendera.worker import Worker
from models.calendar_subscription import EVERY, GIVEN_UP_AFTER, CalendarSubscription
from models.membership import Role
from models.resource import Resource, set_needs
from models.storage.database import fetch
from tests.api import Caller
from tests.bookable import Desk, bookable, count, events
from tests.businesses import Business, id_of
from tests.elsewhere import Elsewhere, elsewhere, response
from tests.test_external_busy import REMOVE, busy

SUBSCRIBE = """
mutation Subscribe($input: SubscribeToCalendarInput!) { subscribeToCalendar(input: $input) {
  __typename ... on SubscribeToCalendarPayload { busySource { id name subscription { address fetchedAt problem } } }
  ... on Refusal { code message } ... on ValidationFailed { fields { path message } } } }
"""
AGAIN = """
mutation Again($input: AskCalendarAgainInput!) { askCalendarAgain(input: $input) {
  __typename ... on AskCalendarAgainPayload { busySource { id } } ... on Refusal { code message } } }
"""
STATE = """
{ busySources(first: 9) { nodes { name subscription { address fetchedAt dueAt problem failingSince endedAt } } } }
"""


def calendar(*events: str) -> bytes:
    """A calendar of these events, each written as lines with `;` between them."""
    parts = [f"BEGIN:VEVENT\r\n{event.replace(' | ', chr(13) + chr(10))}\r\nEND:VEVENT" for event in events]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""]).encode()


TEN = "UID:a | DTSTART:20270112T160000Z | DTEND:20270112T170000Z | SUMMARY:Secret dinner"  # ten o'clock in Chicago


@pytest.fixture
async def other() -> AsyncIterator[Elsewhere]:
    async with elsewhere() as made:
        yield made


@pytest.fixture
async def desk(salon: Business) -> Desk:
    """A desk; nothing of other tests is due."""
    await fetch("DELETE FROM calendar_subscription RETURNING id")
    return await bookable(salon)


def asking(business: Business, **more: Any) -> Subscribing:
    """The worker's job."""
    product = business.product
    egress = Egress.of(product.settings, product.clock)
    return Subscribing(product.clock, Outgoing(**{"loopback": True, "seconds": 0.5, **more}), egress)


async def subscribe(caller: Caller, desk: Desk, address: str, **more: Any) -> dict[str, Any]:
    given = {"staffId": id_of(desk.staff[0]), "source": "Hers", "address": address, **more}
    return dict((await caller.did(SUBSCRIBE, input=given))["busySource"])


async def state(caller: Caller) -> dict[str, Any]:
    (one,) = (await caller.ok(STATE))["busySources"]["nodes"]
    return dict(one["subscription"])


async def asked(desk: Desk, other: Elsewhere, says: Any, **more: Any) -> dict[str, Any]:
    """Subscribe to a server that says this, ask it once, and say how it went."""
    other.says = says
    if not await count("calendar_subscription", desk.business.account.id):
        await subscribe(desk.business.owner, desk, other.address)
    assert await asking(desk.business, **more).fetch_one() == 1
    return await state(desk.business.owner)


async def test_what_is_busy_there_blocks_here(desk: Desk, other: Elsewhere, rival: Business) -> None:
    salon = desk.business
    other.says = response(200, calendar(TEN), ETag='"one"')
    made = await subscribe(salon.owner, desk, other.address)
    assert made["subscription"] == {"address": "https://127.0.0.1/…", "fetchedAt": None, "problem": None}
    assert await asking(salon).fetch_one() == 1 and await asking(salon).fetch_one() == 0
    assert await busy(salon.owner, desk) == [[(10, 11)]]
    assert (await desk.refused(salon.widget, desk.at(10)))["__typename"] == "SlotTaken"
    told = await state(salon.owner)
    assert told["fetchedAt"] and told["problem"] is None and told["failingSince"] is None
    assert "cookie" not in other.asked[0].lower() and "authorization" not in other.asked[0].lower()
    stored = str(await fetch("SELECT * FROM calendar_subscription")) + str(await fetch("SELECT * FROM busy_source"))
    assert "private-token" not in stored and "dinner" not in stored
    assert (await rival.owner.ok(STATE))["busySources"]["nodes"] == []
    assert (await rival.owner.refused(AGAIN, input={"id": made["id"]}))["code"] == "NOT_FOUND"
    await salon.owner.did(REMOVE, input={"id": made["id"]})
    assert await count("calendar_subscription", salon.account.id) == 0 and await busy(salon.owner, desk) == [[]]


async def test_it_is_asked_again_and_says_what_is_new(desk: Desk, other: Elsewhere) -> None:
    salon, clock = desk.business, desk.business.product.clock
    await asked(desk, other, response(200, calendar(TEN), ETag='"one"', Last_Modified="Mon, 11 Jan 2027 00:00:00 GMT"))
    clock.advance(minutes=10)
    assert await asking(salon).fetch_one() == 0
    clock.advance(minutes=8, seconds=1)
    await asked(desk, other, response(304))
    assert 'if-none-match: "one"' in other.asked[-1].lower() and "if-modified-since: mon" in other.asked[-1].lower()
    assert await busy(salon.owner, desk) == [[(10, 11)]] and (await state(salon.owner))["problem"] is None
    clock.advance(minutes=19)
    await asked(desk, other, response(200, calendar(TEN.replace("T16", "T18").replace("T17", "T19"))))
    assert await busy(salon.owner, desk) == [[(12, 13)]]
    clock.advance(minutes=19)
    await asked(desk, other, response(200, calendar()))
    assert await busy(salon.owner, desk) == [[]]
    clock.advance(hours=21)
    await asked(desk, other, response(200, calendar()))
    assert "if-none-match" not in other.asked[-1].lower(), "once a day it is read anew"


async def slowly(writer: asyncio.StreamWriter) -> None:
    for _ in range(100):
        writer.write(b"HTTP/1.1 200 OK\r\n" if _ == 0 else b"X: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def for_ever(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n\r\n")
    while True:
        writer.write(b"BEGIN:VCALENDAR\r\n" * 10_000)
        await writer.drain()


BOMB = "UID:b | DTSTART:19700101T000000Z | DTEND:19700101T000100Z | RRULE:FREQ="
MISBEHAVING: dict[str, tuple[Any, str]] = {
    "slow": (slowly, "within"),
    "huge": (for_ever, "larger than 5 MB"),
    "compressed": (response(200, b"\x1f\x8b", Content_Encoding="gzip"), "compressed"),
    "garbage": (b"\x00\xff\xfe garbage\r\n\r\n", "connection failed"),
    "a page": (response(200, b"<html>Sign in</html>"), "no calendar"),
    "half a calendar": (response(200, calendar(TEN)[:60]), "middle"),
    "nothing": (response(200), "no calendar"),
    "gone": (response(404), "404"),
    "broken": (response(500), "500"),
    "not changed, unasked": (response(304), "304"),
    "to metadata": (response(302, Location="http://169.254.169.254/latest"), "public internet"),
    "to a private network": (response(302, Location="http://10.0.0.1/"), "public internet"),
    "to a mapped address": (response(302, Location="http://[::ffff:10.0.0.1]/"), "public internet"),
    "to a file": (response(302, Location="file:///etc/passwd"), "only https"),
    "to a user": (response(302, Location="http://a:b@127.0.0.1/"), "only https"),
    "nowhere": (response(302), "more than 3 times"),
    "too many": (response(200, calendar(*[TEN] * 10_002)), "more than 10000 events"),
    "too often": (response(200, calendar(*[BOMB + "DAILY"] * 200)), "too long ago"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISBEHAVING)
async def test_whatever_it_does_is_said_in_words(desk: Desk, other: Elsewhere, name: str) -> None:
    await asked(desk, other, response(200, calendar(TEN)), seconds=5)
    desk.business.product.clock.advance(minutes=19)
    says, words = MISBEHAVING[name]
    found = await asked(desk, other, says, seconds=5 if name in {"huge", "too many"} else 0.5)
    assert words in found["problem"] and found["failingSince"] and "private" not in found["problem"]
    assert await busy(desk.business.owner, desk) == [[(10, 11)]], "what was busy stays"


@pytest.mark.parametrize(
    "rule", ["SECONDLY", "MINUTELY;COUNT=1000000000", "DAILY;BYMONTH=2;BYMONTHDAY=30", "YEARLY;INTERVAL=999"]
)
async def test_bombs_are_passed_over(desk: Desk, other: Elsewhere, rule: str) -> None:
    async with asyncio.timeout(5):
        found = await asked(desk, other, response(200, calendar(BOMB + rule, TEN)), seconds=5)
    assert await busy(desk.business.owner, desk) == [[(10, 11)]]
    assert ("1 of its events cannot be read" in (found["problem"] or "")) is ("LY;COUNT" in rule or rule == "SECONDLY")


async def test_a_week_of_failures_ends_it_until_it_is_wanted_again(desk: Desk, other: Elsewhere) -> None:
    salon, clock = desk.business, desk.business.product.clock
    other.says = response(500)
    id_ = (await subscribe(salon.owner, desk, other.address))["id"]
    job, begun = asking(salon), clock.now()
    while not (await state(salon.owner))["endedAt"]:
        clock.advance(minutes=30)
        await job.fetch_one()
        assert clock.now() < begun + GIVEN_UP_AFTER + timedelta(days=1)
    assert len(other.asked) < 50, "more and more seldom"
    clock.advance(days=1)
    assert await job.fetch_one() == 0
    assert "calendar_given_up" in await events(salon, "busy_source")
    other.says = response(200, calendar(TEN))
    await salon.owner.did(AGAIN, input={"id": id_})
    assert await job.fetch_one() == 1 and (await state(salon.owner))["endedAt"] is None
    before = len(other.asked)
    for _ in range(5):
        await salon.owner.did(AGAIN, input={"id": id_})
        await job.fetch_one()
    assert len(other.asked) == before, "once a minute at most"


async def test_several_workers_ask_once(desk: Desk, other: Elsewhere) -> None:
    other.says = response(200, calendar(TEN))
    await subscribe(desk.business.owner, desk, other.address)
    assert sum(await asyncio.gather(*(asking(desk.business).fetch_one() for _ in range(4)))) == 1
    assert len(other.asked) == 1


async def test_a_worker_that_was_too_slow_changes_nothing(desk: Desk, other: Elsewhere) -> None:
    salon, clock = desk.business, desk.business.product.clock
    await subscribe(salon.owner, desk, other.address)
    late = await CalendarSubscription.take(clock.now())
    assert late is not None and await CalendarSubscription.take(clock.now()) is None
    clock.advance(minutes=3)
    await asked(desk, other, response(200, calendar(TEN)))
    assert not await late.was_read(clock.now(), (0, 2**40), [], problem=None, tag=None, modified=None)
    await late.failed(clock.now(), "late")
    assert await busy(salon.owner, desk) == [[(10, 11)]] and (await state(salon.owner))["problem"] is None


async def test_our_own_feed_sent_back_blocks_nothing(desk: Desk, other: Elsewhere) -> None:
    ours = TEN.replace("UID:a", "UID:123@calendera")
    await asked(desk, other, response(200, calendar(ours)))
    assert await busy(desk.business.owner, desk) == [[]]


@pytest.mark.parametrize(
    "address", ["ftp://x.example/", "https://u:p@x.example/", "https://", "x", "", "file:///etc/passwd",
                "https://x.example/ a", "https://x.example:0/", f"https://x.example/{'a' * 2000}"],
)  # fmt: skip
async def test_only_addresses_of_calendars_are_taken(salon: Business, address: str) -> None:
    desk = await bookable(salon)
    given = {"staffId": id_of(desk.staff[0]), "source": "Hers", "address": address}
    refused = await salon.owner.refused(SUBSCRIBE, input=given)
    assert [one["path"] for one in refused["fields"]] == ["address"]
    assert not address or address not in str(refused) or address == "x"


async def test_nothing_on_this_machine_is_asked_unless_the_operator_says_so(desk: Desk, other: Elsewhere) -> None:
    """Also where a name leads there, which is known only when it is looked up."""
    other.says = response(200, calendar(TEN))
    for host in ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "2130706433", "127.1"):  # noqa: S104
        source = {"source": host, "address": f"https://{host}:{other.port}/"}
        await subscribe(desk.business.owner, desk, **source)
        assert await asking(desk.business, loopback=False).fetch_one() == 1
    told = (await desk.business.owner.ok(STATE))["busySources"]["nodes"]
    assert {one["subscription"]["problem"] for one in told} <= {
        "The address does not lead to the public internet.", "The name in the address leads nowhere."}  # fmt: skip
    assert other.asked == []


async def test_staff_subscribe_for_themselves_alone(desk: Desk, other: Elsewhere) -> None:
    salon = desk.business
    ada = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    await subscribe(ada, desk, other.address)
    assert (await state(ada))["address"] == "https://127.0.0.1/…"
    colleague = await salon.staff("Colleague")
    bob = await salon.member(Role.STAFF, staff_id=colleague.id)
    assert (await bob.ok(STATE))["busySources"]["nodes"] == []
    given = {"staffId": id_of(desk.staff[0]), "source": "Spy", "address": other.address}
    assert (await bob.refused(SUBSCRIBE, input=given))["code"] == "NOT_FOUND"
    assert (await ada.refused(SUBSCRIBE, input={**given, "source": "Hers"}))["fields"][0]["path"] == "source"


async def test_the_worker_has_the_job(desk: Desk) -> None:
    assert "calendars" in [job.name for job in Worker(desk.business.product.settings, desk.business.product.clock).jobs]
    assert timedelta(minutes=15) == EVERY


async def test_a_room_follows_the_calendar_of_who_else_lets_it(desk: Desk, other: Elsewhere) -> None:
    salon, only = desk.business, await Resource.begin(desk.business.act, name="Room")
    other.says = response(200, calendar(TEN))
    wanted = {"resourceId": id_of(only), "source": "Town hall", "address": other.address}
    await salon.owner.did(SUBSCRIBE, input=wanted)
    assert await asking(salon).fetch_one() == 1
    await set_needs(salon.act, desk.service, 1, [(1, [only.id])])
    assert (await desk.refused(salon.widget, desk.at(10)))["__typename"] == "SlotTaken"
    await desk.book(salon.widget, desk.at(11))
