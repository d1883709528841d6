"""The rival asks for everything: each root field, with each id of the salon in each place where an id goes.

Its answer must be the one for a random id, hold nothing of the salon's, and leave the salon as it was.
"""

from __future__ import annotations

from uuid import uuid4

import pytest

from models.membership import Membership
from models.session import Session
from permissions.every_viewer import EVERY_VIEWER
from rules.ids import PREFIXES, global_id, read_id
from tests.api import Answer, Caller
from tests.businesses import Business
from tests.isolation.documents import Root, completed, plain, put, roots, variables
from tests.isolation.filling import canary, fill, ids, snapshot


def random_id_like(asked: str) -> str:
    found = read_id(asked)
    assert found is not None
    return global_id(found[0], uuid4())


@pytest.fixture
async def theirs(salon: Business) -> list[str]:
    """Every id of the filled salon."""
    return ids(await fill(salon), salon)


@pytest.fixture
async def own(rival: Business) -> dict[str, str]:
    """One id of the rival's for each table."""
    made = {**await fill(rival), "account": rival.account.id}
    made["membership"] = (await Membership.of(rival.account.id).first()).pk
    made["session"] = (await Session.filter(user_id=rival.owner_user.id).first()).pk
    return {table: global_id(table, key) for table, key in made.items() if table in PREFIXES}


async def ask(caller: Caller, root: Root, own: dict[str, str], slot: tuple[str, ...] = (), id: str = "") -> Answer:
    given = variables(root, own)
    given = put(completed(root, given, slot, own), slot, id) if slot else given
    if slot[-1:] == ("customerId",):
        given.get("input", {}).pop("customer", None)  # who books is given by the one or the other
    return await caller(root.document(given), **given)


@pytest.mark.promise("4.3")
@pytest.mark.promise("1.2")
@pytest.mark.parametrize("root", roots(), ids=lambda root: root.name)
async def test_the_rival_learns_and_changes_nothing(
    root: Root, salon: Business, rival: Business, theirs: list[str], own: dict[str, str]
) -> None:
    before = await snapshot(salon)
    answer = await ask(rival.owner, root, own)
    assert canary(salon) not in f"{answer.body} {answer.headers}"
    for slot in root.slots:
        for asked in theirs:
            unknown = random_id_like(asked)
            real = await ask(rival.owner, root, own, slot, asked)
            imagined = await ask(rival.owner, root, own, slot, unknown)
            assert canary(salon) not in f"{real.body} {real.headers}", (slot, asked)
            assert plain(real.body, asked) == plain(imagined.body, unknown), (slot, asked)
            assert "INTERNAL_SERVER_ERROR" not in real.codes, (slot, asked, real.body)
    assert await snapshot(salon) == before


# What no owner may use finds nothing for one; `test_own_rows.py` walks through it as somebody who may.
USED = [root for root in roots() if root.permission is None or root.permission in EVERY_VIEWER["owner"].grants]
SLOTS = [(root, slot) for root in USED for slot in root.slots]


@pytest.mark.parametrize(("root", "slot"), SLOTS, ids=[f"{root.name}-{'.'.join(slot)}" for root, slot in SLOTS])
async def test_the_walk_can_tell_an_id_that_is_found(
    root: Root, slot: tuple[str, ...], rival: Business, own: dict[str, str]
) -> None:
    """Some id of the rival's own gets another answer than an unknown one: the walk above would see a leak here."""
    unknown = global_id("booking", uuid4())
    imagined = plain((await ask(rival.owner, root, own, slot, unknown)).body, unknown)
    for id in own.values():
        if plain((await ask(rival.owner, root, own, slot, id)).body, id) != imagined:
            return
    pytest.fail(f"every id is answered like an unknown one: {imagined}")
