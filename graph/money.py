"""Amounts of money."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.field import told


@strawberry.type(description="An amount of money.")
class Money:
    amount_minor: int = told("In the currency's smallest unit, as 4500 for 45.00 USD or 4500 for ¥4500.")
    currency: str = told("ISO 4217 code.")


def money(row: Any) -> Money | None:
    """The price in a row's `price_minor` and `currency`; None where it names none."""
    if row.price_minor is None:
        return None
    return Money(amount_minor=row.price_minor, currency=row.currency)
