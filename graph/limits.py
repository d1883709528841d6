"""What one operation may ask for, and the measure of a document against it.

A document is measured before it is validated, because validation and execution of a hostile one are the attack. Each
definition is walked once and fragments are added up in the order of their dependence, so a chain of fragments that
doubles at every step costs as much to measure as it is long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MANY = 1_000_000

# Strings and comments are skipped as a whole. Each alternative consumes all it has looked at, closed or not, which
# keeps the scan linear on text that is nothing but opening quotes.
_MARKS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|"(?:[^"\\\n\r]|\\[^\n\r])*+"?|#[^\n\r]*|[{(\[]|[})\]]',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one operation may ask for. `docs` publish these numbers; `measure` counts them."""

    tokens: int = 1_000
    trusted_tokens: int = 2_000
    brackets: int = 40
    operations: int = 5
    depth: int = 10
    introspection_depth: int = 20
    aliases: int = 15
    directives: int = 8
    root_fields: int = 10
    selections: int = 1_000
    validation_errors: int = 10
    response_errors: int = 50
    cost: int = 1_000
    resolved_fields: int = 20_000
    # Beside them, for a schema that describes itself once and has room to grow.
    introspected_fields: int = 40_000
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Measure:
    """How large a document is, with every fragment counted at each place that spreads it.

    The figures are those of the largest operation, run or not: a document may hold several, and the caller names one
    later. `depth` counts fields from the root, `introspection_depth` those below `__schema` or `__type`.
    """

    operations: int = 0
    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    selections: int = 0
    introspects: bool = False


_ADVICE = {
    "operations": "Send fewer operations in one document.",
    "depth": "Ask for the inner objects in a second operation, by their ids.",
    "introspection_depth": "Use the introspection query of your GraphQL library.",
    "aliases": "Split the operation.",
    "directives": "Write a second operation instead of switching parts of one.",
    "root_fields": "Split the operation.",
    "selections": "Select fewer fields, or spread fragments in fewer places.",
}

_NAMES = {
    "operations": "operations",
    "depth": "levels of nested fields",
    "introspection_depth": "levels of nested introspection",
    "aliases": "aliases",
    "directives": "directives",
    "root_fields": "fields at its root",
    "selections": "selections with its fragments spread out",
}


def excesses(measure: Measure, limits: Limits) -> Iterator[str]:
    """One sentence for each limit that the document breaks, saying by how much and what to do."""
    for what, advice in _ADVICE.items():
        size, limit = getattr(measure, what), getattr(limits, what)
        if size > limit:
            shown = f"{size:,}" if size <= _MANY else f"more than {_MANY:,}"
            yield f"The document has {shown} {_NAMES[what]}; {limit:,} are allowed. {advice}"


def nests_deeper_than(text: str, limit: int) -> bool:
    """Whether brackets stand inside each other more than `limit` deep. The parser recurses once for each of them."""
    if text.count("{") + text.count("(") + text.count("[") <= limit:
        return False
    depth = 0
    for match in _MARKS.finditer(text):
        mark = match.group()
        if mark in "{([":
            depth += 1
            if depth > limit:
                return True
        elif mark in "})]":
            depth -= 1
    return False
