"""Payment: money that is asked for or came, for one booking. What card it was nobody here knows: the gateway's opaque
reference is all that is kept. The ledger is append-only; what came in is positive, what went back negative."""

from __future__ import annotations

from tortoise import fields

from models.columns import choice, moment, moment_if_any
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.tenancy import Owned
from rules.payments import EntryKind, PaymentMethod, PaymentProvider, PaymentState, RefundReason, RefundState
from rules.retention import RetentionClass


def _amount(default: int | None = None) -> fields.Field[int]:
    """Minor units that somebody pays or gets back."""
    column = fields.BigIntField() if default is None else fields.BigIntField(default=default)
    return personal(column, "user.financial", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)


def _currency() -> fields.Field[str]:
    return plain(fields.CharField(max_length=3), Why.BUSINESS)


class Payment(Owned):
    """One payment of a booking. Of `amount_minor`, `returning_minor` is promised back and `refunded_minor` went back.

    While it is PENDING a worker looks at it at `due_at`, under a lease.
    """

    booking_id = ref("booking")
    provider = choice(PaymentProvider)
    method = choice(PaymentMethod)
    state = choice(PaymentState)
    amount_minor = _amount()
    currency = _currency()
    returning_minor = _amount(0)
    refunded_minor = _amount(0)
    reference = plain(fields.CharField(max_length=200, null=True), Why.IDENTIFIER)
    redirect_url = plain(fields.CharField(max_length=2000, null=True), Why.IDENTIFIER)
    expires_at = moment_if_any()
    settled_at = moment_if_any()
    due_at = moment_if_any()
    attempts = plain(fields.IntField(default=0), Why.STATE)
    lease_until = moment_if_any()
    updated_at = moment()

    class Meta:
        table = "payment"


class Refund(Owned):
    """Money on its way back. A worker sends it, under a lease; its id is the key under which the gateway knows it."""

    payment_id = ref("payment")
    state = choice(RefundState)
    reason = choice(RefundReason)
    amount_minor = _amount()
    reference = plain(fields.CharField(max_length=200, null=True), Why.IDENTIFIER)
    due_at = moment_if_any()
    attempts = plain(fields.IntField(default=0), Why.STATE)
    lease_until = moment_if_any()
    settled_at = moment_if_any()

    class Meta:
        table = "refund"


class PaymentEntry(Owned):
    """A line of the ledger: sum `amount_minor` by currency. One for a payment that came, one for each refund."""

    payment_id = ref("payment")
    booking_id = ref("booking")
    refund_id = ref("refund", null=True)
    kind = choice(EntryKind)
    method = choice(PaymentMethod)
    amount_minor = _amount()
    currency = _currency()

    class Meta:
        table = "payment_entry"
