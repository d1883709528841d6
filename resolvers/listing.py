"""What a list resolver answers: which rows, in which order. How they are read is `graph/reading.py`'s business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet


@dataclass(frozen=True, slots=True)
class Listing:
    """`rows` is scoped to the account; `order` names the column they are sorted by (the id breaks ties).

    ValueError for a column that may be null: rows without a value stand nowhere, and a page would lose them.
    """

    rows: QuerySet[Any]
    order: str = "id"
    descending: bool = False

    def __post_init__(self) -> None:
        column = self.rows.model._meta.fields_map.get(self.order)
        if column is None or column.null:
            raise ValueError(f"{self.rows.model.__name__}.{self.order} sorts nothing: it may be null, or is no column.")
