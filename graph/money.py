"""Amounts of money."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.field import told
from rules.currencies import MinorUnits, in_main_unit


@strawberry.type(description="An amount of money.")
class Money:
    amount_minor: MinorUnits = told("In the currency's smallest unit, as 4500 for 45.00 USD or 4500 for ¥4500.")
    currency: str = told("ISO 4217 code.")
    amount: str = told(
        "In the currency's main unit with all its digits, for people: `45.00`, `4500` for yen, `4.500` for dinars.",
        resolver=lambda root: in_main_unit(root.amount_minor, root.currency),
    )


def money_of(amount: int | None, currency: str | None) -> Money | None:
    """An amount as the API shows it; None where there is none, or nothing says in which currency."""
    if amount is None or currency is None:
        return None
    return Money(amount_minor=MinorUnits(amount), currency=currency)


def money(row: Any) -> Money | None:
    """The price in a row's `price_minor` and `currency`; None where it names none."""
    return money_of(row.price_minor, row.currency)
