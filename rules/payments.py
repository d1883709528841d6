"""Payments: their states, what a deposit amounts to, and when it is given back. Amounts are minor units."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


class DepositKind(enum.Enum):
    """How a service's deposit is reckoned."""

    NONE = "NONE"
    FIXED = "FIXED"
    PERCENT = "PERCENT"


class DepositRefund(enum.Enum):
    """What becomes of a deposit when the customer cancels. When the business does, it is always given back."""

    UNTIL_CUTOFF = "UNTIL_CUTOFF"
    NEVER = "NEVER"


class PaymentProvider(enum.Enum):
    """Through whom money comes. AT_VENUE: from hand to hand, and a member records it. GATEWAY: on a page elsewhere."""

    AT_VENUE = "AT_VENUE"
    GATEWAY = "GATEWAY"


class PaymentMethod(enum.Enum):
    """How money came. ONLINE is the gateway's word."""

    CASH = "CASH"
    CARD = "CARD"
    TRANSFER = "TRANSFER"
    ONLINE = "ONLINE"


class PaymentState(enum.Enum):
    """PENDING -> PAID | FAILED | EXPIRED; FAILED and EXPIRED -> PAID where money came all the same;
    PAID -> PARTLY_REFUNDED -> REFUNDED."""

    PENDING = "PENDING"
    PAID = "PAID"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    PARTLY_REFUNDED = "PARTLY_REFUNDED"
    REFUNDED = "REFUNDED"


class RefundState(enum.Enum):
    """PENDING -> DONE | FAILED."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


class RefundReason(enum.Enum):
    """Why money is given back."""

    CALLED_OFF = "CALLED_OFF"
    TOO_LATE = "TOO_LATE"
    BY_MEMBER = "BY_MEMBER"


class EntryKind(enum.Enum):
    """What a line of the ledger says."""

    PAID = "PAID"
    REFUNDED = "REFUNDED"


class Wait(enum.Enum):
    """What a requested booking waits for."""

    ANSWER = "ANSWER"
    PAYMENT = "PAYMENT"


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a service asks before the appointment. `amount` counts where it is FIXED, `percent` where it is PERCENT."""

    kind: DepositKind
    amount: int | None
    percent: int | None
    refund: DepositRefund
    provider: PaymentProvider

    def of(self, price: int | None) -> int | None:
        """What is asked of a price, halves rounded up and never more than all of it; None for nothing."""
        if price is None or self.kind is DepositKind.NONE:
            return None
        asked = (self.amount or 0) if self.kind is DepositKind.FIXED else (price * (self.percent or 0) + 50) // 100
        return min(asked, price) or None


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment as the gateway has it. `account_id` and `payment_id` are ours; `reference` is its own, opaque."""

    account_id: UUID
    payment_id: UUID
    reference: str
    state: PaymentState
    amount: int
    currency: str
    redirect_url: str | None = None


class GatewayFailed(Exception):
    """The gateway did not do what it was asked. `temporary`: asking again may help. `code` is a word for the log."""

    def __init__(self, code: str, *, temporary: bool) -> None:
        super().__init__(code)
        self.code = code
        self.temporary = temporary


class Gateway(Protocol):
    """What is asked of whoever takes payments online. Every call may be repeated: the ids of ours are its keys."""

    async def create(
        self, account_id: UUID, payment_id: UUID, amount: int, currency: str, expires_at: datetime
    ) -> Intent:
        """Begin a payment, or find it where it was begun."""

    async def fetch(self, reference: str) -> Intent:
        """How a payment stands."""

    async def refund(self, reference: str, refund_id: UUID, amount: int, currency: str) -> str:
        """Give money back; the gateway's reference of it."""
