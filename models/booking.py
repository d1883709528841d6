"""Booking: an appointment of a customer with a staff member. What can be done with one is in `models/book.py`,
`models/reschedule.py` and `models/booking_changes.py`."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.fields.base import Field

from models.columns import choice, moment, moment_if_any, secret_hash, setting, version
from models.keyring import link_token
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.storage.instant import Instant
from models.tenancy import Owned
from rules.booking_states import BookingStatus, holds_occupancy
from rules.payments import DepositRefund, PaymentProvider
from rules.quoting import PriceUnit
from rules.retention import RetentionClass
from rules.wall_time import local

# A manage link is in a mail that nobody deletes: it works this long after the appointment has ended.
MANAGE_LINK_KEPT = timedelta(days=30)


class BookingSource(enum.Enum):
    """Through which door a booking came."""

    WIDGET = "WIDGET"
    DASHBOARD = "DASHBOARD"
    PARTNER = "PARTNER"
    IMPORT = "IMPORT"
    WAITLIST = "WAITLIST"


def appointment_moment() -> Instant[datetime]:
    """When somebody has an appointment."""
    return personal(Instant(), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)


def appointment_moment_if_kept() -> Instant[datetime | None]:
    """The same, where it may have been taken out."""
    return personal(Instant(null=True), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)


def words() -> Field[str]:
    """What somebody wrote about an appointment."""
    return personal(
        fields.TextField(default=""), "user.content", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING
    )


def local_start(starts_at: datetime, zone: ZoneInfo) -> str:
    """What the clock on the wall showed when the time was promised: `YYYY-MM-DDTHH:MM`."""
    return local(starts_at, zone).date_time.isoformat(timespec="minutes")


def manage_token(booking_id: UUID, nonce: str) -> str:
    """The secret of the mailed link: it proves the mailbox, so it opens the booking and the customer's own data."""
    return link_token("mt", booking_id, nonce)


def booker_token(booking_id: UUID, nonce: str) -> str:
    """The secret for whoever booked at a widget. It opens the booking alone: anybody may type anybody's address, and
    must not read by it what the business knows of its owner."""
    return link_token("mt", booking_id, f"{nonce}:booker")


class Booking(Owned):
    """Buffers, price and cutoffs are what was promised when it was made; they never follow the service."""

    reference = plain(fields.CharField(max_length=12), Why.IDENTIFIER)
    status = choice(BookingStatus)
    service_id = ref("service")
    # What a visit of several services is called; of one service, its name says it. Its services are in `Segment`.
    title = plain(fields.TextField(null=True), Why.BUSINESS)
    staff_id = ref("staff")
    customer_id = ref("customer")
    location_id = ref("location", null=True)
    starts_at = appointment_moment()
    ends_at = appointment_moment()
    # The wall time that was promised, beside the instant: a later change of zone rules can be noticed.
    local_start = personal(
        fields.CharField(max_length=16), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING
    )
    zone = plain(fields.CharField(max_length=64), Why.SETTING)
    customer_zone = personal(
        fields.CharField(max_length=64, null=True),
        "user.location",
        Subject.CUSTOMER,
        Purpose.COMMUNICATION,
        RetentionClass.BOOKING,
    )
    before_minutes = setting(0)
    after_minutes = setting(0)
    price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    currency = plain(fields.CharField(max_length=3, null=True), Why.BUSINESS)
    # What the price was made of: so much for a booking or a person. Null in bookings of before this was kept.
    unit_price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    price_unit = choice(PriceUnit, PriceUnit.BOOKING)
    deposit_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    deposit_refund = choice(DepositRefund, DepositRefund.UNTIL_CUTOFF)
    deposit_provider = choice(PaymentProvider, PaymentProvider.AT_VENUE)
    # A request that waits for its deposit to be paid online; stays true where that never happened.
    awaits_payment = plain(fields.BooleanField(default=False), Why.STATE)
    # What came, less what went back: the sum of its lines in the ledger.
    paid_minor = personal(
        fields.BigIntField(default=0), "user.financial", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING
    )
    cancel_cutoff_minutes = setting(0)
    reschedule_cutoff_minutes = setting(0)
    source = choice(BookingSource)
    customer_note = words()
    internal_note = words()
    ical_uid = plain(fields.CharField(max_length=255), Why.IDENTIFIER)
    sequence = plain(fields.IntField(default=0), Why.STATE)
    version = version()
    manage_hash = secret_hash()
    manage_nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    booker_hash = plain(fields.CharField(max_length=64, null=True), Why.SECRET)
    request_expires_at = moment_if_any()
    # How many come. Where a service is shared they have that many seats of its session, and block no time themselves.
    party_size = plain(fields.IntField(default=1), Why.STATE)
    group_session_id = ref("group_session", null=True)
    # Whether it kept its time from others while it was a request. One that did not gets it with the yes.
    requests_block = plain(fields.BooleanField(default=True), Why.SETTING)
    updated_at = moment()

    class Meta:
        table = "booking"

    @property
    def has_time(self) -> bool:
        """Whether it has time or seats: nobody else has them then."""
        return holds_occupancy(self.status, requests_block=self.requests_block)

    @property
    def manage_token(self) -> str:
        """See `manage_token`."""
        return manage_token(self.id, self.manage_nonce)

    @property
    def booker_token(self) -> str:
        """See `booker_token`."""
        return booker_token(self.id, self.manage_nonce)
