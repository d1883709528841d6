"""No reference leads out of its account: every foreign key of the catalogue, tried with a row of another account."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.storage.database import dialect, execute, fetch, transaction
from tests.isolation.filling import OWNED
from tests.walls.conftest import Walls

REFERRING = sorted(
    (model._meta.db_table, name, field.refers_to)  # type: ignore[attr-defined]
    for model in OWNED
    for name, field in model._meta.fields_map.items()
    if hasattr(field, "refers_to")
)


@pytest.mark.parametrize(("table", "column", "referred"), REFERRING)
async def test_a_row_cannot_point_into_another_account(
    table: str, column: str, referred: str, walls: Walls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an operator, whom no other wall stops."""
    async with walls.standing(monkeypatch, rows=True, keys=True) as stage:
        values = [stage.theirs.ids[referred], stage.mine.account_id]
        given = values if dialect() == "postgres" else [str(value) for value in values]
        assert await fetch(f'SELECT 1 AS n FROM "{table}" WHERE account_id = $1', given[1])
        with pytest.raises(IntegrityError):
            await _point(table, column, given)


async def _point(table: str, column: str, values: list[Any]) -> None:
    counted = ", version = version + 1" if table == "booking" else ""
    async with transaction():
        await execute(f'UPDATE "{table}" SET {column} = $1{counted} WHERE account_id = $2', *values)
        if dialect() == "postgres":
            await execute("SET CONSTRAINTS ALL IMMEDIATE")
