"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from calendera.settings import Settings
from models.promise_check import Finding
from privacy.promises import PromiseStatus


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a check may look at besides the code and the database."""

    settings: Settings
    now: datetime


# The first kind looks at nothing but the program, in a thread of its own.
CodeCheck: TypeAlias = Callable[[Surroundings], Finding]
LiveCheck: TypeAlias = Callable[[Surroundings], Awaitable[Finding]]


def unchecked(evidence: str) -> Finding:
    """It cannot be said here and now."""
    return Finding(PromiseStatus.NOT_CHECKED, evidence)


def judged(kept: bool, evidence: str, otherwise: str) -> Finding:
    """Kept, with what shows it; or not, with what is wrong."""
    return Finding(PromiseStatus.PASSING, evidence) if kept else Finding(PromiseStatus.FAILING, otherwise)
