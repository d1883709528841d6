"""Every kind of viewer there is: the columns of the access matrix and of the role table.

Each is made by the function that authentication uses, for a credential that could be real, so its grants and what
counts as its own are what a request would have. A kind of viewer, a role, a scope or a table of grants that is
missing here fails `tests/house/test_matrix.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

from models.access_key import AccessKeyKind
from models.app_credentials import AppHeld
from models.credentials import CustomerSignedIn, KeyHeld, LinkHeld, SignedIn, VisitHeld
from models.membership import Role
from models.platform_access import PlatformAccessKind, SupportFields
from models.platform_staff import PlatformRole
from permissions import viewers
from permissions.roles import Scope
from permissions.viewer import VISITOR, Viewer

_ID = UUID(int=0)
_PROVED = datetime(2027, 1, 1, tzinfo=UTC)  # grants do not depend on it
_LINK = LinkHeld(_ID, _ID, _ID, _PROVED)
_WIDGETS_LINK = LinkHeld(_ID, _ID, None, _PROVED)
_CUSTOMER = CustomerSignedIn(_ID, _ID, _ID, _PROVED)


def _signed_in(
    role: Role | None, *, sees_contacts: bool = False, own_diary: bool = False, does: PlatformRole | None = None
) -> Viewer:
    account = _ID if role else None
    return viewers.member(
        SignedIn(
            _ID, _ID, account, role, account, sees_contacts, _PROVED, own_diary, platform_roles=(does,) if does else ()
        )
    )


def _inside(kind: PlatformAccessKind, role: PlatformRole, *groups: SupportFields) -> Viewer:
    visit = VisitHeld(_ID, _ID, kind, role, groups, _PROVED)
    found = SignedIn(_ID, _ID, None, None, None, False, _PROVED, platform_roles=(role,), visit=visit)
    return viewers.visiting(found, visit)


def _key(kind: AccessKeyKind, *scopes: Scope) -> KeyHeld:
    return KeyHeld(_ID, _ID, kind, [], [scope.value for scope in scopes])


def _partner(scope: Scope) -> Viewer:
    return viewers.partner(_key(AccessKeyKind.PARTNER, scope))


_WIDGET = viewers.widget(_key(AccessKeyKind.WIDGET))

_PEOPLE: dict[str, tuple[Viewer, str]] = {
    "visitor": (VISITOR, "nobody known: no credential"),
    "person": (_signed_in(None), "signed in, and a member of no account"),
    "widget": (_WIDGET, "whoever uses a widget, by its publishable key"),
    "link": (viewers.customer(_LINK), "the customer, by the manage link that was mailed"),
    "booker": (viewers.customer(_WIDGETS_LINK), "whoever booked at a widget, by the link shown there"),
    "link at widget": (viewers.customer(_LINK, _WIDGET), "the mailed link, used at a widget"),
    "booker at widget": (viewers.customer(_WIDGETS_LINK, _WIDGET), "the widget's link, used at a widget"),
    "customer": (viewers.signed_in_customer(_CUSTOMER), "a customer who signed in by a mailed link"),
    "customer at widget": (viewers.signed_in_customer(_CUSTOMER, _WIDGET), "the same, at a widget of the business"),
    "support": (_signed_in(None, does=PlatformRole.SUPPORT), "somebody of the platform's support, in no account"),
    "support, let in": (
        _inside(PlatformAccessKind.GRANT, PlatformRole.SUPPORT, *SupportFields),
        "the same, in an account whose owner granted all that can be granted, or by break-glass",
    ),
    "privacy officer": (
        _signed_in(None, does=PlatformRole.PRIVACY_OFFICER),
        "the platform's privacy officer, in no account",
    ),
    "privacy officer, inside": (
        _inside(PlatformAccessKind.OVERSIGHT, PlatformRole.PRIVACY_OFFICER),
        "the same, in an account, with a purpose",
    ),
    "platform auditor": (_signed_in(None, does=PlatformRole.AUDITOR), "the platform's auditor, in no account"),
    "platform auditor, inside": (
        _inside(PlatformAccessKind.OVERSIGHT, PlatformRole.AUDITOR),
        "the same, in an account, with a purpose",
    ),
    "staff, contacts": (
        _signed_in(Role.STAFF, sees_contacts=True),
        "a member with the role STAFF, where the business shows its staff customers' contacts",
    ),
    "staff, own diary": (
        _signed_in(Role.STAFF, own_diary=True),
        "a member with the role STAFF, where the business limits its staff to their own diary",
    ),
} | {role.name.lower(): (_signed_in(role), f"a member with the role {role.name}") for role in Role}
_PARTNERS = {scope.value: (_partner(scope), f"a partner's key with the scope {scope.value}") for scope in Scope}
_APPS = {
    "app": (
        viewers.app(AppHeld(_ID, _ID, [scope.value for scope in Scope])),
        "a partner's app that the business installed, here with every scope",
    )
}
_ALL = _PEOPLE | _PARTNERS | _APPS

EVERY_VIEWER: Mapping[str, Viewer] = MappingProxyType({name: v for name, (v, _) in _ALL.items()})
WORDS: Mapping[str, str] = MappingProxyType({name: words for name, (_, words) in _ALL.items()})
