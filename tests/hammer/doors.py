"""Every door to a calendar, as it is hammered: what is wanted there all at once, and who may get it.

A door is opened on a floor of its own, and gives what one round sends. Rounds want other times, so that each begins
with what the earlier ones left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from models.resource import Resource
from models.service import Assignment, Confirmation
from models.waitlist import WaitlistEntry
from rules.ids import key_of
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, HOLD, MOVE, Desk, bookable, change
from tests.businesses import Business, id_of
from tests.hammer.doors_in_time import payments, walk_ins
from tests.hammer.hammering import Blow, Door, Floor, Strike, somebody, soon
from tests.repeating import CREATE
from tests.test_resources import needing
from tests.test_restoring import RESTORE
from tests.test_waitlist import ACCEPT, JOIN, OFFER

# Confirming answers more where the time was not kept.
YES = change("confirmBooking", "... on SlotTaken { alternatives { startsAt } } ... on SeatsTaken { remaining }")
LATE = frozenset({"SlotTaken"})
OTHERS = frozenset({"SlotTaken", "VersionConflict", "WrongState"})


def wanted(desk: Desk, hours: int, **more: Any) -> dict[str, Any]:
    """What somebody new wants."""
    return {"serviceId": desk.id, "startsAt": soon(desk.business, hours), "customer": somebody(), **more}


async def diary(business: Business, status: str = "CONFIRMED") -> list[dict[str, Any]]:
    """Bookings of a state, with their places."""
    asked = f"{{ bookings(first: 100, filter: {{status: [{status}]}}) {{ nodes {{ {_PLACE} }} }} }}"
    return list((await business.owner.ok(asked))["bookings"]["nodes"])


_PLACE = "id version startsAt staff { id } service { id }"


async def one_slot(floor: Floor) -> Strike:
    """One person, one time, every kind of client."""
    desk = await bookable(floor.business)

    async def strike(number: int) -> Blow:
        sent = [partial(caller, BOOK, input=wanted(desk, number)) for caller in floor.everybody()]
        return Blow(sent, (1, 1), LATE)

    return strike


async def any_staff(floor: Floor) -> Strike:
    """Whoever of three is free."""
    desk = await bookable(floor.business, staff=3)

    async def strike(number: int) -> Blow:
        sent = [partial(caller, BOOK, input=wanted(desk, number)) for caller in floor.everybody()]
        return Blow(sent, (3, 3), LATE)

    return strike


async def overlapping_starts(floor: Floor) -> Strike:
    """Begins of every quarter of an hour, with buffers: no two share a minute."""
    desk = await bookable(floor.business, step_minutes=15, after_minutes=15)

    async def strike(number: int) -> Blow:
        sent = []
        for n, caller in enumerate(floor.everybody()):
            input = wanted(desk, number * 6 + n % 3)
            input["startsAt"] = input["startsAt"].replace(":00:00Z", f":{15 * (n % 4):02d}:00Z")
            sent.append(partial(caller, BOOK, input=input))
        return Blow(sent, (1, 3), LATE)

    return strike


async def hold_then_book(floor: Floor) -> Strike:
    """One holds it, everybody else books what is held, and whoever holds sends it many times."""
    desk = await bookable(floor.business)

    async def strike(number: int) -> Blow:
        held = {"serviceId": desk.id, "startsAt": soon(floor.business, number)}
        begun = [await caller.ok(HOLD, input=held) for caller in floor.owners()[:2]]
        (token,) = [one["holdSlot"]["token"] for one in begun if "token" in one["holdSlot"]]
        sent = [
            partial(caller, BOOK, input=wanted(desk, number, **({"holdToken": token} if n % 2 else {})))
            for n, caller in enumerate(floor.everybody())
        ]
        return Blow(sent, (1, 1), LATE | {"HoldEnded"})

    return strike


async def holding(floor: Floor) -> Strike:
    """Everybody holds the same."""
    desk = await bookable(floor.business)

    async def strike(number: int) -> Blow:
        held = {"serviceId": desk.id, "startsAt": soon(floor.business, number)}
        return Blow([partial(caller, HOLD, input=held) for caller in floor.owners()], (1, 1), LATE)

    return strike


async def seats(floor: Floor) -> Strike:
    """Seven seats; half of those who come are two. A last seat may stay empty where only pairs are left."""
    desk = await bookable(floor.business, capacity=7)

    async def strike(number: int) -> Blow:
        sent = [
            partial(caller, BOOK, input=wanted(desk, number, partySize=1 + n % 2))
            for n, caller in enumerate(floor.everybody())
        ]
        return Blow(sent, (4, 7), frozenset({"SeatsTaken"}))

    return strike


async def confirming(floor: Floor) -> Strike:
    """Eight requests keep no time; whichever is confirmed first gets it."""
    desk = await bookable(floor.business, confirmation=Confirmation.MANUAL, requests_block=False)

    async def strike(number: int) -> Blow:
        first = [caller.did(BOOK, input=wanted(desk, number)) for caller in floor.owners()[:8]]
        made = [(await one)["booking"] for one in first]
        known = [{"id": one["id"], "expectedVersion": one["version"]} for one in made]
        sent = [partial(caller, YES, input=known[n % len(known)]) for n, caller in enumerate(floor.owners())]
        return Blow(sent, (1, 1), OTHERS)

    return strike


async def team_and_room(floor: Floor) -> Strike:
    """A team of two in the only room, and another service in the same room."""
    team = await bookable(floor.business, staff=2, assignment=Assignment.COLLECTIVE)
    alone = await bookable(floor.business)
    room = await Resource.begin(floor.business.act, name="Room")
    desks = [await needing(desk, (None, [room])) for desk in (team, alone)]

    async def strike(number: int) -> Blow:
        sent = [partial(caller, BOOK, input=wanted(desks[n % 2], number)) for n, caller in enumerate(floor.everybody())]
        return Blow(sent, (1, 1), LATE)

    return strike


async def visits(floor: Floor) -> Strike:
    """Two services one after the other, against somebody who wants the second one's time."""
    desk = await bookable(floor.business, duration_minutes=30, step_minutes=30)
    second = await floor.business.service("Cut", duration_minutes=30, step_minutes=30)
    await second.offer(floor.business.act, desk.staff[0].id, 1)
    then = [{"serviceId": id_of(second)}]

    async def strike(number: int) -> Blow:
        sent = []
        for n, caller in enumerate(floor.everybody()):
            input = wanted(desk, number, followedBy=then)
            if n % 2:
                at = input["startsAt"].replace(":00:00Z", ":30:00Z")
                input = {"serviceId": id_of(second), "startsAt": at, "customer": somebody()}
            sent.append(partial(caller, BOOK, input=input))
        return Blow(sent, (1, 1), LATE)

    return strike


