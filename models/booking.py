"""Booking: an appointment of a customer with a staff member. Hold: a slot reserved for minutes.
Occupancy: the blocked range of either, which the database keeps from overlapping on one calendar."""

from __future__ import annotations

import enum
from datetime import datetime

from tortoise import fields
from tortoise.fields.base import Field

from models.columns import choice, moment, moment_if_any, secret_hash, setting, version
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.storage.instant import Instant
from models.tenancy import Owned
from rules.booking_states import BookingStatus
from rules.retention import RetentionClass


class BookingSource(enum.Enum):
    """Through which door a booking came."""

    WIDGET = "WIDGET"
    DASHBOARD = "DASHBOARD"
    PARTNER = "PARTNER"
    IMPORT = "IMPORT"
    WAITLIST = "WAITLIST"


def _appointment() -> Instant[datetime]:
    return personal(Instant(), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)


def _words() -> Field[str]:
    return personal(
        fields.TextField(default=""), "user.content", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING
    )


class Booking(Owned):
    """Buffers, price and cutoffs are what was promised when it was made; they never follow the service."""

    reference = plain(fields.CharField(max_length=12), Why.IDENTIFIER)
    status = choice(BookingStatus)
    service_id = ref("service")
    staff_id = ref("staff")
    customer_id = ref("customer")
    location_id = ref("location", null=True)
    starts_at = _appointment()
    ends_at = _appointment()
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
    cancel_cutoff_minutes = setting(0)
    reschedule_cutoff_minutes = setting(0)
    source = choice(BookingSource)
    customer_note = _words()
    internal_note = _words()
    ical_uid = plain(fields.CharField(max_length=255), Why.IDENTIFIER)
    sequence = plain(fields.IntField(default=0), Why.STATE)
    version = version()
    manage_hash = secret_hash()
    manage_nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    request_expires_at = moment_if_any()
    updated_at = moment()

    class Meta:
        table = "booking"


class Cancellation(Owned):
    """Why a booking was cancelled or declined, in the words of who did it. Who and when is in the history."""

    booking_id = ref("booking")
    reason = _words()

    class Meta:
        table = "cancellation"


class Hold(Owned):
    """A slot reserved until `expires_at`, for whoever has its token."""

    service_id = ref("service")
    staff_id = ref("staff")
    access_key_id = ref("access_key", null=True)
    starts_at = moment()
    ends_at = moment()
    token_hash = secret_hash()
    visitor = personal(
        fields.CharField(max_length=64, null=True),
        "user.device.ip_address",
        Subject.VISITOR,
        Purpose.SECURITY,
        RetentionClass.HOLD,
    )
    expires_at = moment()

    class Meta:
        table = "hold"


class Occupancy(Owned):
    """Blocked seconds [starts, ends) of one calendar, buffers included (epoch, UTC). Of a booking or of a hold.

    `expires` is a hold's end (epoch): from then on it no longer blocks, and whoever needs the time removes it.
    """

    calendar_id = ref("calendar")
    booking_id = ref("booking", null=True)
    hold_id = ref("hold", null=True)
    starts = plain(fields.BigIntField(), Why.STATE)
    ends = plain(fields.BigIntField(), Why.STATE)
    expires = plain(fields.BigIntField(null=True), Why.STATE)

    class Meta:
        table = "occupancy"
