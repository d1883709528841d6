"""Viewer: who asks, for which account, with which credential, and what is granted. Made once per request."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from models.act import Actor, ActorKind
from models.credentials import VisitHeld
from models.membership import Role
from models.platform_staff import PlatformRole
from models.series import SeriesOccurrence
from permissions.own import NO_ROW, OF_BOOKINGS, Own, Owns, Through
from permissions.roles import CUSTOMER, NOBODY, SCOPES, Access, Grants, Permission, Scope
from rules.errors import Denied
from rules.freshness import is_fresh

_SET_UP = (
    "This business asks its members for a second factor, and you have none yet. Set one up with `setUpCodes` or "
    "`beginPasskey`, then send it again."
)
_PROVE = "This takes a sign-in of the last 10 minutes. Call `proveItIsMe` in this browser, then send it again."
_NOTHING: Mapping[Permission, Access] = MappingProxyType({})


class ViewerKind(enum.Enum):
    """With which kind of credential somebody asks."""

    VISITOR = "VISITOR"
    WIDGET = "WIDGET"
    CUSTOMER = "CUSTOMER"
    MEMBER = "MEMBER"
    PARTNER = "PARTNER"
    PLATFORM = "PLATFORM"


@dataclass(frozen=True, slots=True)
class Viewer:
    """`principal` names the credential in keys and logs (kind and id, no personal data). `proved_at` is when a person
    last proved who they are; None for every other kind of viewer. `expires_at` is when the credential ends by itself;
    None where it does not. `visit` is the account that somebody of the platform has entered."""

    kind: ViewerKind
    actor: Actor
    principal: str
    account_id: UUID | None = None
    grants: Grants = field(default_factory=lambda: _NOTHING)
    own: Mapping[str, Owns] = field(default_factory=lambda: MappingProxyType({}))
    user_id: UUID | None = None
    session_id: UUID | None = None
    role: Role | None = None
    staff_id: UUID | None = None
    access_key_id: UUID | None = None
    customer_session_id: UUID | None = None
    scopes: tuple[Scope, ...] = ()
    proved_at: datetime | None = None
    factor_missing: bool = False
    expires_at: datetime | None = None
    platform_roles: tuple[PlatformRole, ...] = ()
    visit: VisitHeld | None = None

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
        if self.factor_missing:
            return Denied(_SET_UP, code="SECOND_FACTOR_REQUIRED", permission=permission.name)
        opening = [scope.value for scope, grants in SCOPES.items() if permission in grants]
        if self.kind is ViewerKind.PARTNER and opening:
            words = f"This credential lacks {permission.name}; one with the scope {' or '.join(opening)} has it."
            return Denied(words, permission=permission.name)
        return Denied(f"This credential lacks {permission.name}.", permission=permission.name)

    def require_fresh(self, permission: Permission, now: datetime) -> None:
        """`Denied` unless a person proved in the last minutes who they are; a stolen session ends here."""
        if self.proved_at is None or not is_fresh(self.proved_at, now):
            raise Denied(_PROVE, code="REAUTH_REQUIRED", permission=permission.name)

    def owns(self, table: str, row: Any) -> bool:
        """Whether a row of this table is the viewer's own."""
        return any(own.includes(row) for own in self.own.get(table, ()))

    def with_whom(self, staff_id: UUID | None) -> UUID | None:
        """Whose time this viewer may ask for who asks for that of `staff_id`; None: anybody's.

        Whoever sees only their own diary asks for their own time. That of colleagues is asked for in vain: the nil key
        is nobody's, so that a colleague's id answers like one that nobody has.
        """
        if self.access(Permission.AVAILABILITY_READ) is not Access.OWN:
            return staff_id
        return self.staff_id if self.staff_id is not None and staff_id in (None, self.staff_id) else NO_ROW

    def in_account(self) -> UUID:
        """The account that is asked for, or `Denied` for somebody who has chosen none."""
        if self.account_id is None:
            raise Denied("Sign in to an account, or send one of its keys.", code="UNAUTHENTICATED")
        return self.account_id

    def with_booking(self, booking_id: UUID, customer_id: UUID | None) -> Viewer:
        """The same viewer, who now also holds the manage link of a booking. None: without having proved who they are,
        so that they reach the booking and nothing that is known of the customer."""
        mine = {
            **{table: Own(column, frozenset({booking_id})) for table, column in OF_BOOKINGS.items()},
            "booking_series": Own("id", frozenset({booking_id}), Through(SeriesOccurrence, "series_id", "booking_id")),
        }
        if customer_id is not None:
            mine["customer"] = Own("id", frozenset({customer_id}))
        own = {table: (*self.own.get(table, ()), another) for table, another in mine.items()}
        # Where the credential itself reaches further than the customer's own rows, that stays.
        return replace(self, grants={**CUSTOMER, **self.grants}, own={**self.own, **own})


VISITOR = Viewer(ViewerKind.VISITOR, Actor(ActorKind.VISITOR), "visitor", grants=NOBODY)
