"""The one mechanism that enforces what is declared on a field: refuse, mask, or let through."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver
from strawberry.permission import PermissionExtension
from strawberry.types import Info

from permissions.classes import Can
from permissions.roles import Access, Permission
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

    def __init__(self, permission: Can, kind: Mask | None, *, finds: bool = False) -> None:
        super().__init__([permission])
        self.permission = permission
        self.finds = finds
        self.mask = partial(mask, kind) if kind is not None else None
        # Reading many of these is a sign of theft.
        self.watched = permission.permission is Permission.CUSTOMER_CONTACT_READ

    def _reach(self, source: Any, info: Info) -> Access:
        reach = self.permission.reach(info)
        # At the root there is no row yet: what is found there is confined to own rows (`Context.confined`).
        if reach is Access.OWN and source is not None and not self.finds:
            table = table_of(source)
            # A plain object is nobody's own.
            if table is None or not info.context.viewer.owns(table, source):
                raise info.context.viewer.denied(self.permission.permission)
        if reach is Access.MASKED and self.mask is None:
            raise info.context.viewer.denied(self.permission.permission)
        return reach

    def reader(self, read: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
        """The whole resolver of a field that is made of its object alone: the same decision without the layers between,
        which cost as much as everything else of a long list."""
        wanted, plain = self.permission.permission, not (self.watched or self.permission.fresh)

        def resolve(source: Any, info: Any) -> Any:
            if plain and info.context.viewer.grants.get(wanted) is Access.READ:
                return read(source)
            reach = self._reach(source, info)
            return self._let_through(reach, source, read(source), info)

        return resolve

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        reach = self._reach(source, info)
        return self._let_through(reach, source, next_(source, info, **kwargs), info)

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        reach = self._reach(source, info)
        return self._let_through(reach, source, await next_(source, info, **kwargs), info)

    def _let_through(self, reach: Access, source: Any, value: Any, info: Info) -> Any:
        if self.watched and reach is Access.READ and value is not None and source is not None:
            info.context.seen.contacts.add(source.id)
        if reach is Access.MASKED and value is not None and self.mask is not None:
            return self.mask(value)
        if reach is Access.OWN:
            table = table_of(value)
            # An own row may point to one that is not: whoever booked in another's name is not that person.
            if table is not None and not info.context.viewer.owns(table, value):
                raise info.context.viewer.denied(self.permission.permission)
        return value
