"""Named: kept rows that people find and sort by name. `search_name` follows `name` in every write."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from models.act import Act
from models.kept import Kept
from rules.searching import search_key


class Named(Kept):
    """A model below declares `name` and `search_name`, each with the mark of whose data it is."""

    class Meta:
        abstract = True

    @classmethod
    async def add(cls, account_id: UUID, **values: Any) -> Self:
        """Insert a row, with the key it is found by."""
        return await super().add(account_id, search_name=search_key(values["name"]), **values)

    async def _write(self, act: Act, expected_version: int, values: dict[str, Any]) -> None:
        if "name" in values:
            values = {**values, "search_name": search_key(values["name"])}
        await super()._write(act, expected_version, values)