async def series(floor: Floor) -> Strike:
    """Three weeks at once, all or nothing, against single bookings of the second week."""
    desk = await bookable(floor.business, horizon_days=120)

    async def strike(number: int) -> Blow:
        sent = []
        for n, caller in enumerate(floor.owners()):
            if n % 2:
                sent.append(partial(caller, BOOK, input=wanted(desk, number + 42)))
            else:
                sent.append(partial(caller, CREATE, input=wanted(desk, number, rule="FREQ=WEEKLY;COUNT=3")))
        return Blow(sent, (1, 1), LATE | {"SeriesConflicts"})

    return strike


async def swaps(floor: Floor) -> Strike:
    """Eight bookings want the place of the next, and times that are free."""
    desk = await bookable(floor.business, staff=4)
    for hours in range(2):
        for person in desk.staff:
            await floor.business.owner.did(BOOK, input=wanted(desk, hours, staffId=id_of(person)))

    async def strike(number: int) -> Blow:
        there, sent = await diary(floor.business), []
        for n, caller in enumerate(floor.owners()):
            one, to = there[n % len(there)], there[(n + 1 + n // len(there)) % len(there)]
            free = [soon(floor.business, hours) for hours in range(2, 6)]
            at = to["startsAt"] if n % 3 else floor.chance.choice(free)
            if (at, to["staff"]) == (one["startsAt"], one["staff"]):
                at = next(one for one in free if one != at)  # where it is already is no move
            goes = {"startsAt": at, "staffId": to["staff"]["id"], "expectedVersion": one["version"]}
            sent.append(partial(caller, MOVE, input={"id": one["id"], **goes}))

        async def then(found: Counter[str]) -> None:
            grown = sum(one["version"] for one in await diary(floor.business)) - sum(one["version"] for one in there)
            assert found["RescheduleBookingPayload"] == grown, "one move for each version"

        return Blow(sent, (1, len(there)), LATE | {"VersionConflict", "ValidationFailed"}, then)

    return strike


async def restoring(floor: Floor) -> Strike:
    """What was called off is brought back while others want its time."""
    desk = await bookable(floor.business)

    async def strike(number: int) -> Blow:
        made = (await floor.business.owner.did(BOOK, input=wanted(desk, number)))["booking"]
        gone = (await floor.owners()[0].did(CANCEL, input={"id": made["id"]}))["booking"]
        back = {"id": gone["id"], "expectedVersion": gone["version"]}
        sent = [
            partial(caller, RESTORE, input=back) if n % 2 else partial(caller, BOOK, input=wanted(desk, number))
            for n, caller in enumerate(floor.owners())
        ]
        return Blow(sent, (1, 1), OTHERS)

    return strike


async def waiting(floor: Floor) -> Strike:
    """The link of an offer is followed many times, while others want what it keeps: one booking."""
    desk = await bookable(floor.business)
    business = floor.business

    async def strike(number: int) -> Blow:
        day = soon(business, number)
        wish = {"fromDate": day[:10], "untilDate": day[:10], "weekdays": [], **wanted(desk, number)}
        del wish["startsAt"]
        entry = (await business.owner.did(JOIN, input=wish))["entry"]
        offer = {"id": entry["id"], "startsAt": day, "expectedVersion": entry["version"]}
        await business.owner.did(OFFER, input=offer)
        token = (await WaitlistEntry.of(business.account.id).get(id=key_of("waitlist_entry", entry["id"]))).token
        sent = [
            partial(Caller(caller.http), ACCEPT, token=token)
            if n % 2
            else partial(caller, BOOK, input=wanted(desk, number))
            for n, caller in enumerate(floor.owners())
        ]

        async def then(_: Counter[str]) -> None:
            there = [one["startsAt"] for one in await diary(business)]
            assert there.count(day) == 1, f"one booking at {day}: {there}"

        return Blow(sent, (floor.attempts // 2, floor.attempts // 2), LATE, then)

    return strike


async def over_others(floor: Floor) -> Strike:
    """Half may put a booking over others on purpose; of the other half one at most comes in."""
    desk = await bookable(floor.business)

    async def strike(number: int) -> Blow:
        over = {"staffId": id_of(desk.staff[0]), "evenIfNotOffered": True, "allowConflict": True}
        sent = [
            partial(caller, BOOK, input=wanted(desk, number, **(over if n % 2 else {})))
            for n, caller in enumerate(floor.owners())
        ]
        return Blow(sent, (floor.attempts // 2, floor.attempts // 2 + 1), LATE)

    return strike


DOORS: Mapping[str, Door] = MappingProxyType(
    {
        "book": one_slot, "any staff": any_staff, "overlapping starts": overlapping_starts, "hold": holding,
        "hold, then book": hold_then_book, "seats": seats, "confirm": confirming, "team and room": team_and_room,
        "visits": visits, "series": series, "swaps": swaps, "restore": restoring, "waitlist": waiting,
        "walk-ins": walk_ins, "allowConflict": over_others, "payments that expire": payments,
    }
)  # fmt: skip
