"""From what was found behind a credential to the viewer it makes."""

from __future__ import annotations

from types import MappingProxyType

from models.act import Actor, ActorKind
from models.credentials import KeyHeld, LinkHeld, SignedIn
from permissions.roles import CUSTOMER, SIGNED_IN, WIDGET, Scope, grants_of_member, grants_of_scopes
from permissions.viewer import Own, Viewer, ViewerKind


def member(found: SignedIn) -> Viewer:
    """A person with a session; with a role where they are a member of the session's account."""
    grants = SIGNED_IN
    if found.role is not None:
        grants = grants_of_member(found.role, staff_see_contacts=found.staff_see_contacts)
    own = {"app_user": Own("id", frozenset({found.user_id})), "session": Own("user_id", frozenset({found.user_id}))}
    if found.staff_id is not None:
        own["staff"] = Own("id", frozenset({found.staff_id}))
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


def customer(found: LinkHeld, base: Viewer | None = None) -> Viewer:
    """Whoever has a booking's manage link; at a widget (`base`), beside what the widget may do."""
    bare = Viewer(
        kind=ViewerKind.CUSTOMER,
        actor=Actor(ActorKind.CUSTOMER, found.booking_id),
        principal=f"booking:{found.booking_id}",
        account_id=found.account_id,
        grants=CUSTOMER if base is None else {**CUSTOMER, **base.grants},
        access_key_id=base.access_key_id if base else None,
    )
    return bare.with_booking(found.booking_id, found.customer_id)
