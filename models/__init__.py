"""What is stored, and the verbs that change it. A verb is one transaction and one event."""

from models.access_key import AccessKey, AccessKeyKind
from models.account import Account, Lifecycle
from models.attempts import Attempts
from models.booking import Booking, BookingSource
from models.cancellation import Cancellation
from models.customer import Customer, CustomerTag
from models.event import Event
from models.export import Export, ExportStatus
from models.group_session import GroupSession
from models.hold import Hold
from models.idempotency import IdempotencyKey
from models.location import Location
from models.mail import Mail, MailTemplate
from models.membership import Invitation, InvitationStatus, Membership, Role
from models.occupancy import Occupancy
from models.privacy_settings import PrivacySettings
from models.schedule import Schedule, ScheduleOverride
from models.service import Confirmation, Offering, Service, Visibility
from models.session import Session
from models.staff import Calendar, Staff, TimeOff
from models.user import PasswordReset, SignUp, User

__all__ = [
    "AccessKey",
    "AccessKeyKind",
    "Account",
    "Attempts",
    "Booking",
    "BookingSource",
    "Calendar",
    "Cancellation",
    "Confirmation",
    "Customer",
    "CustomerTag",
    "Event",
    "Export",
    "ExportStatus",
    "GroupSession",
    "Hold",
    "IdempotencyKey",
    "Invitation",
    "InvitationStatus",
    "Lifecycle",
    "Location",
    "Mail",
    "MailTemplate",
    "Membership",
    "Occupancy",
    "Offering",
    "PasswordReset",
    "PrivacySettings",
    "Role",
    "Schedule",
    "ScheduleOverride",
    "Service",
    "Session",
    "SignUp",
    "Staff",
    "TimeOff",
    "User",
    "Visibility",
]
