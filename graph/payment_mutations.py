"""What can be done about payments."""

from __future__ import annotations

import strawberry

import resolvers.payments as resolve
from graph.bookings import Booking
from graph.enums import Permission
from graph.errors import IdempotencyKeyReused, NotFound, NothingDue, NothingToRefund, ValidationFailed
from graph.mutations import mutation
from graph.payments import Payment

P = Permission

_BOTH = {
    "payment": (Payment, "The payment as it is now."),
    "booking": (Booking, "Its booking as it is now."),
}


@strawberry.type
class PaymentMutations:
    record_payment = mutation(
        resolve.record_payment, P.PAYMENTS_RECORD, _BOTH, ValidationFailed, NotFound, IdempotencyKeyReused
    )
    refund_payment = mutation(
        resolve.refund_payment, P.PAYMENTS_REFUND, _BOTH, ValidationFailed, NotFound, NothingToRefund,
        IdempotencyKeyReused,
    )  # fmt: skip
    pay_deposit = mutation(resolve.pay_deposit, P.BOOKINGS_PAY, _BOTH, NotFound, NothingDue)
