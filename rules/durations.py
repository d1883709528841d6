"""How long a service may take: the lengths that whoever books chooses from, each perhaps at a price of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Beside the usual one. More is no choice any more.
MOST_OTHERS = 20


@dataclass(frozen=True, slots=True)
class Duration:
    """One length in minutes. `price_minor` and `currency` are both None where it has no price of its own."""

    minutes: int
    price_minor: int | None = None
    currency: str | None = None

    def at_least_priced(self, usual: "Duration") -> "Duration":
        """The same length, at the usual one's price where it has none of its own."""
        return self if self.price_minor is not None else Duration(self.minutes, usual.price_minor, usual.currency)


def durations_of(usual: Duration, others: Iterable[Mapping[str, Any]]) -> tuple[Duration, ...]:
    """Every length, the usual one first. `others` as they are stored: `minutes`, `price_minor`, `currency` of each."""
    read = (Duration(one["minutes"], one["price_minor"], one["currency"]) for one in others)
    return usual, *(one.at_least_priced(usual) for one in read)


def clean_others(others: Sequence[Duration]) -> list[dict[str, Any]]:
    """Lengths as they are stored. ValueError for more than `MOST_OTHERS`, and for one that is there twice."""
    if len(others) > MOST_OTHERS:
        raise ValueError(f"There are {len(others)}. Keep at most {MOST_OTHERS} beside the usual duration.")
    if len({one.minutes for one in others}) < len(others):
        raise ValueError("The same number of minutes is there twice. Keep one of them.")
    return [{"minutes": one.minutes, "price_minor": one.price_minor, "currency": one.currency} for one in others]


def chosen(durations: Sequence[Duration], minutes: int | None) -> Duration:
    """The length that was chosen; the usual one for None. ValueError, which names all, for none of them."""
    found = next((one for one in durations if minutes in (None, one.minutes)), None)
    if found is None:
        raise ValueError(f"takes {_either(sorted(one.minutes for one in durations))} minutes, not {minutes}.")
    return found


def _either(numbers: Sequence[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} or {last}" if most else last
