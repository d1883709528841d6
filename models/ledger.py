"""The ledger: what is written when money came or went back, and what the booking then says of it. Inside the
transaction of whatever made it known."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise.expressions import F

from models.act import Act
from models.booking import Booking
from models.event import record
from models.payment import Payment, PaymentEntry, Refund
from rules.payments import EntryKind, PaymentState, RefundState


async def came_in(act: Act, payment: Payment) -> None:
    """A payment has come."""
    await _enter(act, payment, EntryKind.PAID, payment.amount_minor)
    await record(act, "booking_paid", "booking", payment.booking_id, payment_id=str(payment.id))


async def went_back(act: Act, refund: Refund, reference: str | None) -> bool:
    """A refund has been carried out; False where that is known already."""
    rows = Refund.of(act.account_id).filter(id=refund.id, state=RefundState.PENDING)
    done: dict[str, Any] = {"state": RefundState.DONE, "reference": reference, "settled_at": act.at, "due_at": None}
    if await rows.update(**done, lease_until=None) == 0:
        return False
    payments = Payment.of(act.account_id).filter(id=refund.payment_id)
    await payments.update(refunded_minor=F("refunded_minor") + refund.amount_minor, updated_at=act.at)
    payment = await payments.get()
    whole = payment.refunded_minor == payment.amount_minor
    await payments.update(state=PaymentState.REFUNDED if whole else PaymentState.PARTLY_REFUNDED)
    await _enter(act, payment, EntryKind.REFUNDED, -refund.amount_minor, refund.id)
    await record(act, "booking_refunded", "booking", payment.booking_id, payment_id=str(payment.id))
    return True


async def _enter(act: Act, payment: Payment, kind: EntryKind, amount: int, refund_id: UUID | None = None) -> None:
    await PaymentEntry.add(
        act.account_id, created_at=act.at, payment_id=payment.id, booking_id=payment.booking_id, refund_id=refund_id,
        kind=kind, method=payment.method, amount_minor=amount, currency=payment.currency,
    )  # fmt: skip
    booking = await Booking.of(act.account_id).get(id=payment.booking_id)
    named = {} if booking.currency else {"currency": payment.currency}
    await (
        Booking.of(act.account_id)
        .filter(id=booking.id)
        .update(paid_minor=F("paid_minor") + amount, version=F("version") + 1, updated_at=act.at, **named)
    )
