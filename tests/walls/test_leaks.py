"""Every attack against every combination of walls. The table is in docs/walls.md, and holds on both engines."""

from __future__ import annotations

import pytest

from tests.house.tree import ROOT
from tests.walls.attacks_read import READ
from tests.walls.attacks_sql import SQL
from tests.walls.attacks_write import WRITE
from tests.walls.conftest import Walls
from tests.walls.naive import take_wall_a_away
from tests.walls.stage import Attack, leaks

ATTACKS: list[Attack] = [*READ, *WRITE, *SQL]
KEPT_BY_KEYS = {attack.name for attack in ATTACKS if attack.keys}
# Which walls stand (models, keys, rows) → how many attacks get through.
TABLE = {
    (False, False, False): 88,
    (True, False, False): 54,
    (False, True, False): 84,
    (True, True, False): 51,
    (False, False, True): 3,
    (True, False, True): 3,
    (False, True, True): 0,
    (True, True, True): 0,
}


def _named(standing: tuple[bool, bool, bool]) -> str:
    words = [word for word, stands in zip(("models", "keys", "rows"), standing, strict=True) if stands]
    return "+".join(words) or "none"


@pytest.mark.parametrize("standing", TABLE, ids=_named)
async def test_as_many_attacks_get_through_as_the_table_says(
    standing: tuple[bool, bool, bool], walls: Walls, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, keys, rows = standing
    if not models:
        take_wall_a_away(monkeypatch)
    async with walls.standing(monkeypatch, rows=rows, keys=keys) as stage:
        through = {attack.name for attack in ATTACKS if await leaks(attack, stage)}
    assert len(through) == TABLE[standing], sorted(through)
    if rows:
        # Of the database's two halves, each stops what the other cannot: a reference is no row that is read.
        assert through == (set() if keys else KEPT_BY_KEYS)


def test_there_are_enough_attacks_and_each_has_a_name() -> None:
    assert len(ATTACKS) == len({attack.name for attack in ATTACKS}) >= 44


def test_the_table_of_leaks_in_the_documentation_is_this_one() -> None:
    said = (ROOT / "docs" / "walls.md").read_text("utf-8")
    for (models, keys, rows), count in TABLE.items():
        cells = " | ".join("stands" if wall else "–" for wall in (models, keys, rows))
        assert f"| {cells} | {count} |" in said
    assert f"{len(ATTACKS)} attacks" in said
