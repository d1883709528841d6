"""Documents that were parsed, measured and found valid, kept for the next caller who sends the same text."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from graphql import DocumentNode, OperationDefinitionNode, OperationType

from graph.limits import Measure
from graph.price import Quote

# What a parsed document takes in memory, measured with tracemalloc: nodes, tokens and their places in the text.
_BYTES_PER_TOKEN = 1_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that fits the schema and the limits. `key` is what it is kept by; `quotes` say what each of its
    operations costs, `reading` what it cost to come here: 0 for one that was kept."""

    key: str
    document: DocumentNode
    measure: Measure
    operations: dict[str | None, OperationDefinitionNode]
    weight: int
    quotes: dict[str | None, Quote]
    reading: int = 0

    def find(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation to run: the named one, or the only one when no name is given; else None."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        return self.operations.get(name) if name is not None else None

    def quote(self, name: str | None) -> Quote | None:
        """What the operation to run costs; None when there is no such operation."""
        if name is None and len(self.quotes) == 1:
            return next(iter(self.quotes.values()))
        return self.quotes.get(name) if name is not None else None

    def kind(self, name: str | None) -> OperationType | None:
        """Query, mutation or subscription; None when there is no such operation."""
        operation = self.find(name)
        return operation.operation if operation else None


def weigh(text: str, tokens: int) -> int:
    """Bytes that a parsed document holds, roughly."""
    return len(text) * 2 + tokens * _BYTES_PER_TOKEN


class Shelf:
    """The prepared documents used last, bounded in number and in bytes, so that no caller can fill the memory."""

    def __init__(self, *, entries: int, weight: int) -> None:
        self._entries = entries
        self._weight = weight
        self._held = 0
        self._documents: OrderedDict[str, Prepared] = OrderedDict()

    def get(self, key: str) -> Prepared | None:
        """The document with this key, which thereby becomes the one used last."""
        prepared = self._documents.get(key)
        if prepared is not None:
            self._documents.move_to_end(key)
        return prepared

    def put(self, prepared: Prepared) -> None:
        """Keep a document, and let go of those unused for longest until the rest fits."""
        if prepared.key in self._documents:
            self._held -= self._documents.pop(prepared.key).weight
        self._documents[prepared.key] = prepared
        self._held += prepared.weight
        while len(self._documents) > self._entries or self._held > self._weight:
            self._held -= self._documents.popitem(last=False)[1].weight

    def __len__(self) -> int:
        return len(self._documents)
