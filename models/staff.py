"""Staff: a bookable person. Calendar: the unit that a booking locks. TimeOff: when someone is away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from tortoise import fields

from models.act import Act
from models.columns import moment_if_any
from models.kept import Kept
from models.named import Named
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.storage.database import transaction
from models.storage.instant import Instant
from models.tenancy import Owned
from rules.retention import RetentionClass

LONGEST_TIME_OFF = timedelta(days=366)


class Staff(Named):
    """`schedule_id` None means: never open."""

    name = personal(
        fields.CharField(max_length=120), "user.name", Subject.STAFF, Purpose.SERVICE, RetentionClass.ACCOUNT
    )
    search_name = personal(fields.TextField(), "user.name", Subject.STAFF, Purpose.SERVICE, RetentionClass.ACCOUNT)
    title = plain(fields.CharField(max_length=120, default=""), Why.BUSINESS)
    email = personal(
        fields.CharField(max_length=254, null=True),
        "user.contact.email",
        Subject.STAFF,
        Purpose.COMMUNICATION,
        RetentionClass.ACCOUNT,
    )
    location_id = ref("location", null=True)
    schedule_id = ref("schedule", null=True)
    archived_at = moment_if_any()

    class Meta:
        table = "staff"

    @classmethod
    async def begin(cls, act: Act, **values: Any) -> Self:
        """Create a staff member, with the calendar that bookings lock."""
        async with transaction():
            staff = await super().begin(act, **values)
            await Calendar.add(act.account_id, created_at=act.at, staff_id=staff.id)
        return staff


class Calendar(Owned):
    """The lockable time of one staff member, or of one unit of a resource: the `unit`-th, from 1; those above its
    quantity are out of use."""

    staff_id = ref("staff", null=True)
    resource_id = ref("resource", null=True)
    unit = plain(fields.IntField(null=True), Why.STATE)

    class Meta:
        table = "calendar"


class TimeOff(Kept):
    """Half-open [starts_at, ends_at). At most 366 days, whole minutes. Of a staff member, or of a resource with all of
    its units; of neither: the whole business."""

    staff_id = ref("staff", null=True)
    resource_id = ref("resource", null=True)
    starts_at = personal(Instant(), "user.behavior", Subject.STAFF, Purpose.SERVICE, RetentionClass.BOOKING)
    ends_at = personal(Instant(), "user.behavior", Subject.STAFF, Purpose.SERVICE, RetentionClass.BOOKING)
    reason = personal(
        fields.CharField(max_length=200, default=""),
        "user.content",
        Subject.STAFF,
        Purpose.SERVICE,
        RetentionClass.BOOKING,
    )

    class Meta:
        table = "time_off"
