"""Amounts of money in inputs."""

from __future__ import annotations

import strawberry

from resolvers.checking import Checks
from rules.currencies import LARGEST, MinorUnits, clean_amount, clean_currency


@strawberry.input(description="An amount of money. The amount and its currency always come together.")
class MoneyInput:
    amount_minor: MinorUnits = strawberry.field(
        description=f"In the currency's smallest unit, as 4500 for 45.00 USD or 4500 for ¥4500; 0 to {LARGEST}."
    )
    currency: str = strawberry.field(description="ISO 4217 code of a currency in use, as `USD`.")


def price_columns(checks: Checks, path: str, price: MoneyInput | None) -> dict[str, int | str | None]:
    """The columns of a price; both null for none."""
    if price is None:
        return {"price_minor": None, "currency": None}
    return {
        "price_minor": checks(f"{path}.amountMinor", clean_amount, price.amount_minor),
        "currency": checks(f"{path}.currency", clean_currency, price.currency),
    }
