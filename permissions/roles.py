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
from models.platform_access import PlatformAccessKind, SupportFields
from models.platform_staff import PlatformRole


class Access(enum.Enum):
    """How far a grant goes."""

    READ = "READ"
    MASKED = "MASKED"
    OWN = "OWN"


class Permission(enum.Enum):
    """What a credential may be allowed to do or see. Members hold these by role, partners by scope.

    The value is the permission in words, as the API and the role table print it.
    """

    # A member is one object; enumerations hash it by its name, in Python, for each field of each row.
    __hash__ = object.__hash__

    ACCOUNT_READ = "See the business's name, zone, currency and language"
    ACCOUNT_MANAGE = "Change the business's name, zone, currency and language"
    MEMBERS_READ = "See who works in the account and who is invited"
    MEMBERS_MANAGE = "Invite people, change their roles, remove them"
    ACCESS_KEYS_MANAGE = "See, make, change and revoke widget and partner keys"
    CALENDAR_FEEDS_MANAGE = "See, make and revoke calendar feeds, which whoever has the address can read"
    APPS_MANAGE = "Make, change and archive apps that other businesses may install"
    APPS_INSTALL = "See, approve and uninstall partners' apps"
    CATALOGUE_READ = "See services, locations and staff as the shop window shows them"
    CATALOGUE_INTERNALS_READ = "See what the shop window hides: private and archived services, buffers, versions"
    CATALOGUE_MANAGE = "Create, change and archive services, locations and staff"
    STAFF_CONTACT_READ = "See email addresses of staff, members and invited people"
    SCHEDULES_READ = "See opening hours and time off"
    SCHEDULES_MANAGE = "Change opening hours"
    TIME_OFF_MANAGE = "Enter and remove time off, closed days and travels"
    CUSTOMERS_LIST = "List and search customers"
    CUSTOMERS_READ = "See that a customer exists, with tags and dates"
    CUSTOMER_NAME_READ = "See customers' names"
    CUSTOMER_CONTACT_READ = "See customers' email addresses and phone numbers"
    CUSTOMER_NOTES_READ = "See the business's own notes about customers"
    CUSTOMERS_MANAGE = "Create, change and archive customers"
    CUSTOMERS_BLOCK = "Block a customer, and book for one who is blocked"
    CUSTOMERS_MERGE = "Find customers who are one person, and make them one for good"
    AVAILABILITY_READ = "Ask which times are free"
    FREE_BUSY_READ = "See when staff are busy, and nothing of why"
    EXTERNAL_BUSY_MANAGE = "Say when staff are busy by calendars elsewhere"
    SLOTS_HOLD = "Hold a slot for a few minutes"
    BOOKINGS_LIST = "List and filter bookings"
    BOOKINGS_READ = "See a booking's time, service and state"
    BOOKING_NOTES_READ = "See what the customer wrote with a booking, and why one was called off"
    ANSWERS_READ = "See what customers answered to a service's questions, but for special categories of data"
    SENSITIVE_ANSWERS_READ = "See answers of special categories of data, as health"
    ANSWERS_WRITE = "Answer a booking's questions anew"
    ATTENDEES_WRITE = "Say who else comes with a booking"
    BOOKING_NOTES_MANAGE = "See and write the business's own note on a booking"
    BOOKINGS_MAKE = "Book a time that is offered"
    SERIES_EXTEND = "Book more of a series"
    BOOKINGS_MAKE_FREELY = "Book outside opening hours, notice and horizon (never over another booking)"
    BOOKINGS_OVERLAP = "Book over another booking, on purpose"
    BOOKINGS_ENTER_LATE = "Enter a booking that began up to 24 hours ago"
    BOOKINGS_MOVE = "Move a booking to another time"
    BOOKINGS_CANCEL = "Cancel a booking"
    BOOKINGS_RESTORE = "Bring back a booking that was called off"
    BOOKINGS_DECIDE = "Confirm or decline a requested booking"
    BOOKINGS_CLOSE = "Record that the customer came or did not come"
    INSIGHTS_READ = "See what appointments add up to: numbers, shares, revenue"
    PAYMENTS_READ = "See what was paid for a booking and given back"
    PAYMENTS_RECORD = "Record what a customer paid at the venue"
    PAYMENTS_REFUND = "Give money back"
    BOOKINGS_PAY = "Pay a booking's deposit online"
    HISTORY_READ = "See what happened to a booking, when, by what kind of party, and what it changed"
    HISTORY_INTERNALS_READ = "See in history what is the business's own: ids, notes written, rules that did not count"
    HISTORY_NAMES_READ = "See in history which member, partner's key or app did something, by name"
    CHANGES_FOLLOW = "Follow what changes, each thing as far as it may be seen"
    PRIVACY_NOTICE_READ = "See the business's own privacy notice"
    PRIVACY_SETTINGS_READ = "See retention periods and privacy choices"
    PRIVACY_SETTINGS_MANAGE = "Change retention periods and privacy choices"
    EXPORTS_MANAGE = "Request and download an archive of everything the account holds"
    SECURITY_READ = "See what looked like an attack on the account"
    SECURITY_MANAGE = "Say that an attack was looked at"
    PLATFORM_ACCESS_READ = "See who of the platform may enter the account, why, and what they read"
    PLATFORM_ACCESS_MANAGE = "Let the platform's support into the account, and put it out again"
    SUPPORT_ACCESS_REQUEST = "Ask a business to let the platform's support in"
    BREAK_GLASS = "Ask for, approve and review entering an account without its owner"
    ACCOUNTS_ENTER = "Enter an account for the platform, as far as its owner or a second person allows"
    CUSTOMER_LINK_REQUEST = "Ask for a mailed link to one's own bookings at this business"
    OWN_CUSTOMER_SESSIONS = "See where one is signed in as a customer of this business, and sign out there"
    WAITLIST_JOIN = "Put a customer on the waitlist"
    WAITLIST_READ = "See who waits for which times"
    WAITLIST_MANAGE = "Offer times to those who wait, and take them off the list"
    OWN_REMINDERS = "Choose whether one is reminded of one's own appointments"
    SIGN_IN = "Sign up, sign in and out, follow a mailed link"
    OWN_USER = "See and change one's own name, password and sessions"


