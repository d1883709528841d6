"""Deposits in inputs: a fixed amount or a percentage of what a booking costs."""

from __future__ import annotations

import strawberry

from resolvers.checking import Checks, between
from rules.currencies import LARGEST, MinorUnits
from rules.payments import DepositKind

DEPOSIT_WORDS = (
    "What is asked before the appointment, of what a booking costs; null: nothing, and where no price is said."
)


@strawberry.input(one_of=True, description="A deposit: give one of the two.")
class DepositInput:
    amount_minor: strawberry.Maybe[MinorUnits] = strawberry.field(
        description=f"The same for each booking, in the currency of its price; 1 to {LARGEST}.", default=None
    )
    percent: strawberry.Maybe[int] = strawberry.field(
        description="So many hundredths of what a booking costs; 1 to 100.", default=None
    )


def deposit_columns(checks: Checks, path: str, deposit: DepositInput | None) -> dict[str, object]:
    """The columns of a deposit."""
    if deposit is None:
        return {"deposit_kind": DepositKind.NONE, "deposit_minor": None, "deposit_percent": None}
    if isinstance(deposit.percent, strawberry.Some):
        percent = checks(f"{path}.percent", between(1, 100, "percent"), deposit.percent.value)
        return {"deposit_kind": DepositKind.PERCENT, "deposit_minor": None, "deposit_percent": percent}
    amount = deposit.amount_minor.value if isinstance(deposit.amount_minor, strawberry.Some) else 0
    cleaned = checks(f"{path}.amountMinor", between(1, LARGEST, "minor units"), amount)
    return {"deposit_kind": DepositKind.FIXED, "deposit_minor": cleaned, "deposit_percent": None}
