"""The registry of promises: what keeps each passage of the policy and which tests prove it, as data.

Whether a promise is kept by the server that runs is another matter: `calendera/promises/` asks, and the answers are
rows (`models/promise_check.py`).
"""

from __future__ import annotations

import enum
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


class PromiseStatus(enum.Enum):
    """How a promise stands. PLANNED: no code keeps it by itself yet."""

    PASSING = "PASSING"
    FAILING = "FAILING"
    NOT_CHECKED = "NOT_CHECKED"
    PLANNED = "PLANNED"


@dataclass(frozen=True, slots=True)
class Promise:
    """`id` is that of the passage. `planned` says who keeps it where no code does; then nothing else is there."""

    id: str
    kept_by: tuple[str, ...] = ()
    proved_by: tuple[str, ...] = ()
    planned: str | None = None


@cache
def promises() -> tuple[Promise, ...]:
    """Every promise, in the order of the policy."""
    rows = tomllib.loads(files("privacy").joinpath("promises.toml").read_text(encoding="utf-8"))["promise"]
    return tuple(
        Promise(row["id"], tuple(row.get("kept_by", ())), tuple(row.get("proved_by", ())), row.get("planned"))
        for row in rows
    )
