"""Over HTTP, with the other walls taken away: every root field, asked by the rival with the ids of the salon.

Even `of(account_id)` forgets the account, every permission is granted to everybody, and `Context.confined` confines
nothing. What the rival is told must hold nothing of the salon's, and the salon stay as it was.
"""

from __future__ import annotations

from typing import Any

import pytest

from permissions.roles import Access
from permissions.viewer import Viewer
from resolvers.context import Context
from rules.ids import PREFIXES, global_id
from tests.api import Caller
from tests.businesses import Business
from tests.isolation.documents import roots, variables
from tests.isolation.filling import canary, fill, snapshot
from tests.isolation.test_walk import own  # noqa: F401 - a fixture
from tests.walls.naive import take_wall_a_away


def take_permissions_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody may everything, with all rows."""
    monkeypatch.setattr(Viewer, "access", lambda _self, _permission: Access.READ)
    monkeypatch.setattr(Viewer, "require", lambda _self, _permission: Access.READ)
    monkeypatch.setattr(Context, "confined", lambda _self, rows, _permission: rows)
    monkeypatch.setattr(Context, "_own", lambda _self, rows, _permission: rows)


async def ask_everything(caller: Caller, given: dict[str, str]) -> str:
    """Every root field, each id where it fits best; all answers as one text."""
    said: list[Any] = []
    for root in roots():
        filled = variables(root, given)
        said.append((await caller(root.document(filled), **filled)).body)
    return str(said)


@pytest.mark.parametrize("away", ["models", "permissions", "both"])
async def test_without_the_other_walls_the_database_lets_nothing_through(
    away: str,
    salon: Business,
    rival: Business,
    own: dict[str, str],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = {**await fill(salon), "account": salon.account.id}
    ids_of_salon = {table: global_id(table, key) for table, key in made.items() if table in PREFIXES}
    before = await snapshot(salon)
    with monkeypatch.context() as walls:
        if away != "permissions":
            take_wall_a_away(walls, forgetful=True)
        if away != "models":
            take_permissions_away(walls)
        said = await ask_everything(rival.owner, own) + await ask_everything(rival.owner, ids_of_salon)
    assert canary(rival) in said
    assert canary(salon) not in said
    assert await snapshot(salon) == before