class Scope(enum.Enum):
    """What a partner key or an installed app may be given. Each is a bundle of permissions."""

    CATALOGUE_READ = "catalogue:read"
    AVAILABILITY_READ = "availability:read"
    BUSY_WRITE = "busy:write"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    PAYMENTS_READ = "payments:read"


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
    _all(
        P.ACCOUNT_READ, P.CATALOGUE_READ, P.AVAILABILITY_READ, P.SLOTS_HOLD, P.BOOKINGS_MAKE, P.PRIVACY_NOTICE_READ,
        P.CUSTOMER_LINK_REQUEST, P.WAITLIST_JOIN,
    )
)  # fmt: skip

# Whoever has the manage link of a booking: that booking and what they said about themselves.
CUSTOMER: Grants = MappingProxyType(
    _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.AVAILABILITY_READ, P.PRIVACY_NOTICE_READ)
    | _all(
        P.BOOKINGS_READ, P.BOOKING_NOTES_READ, P.CUSTOMERS_READ, P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ,
        P.BOOKINGS_MOVE, P.BOOKINGS_CANCEL, P.ANSWERS_READ, P.SENSITIVE_ANSWERS_READ, P.ANSWERS_WRITE,
        P.ATTENDEES_WRITE, P.OWN_REMINDERS, P.PAYMENTS_READ, P.BOOKINGS_PAY, P.HISTORY_READ, access=OWN,
    )
    | _all(P.STAFF_CONTACT_READ, access=MASKED)
)  # fmt: skip

# A customer who signed in by a mailed link: the same for all their bookings at that business.
SIGNED_IN_CUSTOMER: Grants = MappingProxyType({**CUSTOMER, P.BOOKINGS_LIST: OWN, P.OWN_CUSTOMER_SESSIONS: OWN})

_MEMBER = _all(
    P.ACCOUNT_READ, P.CATALOGUE_READ, P.CATALOGUE_INTERNALS_READ, P.SCHEDULES_READ, P.AVAILABILITY_READ,
    P.BOOKINGS_LIST, P.BOOKINGS_READ, P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.PRIVACY_NOTICE_READ, P.CHANGES_FOLLOW,
    P.FREE_BUSY_READ,
) | dict(SIGNED_IN)  # fmt: skip

_STAFF = (
    _MEMBER
    | _all(
        P.CUSTOMER_NAME_READ, P.CUSTOMER_NOTES_READ, P.BOOKING_NOTES_READ, P.BOOKING_NOTES_MANAGE, P.SLOTS_HOLD,
        P.BOOKINGS_MAKE, P.BOOKINGS_MOVE, P.BOOKINGS_CANCEL, P.BOOKINGS_CLOSE, P.HISTORY_READ, P.ANSWERS_READ,
        P.ANSWERS_WRITE, P.ATTENDEES_WRITE, P.BOOKINGS_ENTER_LATE, P.PAYMENTS_READ, P.PAYMENTS_RECORD, P.BOOKINGS_PAY,
        P.BOOKINGS_RESTORE, P.SERIES_EXTEND, P.HISTORY_INTERNALS_READ, P.HISTORY_NAMES_READ,
    )
    | _all(P.CUSTOMER_CONTACT_READ, access=MASKED)
    # Of health and the like each sees what was told to them, whatever else their role sees.
    | _all(P.STAFF_CONTACT_READ, P.SENSITIVE_ANSWERS_READ, P.EXTERNAL_BUSY_MANAGE, access=OWN)
)  # fmt: skip

