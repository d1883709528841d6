"""Add-ons: which may be chosen with a service, and what they do to its length and price."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

LONGEST = 1440  # minutes of one appointment, as the database has it


class AddOnProblem(StrEnum):
    """Why an add-on cannot be chosen."""

    NOT_OFFERED = "NOT_OFFERED"
    TOO_MANY = "TOO_MANY"
    OTHER_CURRENCY = "OTHER_CURRENCY"
    TOO_LONG = "TOO_LONG"
    SHARED_TIME = "SHARED_TIME"


@dataclass(frozen=True, slots=True)
class AddOnChoice:
    """So many of one add-on."""

    add_on_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Extra:
    """A choice with what it is: price (minor units) and minutes are of one."""

    add_on_id: UUID
    name: str
    price: int | None
    currency: str | None
    quantity: int
    minutes: int

    @property
    def length(self) -> int:
        """Minutes that all of it takes."""
        return self.minutes * self.quantity


def problem_with(extra: Extra, most: int, length: int, currency: str | None, *, shared: bool) -> AddOnProblem | None:
    """What is wrong with a choice, if anything. `length`: minutes of the appointment with it; `currency`: the
    service's."""
    if extra.quantity > most:
        return AddOnProblem.TOO_MANY
    if extra.currency is not None and currency is not None and extra.currency != currency:
        return AddOnProblem.OTHER_CURRENCY
    if shared and extra.length:
        return AddOnProblem.SHARED_TIME
    return AddOnProblem.TOO_LONG if length > LONGEST else None
