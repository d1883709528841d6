"""Customer: who books. Known to one business only."""

from __future__ import annotations

from tortoise import fields

from models.columns import moment_if_any
from models.kept import Kept
from models.personal import Purpose, Subject, personal, ref
from models.tenancy import Owned
from rules.retention import RetentionClass


class Customer(Kept):
    """A person who books; found again by the normalised email."""

    name = personal(
        fields.CharField(max_length=120), "user.name", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.CUSTOMER
    )
    email = personal(
        fields.CharField(max_length=254, null=True),
        "user.contact.email",
        Subject.CUSTOMER,
        Purpose.COMMUNICATION,
        RetentionClass.CUSTOMER,
    )
    phone = personal(
        fields.CharField(max_length=40, null=True),
        "user.contact.phone_number",
        Subject.CUSTOMER,
        Purpose.COMMUNICATION,
        RetentionClass.CUSTOMER,
    )
    internal_notes = personal(
        fields.TextField(default=""), "user.content", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.CUSTOMER
    )
    archived_at = moment_if_any()

    class Meta:
        table = "customer"


class CustomerTag(Owned):
    """A word that a business sorts its customers by."""

    customer_id = ref("customer")
    tag = personal(
        fields.CharField(max_length=40), "user.content", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.CUSTOMER
    )

    class Meta:
        table = "customer_tag"
