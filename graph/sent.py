"""Which texts were sent by whom, so that they are found again by their hash: automatic persisted documents.

Each shelf is one account's. What one account sent another cannot ask for, nor find out that it was sent; and whoever
sends many texts pushes out none but their own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

MOST_SHELVES = 1_000
MOST_TEXTS = 500


class Sent:
    """The ids of the texts used last on each shelf, with the key that the prepared document is kept by."""

    def __init__(self, *, shelves: int = MOST_SHELVES, texts: int = MOST_TEXTS) -> None:
        self._most_shelves = shelves
        self._most_texts = texts
        self._shelves: OrderedDict[Hashable, OrderedDict[str, str]] = OrderedDict()

    def note(self, shelf: Hashable | None, id_: str, key: str) -> None:
        """Remember that a text was sent; not where nobody has this shelf to themselves."""
        if shelf is None:
            return
        texts = self._shelves.setdefault(shelf, OrderedDict())
        texts[id_] = key
        texts.move_to_end(id_)
        self._shelves.move_to_end(shelf)
        if len(texts) > self._most_texts:
            texts.popitem(last=False)
        if len(self._shelves) > self._most_shelves:
            self._shelves.popitem(last=False)

    def key(self, shelf: Hashable | None, id_: str) -> str | None:
        """The key of a text that was sent by somebody on this shelf."""
        texts = self._shelves.get(shelf) if shelf is not None else None
        return texts.get(id_) if texts else None
