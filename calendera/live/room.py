"""How many connections may stay open, so that nobody can take them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Full(Exception):
    """There are as many as there may be."""


class Room:
    """Counts who is there, by name. A name is forgotten with its last connection."""

    def __init__(self) -> None:
        self._there: Counter[str] = Counter()

    @contextmanager
    def place(self, name: str, most: int) -> Iterator[None]:
        """Be one of at most `most` of this name during the block. Raises Full."""
        if self._there[name] >= most:
            raise Full
        self._there[name] += 1
        try:
            yield
        finally:
            self._there[name] -= 1
            if not self._there[name]:
                del self._there[name]
