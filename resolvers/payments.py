"""Payments: what members record and give back, and what customers pay online."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import strawberry

from models.booking import Booking
from models.event import record
from models.paying import pay_again, pay_at_venue
from models.payment import Payment
from models.refunding import ask_refund
from models.storage.database import retrying, transaction
from permissions.roles import Permission
from resolvers.book import KEY_WORDS, check_key, repeatable
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.money import MoneyInput
from resolvers.online import started
from rules.currencies import LARGEST, MinorUnits, clean_currency
from rules.payments import PaymentMethod, RefundReason

P = Permission


@dataclass(frozen=True, slots=True)
class Settled:
    """A payment and its booking, as they are now."""

    payment: Payment
    booking: Booking


async def _settled(context: Context, payment_id: UUID) -> Settled:
    payment = await Payment.of(context.account_id).get(id=payment_id)
    return Settled(payment, await Booking.of(context.account_id).get(id=payment.booking_id))


@strawberry.input(description="Money that came from hand to hand.")
class RecordPaymentInput:
    booking_id: strawberry.ID = strawberry.field(description="For which booking.")
    amount: MoneyInput = strawberry.field(
        description="How much came; at least 1 minor unit, in the booking's currency where it has one."
    )
    method: PaymentMethod = strawberry.field(description="How it came; not ONLINE.", default=PaymentMethod.CASH)
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)


async def record_payment(info: Info, input: RecordPaymentInput) -> Settled:
    """Record that a customer paid at the venue: in cash, at the card terminal, by transfer. Any amount, any number of
    times; `Booking.balance` says what is left. No card data: only that money came, and how."""
    context = info.context
    booking = await context.find(Booking, input.booking_id, P.PAYMENTS_RECORD)
    checks = Checks()
    amount = checks("amount.amountMinor", _at_least_one, input.amount.amount_minor)
    currency = checks("amount.currency", clean_currency, input.amount.currency)
    if input.method is PaymentMethod.ONLINE:
        checks.wrong("method", "ONLINE is recorded by the gateway alone. Say CASH, CARD or TRANSFER.")
    check_key(checks, input.idempotency_key)
    checks.done()
    request = repeatable(context, "record_payment", input)
    payment = await pay_at_venue(context.act, booking.id, amount, currency, input.method, request)
    return await _settled(context, payment.id)


@strawberry.input(description="What to give back.")
class RefundPaymentInput:
    payment_id: strawberry.ID = strawberry.field(description="Of which payment.")
    amount_minor: MinorUnits | None = strawberry.field(
        description=f"How much, in its currency; 1 to {LARGEST}. Null: all that is left.", default=None
    )
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)


async def refund_payment(info: Info, input: RefundPaymentInput) -> Settled:
    """Give money back. What came at the venue counts as given back at once; what came online goes back by the way it
    came within minutes, and counts when the gateway says so: until then it is in `returning`."""
    context = info.context
    payment = await context.find(Payment, input.payment_id, P.PAYMENTS_REFUND)
    checks = Checks()
    if input.amount_minor is not None:
        checks("amountMinor", _at_least_one, input.amount_minor)
    check_key(checks, input.idempotency_key)
    checks.done()
    act, request = context.act, repeatable(context, "refund_payment", input)

    async def work() -> None:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is None:
                await ask_refund(act, payment.id, input.amount_minor, RefundReason.BY_MEMBER)
                await record(act, "refund_asked", "booking", payment.booking_id, payment_id=str(payment.id))
                await begun.keep(payment.id)

    await retrying(work)
    return await _settled(context, payment.id)


@strawberry.input(description="Which booking's deposit to pay.")
class PayDepositInput:
    booking_id: strawberry.ID = strawberry.field(description="A booking that waits for its payment.")


async def pay_deposit(info: Info, input: PayDepositInput) -> Settled:
    """Begin to pay the deposit that a booking waits for, or go on with it: the same payment while it is under way, a
    new one where it failed. Send the customer to its `redirectUrl`; null there means: ask again in a moment."""
    context = info.context
    booking = await context.find(Booking, input.booking_id, P.BOOKINGS_PAY)
    payment = await started(context, await pay_again(context.act, booking.id))
    return await _settled(context, payment.id)


def _at_least_one(amount: int) -> int:
    if not 1 <= amount <= LARGEST:
        raise ValueError(f"must be from 1 to {LARGEST} minor units, not {amount}.")
    return amount
