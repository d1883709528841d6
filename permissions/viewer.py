"""Viewer: who asks, for which account, with which credential, and what is granted. Made once per request."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from models.act import Actor, ActorKind
from models.membership import Role
from permissions.roles import CUSTOMER, NOBODY, SCOPES, Access, Grants, Permission, Scope
from rules.errors import Denied

_NOTHING: Mapping[Permission, Access] = MappingProxyType({})


class ViewerKind(enum.Enum):
    """With which kind of credential somebody asks."""

    VISITOR = "VISITOR"
    WIDGET = "WIDGET"
    CUSTOMER = "CUSTOMER"
    MEMBER = "MEMBER"
    PARTNER = "PARTNER"


@dataclass(frozen=True, slots=True)
class Own:
    """Which rows of a table are the viewer's own: those whose `column` is one of `values`."""

    column: str
    values: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Viewer:
    """`principal` names the credential in keys and logs (kind and id, no personal data)."""

    kind: ViewerKind
    actor: Actor
    principal: str
    account_id: UUID | None = None
    grants: Grants = field(default_factory=lambda: _NOTHING)
    own: Mapping[str, Own] = field(default_factory=lambda: MappingProxyType({}))
    user_id: UUID | None = None
    session_id: UUID | None = None
    role: Role | None = None
    staff_id: UUID | None = None
    access_key_id: UUID | None = None
    scopes: tuple[Scope, ...] = ()

    def access(self, permission: Permission) -> Access | None:
        """How far the viewer's grant of this permission goes; None when there is none."""
        return self.grants.get(permission)

    def require(self, permission: Permission) -> Access:
        """The grant, or `Denied` that names the permission."""
        access = self.grants.get(permission)
        if access is None:
            raise self.denied(permission)
        return access

    def denied(self, permission: Permission) -> Denied:
        """What a viewer without this permission is told."""
        if self.kind is ViewerKind.VISITOR:
            return Denied("Sign in, or send a key, to use this.", code="UNAUTHENTICATED", permission=permission.name)
        opening = [scope.value for scope, grants in SCOPES.items() if permission in grants]
        if self.kind is ViewerKind.PARTNER and opening:
            words = f"This key lacks {permission.name}; a key with the scope {' or '.join(opening)} has it."
            return Denied(words, permission=permission.name)
        return Denied(f"This credential lacks {permission.name}.", permission=permission.name)

    def owns(self, table: str, row: Any) -> bool:
        """Whether a row of this table is the viewer's own."""
        own = self.own.get(table)
        return own is not None and getattr(row, own.column) in own.values

    def in_account(self) -> UUID:
        """The account that is asked for, or `Denied` for somebody who has chosen none."""
        if self.account_id is None:
            raise Denied("Sign in to an account, or send one of its keys.", code="UNAUTHENTICATED")
        return self.account_id

    def with_booking(self, booking_id: UUID, customer_id: UUID | None) -> Viewer:
        """The same viewer, who now also holds the manage link of a booking. None: without having proved who they are,
        so that they reach the booking and nothing that is known of the customer."""
        bookings = frozenset({booking_id}) | self._owned("booking")
        mine = {"booking": Own("id", bookings), "cancellation": Own("booking_id", bookings)}
        if customer_id is not None:
            mine["customer"] = Own("id", frozenset({customer_id}) | self._owned("customer"))
        # Where the credential itself reaches further than the customer's own rows, that stays.
        return replace(self, grants={**CUSTOMER, **self.grants}, own={**self.own, **mine})

    def _owned(self, table: str) -> frozenset[UUID]:
        own = self.own.get(table)
        return own.values if own else frozenset()


VISITOR = Viewer(ViewerKind.VISITOR, Actor(ActorKind.VISITOR), "visitor", grants=NOBODY)
