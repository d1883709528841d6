"""Models as Tortoise's documentation writes them, over account tables: what somebody who knows no house rule adds."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class PlainCustomer(Model):
    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField()
    name = fields.TextField()
    phone = fields.TextField(null=True)

    class Meta:
        table = "customer"


class PlainBooking(Model):
    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField()
    customer: fields.ForeignKeyRelation[PlainCustomer] = fields.ForeignKeyField(
        "models.PlainCustomer", related_name="bookings", db_constraint=False
    )
    internal_note = fields.TextField()

    class Meta:
        table = "booking"
