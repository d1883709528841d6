"""Durations: what can be said about how long a service takes, and choosing among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import strawberry

from resolvers.checking import Checks, between
from resolvers.money import MoneyInput, price_columns
from resolvers.service_terms import A_DAY
from rules.durations import MOST_OTHERS, Duration, clean_others

CHOICE_WORDS = "How long, in minutes: one of the service's `durations`. Null: the first of them."
OTHERS_WORDS = (
    "Further lengths of time that whoever books may choose instead of `durationMinutes`, in the order in which they "
    f"are to be shown; at most {MOST_OTHERS}. None where `capacity` is above 1: a group session has one length."
)
DurationArgument = Annotated[int | None, strawberry.argument(description=CHOICE_WORDS)]


@strawberry.input(description="A length of time that a service may take.")
class ServiceDurationInput:
    minutes: int = strawberry.field(description=f"Without buffers; 1 to {A_DAY}, and each only once.")
    price: MoneyInput | None = strawberry.field(
        description="What it costs at this length; null: what the service costs.", default=None
    )


def other_durations(checks: Checks, given: Sequence[ServiceDurationInput]) -> list[dict[str, Any]]:
    """The column; what is wrong with it is noted."""
    read = [_duration(checks, f"otherDurations.{at}", one) for at, one in enumerate(given)]
    return checks("otherDurations", clean_others, read)


def _duration(checks: Checks, path: str, given: ServiceDurationInput) -> Duration:
    price = price_columns(checks, f"{path}.price", given.price)
    minutes = checks(f"{path}.minutes", between(1, A_DAY, "minutes"), given.minutes)
    return Duration(minutes, **price)  # type: ignore[arg-type]


def check_durations(checks: Checks, values: Mapping[str, Any]) -> None:
    """Note further durations that do not go with the rest of a service."""
    others = values["other_durations"]
    if others and values["capacity"] > 1:
        checks.wrong("otherDurations", "A group session has one length: leave them out, or set the capacity to 1.")
    if any(one["minutes"] == values["duration_minutes"] for one in others):
        checks.wrong("otherDurations", "The usual `durationMinutes` is among them. Leave it out here.")
