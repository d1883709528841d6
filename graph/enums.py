"""Enumerations as the API shows them: each value with words. An enumeration that lacks some does not build."""

from __future__ import annotations

import enum
from typing import cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models.access_key import AccessKeyKind
from models.account import Lifecycle
from models.act import ActorKind
from models.booking import BookingSource
from models.calendar_feed import FeedDetail
from models.export import ExportStatus
from models.membership import InvitationStatus, Role
from models.merging import Side
from models.personal import Purpose, Subject
from models.platform_access import PlatformAccessKind, PlatformAccessStatus, SupportFields
from models.platform_staff import PlatformRole
from models.service import Assignment, Confirmation, Visibility
from models.session import SignInMethod
from permissions.classes import Requires
from permissions.roles import Access, Permission, Scope
from permissions.viewer import ViewerKind
from resolvers.bookings import BookingOrder
from resolvers.customers import CustomerOrder
from resolvers.following import FOLLOWED, ChangeSubject
from resolvers.searching import Direction
from resolvers.services import ServiceOrder
from rules.booking_states import BookingStatus
from rules.errors import RefusalCode
from rules.ids import PREFIXES
from rules.limits import Measure as LimitMeasure
from rules.limits import Period as LimitPeriod
from rules.retention import RULES, RetentionClass
from rules.second_factors import SecondFactor
from rules.slot_checks import Unfit as NotOfferedReason
from rules.slots import SlotMode
from rules.watching import SecurityEventKind


def described(kind: type[enum.Enum], name: str, description: str, **words: str) -> None:
    """Show an enumeration under `name`; `words` describes every one of its values."""
    # A resolver's input that was imported first has made the definition already, and holds on to it.
    if not hasattr(kind, "__strawberry_definition__"):
        strawberry.enum(kind)
    definition = cast("StrawberryEnumDefinition", kind.__strawberry_definition__)  # type: ignore[attr-defined]
    definition.name, definition.description = name, description
    for value in definition.values:
        value.description = words.pop(value.name)
    if words:
        raise TypeError(f"{name} has no value {', '.join(words)}.")


def needing(kind: type[enum.Enum], **needs: Permission) -> None:
    """Say which permission it takes to send some of the values."""
    for value in cast("StrawberryEnumDefinition", kind.__strawberry_definition__).values:  # type: ignore[attr-defined]
        value.directives = [Requires(permission=needs[value.name])] if value.name in needs else []


