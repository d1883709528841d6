"""Role × permission, as data: the only place where a role is named.

A permission guards fields (what may be read) and mutations (what may be done). A grant says how far it goes:
READ everything in the account, MASKED the value with its characters hidden, OWN the viewer's own rows only.
What is not in a table is refused. `docs/roles.md` is generated from this file.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from models.membership import Role


class Access(enum.Enum):
    """How far a grant goes."""

    READ = "READ"
    MASKED = "MASKED"
    OWN = "OWN"


class Permission(enum.Enum):
    """What a credential may be allowed to do or see. Members hold these by role, partner keys by scope.

    The value is the permission in words, as the API and the role table print it.
    """

    ACCOUNT_READ = "See the business's name, zone, currency and language"
    ACCOUNT_MANAGE = "Change the business's name, zone, currency and language"
    MEMBERS_READ = "See who works in the account and who is invited"
    MEMBERS_MANAGE = "Invite people, change their roles, remove them"
    ACCESS_KEYS_MANAGE = "See, make, change and revoke widget and partner keys"
    CATALOGUE_READ = "See services, locations and staff as the shop window shows them"
    CATALOGUE_INTERNALS_READ = "See what the shop window hides: private and archived services, buffers, versions"
    CATALOGUE_MANAGE = "Create, change and archive services, locations and staff"
    STAFF_CONTACT_READ = "See email addresses of staff, members and invited people"
    SCHEDULES_READ = "See opening hours and time off"
    SCHEDULES_MANAGE = "Change opening hours"
    TIME_OFF_MANAGE = "Enter and remove time off"
    CUSTOMERS_LIST = "List and search customers"
    CUSTOMERS_READ = "See that a customer exists, with tags and dates"
    CUSTOMER_NAME_READ = "See customers' names"
    CUSTOMER_CONTACT_READ = "See customers' email addresses and phone numbers"
    CUSTOMER_NOTES_READ = "See the business's own notes about customers"
    CUSTOMERS_MANAGE = "Create, change and archive customers"
    AVAILABILITY_READ = "Ask which times are free"
    SLOTS_HOLD = "Hold a slot for a few minutes"
    BOOKINGS_LIST = "List and filter bookings"
    BOOKINGS_READ = "See a booking's time, service and state"
    BOOKING_NOTES_READ = "See what the customer wrote with a booking, and why one was called off"
    BOOKING_NOTES_MANAGE = "See and write the business's own note on a booking"
    BOOKINGS_MAKE = "Book a time that is offered"
    BOOKINGS_MAKE_FREELY = "Book outside opening hours, notice and horizon (never over another booking)"
    BOOKINGS_MOVE = "Move a booking to another time"
    BOOKINGS_CANCEL = "Cancel a booking"
    BOOKINGS_DECIDE = "Confirm or decline a requested booking"
    BOOKINGS_CLOSE = "Record that the customer came or did not come"
    HISTORY_READ = "See what happened to a booking, when and by whom"
    PRIVACY_NOTICE_READ = "See the business's own privacy notice"
    PRIVACY_SETTINGS_READ = "See retention periods and privacy choices"
    PRIVACY_SETTINGS_MANAGE = "Change retention periods and privacy choices"
    EXPORTS_MANAGE = "Request and download an archive of everything the account holds"
    SIGN_IN = "Sign up, sign in and out, follow a mailed link"
    OWN_USER = "See and change one's own name, password and sessions"


class Scope(enum.Enum):
    """What a partner key may be given. Each is a bundle of permissions."""

    CATALOGUE_READ = "catalogue:read"
    AVAILABILITY_READ = "availability:read"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"


Grants = Mapping[Permission, Access]
P, READ, MASKED, OWN = Permission, Access.READ, Access.MASKED, Access.OWN


def _all(*permissions: Permission, access: Access = READ) -> dict[Permission, Access]:
    return dict.fromkeys(permissions, access)


# Somebody without a credential. Keys and manage links lack this: what signs in sets a cookie, and theirs never do.
NOBODY: Grants = MappingProxyType({P.SIGN_IN: READ})

# A person with a session, whether or not they are a member of an account: their own name, email and sessions.
SIGNED_IN: Grants = MappingProxyType({P.SIGN_IN: READ, P.OWN_USER: OWN})

# Anyone who holds a widget's publishable key: what is in the shop window.
WIDGET: Grants = MappingProxyType(
    _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.AVAILABILITY_READ, P.SLOTS_HOLD, P.BOOKINGS_MAKE, P.PRIVACY_NOTICE_READ)
)

# Whoever has the manage link of a booking: that booking and what they said about themselves.
CUSTOMER: Grants = MappingProxyType(
    _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.AVAILABILITY_READ, P.PRIVACY_NOTICE_READ)
    | _all(
        P.BOOKINGS_READ, P.BOOKING_NOTES_READ, P.CUSTOMERS_READ, P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ,
        P.BOOKINGS_MOVE, P.BOOKINGS_CANCEL, access=OWN,
    )
    | _all(P.STAFF_CONTACT_READ, access=MASKED)
)  # fmt: skip

_MEMBER = _all(
    P.ACCOUNT_READ, P.CATALOGUE_READ, P.CATALOGUE_INTERNALS_READ, P.SCHEDULES_READ, P.AVAILABILITY_READ,
    P.BOOKINGS_LIST, P.BOOKINGS_READ, P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.PRIVACY_NOTICE_READ,
) | dict(SIGNED_IN)  # fmt: skip

_STAFF = (
    _MEMBER
    | _all(
        P.CUSTOMER_NAME_READ, P.CUSTOMER_NOTES_READ, P.BOOKING_NOTES_READ, P.BOOKING_NOTES_MANAGE, P.SLOTS_HOLD,
        P.BOOKINGS_MAKE, P.BOOKINGS_MOVE, P.BOOKINGS_CANCEL, P.BOOKINGS_CLOSE, P.HISTORY_READ,
    )
    | _all(P.CUSTOMER_CONTACT_READ, access=MASKED)
    | _all(P.STAFF_CONTACT_READ, access=OWN)
)  # fmt: skip

_MANAGER = _STAFF | _all(
    P.MEMBERS_READ, P.STAFF_CONTACT_READ, P.CUSTOMER_CONTACT_READ, P.CUSTOMERS_MANAGE, P.CATALOGUE_MANAGE,
    P.SCHEDULES_MANAGE, P.TIME_OFF_MANAGE, P.BOOKINGS_MAKE_FREELY, P.BOOKINGS_DECIDE,
)  # fmt: skip

_ADMIN = _MANAGER | _all(
    P.MEMBERS_MANAGE, P.ACCESS_KEYS_MANAGE, P.ACCOUNT_MANAGE, P.PRIVACY_SETTINGS_READ,
)  # fmt: skip

_OWNER = _ADMIN | _all(P.PRIVACY_SETTINGS_MANAGE, P.EXPORTS_MANAGE)

_AUDITOR = (
    _MEMBER
    | _all(P.MEMBERS_READ, P.HISTORY_READ, P.PRIVACY_SETTINGS_READ)
    | _all(P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ, P.STAFF_CONTACT_READ, access=MASKED)
)

ROLES: Mapping[Role, Grants] = MappingProxyType(
    {
        Role.OWNER: MappingProxyType(_OWNER),
        Role.ADMIN: MappingProxyType(_ADMIN),
        Role.MANAGER: MappingProxyType(_MANAGER),
        Role.STAFF: MappingProxyType(_STAFF),
        Role.AUDITOR: MappingProxyType(_AUDITOR),
    }
)

SCOPES: Mapping[Scope, Grants] = MappingProxyType(
    {
        Scope.CATALOGUE_READ: _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.PRIVACY_NOTICE_READ),
        Scope.AVAILABILITY_READ: _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.AVAILABILITY_READ),
        Scope.BOOKINGS_READ: _all(P.BOOKINGS_LIST, P.BOOKINGS_READ, P.CATALOGUE_READ, P.HISTORY_READ),
        Scope.BOOKINGS_WRITE: _all(
            P.BOOKINGS_LIST, P.BOOKINGS_READ, P.CATALOGUE_READ, P.AVAILABILITY_READ, P.SLOTS_HOLD, P.BOOKINGS_MAKE,
            P.BOOKINGS_MOVE, P.BOOKINGS_CANCEL,
        ),
        Scope.CUSTOMERS_READ: _all(P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ),
        Scope.CUSTOMERS_WRITE: _all(
            P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ, P.CUSTOMERS_MANAGE
        ),
    }
)  # fmt: skip


def grants_of_member(role: Role, *, staff_see_contacts: bool) -> Grants:
    """What a member may do. A business may let its staff see customers' contacts in clear."""
    grants = ROLES[role]
    if role is Role.STAFF and staff_see_contacts:
        return {**grants, P.CUSTOMER_CONTACT_READ: READ}
    return grants


def grants_of_scopes(scopes: Iterable[Scope]) -> Grants:
    """What a partner key may do: everything that any of its scopes allows."""
    return {permission: access for scope in scopes for permission, access in SCOPES[scope].items()}


def may_assign(by: Role, role: Role) -> bool:
    """Whether a member may give, take or change this role: nobody hands out more than they have."""
    return P.MEMBERS_MANAGE in ROLES[by] and (by is Role.OWNER or role is not Role.OWNER)
