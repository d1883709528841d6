"""Payments: money that was asked for, came and went back, and the line of the ledger for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from graph.enums import Permission
from graph.field import computed, graph_type, many, shown, told
from graph.money import Money, money_of
from graph.money_enums import DepositRefund, EntryKind, PaymentMethod, PaymentProvider, PaymentState
from graph.node import Node
from graph.shape import Through
from models.payment import Payment as PaymentRow
from models.payment import PaymentEntry as PaymentEntryRow

P = Permission


@strawberry.type(description="What is asked of a customer before the appointment, and what becomes of it.")
class Deposit:
    amount: Money = told("How much.")
    provider: PaymentProvider = told("How it is paid.")
    refund: DepositRefund = told("What becomes of it when the customer cancels; the business gives it back if it does.")


def deposit_of(row: Any) -> Deposit | None:
    """The deposit that a booking promised."""
    amount = money_of(row.deposit_minor, row.currency)
    return None if amount is None else Deposit(amount=amount, provider=row.deposit_provider, refund=row.deposit_refund)


@graph_type(PaymentEntryRow)
class PaymentEntry:
    """A line of the ledger. Never changes; sum them by currency."""

    kind: EntryKind = shown(P.PAYMENTS_READ, "What happened.")
    method: PaymentMethod = shown(P.PAYMENTS_READ, "How the money came or went.")

    @computed(P.PAYMENTS_READ, "amount_minor", "currency")
    def amount(self: Any) -> Money | None:
        """How much: below zero where it went back."""
        return money_of(self.amount_minor, self.currency)

    created_at: datetime = shown(P.PAYMENTS_READ, "When it was entered.")


@graph_type(PaymentRow)
class Payment(Node):
    """Money that is asked for or came, for one booking. Nothing is kept of how a card or its holder is called."""

    provider: PaymentProvider = shown(P.PAYMENTS_READ, "Through whom.")
    method: PaymentMethod = shown(P.PAYMENTS_READ, "How it comes.")
    state: PaymentState = shown(P.PAYMENTS_READ, "Where it stands.")

    @computed(P.PAYMENTS_READ, "amount_minor", "currency")
    def amount(self: Any) -> Money | None:
        """How much."""
        return money_of(self.amount_minor, self.currency)

    @computed(P.PAYMENTS_READ, "refunded_minor", "currency")
    def refunded(self: Any) -> Money | None:
        """How much of it went back."""
        return money_of(self.refunded_minor, self.currency)

    @computed(P.PAYMENTS_READ, "returning_minor", "currency")
    def returning(self: Any) -> Money | None:
        """How much of it went back or is on its way."""
        return money_of(self.returning_minor, self.currency)

    redirect_url: str | None = shown(
        P.BOOKINGS_PAY,
        "Where the customer pays, while it is PENDING. Null: nowhere, or not yet; then ask again in a moment.",
    )
    expires_at: datetime | None = shown(P.PAYMENTS_READ, "Until when it can be paid online; null at the venue.")
    settled_at: datetime | None = shown(P.PAYMENTS_READ, "When it was paid, failed or expired; null while PENDING.")
    entries: list[PaymentEntry] = many(
        P.PAYMENTS_READ, "Its lines of the ledger, in order.", Through(PaymentEntryRow, near="payment_id"), holds=2
    )
    created_at: datetime = shown(P.PAYMENTS_READ, "When it was asked for or recorded.")
