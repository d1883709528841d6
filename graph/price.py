"""Prices: numbers, as far as they are known from the document alone, and what variables add to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

Variables: TypeAlias = Mapping[str, Any]
# Whatever is asked for: no list is longer. More is refused where it is read.
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """How many items are asked for: the most that one of these variables says, and no fewer than is written."""

    names: tuple[str, ...]
    written: int

    def of(self, variables: Variables) -> int:
        """How many, with these variables."""
        return max(self.written, *(count(variables.get(name)) for name in self.names))


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether a variable switches a selection on."""

    name: str
    on: bool

    def of(self, variables: Variables) -> int:
        """1 where it is selected, with these variables; else 0."""
        return one_of(bool(variables.get(self.name)), self.on)


Factor: TypeAlias = int | Asked | Switch


def one_of(value: bool, wanted: bool) -> int:
    """1 where they are the same, else 0."""
    return int(value is wanted)


def count(value: Any) -> int:
    """How many items an argument asks for: a number of them, or the list of them."""
    if value is None:
        return 0
    if isinstance(value, list):
        return min(len(value), _LONGEST)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(max(0, min(value, _LONGEST)))  # as a variable's value, 50.0 is an Int too
    return 1  # a single value where a list may stand


@dataclass(frozen=True, slots=True)
class Total:
    """What a selection set costs: `known` and each of `open`, and the dearest of `types`, which exclude each other."""

    known: int = 0
    open: tuple[Price | Total, ...] = ()
    types: tuple[Total, ...] = ()
    parts: tuple[Price | Total, ...] = ()

    @classmethod
    def of_all(cls, parts: Sequence[Price | Total], types: Sequence[Total]) -> Total:
        """All of the parts, and one of the types."""
        settled = not any(type_.fixed is None for type_ in types)
        known = sum(part.fixed or 0 for part in parts)
        dearest = max((type_.fixed or 0 for type_ in types), default=0) if settled else 0
        left = tuple(part for part in parts if part.fixed is None)
        return cls(known + dearest, left, () if settled else tuple(types), (*parts, *types))

    @property
    def fixed(self) -> int | None:
        """The number, where no variable has a say in it."""
        return None if self.open or self.types else self.known

    def of(self, variables: Variables) -> int:
        """The number, with these variables."""
        rest = sum(part.of(variables) for part in self.open)
        return self.known + rest + max((type_.of(variables) for type_ in self.types), default=0)


FREE = Total()


@dataclass(frozen=True, slots=True)
class Price:
    """What one selection costs: `times` × (`weight` + what is selected beneath). Fragments have no name."""

    name: str
    weight: int
    times: tuple[Factor, ...]
    beneath: Total
    fixed: int | None

    @classmethod
    def made(cls, name: str, weight: int, times: Sequence[Factor], beneath: Total) -> Price | None:
        """The price, or None for what is free whatever the variables."""
        numbers = [factor for factor in times if isinstance(factor, int)]
        left = tuple(factor for factor in times if not isinstance(factor, int))
        factor = prod(numbers)
        if factor == 0 or (weight == 0 and beneath.fixed == 0):
            return None
        fixed = None if left or beneath.fixed is None else factor * (weight + beneath.fixed)
        return cls(name, weight, (*((factor,) if factor != 1 else ()), *left), beneath, fixed)

    def of(self, variables: Variables) -> int:
        """The number, with these variables."""
        if self.fixed is not None:
            return self.fixed
        times = self.often(variables)
        return times * (self.weight + self.beneath.of(variables)) if times else 0

    def often(self, variables: Variables) -> int:
        """How many times it counts, with these variables."""
        return prod(factor if isinstance(factor, int) else factor.of(variables) for factor in self.times)


@dataclass(frozen=True, slots=True)
class Quote:
    """What one operation costs. `usual` are the defaults of its variables."""

    total: Total
    usual: Variables

    def of(self, variables: Variables) -> int:
        """What it may cost at most with these variables; at least 1, for answering at all."""
        fixed = self.total.fixed
        return max(1, self.total.of({**self.usual, **variables}) if fixed is None else fixed)

    def dearest(self, variables: Variables) -> tuple[str, int]:
        """The field that makes up most of the cost, as `bookings.nodes.history`, and how much that is."""
        given = {**self.usual, **variables}
        whole = cost = self.total.of(given)
        beneath, times, path = self.total, 1, ""
        while found := max(_named(beneath, times, given), key=lambda one: one[1] * one[0].of(given), default=None):
            price, times = found
            if path and times * price.of(given) * 2 < whole:
                break
            path, cost = f"{path}.{price.name}".lstrip("."), times * price.of(given)
            beneath, times = price.beneath, times * price.often(given)
        return path, cost


def _named(total: Total, times: int, given: Variables) -> Iterator[tuple[Price, int]]:
    """The fields in a selection set, those in its fragments included, and how often each is selected there."""
    for part in total.parts:
        if isinstance(part, Total):
            yield from _named(part, times, given)
        elif part.name:
            yield part, times
        else:
            yield from _named(part.beneath, times * part.often(given), given)