described(
    Permission,
    "Permission",
    "What a credential may be allowed to do or see. Members hold these by role, partner keys and "
    "installed apps by scope.",
    **{permission.name: f"{permission.value}." for permission in Permission},
)
described(
    RefusalCode,
    "RefusalCode",
    "A stable word for each refusal, to switch on.",
    **{code.name: f"See `{''.join(w.capitalize() for w in code.name.split('_'))}`." for code in RefusalCode},
)
described(
    SecurityEventKind,
    "SecurityEventKind",
    "What looks like an attack. How often it may happen before it is reported stands in `securityWatch`.",
    FAILED_SIGN_INS="Attempts to sign in as one member failed.",
    CREDENTIAL_STUFFING="Many email addresses were tried from one network. Told to whoever runs the server.",
    ID_PROBING="One credential asked for many ids that lead to nothing it may see, as another business's.",
    DENIALS="One credential asked again and again for what it may not see or do.",
    MASS_READ="One credential read the contacts of many customers in clear.",
    ENDED_CREDENTIAL="A session that was ended, or a key that was revoked, was used again and again.",
    APP_TOKEN_REUSED="An installed app's code or refresh token, which work once, came a second time.",
    EGRESS_REFUSED="A message did not leave, for no processor is registered for it. Told to whoever runs the server.",
)
described(
    Role,
    "Role",
    "What a member may do in an account.",
    OWNER="Everything, also what concerns privacy and exports. An account has at least one.",
    ADMIN="Runs the account: members, keys, settings. May not make owners or change privacy settings.",
    MANAGER="Runs the day: catalogue, opening hours, customers, all bookings.",
    STAFF="Works the diary: bookings and the names of customers; contacts are masked unless the business shows them.",
    AUDITOR="Sees what happened and how it is set up; personal values are masked; changes nothing.",
)
described(
    ViewerKind,
    "ViewerKind",
    "With which kind of credential somebody asks.",
    VISITOR="With none.",
    WIDGET="With a widget's publishable key, in the path.",
    CUSTOMER="With the manage link of a booking, or signed in by a mailed link.",
    MEMBER="A person who signed in.",
    PARTNER="With a partner's secret key, or the token of a partner's app that the business installed.",
    PLATFORM="Somebody of the platform who entered the account.",
)
described(
    SecondFactor,
    "SecondFactor",
    "With what a sign-in is completed after the password.",
    CODE="The code that an authenticator app shows now.",
    PASSKEY="A passkey of the person.",
    RECOVERY_CODE="One of the codes that were shown when the second factor was set up. Each works once.",
)
described(
    SignInMethod,
    "SignInMethod",
    "How a person proved who they are when a session began.",
    PASSWORD="By the password alone.",
    PASSWORD_AND_CODE="By the password and a code of an authenticator app.",
    PASSWORD_AND_RECOVERY_CODE="By the password and one of the recovery codes.",
    PASSWORD_AND_PASSKEY="By the password and a passkey.",
    PASSKEY="By a passkey that asked for a fingerprint, a face or a PIN; no password.",
    LINK="By a mailed link, while signing up or joining a business.",
)
described(
    PlatformRole,
    "PlatformRole",
    "What somebody does for the platform. Nobody is a member of an account by it.",
    SUPPORT="Helps businesses that let them in.",
    PRIVACY_OFFICER="Looks after privacy: sees privacy settings and what was recorded, no customers.",
    AUDITOR="Checks that what is promised is kept: sees names and contacts masked.",
)
described(
    PlatformAccessKind,
    "PlatformAccessKind",
    "By whose leave somebody of the platform enters an account.",
    GRANT="An owner's.",
    BREAK_GLASS="A second person's of the platform, in an emergency; the owners are told at once.",
    OVERSIGHT="Their role's, with a purpose that is written down.",
)
described(
    PlatformAccessStatus,
    "PlatformAccessStatus",
    "Where a permission to enter an account stands.",
    ASKED="Nobody has decided yet.",
    ACTIVE="It can be used.",
    ENDED="It ended by itself, was revoked or was declined.",
)
described(
    SupportFields,
    "SupportFields",
    "What somebody of the platform may see of an account, beside its shop window.",
    BOOKINGS="Time, service and state of bookings, and free times; no notes.",
    CUSTOMERS="Customers' names, tags and dates; no notes and no contacts.",
    CUSTOMER_CONTACTS="Customers' email addresses and phone numbers, masked.",
    STAFF="Staff's email addresses and hours.",
)
described(
    ActorKind,
    "ActorKind",
    "What kind of party acted.",
    MEMBER="A member of the account.",
    CUSTOMER="The customer, by the manage link or signed in.",
    VISITOR="Somebody at a booking widget.",
    PARTNER="A partner integration, by its key.",
    APP="A partner's app that the business installed.",
    PLATFORM="Somebody of the platform, as its support.",
    SYSTEM="The product itself, as when a request expires.",
    IMPORT="An import run by the operator.",
)
described(
    BookingStatus,
    "BookingStatus",
    "Where a booking stands.",
    REQUESTED="Waits for the business to confirm or decline; its time is blocked meanwhile.",
    CONFIRMED="Will take place.",
    DECLINED="Was requested; the business said no.",
    EXPIRED="Was requested; nobody answered in time.",
    CANCELLED="Was called off; its time is free again.",
    COMPLETED="Took place.",
    NO_SHOW="The customer did not come.",
)
described(
    BookingSource,
    "BookingSource",
    "Through which door a booking came.",
    WIDGET="A booking widget in a page.",
    DASHBOARD="A member of the account.",
    PARTNER="A partner integration.",
    IMPORT="An import of an earlier diary.",
    WAITLIST="An offer to somebody who waited.",
)
described(
    NotOfferedReason,
    "NotOfferedReason",
    "Which rule keeps a time from being offered.",
    OUTSIDE_OPENING_HOURS="Nobody who offers the service is open for the whole of it.",
    NOT_ON_GRID="Starts are offered only every step of the service, counted from opening.",
    IN_THE_PAST="The time has passed.",
    TOO_SOON="The service wants more notice.",
    TOO_FAR="The service cannot be booked that far ahead.",
    TAKEN="Another booking, a hold, a buffer or time off has the time.",
    PLACE_ARCHIVED="The place where it would be is out of use.",
    LIMIT_REACHED="The service takes no more bookings in that day, week, month or year.",
)
described(
    Side,
    "CustomerSide",
    "Of two customers who become one, whose value stays.",
    KEPT="That of who stays.",
    MERGED="That of who becomes part of them.",
)
described(
    LimitPeriod,
    "LimitPeriod",
    "How long a limit counts before it begins anew, by dates of the place or the business.",
    DAY="A calendar date.",
    WEEK="An ISO week, from Monday.",
    MONTH="A calendar month.",
    YEAR="A calendar year.",
)
described(
    LimitMeasure,
    "LimitMeasure",
    "What a limit counts.",
    COUNT="Bookings.",
    MINUTES="Minutes of bookings, without buffers.",
)
described(
    AccessKeyKind,
    "AccessKeyKind",
    "What an access key is for.",
    WIDGET="Publishable (`pk_…`): stands in pages, limited to allowed origins and to the shop window.",
    PARTNER="Secret (`sk_…`): for servers, limited to its scopes.",
)
described(
    Scope,
    "Scope",
    "What a partner key or an installed app may be given.",
    CATALOGUE_READ="See services, locations and staff.",
    AVAILABILITY_READ="Ask which times are free, and when staff are busy.",
    BUSY_WRITE="Say when staff are busy by calendars elsewhere.",
    BOOKINGS_READ="See bookings and their history; customers only with a customers scope.",
    BOOKINGS_WRITE="Book, move and cancel.",
    CUSTOMERS_READ="See customers with their contacts.",
    PAYMENTS_READ="Read what was paid for bookings and given back.",
    CUSTOMERS_WRITE="Create and change customers.",
)
described(
    Lifecycle,
    "Lifecycle",
    "Where an account is in its life. Access, correction and export work in every state.",
    ACTIVE="In use.",
    CANCELLED="Ended by the business; still complete.",
    GRACE="Read-only until it is purged.",
)
described(
    InvitationStatus,
    "InvitationStatus",
    "Where an invitation is.",
    PENDING="Sent; not yet accepted.",
    ACCEPTED="The person became a member.",
    REVOKED="Taken back; its link no longer works.",
)
described(
    FeedDetail,
    "FeedDetail",
    "How much a calendar feed tells of each appointment, to whoever has its address.",
    BUSY="That somebody is busy: begin, end and state.",
    SERVICES="What was booked, too.",
    CUSTOMERS="What was booked and the customers' names. Needs to see names in clear.",
)
needing(FeedDetail, CUSTOMERS=Permission.CUSTOMER_NAME_READ)
described(
    ExportStatus,
    "ExportStatus",
    "Where an export is.",
    PENDING="Waits for the worker.",
    RUNNING="Being written.",
    READY="Can be downloaded until it expires.",
    FAILED="Could not be written; ask again.",
    EXPIRED="The archive was removed after 24 hours.",
)
described(
    Confirmation,
    "Confirmation",
    "How a booking becomes binding.",
    AUTO="At once.",
    MANUAL="When somebody confirms it; until then it is a request that blocks its time.",
)
described(
    Assignment, "Assignment", "Who of those who offer a service serves a booking.",
    ANY="The first by name who is free.",
    ROUND_ROBIN="Whoever is free and has had least that week for their weight, then who was idle longest.",
    COLLECTIVE="All of them together, when all are free.",
    CUSTOMER_CHOICE="Whom the booking names. It has to name somebody.",
)  # fmt: skip
described(
    Visibility,
    "Visibility",
    "Who can find and book a service.",
    PUBLIC="Listed to everyone.",
    UNLISTED="Not listed; bookable by whoever was given its id.",
    PRIVATE="Seen and booked by members only.",
)
described(
    SlotMode,
    "SlotMode",
    "Which starts are offered.",
    GRID="Every step of the service, counted from opening.",
    PACKED="As on the grid, and also right after each booking.",
)
described(
    Access,
    "Access",
    "How far a grant goes.",
    READ="All rows of the account.",
    MASKED="All rows, with the characters of the value hidden.",
    OWN="Only the viewer's own rows.",
)
described(
    Subject,
    "DataSubject",
    "Whose data it is.",
    CUSTOMER="A customer of the business.",
    MEMBER="A person who signs in.",
    STAFF="A bookable person.",
    VISITOR="Somebody at a page, known by no name.",
)
described(
    Purpose,
    "DataPurpose",
    "What personal data is kept for. There is no marketing among them.",
    SERVICE="To carry out what was booked or signed up for.",
    COMMUNICATION="To tell the person about it.",
    SECURITY="To keep the account and the platform safe.",
)
described(
    RetentionClass,
    "RetentionClass",
    "Which retention rule personal data follows.",
    **{kind.name: f"Counted from when {rule.since}." for kind, rule in RULES.items()},
)

