"""Service: what is booked. Offering: which staff member offers it."""

from __future__ import annotations

import enum

from tortoise import fields

from models.columns import choice, moment_if_any, setting
from models.kept import Kept
from models.personal import Why, plain, ref
from models.tenancy import Owned
from rules.slots import SlotMode


class Confirmation(enum.Enum):
    """AUTO: a booking is confirmed at once. MANUAL: it is a request until somebody confirms or declines it."""

    AUTO = "AUTO"
    MANUAL = "MANUAL"


class Visibility(enum.Enum):
    """PUBLIC: listed to visitors. UNLISTED: bookable by its id. PRIVATE: booked by members and partners."""

    PUBLIC = "PUBLIC"
    UNLISTED = "UNLISTED"
    PRIVATE = "PRIVATE"


class Service(Kept):
    """Durations, steps, buffers, notice and cutoffs are minutes; the horizon is days; the price is in minor units."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    slug = plain(fields.CharField(max_length=60), Why.BUSINESS)
    description = plain(fields.TextField(default=""), Why.BUSINESS)
    location_id = ref("location", null=True)
    duration_minutes = setting(60)
    step_minutes = setting(15)
    slot_mode = choice(SlotMode, SlotMode.GRID)
    before_minutes = setting(0)
    after_minutes = setting(0)
    notice_minutes = setting(0)
    horizon_days = setting(60)
    capacity = setting(1)
    price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    currency = plain(fields.CharField(max_length=3, null=True), Why.BUSINESS)
    confirmation = choice(Confirmation, Confirmation.AUTO)
    request_minutes = setting(1440)
    cancel_cutoff_minutes = setting(0)
    reschedule_cutoff_minutes = setting(0)
    visibility = choice(Visibility, Visibility.PUBLIC)
    archived_at = moment_if_any()

    class Meta:
        table = "service"


class Offering(Owned):
    """A staff member offers a service. A heavier weight takes more of the bookings that ask for anyone."""

    service_id = ref("service")
    staff_id = ref("staff")
    weight = setting(1)

    class Meta:
        table = "offering"
