"""Watching a booking: what a client could read of it before and after something was done, and what its history says
has changed. `Watched.saw` is the comparison; it knows nothing of any verb."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.api import Caller

VALUE = "{ status at local { dateTime zone } number money { amountMinor } id name text }"
CHANGES = f"changes {{ field before {VALUE} after {VALUE} }}"
SEEN = f"""query ($id: ID!) {{ booking(id: $id) {{
    status startsAt endsAt promisedLocalStart service {{ id }} staffMembers {{ id }} location {{ id }}
    resources {{ unit resource {{ id }} }} customer {{ id }} partySize price {{ amountMinor }} paid {{ amountMinor }}
    internalNote answers {{ key values }} attendees {{ name }}
    history {{ id name {CHANGES} }} }} }}"""
Shown = dict[str, list[Any]]


def readable(booking: Any) -> Shown:
    """What a booking is, by what history calls it; each a list, as history has it."""
    begin, end = (datetime.fromisoformat(booking[name]) for name in ("startsAt", "endsAt"))
    money = {name: [booking[name]["amountMinor"]] if booking[name] else [] for name in ("price", "paid")}
    return {
        "STATUS": [booking["status"]],
        "STARTS_AT": [booking["startsAt"]],
        "DURATION": [(end - begin).total_seconds() / 60],
        "SERVICE": [booking["service"]["id"]],
        "STAFF": sorted(one["id"] for one in booking["staffMembers"]),
        "LOCATION": [booking["location"]["id"]] if booking["location"] else [],
        "RESOURCES": sorted(one["resource"]["id"] for one in booking["resources"]),
        "CUSTOMER": [booking["customer"]["id"]],
        "PARTY_SIZE": [booking["partySize"]],
        "PRICE": money["price"],
        "PAID": [one for one in money["paid"] if one],
        "ATTENDEES": [len(booking["attendees"])],
        "INTERNAL_NOTE": [booking["internalNote"]],
        "ANSWERS": [(one["key"], *one["values"]) for one in booking["answers"]],
    }


def said(values: Any) -> list[Any]:
    """The values of a change, without what they are called."""
    known = ("status", "at", "id", "text", "number")
    found = [next((one[what] for what in known if one[what] is not None), one["money"]) for one in values]
    found = [one["amountMinor"] if isinstance(one, dict) else one for one in found]
    return sorted(found, key=str)


@dataclass(slots=True)
class Watched:
    """Bookings, as this caller reads them, and the names of what was done to them."""

    caller: Caller
    done: set[str] = field(default_factory=set)

    async def look(self, id: str) -> Any:
        return (await self.caller.ok(SEEN, id=id))["booking"]

    async def made(self, name: str, id: str) -> str:
        """A booking that is new: its history begins with all that it is."""
        seen = await self.look(id)
        (event,) = seen["history"]
        told = {change["field"]: said(change["after"]) for change in event["changes"]}
        wanted = {what: value for what, value in readable(seen).items() if value and what in told}
        assert told == wanted and {"STATUS", "STARTS_AT", "DURATION", "STAFF", "CUSTOMER", "PARTY_SIZE"} <= told.keys()
        assert not any(change["before"] for change in event["changes"])
        self.done.add(name)
        return id

    async def saw(self, name: str, id: str, doing: Awaitable[Any]) -> Any:
        """Do it, and see that history says of it precisely what has changed; what it said stays."""
        before = await self.look(id)
        answer = await doing
        after = await self.look(id)
        was, now, old = readable(before), readable(after), len(before["history"])
        kept, then = ([(e["id"], e["name"]) for e in one["history"][:old]] for one in (after, before))
        assert kept == then, "history is only ever added to"
        told: dict[str, tuple[list[Any], list[Any]]] = {}
        for change in (change for event in after["history"][old:] for change in event["changes"]):
            first, _ = told.get(change["field"], (said(change["before"]), None))
            told[change["field"]] = (first, said(change["after"]))
        changed = {what: (was[what], now[what]) for what in was if was[what] != now[what]}
        if changed.pop("INTERNAL_NOTE", None):
            changed["INTERNAL_NOTE"] = ([], [])  # history keeps no words
        if answers := changed.pop("ANSWERS", None):
            changed["ANSWERS"] = ([], sorted({key for key, *_ in set(answers[0]) ^ set(answers[1])}))
        assert changed and told == changed, name
        self.done.add(name)
        return answer
