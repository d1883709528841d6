"""Strawberry permission classes. Deciding is a dictionary look-up on the viewer; nothing is awaited.

`Can(permission)` guards a field or mutation; `Anyone()` says in so many words that a field needs no permission
of its own (whoever may see its parent may see it).
"""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.permission import BasePermission
from strawberry.schema_directive import Location
from strawberry.types import Info

from permissions.roles import Access, Permission


@strawberry.schema_directive(
    locations=[
        Location.ARGUMENT_DEFINITION,
        Location.ENUM_VALUE,
        Location.FIELD_DEFINITION,
        Location.INPUT_FIELD_DEFINITION,
    ],
    name="requires",
    description="Needs this permission; refused with FORBIDDEN (UNAUTHENTICATED for visitors) without it. With "
    "`freshSignIn` also a sign-in of the last 10 minutes; REAUTH_REQUIRED without one, which `proveItIsMe` renews.",
)
class Requires:
    # In the order of the alphabet, places and arguments: a sorted schema would print a second definition otherwise.
    fresh_sign_in: bool | None = strawberry.UNSET
    permission: Permission


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="public",
    description="Needs no permission of its own: whoever can reach the object it belongs to can read it.",
)
class Public:
    pass


class Anyone(BasePermission):
    """No permission of its own."""

    permission: Permission | None = None
    _schema_directive = Public()

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        return True


class Can(BasePermission):
    """The viewer has been granted `permission`; where the grant covers own rows only, `source` must be one.

    `fresh`: and has proved in the last minutes who they are; with `own_freely` not where it covers own rows only.
    """

    def __init__(self, permission: Permission, *, fresh: bool = False, own_freely: bool = False) -> None:
        self.permission = permission
        self.fresh = fresh
        self.own_freely = own_freely
        self._directive = Requires(permission=permission, fresh_sign_in=True if fresh else strawberry.UNSET)

    @property
    def schema_directive(self) -> object:
        return self._directive

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        return info.context.viewer.access(self.permission) is not None

    def reach(self, info: Info) -> Access:
        """How far the grant goes; raises `Denied` where there is none, or where the sign-in is too old."""
        access: Access = info.context.viewer.require(self.permission)
        if self.fresh and not (self.own_freely and access is Access.OWN):
            info.context.viewer.require_fresh(self.permission, info.context.now)
        return access
