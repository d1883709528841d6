"""Kept: rows that people create, change, archive and remove. The verbs are the same for all of them."""

from __future__ import annotations

from typing import Any, Self

from tortoise.expressions import F

from models.act import Act
from models.columns import moment, version
from models.event import record
from models.storage.database import transaction
from models.tenancy import Owned
from rules.errors import NotFound, VersionConflict


class Kept(Owned):
    """`version` grows by one with every change; `updated_at` is when."""

    version = version()
    updated_at = moment()

    class Meta:
        abstract = True

    @classmethod
    async def begin(cls, act: Act, **values: Any) -> Self:
        """Create a row, with its event."""
        table = cls._meta.db_table
        async with transaction():
            row = await cls.add(act.account_id, created_at=act.at, updated_at=act.at, **values)
            await record(act, f"{table}_created", table, row.id)
        return row

    async def change(self, act: Act, expected_version: int, **values: Any) -> None:
        """Set columns, with an event that names them. VersionConflict when somebody else was first."""
        table = self._meta.db_table
        async with transaction():
            await self._write(act, expected_version, values)
            await record(act, f"{table}_changed", table, self.id, columns=sorted(values))

    async def archive(self, act: Act, expected_version: int) -> None:
        """Take it out of use; what refers to it keeps it. Archiving what is archived changes nothing."""
        table = self._meta.db_table
        if getattr(self, "archived_at", None) is not None:
            return
        async with transaction():
            await self._write(act, expected_version, {"archived_at": act.at})
            await record(act, f"{table}_archived", table, self.id)

    async def remove(self, act: Act, expected_version: int) -> None:
        """Delete it, where nothing refers to it. VersionConflict when somebody changed it meanwhile."""
        table = self._meta.db_table
        async with transaction():
            if await type(self).of(act.account_id).filter(id=self.id, version=expected_version).delete() == 0:
                raise await self._conflict(act)
            await record(act, f"{table}_removed", table, self.id)

    async def _write(self, act: Act, expected_version: int, values: dict[str, Any]) -> None:
        rows = type(self).of(act.account_id).filter(id=self.id)
        written = {**values, "updated_at": act.at}
        # Counted by the database: one more than the largest number that a caller can send would not fit.
        if await rows.filter(version=expected_version).update(**written, version=F("version") + 1) == 0:
            raise await self._conflict(act)
        for column, value in {**written, "version": expected_version + 1}.items():
            setattr(self, column, value)

    async def _conflict(self, act: Act) -> NotFound | VersionConflict:
        current = await type(self).of(act.account_id).get_or_none(id=self.id)
        return VersionConflict(current.version) if current else NotFound(self._meta.db_table.replace("_", " "))
