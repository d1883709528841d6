"""BookingSnapshot: what a booking was at one of its events. What changed is the difference to the snapshot before.

A trigger writes it with the event (its id is the event's), so that no verb can forget it. It is never changed; its
personal values can be taken out, and stay out.
"""

from __future__ import annotations

from tortoise import fields

from models.booking import appointment_moment_if_kept
from models.columns import choice
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.tenancy import Owned
from rules.booking_states import BookingStatus
from rules.retention import RetentionClass


class BookingSnapshot(Owned):
    """`previous_id`: the snapshot before it; None for the first, and where earlier events have none.

    `staff_id` is whom it is with, `people` are all who serve it; `things` are
    `<resource id>/<unit>`.
    """

    booking_id = ref("booking")
    previous_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    version = plain(fields.IntField(), Why.STATE)
    status = choice(BookingStatus)
    service_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    # Ids alone: a customer who was merged into another one is no row any more.
    customer_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    staff_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    location_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    starts_at = appointment_moment_if_kept()
    ends_at = appointment_moment_if_kept()
    local_start = personal(
        fields.CharField(max_length=16, null=True), "user.behavior", Subject.CUSTOMER, Purpose.SERVICE,
        RetentionClass.BOOKING,
    )  # fmt: skip
    zone = plain(fields.CharField(max_length=64), Why.SETTING)
    party_size = plain(fields.IntField(), Why.STATE)
    price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    currency = plain(fields.CharField(max_length=3, null=True), Why.BUSINESS)
    paid_minor = personal(
        fields.BigIntField(null=True), "user.financial", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING
    )
    people = plain(fields.JSONField[list[str]](default=list), Why.IDENTIFIER)
    things = plain(fields.JSONField[list[str]](default=list), Why.IDENTIFIER)

    class Meta:
        table = "booking_snapshot"
