"""Paying: what is learned of a payment, from a gateway's notice, by asking it, or from a member. Each may come twice,
late and in any order; money is entered once.

A booking that waits for its deposit is a request that `awaits_payment`. Whoever decides about it has locked its
calendar: of paying and expiring at once, one comes first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from models.act import SYSTEM, Act
from models.book import Repeatable
from models.booking import Booking
from models.booking_changes import locked
from models.leases import take_one, uuid_of
from models.ledger import came_in
from models.letters import post
from models.mail import MailTemplate
from models.online import GRACE, ask_online
from models.payment import Payment
from models.refunding import ask_refund
from models.service import Confirmation, Service
from models.storage.database import retrying, transaction
from models.storage.reach import Reach, reaching
from models.transitions import carry_out, current, write
from rules.booking_states import BookingStatus
from rules.errors import FieldProblem, ValidationFailed
from rules.money_errors import NothingDue
from rules.payments import Intent, PaymentMethod, PaymentProvider, PaymentState, RefundReason
from rules.retrying import wait_without_end

LEASE = timedelta(seconds=30)
AGAIN = timedelta(minutes=5)
DUE = "state = 'PENDING' AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)"
_S = PaymentState
# What may still turn out to be paid.
_OPEN = (_S.PENDING, _S.FAILED, _S.EXPIRED)


async def pay_again(act: Act, booking_id: UUID) -> Payment:
    """The payment that a booking waits for: the one under way, or a new one where it failed. NothingDue."""

    async def work() -> Payment:
        async with transaction():
            booking = await locked(act, booking_id)
            waits = booking.status is BookingStatus.REQUESTED and booking.awaits_payment
            until = booking.request_expires_at - GRACE if booking.request_expires_at else act.at
            if not waits or until <= act.at or booking.deposit_minor is None or booking.currency is None:
                raise NothingDue
            under_way = await Payment.of(act.account_id).get_or_none(booking_id=booking.id, state=_S.PENDING)
            return under_way or await ask_online(act, booking, booking.deposit_minor, booking.currency, until)

    return await retrying(work)


async def pay_at_venue(
    act: Act, booking_id: UUID, amount: int, currency: str, method: PaymentMethod, request: Repeatable
) -> Payment:
    """Record that money came from hand to hand. ValidationFailed for another currency than the booking's;
    IdempotencyKeyReused."""

    async def work() -> Payment:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is not None:
                return await Payment.of(act.account_id).get(id=begun.done)
            booking = await locked(act, booking_id)
            if booking.currency not in (None, currency):
                message = f"This booking is in {booking.currency}. Record what that amounts to."
                raise ValidationFailed(FieldProblem("amount.currency", message))
            payment = await Payment.add(
                act.account_id, created_at=act.at, updated_at=act.at, booking_id=booking.id,
                provider=PaymentProvider.AT_VENUE, method=method, state=_S.PAID, amount_minor=amount,
                currency=currency, settled_at=act.at,
            )  # fmt: skip
            await came_in(act, payment)
            await begun.keep(payment.id)
            return payment

    return await retrying(work)


async def observe(seen: Intent, now: datetime) -> bool:
    """Take note of how a payment stands at the gateway. False where that was known, or is not about our payment."""
    act = Act(seen.account_id, SYSTEM, now)

    async def work() -> bool:
        async with transaction():
            payment = await Payment.of(act.account_id).get_or_none(id=seen.payment_id)
            if payment is None or not _ours(payment, seen):
                return False
            if seen.state is _S.PAID:
                return await _paid(act, payment, seen)
            if seen.state in (_S.FAILED, _S.EXPIRED):
                return await _settle(act, payment, seen, (_S.PENDING,))
            return False

    return await retrying(work)


def _ours(payment: Payment, seen: Intent) -> bool:
    same = (payment.amount_minor, payment.currency) == (seen.amount, seen.currency)
    return same and payment.provider is PaymentProvider.GATEWAY and payment.reference in (None, seen.reference)


async def _settle(act: Act, payment: Payment, seen: Intent, before: tuple[PaymentState, ...]) -> bool:
    rows = Payment.of(act.account_id).filter(id=payment.id, state__in=list(before))
    written = await rows.update(
        state=seen.state, reference=seen.reference, settled_at=act.at, updated_at=act.at, due_at=None, lease_until=None
    )
    return written > 0


async def _paid(act: Act, payment: Payment, seen: Intent) -> bool:
    booking = await locked(act, payment.booking_id)
    if not await _settle(act, payment, seen, _OPEN):
        return False
    await came_in(act, payment)
    if not booking.has_time:
        await ask_refund(act, payment.id, None, RefundReason.TOO_LATE)
    elif booking.status is BookingStatus.REQUESTED and booking.awaits_payment:
        await _go_on(act, booking)
    return True


async def _go_on(act: Act, booking: Booking) -> None:
    """What was waited for has come: the booking is binding, or a request that waits for its answer from now on."""
    booking = await current(act, booking.id)
    service = await Service.of(act.account_id).get(id=booking.service_id)
    if service.confirmation is Confirmation.AUTO:
        await carry_out(act, booking, BookingStatus.CONFIRMED)
        return
    until = min(act.at + timedelta(minutes=service.request_minutes), booking.starts_at)
    await write(act, booking, {"request_expires_at": until, "awaits_payment": False})
    await post(act, await current(act, booking.id), MailTemplate.BOOKING_REQUESTED)


async def take_payment(now: datetime) -> Payment | None:
    """The payment that has been due longest, for this worker alone during half a minute; None when nothing is due."""
    with reaching(Reach.ROUNDS):
        row = await take_one("payment", "account_id, id", DUE, "due_at, id", now, now + LEASE)
    if row is None:
        return None
    return Payment(account_id=uuid_of(row["account_id"]), id=uuid_of(row["id"]), attempts=row["attempts"])


async def begun(payment: Payment, intent: Intent, now: datetime) -> None:
    """The gateway knows of it: its customer can go there. It is looked at again when its time is over."""
    rows = Payment.of(payment.account_id).filter(id=payment.id, state=_S.PENDING)
    due = min(payment.expires_at or now, now + AGAIN)
    await rows.update(
        reference=intent.reference, redirect_url=intent.redirect_url, due_at=max(due, now + timedelta(seconds=5)),
        attempts=0, lease_until=None, updated_at=now,
    )  # fmt: skip


async def put_off(payment: Payment, now: datetime) -> None:
    """We could not, whatever the gateway says: tried again for ever, for it may be paid."""
    rows = Payment.of(payment.account_id).filter(id=payment.id, attempts=payment.attempts, state=_S.PENDING)
    await rows.update(due_at=now + wait_without_end(payment.attempts), lease_until=None)


async def look_again(payment: Payment, now: datetime) -> None:
    """It is under way, or nobody can say: asked again later, and given up some time after it should have ended."""
    rows = Payment.of(payment.account_id).filter(id=payment.id, state=_S.PENDING)
    ends = payment.expires_at or now
    if now >= ends + GRACE:
        await rows.update(state=_S.EXPIRED, settled_at=now, due_at=None, lease_until=None, updated_at=now)
        return
    later = now + timedelta(seconds=min(15 * 2 ** min(payment.attempts, 5), 300))
    await rows.update(due_at=min(later, ends) if now < ends else later, lease_until=None)
