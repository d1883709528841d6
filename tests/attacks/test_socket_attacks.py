"""Attacks over a socket as files: each in `refused/` must be, each in `allowed/` must go on working.

The first line says who opens the socket and what they are told: `# rival: nothing`. That is an error's code, the code
that the socket is closed with (`4400`), the status of a refused handshake (`403`), or `nothing`. `from
https://evil.example` names the page that opens it, `from nowhere` a program that sends the cookie without one; these,
and the `stranger`, greet by themselves, and everybody else has been greeted. Each further line is one frame, sent as it
stands, with `{booking}` and the like replaced by ids of the salon's. A line `~` is not sent: then something happens to
its booking.
"""

from __future__ import annotations

import json
import re
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from uuid import UUID

import pytest

from models.event import record
from rules.ids import PREFIXES, global_id
from tests.api import Caller
from tests.attacks.test_attacks import CANARY, caller, canaries
from tests.businesses import Business
from tests.isolation.filling import fill
from tests.product import Product
from tests.sockets import Closed, Talk, opened, socket

HERE = Path(__file__).parent
FILES = {
    f"{folder}/{file.stem}": file.read_text("utf-8")
    for folder in ("refused", "allowed")
    for file in sorted((HERE / folder).glob("*.socket"))
}
FIRST = re.compile(r"# (\w+)(?: from (\S+))?: (\w+)")


def entrance(product: Product, who: Caller | None, page: str | None) -> AbstractAsyncContextManager[Talk]:
    assert product.app is not None
    if who is not None and page is None:
        return socket(product, who)
    origin = {} if page in (None, "nowhere") else {"Origin": str(page)}
    return opened(product.app, who.path if who else "/graphql", {**(who.headers if who else {}), **origin})


async def play(talk: Talk, frames: list[str], salon: Business, booking: UUID) -> list[object]:
    """Send the frames; what was answered until nothing more comes, a code for each error and for the end."""
    said: list[object] = []
    with suppress(TimeoutError):
        try:
            for frame in frames:
                if frame == "~":
                    await record(salon.act, "booking_noted", "booking", booking)
                else:
                    await talk.send(frame)
                said.extend(await talk.until_quiet())
        except Closed as closed:
            said.append(closed.code)
    return said


@pytest.mark.parametrize("name", FILES)
async def test_attack(name: str, product: Product, salon: Business, rival: Business, visitor: Caller) -> None:
    made = await fill(salon)
    link = await canaries(salon)
    first, *frames = FILES[name].splitlines()
    found = FIRST.fullmatch(first)
    assert found is not None, first
    who, page, said = found.groups()
    for table in PREFIXES.keys() & made.keys():
        frames = [frame.replace(f"{{{table}}}", global_id(table, made[table])) for frame in frames]
    known = None if who == "stranger" else await caller(who, salon, rival, visitor, link)
    try:
        async with entrance(product, known, page) as talk:
            told = await play(talk, frames, salon, made["booking"])
    except Closed as closed:
        told = [closed.code]
    text = json.dumps(told)
    codes = re.findall(r'"code": "(\w+)"', text) + [str(one) for one in told if isinstance(one, int)]
    assert said in codes or (said == "nothing" and not codes), told
    assert (CANARY in text) is name.startswith("allowed/"), told
