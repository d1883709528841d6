"""AddOn: what can be chosen beside a service. A booking keeps what was chosen as it was then."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tortoise import fields
from uuid_utils.compat import uuid7

from models.act import Act
from models.columns import moment_if_any, setting
from models.event import record
from models.named import Named
from models.personal import Why, plain, ref
from models.storage.database import execute, transaction
from models.tenancy import Owned
from rules.add_ons import Extra


class AddOn(Named):
    """A product or some more of a service: costs so much each (minor units; null: nothing) and takes so many minutes
    each. `maximum` of it may be chosen for one booking."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    search_name = plain(fields.TextField(), Why.BUSINESS)
    description = plain(fields.TextField(default=""), Why.BUSINESS)
    price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    currency = plain(fields.CharField(max_length=3, null=True), Why.BUSINESS)
    extra_minutes = setting(0)
    maximum = setting(1)
    position = setting(0)
    archived_at = moment_if_any()

    class Meta:
        table = "add_on"

    async def offer(self, act: Act, service_id: UUID) -> None:
        """Let it be chosen with a service. Saying it again changes nothing."""
        async with transaction():
            made = await execute(
                "INSERT INTO service_add_on (account_id, id, created_at, service_id, add_on_id)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                act.account_id, uuid7(), act.at, service_id, self.id,
            )  # fmt: skip
            if made:
                await record(act, "add_on_offered", "service", service_id, add_on_id=str(self.id))

    async def stop_offering(self, act: Act, service_id: UUID) -> None:
        """Take it from a service. Bookings keep theirs; where it was not offered, nothing changes."""
        async with transaction():
            if await ServiceAddOn.of(act.account_id).filter(service_id=service_id, add_on_id=self.id).delete():
                await record(act, "add_on_no_longer_offered", "service", service_id, add_on_id=str(self.id))


class ServiceAddOn(Owned):
    """An add-on can be chosen with a service."""

    service_id = ref("service")
    add_on_id = ref("add_on")

    class Meta:
        table = "service_add_on"


class BookingAddOn(Owned):
    """What was chosen with a booking, as it was when it was booked. Never changes."""

    booking_id = ref("booking")
    add_on_id = ref("add_on")
    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    unit_price_minor = plain(fields.BigIntField(null=True), Why.BUSINESS)
    currency = plain(fields.CharField(max_length=3, null=True), Why.BUSINESS)
    quantity = plain(fields.IntField(default=1), Why.STATE)
    extra_minutes = setting(0)

    class Meta:
        table = "booking_add_on"


async def keep_add_ons(act: Act, booking_id: UUID, extras: Sequence[Extra]) -> None:
    """Write what was chosen with a booking, in the transaction that makes it."""
    for one in extras:
        await BookingAddOn.add(
            act.account_id, created_at=act.at, booking_id=booking_id, add_on_id=one.add_on_id, name=one.name,
            unit_price_minor=one.price, currency=one.currency, quantity=one.quantity, extra_minutes=one.minutes,
        )  # fmt: skip
