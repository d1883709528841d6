"""The rival watches everything: each subscription, with each id of the salon's in each place where an id goes.

Whatever happens at the salon then, the rival is told nothing; what happens at their own place, they are told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import pytest

from models.event import record
from tests.api import Caller
from tests.businesses import Business
from tests.isolation.documents import SCHEMA, Root, put
from tests.isolation.filling import fill, ids
from tests.product import Product
from tests.sockets import Talk, socket

assert SCHEMA.subscription_type
WATCHED = [Root("subscription", name, field) for name, field in SCHEMA.subscription_type.fields.items()]
A_SOCKET_S = 20
# Where an id goes, and the id.
Place = tuple[tuple[str, ...], str]


async def watch(talk: Talk, id: str, root: Root, slot: tuple[str, ...], asked: str) -> None:
    """Begin to watch, with an id in one place."""
    given = put({}, slot, asked) if slot else {}
    await talk.subscribe(id, root.document(given), **given)
    assert await talk.next(id) == {"data": {root.name: None}}


async def something_happens(business: Business, made: dict[str, UUID]) -> None:
    """An event about each of its rows that has an id."""
    for table, key in made.items():
        await record(business.act, f"{table}_changed", table, key)


def cut(places: list[Place]) -> list[list[Place]]:
    """As many as one socket may watch at once, and the rest."""
    return [places[begin : begin + A_SOCKET_S] for begin in range(0, len(places), A_SOCKET_S)]


@asynccontextmanager
async def watching(product: Product, caller: Caller, root: Root, places: list[Place]) -> AsyncIterator[Talk]:
    """A socket that watches, by its number, each of the places with its id."""
    async with socket(product, caller) as talk:
        for number, (slot, asked) in enumerate(places):
            await watch(talk, str(number), root, slot, asked)
        yield talk


@pytest.mark.parametrize("root", WATCHED, ids=lambda root: root.name)
async def test_the_rival_is_told_nothing_of_the_salon(
    root: Root, product: Product, salon: Business, rival: Business
) -> None:
    made, own = await fill(salon), await fill(rival)
    places: list[Place] = [((), ""), *((slot, asked) for slot in root.slots for asked in ids(made, salon))]
    mine: list[Place] = [(slot, asked) for slot in root.slots for asked in ids(own, rival)]
    async with AsyncExitStack() as stack:
        talks = [await stack.enter_async_context(watching(product, rival.owner, root, some)) for some in cut(places)]
        # The walk can tell an id that is found: one of the rival's own in each place is told of, the others not.
        seeing = [await stack.enter_async_context(watching(product, rival.partner, root, some)) for some in cut(mine)]
        await something_happens(salon, made)
        for talk in [*talks, *seeing]:
            await talk.nothing()
        await something_happens(rival, own)
        # Without an id the rival watches all that is theirs, and with one of the salon's nothing.
        assert (await talks[0].receive())["id"] == "0"
        for talk in talks:
            await talk.nothing()
        told = [message["type"] for talk in seeing for message in await talk.until_quiet()]
        assert told and set(told) == {"next"}, told
