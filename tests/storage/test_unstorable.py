"""Values that no database can hold are refused in the same words on both engines, and never repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from models.storage.database import execute, fetch, transaction
from models.storage.errors import TransactionFailed, Unstorable
from tests.storage.shelves import Shelf, add_shelf

TEXTS = ["canary\0", "\0", "canary\ud800", "\udfff"]
NUMBERS = [2**63, -(2**63) - 1, 2**400]


async def insert(value: Any) -> None:
    await Shelf.create(
        **{"name" if isinstance(value, str) else "size": value} | ({} if isinstance(value, str) else {"name": "a"})
    )


async def update(value: Any) -> None:
    await Shelf.all().update(**{"name" if isinstance(value, str) else "size": value})


async def look_for(value: Any) -> None:
    await Shelf.filter(**{"name" if isinstance(value, str) else "size": value})


async def look_for_several(value: Any) -> None:
    await Shelf.filter(**{"name__in" if isinstance(value, str) else "size__in": [value]})


async def write_by_hand(value: Any) -> None:
    column = "name" if isinstance(value, str) else "size"
    await execute(f"UPDATE shelf SET {column} = $1", value)


@pytest.mark.parametrize("verb", [insert, update, look_for, look_for_several, write_by_hand])
@pytest.mark.parametrize("value", [*TEXTS, *NUMBERS], ids=repr)
async def test_it_is_refused_and_nothing_is_changed(
    store: str, verb: Callable[[Any], Awaitable[None]], value: Any
) -> None:
    shelf = await add_shelf("before")
    with pytest.raises(Unstorable) as refused:
        await verb(value)
    assert "canary" not in f"{refused.value!r} {refused.value.__cause__!r}"
    rows = await fetch("SELECT id, name, size FROM shelf")
    assert [(UUID(str(row["id"])), row["name"], row["size"]) for row in rows] == [(shelf, "before", 0)]


async def test_it_fails_the_transaction_like_any_other_statement(store: str) -> None:
    async def swallowed() -> None:
        async with transaction():
            await add_shelf("other")
            with pytest.raises(Unstorable):
                await insert("\0")

    with pytest.raises(TransactionFailed):
        await swallowed()
    assert await Shelf.all().count() == 0
