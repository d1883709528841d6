"""From what was found behind a credential to the viewer it makes."""

from __future__ import annotations

from types import MappingProxyType
from uuid import UUID

from models.act import Actor, ActorKind
from models.app_credentials import AppHeld
from models.credentials import CustomerSignedIn, KeyHeld, LinkHeld, SignedIn, VisitHeld
from models.membership import Role
from permissions.own import Own, Owns, bookings_of, diary, served_by
from permissions.roles import (
    CUSTOMER,
    PLATFORM,
    SIGNED_IN,
    SIGNED_IN_CUSTOMER,
    WIDGET,
    Access,
    Permission,
    Scope,
    grants_of_member,
    grants_of_scopes,
    grants_of_visit,
)
from permissions.viewer import Viewer, ViewerKind


def member(found: SignedIn) -> Viewer:
    """A person with a session; with a role where they are a member of the session's account."""
    if found.visit is not None:
        return visiting(found, found.visit)
    grants = _of_person(found)
    # Who lacks what the business asks for can set it up, and nothing else.
    if found.role is not None and not found.factor_missing:
        grants |= grants_of_member(
            found.role, staff_see_contacts=found.staff_see_contacts, own_diary=found.staff_see_own_diary
        )
    own = _of_oneself(found.user_id)
    if found.staff_id is not None:
        own |= {"staff": (Own("id", frozenset({found.staff_id})),), **served_by(found.staff_id)}
    if found.role is Role.STAFF and found.staff_see_own_diary and not found.factor_missing:
        own |= diary(found.staff_id)
    return Viewer(
        kind=ViewerKind.MEMBER,
        actor=Actor(ActorKind.MEMBER, found.user_id),
        principal=f"user:{found.user_id}",
        account_id=found.account_id,
        grants=grants,
        own=MappingProxyType(own),
        user_id=found.user_id,
        session_id=found.session_id,
        role=found.role,
        staff_id=found.staff_id,
        proved_at=found.proved_at,
        factor_missing=found.factor_missing,
        expires_at=found.expires_at,
        platform_roles=found.platform_roles,
    )


def _of_oneself(user_id: UUID) -> dict[str, Owns]:
    me = frozenset({user_id})
    mine = (Own("user_id", me),)
    return {"app_user": (Own("id", me),), "session": mine, "passkey": mine, "policy_notice": mine}


def _of_person(found: SignedIn) -> dict[Permission, Access]:
    return dict(SIGNED_IN) | {p: access for role in found.platform_roles for p, access in PLATFORM[role].items()}


def visiting(found: SignedIn, visit: VisitHeld) -> Viewer:
    """Somebody of the platform in an account that they entered."""
    return Viewer(
        kind=ViewerKind.PLATFORM,
        actor=Actor(ActorKind.PLATFORM, found.user_id),
        principal=f"platform:{found.user_id}",
        account_id=visit.account_id,
        grants=_of_person(found) | dict(grants_of_visit(visit.kind, visit.role, visit.field_groups)),
        own=_of_oneself(found.user_id),
        user_id=found.user_id,
        session_id=found.session_id,
        proved_at=found.proved_at,
        expires_at=visit.expires_at,
        platform_roles=found.platform_roles,
        visit=visit,
    )


def widget(found: KeyHeld) -> Viewer:
    """Somebody at a booking widget."""
    return Viewer(
        kind=ViewerKind.WIDGET,
        actor=Actor(ActorKind.VISITOR),
        principal=f"widget:{found.id}",
        account_id=found.account_id,
        grants=WIDGET,
        access_key_id=found.id,
    )


def partner(found: KeyHeld) -> Viewer:
    """A partner integration."""
    scopes = tuple(Scope(scope) for scope in found.scopes)
    return Viewer(
        kind=ViewerKind.PARTNER,
        actor=Actor(ActorKind.PARTNER, found.id),
        principal=f"partner:{found.id}",
        account_id=found.account_id,
        grants=grants_of_scopes(scopes),
        access_key_id=found.id,
        scopes=scopes,
    )


def app(found: AppHeld) -> Viewer:
    """A partner's app, in one account that installed it."""
    scopes = tuple(Scope(scope) for scope in found.scopes)
    return Viewer(
        kind=ViewerKind.PARTNER,
        actor=Actor(ActorKind.APP, found.installation_id),
        principal=f"app:{found.installation_id}",
        account_id=found.account_id,
        grants=grants_of_scopes(scopes),
        scopes=scopes,
    )


def customer(found: LinkHeld, base: Viewer | None = None) -> Viewer:
    """Whoever has a booking's manage link; at a widget (`base`), beside what the widget may do."""
    bare = Viewer(
        kind=ViewerKind.CUSTOMER,
        actor=Actor(ActorKind.CUSTOMER, found.booking_id),
        principal=f"booking:{found.booking_id}",
        account_id=found.account_id,
        grants=CUSTOMER if base is None else {**CUSTOMER, **base.grants},
        access_key_id=base.access_key_id if base else None,
        expires_at=found.expires_at,
    )
    return bare.with_booking(found.booking_id, found.customer_id)


def signed_in_customer(found: CustomerSignedIn, base: Viewer | None = None) -> Viewer:
    """A customer who signed in by a mailed link; at a widget (`base`), beside what the widget may do."""
    return Viewer(
        kind=ViewerKind.CUSTOMER,
        actor=Actor(ActorKind.CUSTOMER),
        principal=f"customer:{found.customer_id}",
        account_id=found.account_id,
        grants=SIGNED_IN_CUSTOMER if base is None else {**SIGNED_IN_CUSTOMER, **base.grants},
        own=bookings_of(found.customer_id),
        access_key_id=base.access_key_id if base else None,
        customer_session_id=found.session_id,
        expires_at=found.expires_at,
    )