_MANAGER = _STAFF | _all(
    P.PAYMENTS_REFUND,
    P.MEMBERS_READ, P.STAFF_CONTACT_READ, P.CUSTOMER_CONTACT_READ, P.CUSTOMERS_MANAGE, P.CATALOGUE_MANAGE,
    P.CUSTOMERS_MERGE, P.CUSTOMERS_BLOCK,
    P.SCHEDULES_MANAGE, P.TIME_OFF_MANAGE, P.BOOKINGS_MAKE_FREELY, P.BOOKINGS_OVERLAP, P.BOOKINGS_DECIDE,
    P.INSIGHTS_READ, P.CALENDAR_FEEDS_MANAGE, P.EXTERNAL_BUSY_MANAGE,
    P.WAITLIST_JOIN, P.WAITLIST_READ, P.WAITLIST_MANAGE,
)  # fmt: skip

_ADMIN = _MANAGER | _all(
    P.MEMBERS_MANAGE, P.ACCESS_KEYS_MANAGE, P.APPS_MANAGE, P.APPS_INSTALL, P.ACCOUNT_MANAGE, P.PRIVACY_SETTINGS_READ,
    P.PLATFORM_ACCESS_READ,
    P.SECURITY_READ, P.SECURITY_MANAGE,
)  # fmt: skip

_OWNER = _ADMIN | _all(P.PRIVACY_SETTINGS_MANAGE, P.PLATFORM_ACCESS_MANAGE, P.EXPORTS_MANAGE, P.SENSITIVE_ANSWERS_READ)

_AUDITOR = (
    _MEMBER
    | _all(
        P.MEMBERS_READ,
        P.HISTORY_READ,
        P.HISTORY_INTERNALS_READ,
        P.HISTORY_NAMES_READ,
        P.PAYMENTS_READ,
        P.PLATFORM_ACCESS_READ,
        P.PRIVACY_SETTINGS_READ,
        P.SECURITY_READ,
    )
    | _all(P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ, P.STAFF_CONTACT_READ, access=MASKED)
)

# What a diary consists of: the time of staff, what was booked in it, and the customers who did.
DIARY = frozenset({
    P.SCHEDULES_READ, P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ,
    P.CUSTOMER_NOTES_READ, P.AVAILABILITY_READ, P.SLOTS_HOLD, P.BOOKINGS_LIST, P.BOOKINGS_READ, P.BOOKING_NOTES_READ,
    P.ANSWERS_READ, P.ANSWERS_WRITE, P.ATTENDEES_WRITE, P.BOOKING_NOTES_MANAGE, P.BOOKINGS_MAKE, P.BOOKINGS_MOVE,
    P.BOOKINGS_CANCEL,
    P.BOOKINGS_CLOSE, P.HISTORY_READ, P.HISTORY_INTERNALS_READ, P.HISTORY_NAMES_READ, P.BOOKINGS_ENTER_LATE,
    P.FREE_BUSY_READ, P.PAYMENTS_READ, P.PAYMENTS_RECORD, P.BOOKINGS_PAY,
    P.BOOKINGS_RESTORE, P.SERIES_EXTEND,
})  # fmt: skip

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
        Scope.CATALOGUE_READ: _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.PRIVACY_NOTICE_READ, P.CHANGES_FOLLOW),
        Scope.AVAILABILITY_READ: _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.AVAILABILITY_READ, P.FREE_BUSY_READ),
        Scope.BUSY_WRITE: _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.EXTERNAL_BUSY_MANAGE),
        Scope.BOOKINGS_READ: _all(
            P.BOOKINGS_LIST, P.BOOKINGS_READ, P.CATALOGUE_READ, P.HISTORY_READ, P.HISTORY_INTERNALS_READ,
            P.WAITLIST_READ, P.CHANGES_FOLLOW,
        ),
        Scope.BOOKINGS_WRITE: _all(
            P.BOOKINGS_LIST, P.BOOKINGS_READ, P.CATALOGUE_READ, P.AVAILABILITY_READ, P.SLOTS_HOLD, P.BOOKINGS_MAKE,
            P.BOOKINGS_MOVE, P.BOOKINGS_CANCEL, P.WAITLIST_JOIN, P.WAITLIST_READ, P.CHANGES_FOLLOW, P.BOOKINGS_PAY,
            P.SERIES_EXTEND, P.ATTENDEES_WRITE,
        ),
        Scope.CUSTOMERS_READ: _all(
            P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ, P.CHANGES_FOLLOW,
        ),
        Scope.PAYMENTS_READ: _all(
            P.BOOKINGS_LIST, P.BOOKINGS_READ, P.CATALOGUE_READ, P.HISTORY_READ, P.HISTORY_INTERNALS_READ,
            P.PAYMENTS_READ,
        ),
        Scope.CUSTOMERS_WRITE: _all(
            P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ, P.CUSTOMERS_MANAGE,
            P.CHANGES_FOLLOW,
        ),
    }
)  # fmt: skip


