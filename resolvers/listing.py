"""What a list resolver answers: which rows, in which order. How they are read is `graph/reading.py`'s business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet


@dataclass(frozen=True, slots=True)
class Listing:
    """`rows` is scoped to the account; `order` names the column they are sorted by (the id breaks ties)."""

    rows: QuerySet[Any]
    order: str = "id"
    descending: bool = False
