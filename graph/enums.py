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
from models.export import ExportStatus
from models.membership import InvitationStatus, Role
from models.personal import Purpose, Subject
from models.service import Confirmation, Visibility
from permissions.roles import Access, Permission, Scope
from permissions.viewer import ViewerKind
from resolvers.bookings import BookingOrder
from resolvers.customers import CustomerOrder
from resolvers.searching import Direction
from resolvers.services import ServiceOrder
from rules.booking_states import BookingStatus
from rules.errors import RefusalCode
from rules.retention import RULES, RetentionClass
from rules.slot_checks import Unfit as NotOfferedReason
from rules.slots import SlotMode


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


described(
    Permission,
    "Permission",
    "What a credential may be allowed to do or see. Members hold these by role, partner keys by scope.",
    **{permission.name: f"{permission.value}." for permission in Permission},
)
described(
    RefusalCode,
    "RefusalCode",
    "A stable word for each refusal, to switch on.",
    **{code.name: f"See `{''.join(w.capitalize() for w in code.name.split('_'))}`." for code in RefusalCode},
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
    CUSTOMER="With the manage link of a booking.",
    MEMBER="A person who signed in.",
    PARTNER="With a partner's secret key.",
)
described(
    ActorKind,
    "ActorKind",
    "What kind of party acted.",
    MEMBER="A member of the account.",
    CUSTOMER="The customer, by the manage link.",
    VISITOR="Somebody at a booking widget.",
    PARTNER="A partner integration, by its key.",
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
    "What a partner key may be given.",
    CATALOGUE_READ="See services, locations and staff.",
    AVAILABILITY_READ="Ask which times are free.",
    BOOKINGS_READ="See bookings and their history; customers only with a customers scope.",
    BOOKINGS_WRITE="Book, move and cancel.",
    CUSTOMERS_READ="See customers with their contacts.",
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

__all__ = [
    "Access", "AccessKeyKind", "ActorKind", "BookingSource", "BookingStatus", "Confirmation", "ExportStatus",
    "InvitationStatus", "Lifecycle", "NotOfferedReason", "Permission", "RefusalCode", "RetentionClass", "Role", "Scope",
    "SlotMode", "ViewerKind", "Visibility",
]  # fmt: skip
