"""Refunding: money that is to go back. Asked for in one transaction, carried out by the worker: a gateway that is away
keeps nobody from cancelling, and no refund is lost or made twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import F

from models.act import SYSTEM, Act
from models.event import record
from models.leases import take_one, uuid_of
from models.ledger import went_back
from models.payment import Payment, Refund
from models.storage.database import execute, retrying, transaction
from models.storage.reach import Reach, reaching
from rules.money_errors import NothingToRefund
from rules.payments import PaymentProvider, PaymentState, RefundReason, RefundState
from rules.retrying import wait_after, wait_without_end

LEASE = timedelta(minutes=2)
DUE = "state = 'PENDING' AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)"
_PROMISE = """
    UPDATE payment SET returning_minor = returning_minor + $3
    WHERE account_id = $1 AND id = $2 AND state IN ('PAID', 'PARTLY_REFUNDED')
      AND returning_minor + $3 <= amount_minor
"""


async def ask_refund(act: Act, payment_id: UUID, amount: int | None, reason: RefundReason) -> Refund:
    """Promise money back, at once where it goes from hand to hand; in the caller's transaction.

    `amount` None: all that is left. NothingToRefund where less is left, or nothing came.
    """
    payment = await Payment.of(act.account_id).get(id=payment_id)
    left = payment.amount_minor - payment.returning_minor
    if payment.state not in (PaymentState.PAID, PaymentState.PARTLY_REFUNDED):
        left = 0
    wanted = left if amount is None else amount
    if wanted < 1 or await execute(_PROMISE, act.account_id, payment.id, wanted) == 0:
        raise NothingToRefund(left, payment.currency)
    by_hand = payment.provider is PaymentProvider.AT_VENUE
    refund = await Refund.add(
        act.account_id, created_at=act.at, payment_id=payment.id, state=RefundState.PENDING, reason=reason,
        amount_minor=wanted, due_at=None if by_hand else act.at,
    )  # fmt: skip
    if by_hand:
        await went_back(act, refund, None)
    return refund


async def give_back(act: Act, booking_id: UUID) -> None:
    """A booking was called off: what was paid for it online goes back."""
    online = Payment.of(act.account_id).filter(booking_id=booking_id, provider=PaymentProvider.GATEWAY)
    for payment in await online.filter(state__in=[PaymentState.PAID, PaymentState.PARTLY_REFUNDED]):
        if payment.returning_minor < payment.amount_minor:
            await ask_refund(act, payment.id, None, RefundReason.CALLED_OFF)


async def take_refund(now: datetime) -> Refund | None:
    """The refund that has been due longest, for this worker alone during two minutes; None when nothing is due."""
    with reaching(Reach.ROUNDS):
        row = await take_one("refund", "account_id, id", DUE, "due_at, id", now, now + LEASE)
    if row is None:
        return None
    return Refund(
        account_id=uuid_of(row["account_id"]), id=uuid_of(row["id"]), payment_id=uuid_of(row["payment_id"]),
        amount_minor=row["amount_minor"], attempts=row["attempts"],
    )  # fmt: skip


async def refund_done(refund: Refund, reference: str, now: datetime) -> bool:
    """The gateway has carried it out; False where that was known."""

    async def work() -> bool:
        async with transaction():
            return await went_back(Act(refund.account_id, SYSTEM, now), refund, reference)

    return await retrying(work)


async def refund_put_off(refund: Refund, now: datetime) -> None:
    """We could not, whatever the gateway did: tried again for ever, for it may have been carried out."""
    mine = Refund.of(refund.account_id).filter(id=refund.id, attempts=refund.attempts, state=RefundState.PENDING)
    await mine.update(due_at=now + wait_without_end(refund.attempts), lease_until=None)


async def refund_failed(refund: Refund, now: datetime, *, temporary: bool) -> bool:
    """The gateway has not: it is due again later. False when it was given up, and the money is the business's to give
    back by hand."""
    act, wait = Act(refund.account_id, SYSTEM, now), wait_after(refund.attempts)
    mine = Refund.of(act.account_id).filter(id=refund.id, attempts=refund.attempts, state=RefundState.PENDING)
    if temporary and wait is not None:
        await mine.update(due_at=now + wait, lease_until=None)
        return True
    async with transaction():
        if await mine.update(state=RefundState.FAILED, settled_at=now, due_at=None, lease_until=None):
            payments = Payment.of(act.account_id).filter(id=refund.payment_id)
            await payments.update(returning_minor=F("returning_minor") - refund.amount_minor, updated_at=now)
            payment = await payments.get()
            await record(act, "refund_failed", "booking", payment.booking_id, payment_id=str(payment.id))
    return False
