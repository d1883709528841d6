"""What is stored, and the verbs that change it. A verb is one transaction and one event."""

from models.access_key import AccessKey, AccessKeyKind
from models.account import Account, Lifecycle
from models.add_on import AddOn, BookingAddOn, ServiceAddOn
from models.app import App
from models.app_grant import AppGrant, AppToken
from models.app_installation import AppInstallation
from models.attempts import Attempts
from models.attendee import Attendee
from models.audit import AuditCheckpoint, AuditEntry
from models.blocking import CustomerBlock
from models.booking import Booking, BookingSource
from models.booking_snapshot import BookingSnapshot
from models.calendar_feed import CalendarFeed, FeedDetail
from models.calendar_subscription import CalendarSubscription
from models.cancellation import Cancellation
from models.challenge import Challenge, ChallengePurpose
from models.closed_day import ClosedDay
from models.customer import Customer, CustomerTag
from models.customer_session import CustomerLink, CustomerSession
from models.egress_flow import EgressFlow
from models.engagement import Engagement
from models.event import Event
from models.export import Export, ExportStatus
from models.external_busy import BusySource, ExternalBusy
from models.group_session import GroupSession
from models.hold import Hold
from models.idempotency import IdempotencyKey
from models.intake import IntakeAnswer, IntakeQuestion
from models.location import Location
from models.mail import Mail, MailTemplate
from models.membership import Invitation, InvitationStatus, Membership, Role
from models.occupancy import Occupancy
from models.passkey import Passkey
from models.payment import Payment, PaymentEntry, Refund
from models.platform_access import PlatformAccess, PlatformAccessKind, PlatformAccessStatus, SupportFields
from models.platform_staff import PlatformRole, PlatformStaff
from models.policy_notice import PolicyNotice
from models.privacy_settings import PrivacySettings
from models.processor import Processor
from models.promise_check import PromiseCheck
from models.recovery_code import RecoveryCode
from models.reminder import Reminder
from models.resource import NeededResource, Resource, ResourceNeed
from models.schedule import Schedule, ScheduleOverride
from models.security_event import PlatformAlert, SecurityEvent
from models.segment import Segment
from models.series import BookingSeries, SeriesOccurrence
from models.service import Assignment, Confirmation, Offering, Service, Visibility
from models.session import Session
from models.setback import Setback
from models.staff import Calendar, Staff, TimeOff
from models.totp import Totp
from models.travel import Travel
from models.user import PasswordReset, SignUp, User
from models.waitlist import WaitlistEntry
from models.watch_sign import WatchSign

__all__ = [
    "AccessKey",
    "AccessKeyKind",
    "Account",
    "AddOn",
    "App",
    "AppGrant",
    "AppInstallation",
    "AppToken",
    "Assignment",
    "Attempts",
    "Attendee",
    "AuditCheckpoint",
    "AuditEntry",
    "Booking",
    "BookingAddOn",
    "BookingSeries",
    "BookingSnapshot",
    "BookingSource",
    "BusySource",
    "Calendar",
    "CalendarFeed",
    "CalendarSubscription",
    "Cancellation",
    "Challenge",
    "ChallengePurpose",
    "ClosedDay",
    "Confirmation",
    "Customer",
    "CustomerBlock",
    "CustomerLink",
    "CustomerSession",
    "CustomerTag",
    "EgressFlow",
    "Engagement",
    "Event",
    "Export",
    "ExportStatus",
    "ExternalBusy",
    "FeedDetail",
    "GroupSession",
    "Hold",
    "IdempotencyKey",
    "IntakeAnswer",
    "IntakeQuestion",
    "Invitation",
    "InvitationStatus",
    "Lifecycle",
    "Location",
    "Mail",
    "MailTemplate",
    "Membership",
    "NeededResource",
    "Occupancy",
    "Offering",
    "Passkey",
    "PasswordReset",
    "Payment",
    "PaymentEntry",
    "PlatformAccess",
    "PlatformAccessKind",
    "PlatformAccessStatus",
    "PlatformAlert",
    "PlatformRole",
    "PlatformStaff",
    "PolicyNotice",
    "PrivacySettings",
    "Processor",
    "PromiseCheck",
    "RecoveryCode",
    "Refund",
    "Reminder",
    "Resource",
    "ResourceNeed",
    "Role",
    "Schedule",
    "ScheduleOverride",
    "SecurityEvent",
    "Segment",
    "SeriesOccurrence",
    "Service",
    "ServiceAddOn",
    "Session",
    "Setback",
    "SignUp",
    "Staff",
    "SupportFields",
    "TimeOff",
    "Totp",
    "Travel",
    "User",
    "Visibility",
    "WaitlistEntry",
    "WatchSign",
]