# What people of the platform may do who are in no account. Being one of them shows nothing of any account.
PLATFORM: Mapping[PlatformRole, Grants] = MappingProxyType(
    {
        PlatformRole.SUPPORT: _all(P.SUPPORT_ACCESS_REQUEST, P.BREAK_GLASS, P.ACCOUNTS_ENTER),
        PlatformRole.PRIVACY_OFFICER: _all(P.BREAK_GLASS, P.ACCOUNTS_ENTER),
        PlatformRole.AUDITOR: _all(P.ACCOUNTS_ENTER),
    }
)

# What everybody of the platform sees of an account they entered; nothing is for changing.
_ENTERED = _all(P.ACCOUNT_READ, P.CATALOGUE_READ, P.CATALOGUE_INTERNALS_READ, P.PRIVACY_NOTICE_READ)

# And what an owner's grant, or an approved break-glass, adds by naming it.
SUPPORT_FIELDS: Mapping[SupportFields, Grants] = MappingProxyType(
    {
        SupportFields.BOOKINGS: _all(P.BOOKINGS_LIST, P.BOOKINGS_READ, P.AVAILABILITY_READ),
        SupportFields.CUSTOMERS: _all(P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.CUSTOMER_NAME_READ),
        SupportFields.CUSTOMER_CONTACTS: _all(P.CUSTOMERS_LIST, P.CUSTOMERS_READ)
        | _all(P.CUSTOMER_CONTACT_READ, access=MASKED),
        SupportFields.STAFF: _all(P.STAFF_CONTACT_READ, P.SCHEDULES_READ),
    }
)

_OVERSIGHT: Mapping[PlatformRole, Grants] = MappingProxyType(
    {
        PlatformRole.SUPPORT: {},
        PlatformRole.PRIVACY_OFFICER: _all(
            P.HISTORY_READ, P.HISTORY_INTERNALS_READ, P.PLATFORM_ACCESS_READ, P.PRIVACY_SETTINGS_READ,
        ),
        PlatformRole.AUDITOR: _all(
            P.BOOKINGS_LIST, P.BOOKINGS_READ, P.CUSTOMERS_LIST, P.CUSTOMERS_READ, P.HISTORY_READ,
            P.HISTORY_INTERNALS_READ, P.PLATFORM_ACCESS_READ, P.PRIVACY_SETTINGS_READ,
        )
        | _all(P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ, P.STAFF_CONTACT_READ, access=MASKED),
    }
)  # fmt: skip


def grants_of_visit(kind: PlatformAccessKind, role: PlatformRole, groups: Iterable[SupportFields]) -> Grants:
    """What somebody of the platform sees of an account they entered."""
    if kind is PlatformAccessKind.OVERSIGHT:
        return {**_ENTERED, **_OVERSIGHT[role]}
    named = {p: access for group in groups for p, access in SUPPORT_FIELDS[group].items()}
    return {**_ENTERED, **named}


def grants_of_member(role: Role, *, staff_see_contacts: bool, own_diary: bool) -> Grants:
    """What a member may do. A business may let its staff see customers' contacts in clear, and only their own diary."""
    grants = ROLES[role]
    if role is not Role.STAFF:
        return grants
    if staff_see_contacts:
        grants = {**grants, P.CUSTOMER_CONTACT_READ: READ}
    return in_own_diary(grants) if own_diary else grants


def in_own_diary(grants: Grants) -> Grants:
    """The same grants, where all that is in the diary reaches own rows only. What is masked stays masked."""
    return {p: OWN if p in DIARY and access is READ else access for p, access in grants.items()}


def grants_of_scopes(scopes: Iterable[Scope]) -> Grants:
    """What a partner key or an installed app may do: everything that any of its scopes allows."""
    return {permission: access for scope in scopes for permission, access in SCOPES[scope].items()}


def may_assign(by: Role, role: Role) -> bool:
    """Whether a member may give, take or change this role: nobody hands out more than they have."""
    return P.MEMBERS_MANAGE in ROLES[by] and (by is Role.OWNER or role is not Role.OWNER)
