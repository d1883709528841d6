"""What a task is bound to, where transactions fail, end early or lie inside one another."""

# ruff: noqa: PT012 - the whole block is what raises

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tortoise.exceptions import OperationalError

from models.customer import Customer
from models.storage.database import fetch, transaction
from models.storage.reach import Reach, bound, reaching
from tests.walls.conftest import Walls
from tests.walls.stage import Stage

ALL = "SELECT count(*) AS n FROM customer"
NONSENSE = "SELECT nothing FROM customer"


@pytest.fixture
async def stage(walls: Walls, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with walls.standing(monkeypatch, rows=True, keys=True) as stage:
        yield stage


async def test_what_fails_beyond_the_account_is_undone_alone(stage: Stage) -> None:
    mine, theirs = stage.mine.account_id, stage.theirs.account_id
    for elsewhere in (bound(theirs), reaching(Reach.SECRETS), bound(None)):
        with bound(mine):
            async with transaction():
                await Customer.of(mine).update(phone="1")
                with pytest.raises(OperationalError):
                    async with transaction():
                        with elsewhere:
                            await fetch(NONSENSE)
                assert (await fetch(ALL))[0]["n"] == 1
                await Customer.of(mine).update(phone="2")
            assert (await Customer.of(mine).get()).phone == "2"
