"""Two filled accounts, walls that can be taken away one by one, and a judge of what got through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.storage.database import dialect, fetch, transaction
from models.storage.reach import Reach, bound, reaching

WORD = "canary"
_STATE = ("customer", "booking", "service", "staff", "offering", "access_key")
# References that lead to no row of their own account.
_CROSSED = """
    SELECT count(*) AS n FROM (
      SELECT b.id FROM booking b LEFT JOIN customer c ON c.account_id = b.account_id AND c.id = b.customer_id
      WHERE c.id IS NULL
      UNION ALL
      SELECT o.id FROM offering o LEFT JOIN service s ON s.account_id = o.account_id AND s.id = o.service_id
      WHERE s.id IS NULL
      UNION ALL
      SELECT o.id FROM offering o LEFT JOIN staff w ON w.account_id = o.account_id AND w.id = o.staff_id
      WHERE w.id IS NULL
    ) AS crossed
"""


@dataclass(frozen=True, slots=True)
class Side:
    """An account and the id of its row in each table."""

    account_id: UUID
    ids: dict[str, UUID]
    word: str


@dataclass(frozen=True, slots=True)
class Stage:
    """`mine` attacks, `theirs` must not notice."""

    mine: Side
    theirs: Side

    @property
    def postgres(self) -> bool:
        return dialect() == "postgres"

    @property
    def schema(self) -> str:
        return "public" if self.postgres else "main"

    @property
    def gathered(self) -> str:
        """The function that joins texts of many rows."""
        return "string_agg(internal_notes, ',')" if self.postgres else "group_concat(internal_notes)"


Run = Callable[[Stage], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Attack:
    """What it tries, in words. `writes`: it is undone afterwards. `keys`: the keys are what stops it, not the walls."""

    name: str
    run: Run
    writes: bool = False
    keys: bool = False


class _Undo(Exception):
    """Ends an attack that must leave nothing."""


async def leaks(attack: Attack, stage: Stage) -> bool:
    """Whether anything of theirs was read, changed or pointed at."""
    if not attack.writes:
        return stage.theirs.word in await _told(attack, stage)
    found = False
    with suppress(_Undo):
        async with transaction():
            before = await _state(stage)
            said = await _told(attack, stage)
            found = stage.theirs.word in said or await _state(stage) != before
            raise _Undo
    return found


async def _told(attack: Attack, stage: Stage) -> str:
    """Everything the attacker gets to see, words of errors included."""
    try:
        with bound(stage.mine.account_id):
            if not attack.writes:
                return shown(await attack.run(stage))
            async with transaction():  # what fails must not take the judge's transaction with it
                return shown(await attack.run(stage))
    except Exception as error:
        return f"{type(error).__name__} {error}"


def shown(result: Any) -> str:
    """A result as text, with the columns of models and rows."""
    if isinstance(result, list | tuple | set):
        return " ".join(map(shown, result))
    if isinstance(result, dict):
        return " ".join(map(shown, result.values()))
    if hasattr(result, "_meta"):
        return " ".join(str(value) for value in result.__dict__.values())
    if hasattr(result, "keys"):
        return " ".join(str(result[key]) for key in result.keys())  # noqa: SIM118 - rows of sqlite3 and asyncpg
    return str(result)


async def _state(stage: Stage) -> list[str]:
    with reaching(Reach.OPERATOR):
        theirs = stage.theirs.account_id if stage.postgres else str(stage.theirs.account_id)
        rows = [
            shown(await fetch(f'SELECT * FROM "{table}" WHERE account_id = $1 ORDER BY id', theirs)) for table in _STATE
        ]
        return [*rows, shown(await fetch(_CROSSED))]
