"""What is said about a start that is offered or not."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from rules.slot_checks import Unfit


@dataclass(frozen=True, slots=True)
class Explained:
    """What stands against one person at a start; `refused` None where nothing does. `message` tells the business's
    hours and what is blocked: for its own people. `step` is the service of a visit that they would do, from 0."""

    staff_id: UUID
    refused: Unfit | None
    message: str
    step: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands against a start: of all who could serve it the reason nearest to a free one, None where it is
    offered. `step` is the service of a visit that it is about; None where that is all of them."""

    refused: Unfit | None
    people: list[Explained]
    step: int | None = None
