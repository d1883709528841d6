"""Everything at once, from four server processes: whoever is late is refused, nobody waits for ever."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

from models.invariants import broken
from models.service import Confirmation
from tests.api import Answer, Caller
from tests.bookable import BOOK, CANCEL, CONFIRM, DECLINE, HOLD, MOVE, RELEASE, Desk, bookable, said
from tests.businesses import Business, id_of
from tests.hammer.servers import Servers
from tests.hammer.test_one_slot import soon, through

Sent = tuple[Caller, str, dict[str, Any]]


async def straight(business: Business) -> None:
    """Bookings and holds have their time and seats, and no time is anybody else's."""
    assert await broken(business.account.id) == []


async def together(sent: list[Sent], servers: Servers) -> list[dict[str, Any]]:
    """What each was answered when all are sent at the same time. None of them may be an error."""
    answers: list[Answer] = await asyncio.gather(*(caller(document, input=input) for caller, document, input in sent))
    assert Counter(answer.status for answer in answers) == {200: len(sent)}
    assert [answer.errors for answer in answers if answer.errors] == []
    assert "fault" not in servers.log()
    return [next(iter(answer.data.values())) for answer in answers]


def names(results: list[dict[str, Any]]) -> Counter[str]:
    """How often each was answered."""
    return Counter(result["__typename"] for result in results)


async def booked(desk: Desk, caller: Caller, hours: int, person: int) -> dict[str, Any]:
    """A booking, so many hours after the first that is wanted, with one of the people."""
    at = soon(desk.business.product) + timedelta(hours=hours)
    return dict((await desk.book(caller, at, staff=desk.staff[person]))["booking"])


async def test_bookings_that_change_places_never_deadlock(shop: Business, servers: Servers) -> None:
    """Each wants the time and the person of its neighbour, in a ring, and some a time that is free."""
    desk = await bookable(shop, staff=4)
    for hours in range(3):
        for person in range(4):
            await booked(desk, shop.owner, hours, person)
    callers = through(shop.owner, servers)
    for _ in range(4):
        bookings, sent = await diary(shop), []
        for number, one in enumerate(bookings):
            to = bookings[(number + 1) % len(bookings)]
            goes = {"startsAt": to["startsAt"], "staffId": to["staff"]["id"]}
            later = {**goes, "startsAt": said(soon(shop.product) + timedelta(hours=3, minutes=30 * (number % 3)))}
            here = {"startsAt": one["startsAt"], "staffId": one["staff"]["id"]}
            for turn, where in enumerate(there for there in (goes, later, goes) if there != here):
                input = {"id": one["id"], "expectedVersion": one["version"], **where}
                sent.append((callers[(number + turn) % len(callers)], MOVE, input))
        found = names(await together(sent, servers))
        assert set(found) <= {"RescheduleBookingPayload", "SlotTaken", "VersionConflict"}
        grown = sum(one["version"] for one in await diary(shop)) - sum(one["version"] for one in bookings)
        assert found["RescheduleBookingPayload"] == grown <= len(bookings), "one change for each version"
        await straight(shop)


async def diary(business: Business) -> list[dict[str, Any]]:
    """Every booking with its version and its place."""
    found = await business.owner.ok("{ bookings(first: 100) { nodes { id version status startsAt staff { id } } } }")
    return list(found["bookings"]["nodes"])


async def test_of_all_decisions_on_one_version_one_counts(shop: Business, servers: Servers) -> None:
    desk = await bookable(shop, confirmation=Confirmation.MANUAL)
    callers = through(shop.owner, servers)
    for hours in range(4):
        one = await booked(desk, shop.owner, hours, 0)
        known = {"id": one["id"], "expectedVersion": one["version"]}
        moved = {**known, "startsAt": said(soon(shop.product) + timedelta(hours=hours, days=1))}
        choices = [(CANCEL, known), (CONFIRM, known), (DECLINE, known), (MOVE, moved)] * 5
        sent = [(callers[n % 4], document, input) for n, (document, input) in enumerate(choices)]
        found = names(await together(sent, servers))
        assert found["VersionConflict"] == 19, found
        await straight(shop)


async def test_a_storm_of_everything_leaves_a_straight_diary(shop: Business, servers: Servers) -> None:
    desk = await bookable(shop, staff=3, step_minutes=15, before_minutes=5, after_minutes=10)
    other = await shop.service("Call", duration_minutes=30, step_minutes=15, confirmation=Confirmation.MANUAL)
    for person in desk.staff[1:]:
        await other.offer(shop.act, person.id, 1)
    chance, services = random.Random(11), [desk.id, id_of(other)]
    callers = through(shop.owner, servers)
    held: list[str] = []
    for _ in range(4):
        known = await diary(shop)
        sent = [_anything(chance, desk, services, known, held, callers) for _ in range(80)]
        results = await together(sent, servers)
        held += [result["token"] for result in results if "token" in result]
        assert "NotFound" not in names(results) and "ValidationFailed" not in names(results)
        await straight(shop)
    assert len(await diary(shop)) > 8, "it would be no storm"


def _anything(
    chance: random.Random, desk: Desk, services: list[str], known: list[dict[str, Any]], held: list[str],
    callers: list[Caller],
) -> Sent:  # fmt: skip
    caller = chance.choice(callers)
    at = said(soon(desk.business.product) + timedelta(minutes=15 * chance.randrange(24)))
    wanted = {"serviceId": chance.choice(services), "startsAt": at}
    somebody = {"name": "Ada", "email": f"ada{chance.randrange(4)}@example.com"}
    if not known or chance.random() < 0.5:
        if held and chance.random() < 0.2:
            return caller, RELEASE, {"token": chance.choice(held)}
        if chance.random() < 0.4:
            return caller, HOLD, wanted
        return caller, BOOK, {**wanted, "customer": somebody, "idempotencyKey": f"key {chance.randrange(10**6)}"}
    one = chance.choice(known)
    which = {"id": one["id"], "expectedVersion": one["version"]}
    document = chance.choice([MOVE, MOVE, CANCEL, CONFIRM, DECLINE])
    return caller, document, {**which, "startsAt": at} if document is MOVE else which
