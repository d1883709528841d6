"""Chance that repeats: everything about the seed that looks random comes from here and is the same every time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")


class Chance:
    """One stream per business, so that a change of one business leaves the others as they are."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(f"calendera seed: {name}")  # noqa: S311 - believable data, no secrets

    def happens(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of them, all alike."""
        return choices[self._random.randrange(len(choices))]

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """One of them, by weight."""
        at = self._random.random() * sum(weight for _, weight in choices)
        for value, weight in choices:
            at -= weight
            if at < 0:
                return value
        return choices[-1][0]

    def whole(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)

    def key(self, at: datetime) -> UUID:
        """A UUIDv7 as it could have been made at that moment."""
        milliseconds = int(at.timestamp() * 1000)
        chance = self._random.getrandbits(74)
        number = milliseconds << 80 | 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & ((1 << 62) - 1)
        return UUID(int=number)

    def nonce(self) -> str:
        """128 bits, as hexadecimal."""
        return f"{self._random.getrandbits(128):032x}"
