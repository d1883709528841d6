"""The rival asks for everything: each root field, with each id of the salon in each place where an id goes.

Its answer must be the one for a random id, hold nothing of the salon's, and leave the salon as it was.
"""

from __future__ import annotations

from uuid import uuid4

import pytest

from rules.ids import PREFIXES, global_id, read_id
from tests.businesses import Business
from tests.isolation.documents import Root, plain, put, roots, variables
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
    made = await fill(rival)
    return {table: global_id(table, key) for table, key in made.items() if table in PREFIXES}


@pytest.mark.parametrize("root", roots(), ids=lambda root: root.name)
async def test_the_rival_learns_and_changes_nothing(
    root: Root, salon: Business, rival: Business, theirs: list[str], own: dict[str, str]
) -> None:
    before = await snapshot(salon)
    answer = await rival.owner(root.document, **variables(root, own))
    assert canary(salon) not in f"{answer.body} {answer.headers}"
    for slot in root.slots:
        for asked in theirs:
            unknown = random_id_like(asked)
            given = put(variables(root, own), slot, asked)
            real = await rival.owner(root.document, **given)
            imagined = await rival.owner(root.document, **put(variables(root, own), slot, unknown))
            assert canary(salon) not in f"{real.body} {real.headers}", (slot, asked)
            assert plain(real.body, asked) == plain(imagined.body, unknown), (slot, asked)
            assert "INTERNAL_SERVER_ERROR" not in real.codes, (slot, asked, real.body)
    assert await snapshot(salon) == before
