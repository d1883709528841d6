"""Paying online: what the program lends to resolvers for it."""

from __future__ import annotations

from models.booking import Booking
from models.payment import Payment
from resolvers.context import Context
from rules.payments import PaymentProvider, PaymentState


async def waits_for(context: Context, booking: Booking) -> Payment | None:
    """The payment that a booking waits for, if any, begun where the gateway answers soon."""
    if not booking.awaits_payment:
        return None
    payments = Payment.of(context.account_id).filter(booking_id=booking.id).order_by("-id")
    latest = await payments.first()
    return await started(context, latest) if latest else None


async def started(context: Context, payment: Payment) -> Payment:
    """A payment that waits, with the address where it is paid, where the gateway answers soon."""
    waits = payment.state is PaymentState.PENDING and payment.reference is None
    if context.payments is not None and waits and payment.provider is PaymentProvider.GATEWAY:
        await context.payments.start(context.account_id, payment.id)
    return await Payment.of(context.account_id).get(id=payment.id)
