"""Hammering a door: many who want the same at the same moment, from several server processes, round after round.

`doors.py` says what is wanted at each door and who may get it. The tests of this folder hammer a little, at every run;
`python -m bench.hammer` does it with two hundred at once.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from models.invariants import broken
from models.storage.database import fetch
from tests.api import Answer, Caller
from tests.bookable import said
from tests.businesses import Business
from tests.gateway import FakeGateway
from tests.hammer.servers import Servers

TIMES = 60
_people = count()


def soon(business: Business, hours: int = 0) -> str:
    """The day after tomorrow, 16:00 UTC, which is open in Chicago in summer and winter; six hours make a day."""
    day = (business.product.clock.now() + timedelta(days=2)).replace(hour=16, minute=0, second=0, microsecond=0)
    return said(day + timedelta(days=hours // 6, hours=hours % 6 - 1))


def somebody() -> dict[str, str]:
    """A person whom the business does not know yet."""
    number = next(_people)
    return {"name": f"Person {number}", "email": f"person{number}@example.com"}


@dataclass(slots=True)
class Floor:
    """A business, whoever comes in by each of its doors, and how many of them come at once."""

    business: Business
    servers: Servers
    attempts: int
    gateway: FakeGateway | None = None
    chance: random.Random = field(default_factory=lambda: random.Random(11))

    def owners(self) -> list[Caller]:
        """The owner at each process, so often that there is one for each attempt."""
        return [self._at(self.business.owner, n) for n in range(self.attempts)]

    def everybody(self) -> list[Caller]:
        """Visitors, partners and the owner in turn, over all processes."""
        return [self._anybody(n) for n in range(self.attempts)]

    def _anybody(self, n: int) -> Caller:
        if n % 3:
            return self._at(self.business.owner if n % 3 == 1 else self.business.partner, n)
        visitor = self._at(self.business.widget, n)
        number = next(_people)
        return Caller(
            visitor.http, visitor.path,
            {**visitor.headers, "X-Forwarded-For": f"10.{number // 62500}.{number // 250 % 250}.{number % 250 + 1}"},
        )  # fmt: skip

    def _at(self, caller: Caller, n: int) -> Caller:
        clients = self.servers.clients
        return Caller(clients[n // 3 % len(clients)], caller.path, caller.headers)


Send = Callable[[], Awaitable[Answer]]


@dataclass(slots=True)
class Blow:
    """What is sent at once, how many may get what they want (least and most), and what the others are told."""

    sent: Sequence[Send]
    winners: tuple[int, int]
    refusals: frozenset[str]
    # What else must be so afterwards; raises where it is not.
    then: Callable[[Counter[str]], Awaitable[None]] | None = None


Strike = Callable[[int], Awaitable[Blow]]
Door = Callable[[Floor], Awaitable[Strike]]


@dataclass(slots=True)
class Outcome:
    """What came of hammering one door."""

    rounds: int = 0
    attempts: int = 0
    winners: int = 0
    # Answers of 503 by a server that has its hands full, which has done nothing. They were sent again.
    turned_away: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)

    @property
    def faults(self) -> int:
        """Answers of 500 and above."""
        return sum(times for status, times in self.statuses.items() if status >= 500)


async def hammer(floor: Floor, door: Door, rounds: int) -> Outcome:
    """Open the door, and hammer it so many times. What is not as it must be is among the problems."""
    outcome, strike = Outcome(), await door(floor)
    for number in range(rounds):
        blow = await strike(number)
        answers = await asyncio.gather(*(patiently(one) for one in blow.sent))
        outcome.turned_away += sum(times for _, times in answers)
        await _judge(floor, blow, [answer for answer, _ in answers], outcome)
        outcome.rounds += 1
    await _nothing_lost(floor, outcome)
    if "fault" in floor.servers.log():
        outcome.problems.append("a server logged a fault")
    return outcome


async def _judge(floor: Floor, blow: Blow, answers: Sequence[Answer], outcome: Outcome) -> None:
    found: Counter[str] = Counter()
    for answer in answers:
        outcome.statuses[answer.status] += 1
        found[_name(answer)] += 1
        if _name(answer).endswith("Payload"):
            outcome.acknowledged |= set(_bookings(answer.data))
    won = sum(times for name, times in found.items() if name.endswith("Payload"))
    outcome.attempts += len(answers)
    outcome.winners += won
    outcome.refusals += Counter({name: times for name, times in found.items() if not name.endswith("Payload")})
    least, most = blow.winners
    if not least <= won <= most:
        outcome.problems.append(f"{won} winners where {least} to {most} may win: {dict(found)}")
    if odd := {name for name in found if not name.endswith("Payload")} - blow.refusals:
        outcome.problems.append(f"answered with {sorted(odd)}")
    outcome.problems += [f"{one.what}: {len(one.ids)}" for one in await broken(floor.business.account.id)]
    if blow.then is not None:
        try:
            await blow.then(found)
        except AssertionError as wrong:
            outcome.problems.append(f"afterwards: {wrong}")


async def patiently(send: Send) -> tuple[Answer, int]:
    """What was answered in the end: who is told to come again in a moment, because there are too many, does so. And how
    often that was. A connection that was lost is an answer of status 0."""
    for turned_away in range(TIMES):
        try:
            answer = await send()
        except httpx.TransportError as error:
            lost = {"errors": [{"extensions": {"code": type(error).__name__}}]}
            return Answer(0, lost, httpx.Headers()), turned_away
        if answer.codes != ["TRY_AGAIN"]:
            break
        await asyncio.sleep(1)
    return answer, turned_away


def _name(answer: Answer) -> str:
    """The member of the union; of other answers the status, and the codes of errors."""
    if answer.status != 200 or not answer.data:
        return " ".join([str(answer.status), *answer.codes])
    return str(next(iter(answer.data.values()))["__typename"])


def _bookings(value: Any) -> Iterator[str]:
    """The ids of bookings in an answer."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "booking" and one:
                yield one["id"]
            else:
                yield from _bookings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _bookings(one)


async def _nothing_lost(floor: Floor, outcome: Outcome) -> None:
    """Every booking that somebody was told of is there, and was made once."""
    business = floor.business
    stored, after = set(), None
    while True:
        page = (await business.owner.ok(_ALL, after=after))["bookings"]
        stored |= {one["id"] for one in page["nodes"]}
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    if lost := outcome.acknowledged - stored:
        outcome.problems.append(f"{len(lost)} acknowledged bookings are not there")
    twice = await fetch(_TWICE, business.account.id)
    if twice:
        outcome.problems.append(f"{len(twice)} bookings were made more or less than once")


_ALL = """query ($after: String) { bookings(first: 100, after: $after) {
  nodes { id } pageInfo { hasNextPage endCursor } } }"""
# The first event of a booking is that it was made; there must be one such event for each.
_TWICE = """
    SELECT b.id FROM booking b WHERE b.account_id = $1 AND 1 <> (
      SELECT COUNT(*) FROM event e
      WHERE e.account_id = b.account_id AND e.subject_id = b.id AND e.name = 'booking_made')
"""
