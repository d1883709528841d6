"""Whoever has the manage link of one booking asks for everything else in the same account, by every id there is.

Beside the shop window, the answer must be the one for a random id, and nothing of the other customer may be in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from models.booking import Booking
from models.customer import Customer
from models.keyring import random_token
from models.storage.database import fetch
from rules.ids import PREFIXES, global_id
from rules.tokens import token_hash
from tests.api import Caller
from tests.businesses import Business, by_key
from tests.isolation.documents import Root, plain, put, roots, variables
from tests.isolation.filling import fill, values
from tests.isolation.test_walk import random_id_like

SHOP_WINDOW = {"account", "location", "service", "staff", "offering"}
OTHERS = "canary-of-another-customer"


@pytest.fixture
async def made(salon: Business) -> dict[str, UUID]:
    """A filled account, in which another customer wrote the canary into every text of theirs."""
    made = await fill(salon)
    await (
        Customer.of(salon.account.id)
        .filter(id=made["customer"])
        .update(name=OTHERS, search_name=OTHERS, email=f"{OTHERS}@example.com", internal_notes=OTHERS)
    )
    await (
        Booking.of(salon.account.id)
        .filter(id=made["booking"])
        .update(customer_note=OTHERS, internal_note=OTHERS, version=99)
    )
    return made


@dataclass(slots=True)
class Holder:
    """Who holds the manage link of a booking beside them, and the ids of what is theirs."""

    ask: Caller
    own: dict[str, UUID]


@pytest.fixture
async def holder(salon: Business, made: dict[str, UUID]) -> Holder:
    token = random_token("mt")
    person = values(Customer, salon, made) | {"email": "own@example.com"}
    person.pop("search_name")  # made from the name
    customer = await Customer.add(salon.account.id, **person)
    named = {"reference": "OWN", "ical_uid": "own", "manage_hash": token_hash(token), "booker_hash": None}
    booking = values(Booking, salon, made) | {"customer_id": customer.id, **named}
    row = await Booking.add(salon.account.id, **booking)
    return Holder(by_key(salon.product, token), {"customer": customer.id, "booking": row.id})


async def rows_of_others(made: dict[str, UUID]) -> list[tuple[Any, ...]]:
    found = []
    for table in ("booking", "customer", "hold", "event"):
        rows = await fetch(f'SELECT * FROM "{table}"')
        found += [tuple(dict(row).items()) for row in rows if str(row["id"]) == str(made[table])]
    return found


async def test_the_walker_reaches_its_own_booking(holder: Holder) -> None:
    key = global_id("booking", holder.own["booking"])
    data = await holder.ask.ok("query ($id: ID!) { booking(id: $id) { id customer { id email } } }", id=key)
    assert data["booking"]["customer"]["email"] == "own@example.com"


@pytest.mark.parametrize("root", roots(), ids=lambda root: root.name)
async def test_a_link_opens_nothing_of_other_customers(root: Root, holder: Holder, made: dict[str, UUID]) -> None:
    mine = {table: global_id(table, key) for table, key in (made | holder.own).items() if table in PREFIXES}
    theirs = [global_id(table, key) for table, key in made.items() if table in set(PREFIXES) - SHOP_WINDOW]
    before = await rows_of_others(made)
    for slot in root.slots:
        for asked in theirs:
            given = variables(root, mine)
            real = await holder.ask(root.document(given), **put(given, slot, asked))
            unknown = random_id_like(asked)
            imagined = await holder.ask(root.document(given), **put(given, slot, unknown))
            assert OTHERS not in f"{real.body} {real.headers}", (slot, asked)
            assert plain(real.body, asked) == plain(imagined.body, unknown), (slot, asked)
    given = variables(root, mine)
    answer = await holder.ask(root.document(given), **given)
    assert OTHERS not in f"{answer.body} {answer.headers}"
    assert await rows_of_others(made) == before
