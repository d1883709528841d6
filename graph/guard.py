"""The one mechanism that enforces what is declared on a field: refuse, mask, or let through."""

from __future__ import annotations

from functools import partial
from typing import Any

from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver
from strawberry.permission import PermissionExtension
from strawberry.types import Info

from permissions.classes import Can
from permissions.roles import Access
from rules.masking import Mask, mask


def table_of(source: Any) -> str | None:
    """The table that a source row is from; None for the root and for values that are no rows."""
    table = getattr(source, "table_", None)
    if table is not None:
        return str(table)
    meta = getattr(source, "_meta", None)
    return None if meta is None else str(meta.db_table)


class Guard(PermissionExtension):
    """Asks the field's permission class how far the viewer's grant goes. Fails closed where masking is not declared."""

    def __init__(self, permission: Can, kind: Mask | None) -> None:
        super().__init__([permission])
        self.permission = permission
        self.mask = partial(mask, kind) if kind is not None else None

    def _reach(self, source: Any, info: Info) -> Access:
        reach = self.permission.reach(info)
        # At the root there is no row yet: what is found there is confined to own rows (`Context.confined`).
        if reach is Access.OWN and source is not None:
            table = table_of(source)
            # A plain object is nobody's own.
            if table is None or not info.context.viewer.owns(table, source):
                raise info.context.viewer.denied(self.permission.permission)
        if reach is Access.MASKED and self.mask is None:
            raise info.context.viewer.denied(self.permission.permission)
        return reach

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        reach = self._reach(source, info)
        return self._let_through(reach, next_(source, info, **kwargs), info)

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        reach = self._reach(source, info)
        return self._let_through(reach, await next_(source, info, **kwargs), info)

    def _let_through(self, reach: Access, value: Any, info: Info) -> Any:
        if reach is Access.MASKED and value is not None and self.mask is not None:
            return self.mask(value)
        if reach is Access.OWN:
            table = table_of(value)
            # An own row may point to one that is not: whoever booked in another's name is not that person.
            if table is not None and not info.context.viewer.owns(table, value):
                raise info.context.viewer.denied(self.permission.permission)
        return value