described(
    Direction,
    "Direction",
    "Which end of an order comes first.",
    ASCENDING="From A to Z, from early to late.",
    DESCENDING="From Z to A, from late to early.",
)
described(
    ServiceOrder,
    "ServiceOrder",
    "What services are sorted by.",
    NAME="By name; capitals and accents do not matter.",
    CREATED_AT="By when they were entered.",
)
described(
    BookingOrder,
    "BookingOrder",
    "What bookings are sorted by.",
    STARTS_AT="The begin of the appointment.",
    CREATED_AT="When they were made.",
    UPDATED_AT="When they last changed.",
)
described(
    CustomerOrder,
    "CustomerOrder",
    "What customers are sorted by.",
    CREATED_AT="By when they first booked or were entered.",
    UPDATED_AT="By when anything of them last changed.",
    NAME="By name; capitals and accents do not matter. Needs to see names in clear.",
)
needing(CustomerOrder, NAME=Permission.CUSTOMER_NAME_READ)
described(
    ChangeSubject,
    "ChangeSubject",
    "What changes are about.",
    **{one.name: f"What has ids that begin with `{PREFIXES[one.value]}_`." for one in ChangeSubject},
)
needing(ChangeSubject, **{one.name: FOLLOWED[one.value] for one in ChangeSubject})

__all__ = [
    "Access", "AccessKeyKind", "ActorKind", "Assignment", "BookingSource", "BookingStatus", "ChangeSubject",
    "Confirmation", "ExportStatus", "FeedDetail", "InvitationStatus", "Lifecycle",
    "LimitMeasure", "LimitPeriod", "NotOfferedReason", "Permission", "PlatformAccessKind", "PlatformAccessStatus",
    "PlatformRole", "RefusalCode", "RetentionClass", "Role", "Scope", "SecondFactor", "SecurityEventKind", "Side",
    "SignInMethod", "SlotMode", "SupportFields", "ViewerKind", "Visibility",
]  # fmt: skip
