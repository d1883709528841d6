"""One request sent several times at once: it is carried out once, and every answer is the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.act import Act
from models.idempotency import IdempotencyKey, once
from models.location import Location
from models.storage.database import retrying, transaction
from models.storage.errors import Contended
from rules.errors import IdempotencyKeyReused, Refusal
from tests.businesses import Business


async def carry_out(act: Act, key: str = "key", given: Any = None, fails: type[Exception] | None = None) -> UUID:
    async def work() -> UUID:
        async with transaction():
            begun = await once(act, "user:1", "make", key, given)
            if begun.done is not None:
                return begun.done
            await asyncio.sleep(0.02)
            if fails is not None:
                raise fails("no")
            row = await Location.begin(act, name="Place", zone="UTC")
            await begun.keep(row.id)
            return row.id

    return await retrying(work)


async def made(business: Business) -> int:
    return await Location.of(business.account.id).count()


async def test_requests_with_one_key_are_carried_out_once(salon: Business) -> None:
    found = await asyncio.gather(*(carry_out(salon.act, given={"a": 1}) for _ in range(5)))
    assert len(set(found)) == 1
    assert await made(salon) == 1


async def test_where_the_first_fails_the_second_is_carried_out(salon: Business) -> None:
    first = asyncio.create_task(carry_out(salon.act, fails=Refusal))
    await asyncio.sleep(0.005)
    others = await asyncio.gather(*(carry_out(salon.act) for _ in range(3)))
    with pytest.raises(Refusal):
        await first
    assert len(set(others)) == 1
    assert await made(salon) == 1


async def test_work_that_contended_is_run_again_under_its_key(salon: Business) -> None:
    with pytest.raises(Contended):
        await carry_out(salon.act, fails=Contended)
    assert await made(salon) == 0
    assert await IdempotencyKey.of(salon.account.id).count() == 0
    await carry_out(salon.act)
    assert await made(salon) == 1


async def test_another_input_under_the_key_is_refused_even_at_once(salon: Business) -> None:
    found = await asyncio.gather(*(carry_out(salon.act, given={"a": at}) for at in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == [*["IdempotencyKeyReused"] * 3, "UUID"]
    assert await made(salon) == 1


async def test_a_key_is_forgotten_after_a_day_and_known_in_one_account_only(salon: Business, rival: Business) -> None:
    await carry_out(salon.act, given=1)
    await carry_out(rival.act, given=2)
    later = Act(salon.account.id, salon.act.actor, salon.act.at + timedelta(hours=24))
    with pytest.raises(IdempotencyKeyReused):
        await carry_out(Act(later.account_id, later.actor, later.at - timedelta(seconds=1)), given=3)
    await asyncio.gather(*(carry_out(later, given=3) for _ in range(3)))
    assert await made(salon) == 2
    assert await made(rival) == 1
