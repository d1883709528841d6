"""Service: what is booked. Offering: which staff member offers it."""

from __future__ import annotations

import enum
from typing import Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from models.act import Act
from models.capacity import resize
from models.columns import choice, moment_if_any, setting
from models.event import record
from models.named import Named
from models.personal import Why, plain, ref
from models.storage.database import execute, transaction
from models.taken import is_duplicate, unique
from models.tenancy import Owned
from rules.names import numbered_slug
from rules.payments import DepositKind, DepositRefund, PaymentProvider
from rules.quoting import PriceUnit
from rules.slots import SlotMode

SLUG_TAKEN = "Another service has this slug, perhaps an archived one. Choose another."
_SLUG_TRIES = 5


class Confirmation(enum.Enum):
    """AUTO: a booking is confirmed at once. MANUAL: it is a request until somebody confirms or declines it."""

    AUTO = "AUTO"
    MANUAL = "MANUAL"


class Assignment(enum.Enum):
    """Who serves a booking of those who offer the service.

    ANY: the first by name who is free. ROUND_ROBIN: whoever is free and has had least for their weight. COLLECTIVE: all
    of them together, when all are free. CUSTOMER_CHOICE: whom the booking names; it has to name somebody.
    """

    ANY = "ANY"
    ROUND_ROBIN = "ROUND_ROBIN"
    COLLECTIVE = "COLLECTIVE"
    CUSTOMER_CHOICE = "CUSTOMER_CHOICE"


class Visibility(enum.Enum):
    """PUBLIC: listed to visitors. UNLISTED: bookable by its id. PRIVATE: seen and booked by members only."""

    PUBLIC = "PUBLIC"
    UNLISTED = "UNLISTED"
    PRIVATE = "PRIVATE"


class Service(Named):
    """Durations, steps, buffers, notice and cutoffs are minutes; the horizon is days; the price is in minor units."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    search_name = plain(fields.TextField(), Why.BUSINESS)
    slug = plain(fields.CharField(max_length=60), Why.BUSINESS)
    description = plain(fields.TextField(default=""), Why.BUSINESS)
    location_id = ref("location", null=True)
    duration_minutes = setting(60)
    other_durations = plain(fields.JSONField[list[dict[str, Any]]](default=list), Why.SETTING)
    step_minutes = setting(15)
    alignment_minutes = plain(fields.IntField(null=True), Why.SETTING)
    slot_mode = choice(SlotMode, SlotMode.GRID)
    before_minutes = setting(0)
    after_minutes = setting(0)
    gap_after_minutes = setting(0)
    maximum_wait_minutes = setting(0)
    notice_minutes = setting(0)
    horizon_days = setting(60)
    capacity = setting(1)
    limits = plain(fields.JSONField[list[dict[str, Any]]](default=list), Why.SETTING)
    most_active_per_customer = plain(fields.IntField(null=True), Why.SETTING)
    price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    currency = plain(fields.CharField(max_length=3, null=True), Why.BUSINESS)
    price_unit = choice(PriceUnit, PriceUnit.BOOKING)
    deposit_kind = choice(DepositKind, DepositKind.NONE)
    deposit_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    deposit_percent = plain(fields.IntField(null=True), Why.BUSINESS)
    deposit_refund = choice(DepositRefund, DepositRefund.UNTIL_CUTOFF)
    deposit_provider = choice(PaymentProvider, PaymentProvider.AT_VENUE)
    confirmation = choice(Confirmation, Confirmation.AUTO)
    request_minutes = setting(1440)
    requests_block = plain(fields.BooleanField(default=True), Why.SETTING)
    cancel_cutoff_minutes = setting(0)
    reschedule_cutoff_minutes = setting(0)
    visibility = choice(Visibility, Visibility.PUBLIC)
    waitlist_minutes = setting(120)
    # None: as the account says.
    reminder_minutes = plain(fields.JSONField[list[int]](null=True), Why.SETTING)
    assignment = choice(Assignment, Assignment.ROUND_ROBIN)
    archived_at = moment_if_any()

    class Meta:
        table = "service"

    @classmethod
    async def begin(cls, act: Act, **values: Any) -> Self:
        """Create a service. AlreadyTaken (`slug`) where another one has the slug."""
        with unique("service", "slug", SLUG_TAKEN):
            return await super().begin(act, **values)

    @classmethod
    async def begin_named(cls, act: Act, slug: str, **values: Any) -> Self:
        """Create a service with the first free slug of `slug`, `slug-2`, `slug-3`…"""
        for _ in range(_SLUG_TRIES):
            alike = await cls.of(act.account_id).filter(slug__startswith=slug[:40]).only("slug")
            try:
                return await super().begin(act, slug=numbered_slug(slug, {other.slug for other in alike}), **values)
            except IntegrityError as error:
                if not is_duplicate(error, "service", "slug"):
                    raise
        return await cls.begin(act, slug=slug, **values)

    async def change(self, act: Act, expected_version: int, **values: Any) -> None:
        """Set columns. AlreadyTaken (`slug`) where another service has the slug; ValidationFailed (`capacity`) where a
        session to come has more seats taken."""
        before = self.capacity
        with unique("service", "slug", SLUG_TAKEN):
            async with transaction():
                await super().change(act, expected_version, **values)
                if self.capacity != before:
                    await resize(act, self.id, self.capacity)

    async def offer(self, act: Act, staff_id: UUID, weight: int) -> Offering:
        """Let a staff member offer this service, or change their weight. Saying it again changes nothing."""
        offerings = Offering.of(act.account_id).filter(service_id=self.id, staff_id=staff_id)
        async with transaction():
            await execute(
                "INSERT INTO offering (account_id, id, created_at, service_id, staff_id, weight)"
                " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, service_id, staff_id)"
                " DO UPDATE SET weight = excluded.weight",
                act.account_id, uuid7(), act.at, self.id, staff_id, weight,
            )  # fmt: skip
            await record(act, "service_offered", "service", self.id, staff_id=str(staff_id), weight=weight)
            return await offerings.get()

    async def stop_offering(self, act: Act, staff_id: UUID) -> None:
        """Take the service from a staff member. Bookings stay; where it was not offered, nothing changes."""
        async with transaction():
            if await Offering.of(act.account_id).filter(service_id=self.id, staff_id=staff_id).delete():
                await record(act, "service_no_longer_offered", "service", self.id, staff_id=str(staff_id))


class Offering(Owned):
    """A staff member offers a service. A heavier weight takes more of the bookings that ask for anyone."""

    service_id = ref("service")
    staff_id = ref("staff")
    weight = setting(1)

    class Meta:
        table = "offering"
