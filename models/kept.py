"""Kept: rows that people create, change and archive. The three verbs are the same for all of them."""

from __future__ import annotations

from typing import Any, Self

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

    async def _write(self, act: Act, expected_version: int, values: dict[str, Any]) -> None:
        rows = type(self).of(act.account_id).filter(id=self.id)
        written = {**values, "version": expected_version + 1, "updated_at": act.at}
        if await rows.filter(version=expected_version).update(**written) == 0:
            current = await rows.get_or_none()
            if current is None:
                raise NotFound(self._meta.db_table.replace("_", " "))
            raise VersionConflict(current.version)
        for column, value in written.items():
            setattr(self, column, value)
