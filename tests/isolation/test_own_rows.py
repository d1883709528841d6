"""Whoever reaches own rows only asks for everything else in the same account, by every id there is: the holder of one
booking's manage link, a customer who signed in, and a staff member limited to their own diary.

Beside the shop window, the answer must be the one for a random id, and nothing of the other customer may be in it.
A root field that the holder has no permission for is refused before it looks at an id: it is asked with a few of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from models.booking import Booking
from models.customer import Customer
from models.engagement import engage
from models.keyring import random_token
from models.membership import Role
from models.staff import Calendar
from models.storage.database import fetch
from models.teams import Place
from permissions.every_viewer import EVERY_VIEWER
from rules.ids import PREFIXES, global_id
from rules.tokens import token_hash
from tests.api import Answer, Caller
from tests.businesses import Business, at_widget, limit_to_own_diary
from tests.customers import signed_in_customer
from tests.isolation.documents import Root, plain, put, roots, variables
from tests.isolation.filling import fill, values
from tests.isolation.test_walk import random_id_like

SHOP_WINDOW = {"account", "location", "service", "staff", "offering", "add_on", "closed_day"}
# What else a holder is shown of the business, whoever it is about.
SHOWN = {"own diary": {"resource", "intake_question"}}
OTHERS = "canary-of-another-customer"
# Each holder by the name under which the access matrix knows what they may.
HOLDERS = {
    "manage link": "link at widget", "customer session": "customer at widget", "own diary": "staff, own diary",
}  # fmt: skip


def may(who: str, root: Root) -> bool:
    """Whether the holder has the permission that the root field needs."""
    return root.permission is None or root.permission in EVERY_VIEWER[HOLDERS[who]].grants


GRANTED = [(who, root) for root in roots() for who in HOLDERS if may(who, root)]


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
    """Who asks, with a booking of their own beside the others', and the ids of what is theirs."""

    ask: Caller
    own: dict[str, UUID]


@pytest.fixture(params=HOLDERS)
async def holder(request: pytest.FixtureRequest, salon: Business, made: dict[str, UUID]) -> Holder:
    token = random_token("mt")
    staff = await salon.staff("Own")
    person = values(Customer, salon, made) | {"email": "own@example.com"}
    person.pop("search_name")  # made from the name
    customer = await Customer.add(salon.account.id, **person)
    named = {"reference": "OWN", "ical_uid": "own", "manage_hash": token_hash(token), "booker_hash": None}
    booking = values(Booking, salon, made) | {"customer_id": customer.id, "staff_id": staff.id, **named}
    row = await Booking.add(salon.account.id, **booking)
    calendar = await Calendar.of(salon.account.id).get(staff_id=staff.id)
    await engage(salon.act, row.id, [Place(calendar.id, staff_id=staff.id)])
    own = {"customer": customer.id, "booking": row.id, "staff": staff.id}
    if request.param == "manage link":
        # At a widget, where trusted documents may name what the holder of a link does not even know.
        return Holder(at_widget(salon, token), own)
    if request.param == "customer session":
        return Holder(await signed_in_customer(salon, "own@example.com", at_widget=True), own)
    await limit_to_own_diary(salon)
    return Holder(await salon.member(Role.STAFF, staff_id=staff.id), own)


async def rows_of_others(made: dict[str, UUID]) -> list[tuple[Any, ...]]:
    found = []
    for table in ("booking", "customer", "hold", "event"):
        rows = await fetch(f'SELECT * FROM "{table}"')
        found += [tuple(dict(row).items()) for row in rows if str(row["id"]) == str(made[table])]
    return found


async def test_the_walker_reaches_its_own_booking(holder: Holder) -> None:
    key = global_id("booking", holder.own["booking"])
    data = await holder.ask.ok("query ($id: ID!) { booking(id: $id) { id customer { id email } } }", id=key)
    assert data["booking"]["customer"]["email"] in {"own@example.com", "o…@e….com"}


def stolen(who: str, made: dict[str, UUID]) -> list[str]:
    """The ids of others that nobody shows in a window."""
    hidden = set(PREFIXES) - SHOP_WINDOW - SHOWN.get(who, set())
    return [global_id(table, key) for table, key in made.items() if table in hidden]


async def tries(root: Root, holder: Holder, made: dict[str, UUID], theirs: list[str]) -> list[Answer]:
    """The answers for these ids in every place of the root field: each is the one for a random id."""
    mine = {table: global_id(table, key) for table, key in (made | holder.own).items() if table in PREFIXES}
    answers = []
    for slot in root.slots:
        for asked in theirs:
            given = variables(root, mine)
            real = await holder.ask(root.document(given), **put(given, slot, asked))
            unknown = random_id_like(asked)
            imagined = await holder.ask(root.document(given), **put(given, slot, unknown))
            assert OTHERS not in f"{real.body} {real.headers}", (slot, asked)
            # Both hidden in both: what a list shows anyway is in the two of them.
            assert plain(real.body, asked, unknown) == plain(imagined.body, asked, unknown), (slot, asked)
            answers.append(real)
    given = variables(root, mine)
    answers.append(await holder.ask(root.document(given), **given))
    assert OTHERS not in f"{answers[-1].body} {answers[-1].headers}"
    return answers


@pytest.mark.parametrize(
    ("holder", "root"), GRANTED, ids=[f"{who}-{root.name}" for who, root in GRANTED], indirect=["holder"]
)
async def test_nothing_of_others_is_opened(
    request: pytest.FixtureRequest, root: Root, holder: Holder, made: dict[str, UUID]
) -> None:
    before = await rows_of_others(made)
    who = request.node.callspec.params["holder"]
    for answer in await tries(root, holder, made, stolen(who, made)):
        assert not {"QUERY_TOO_COMPLEX", "MAX_COST_EXCEEDED"} & set(answer.codes), answer.codes
    assert await rows_of_others(made) == before


async def test_what_the_holder_may_not_is_refused_whatever_it_names(
    request: pytest.FixtureRequest, holder: Holder, made: dict[str, UUID]
) -> None:
    who = request.node.callspec.params["holder"]
    before = await rows_of_others(made)
    theirs = [global_id(table, made[table]) for table in ("booking", "customer")]
    for root in roots():
        if not may(who, root):
            for answer in await tries(root, holder, made, theirs):
                assert set(answer.codes) == {"FORBIDDEN"} and not any((answer.data or {}).values()), root.name
    assert await rows_of_others(made) == before
