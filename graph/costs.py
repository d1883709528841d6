"""What a caller is told about cost."""

from __future__ import annotations

from typing import Any

from graph.answers import Answer, refuse
from graph.price import Quote, Variables
from graph.weights import Tally


def too_dear(quote: Quote, variables: Variables, limit: int) -> Answer:
    """The answer to an operation that may cost more than any may: how much, and what to ask less of."""
    cost = quote.of(variables)
    path, part = quote.dearest(variables)
    words = (
        f"The operation may cost {cost:,}; {limit:,} is allowed. Most of it is `{path}` with {part:,}: ask for smaller "
        "pages, for fewer ids, or for its lists in another operation."
    )
    answer = refuse("MAX_COST_EXCEEDED", words)
    answer.extensions.update(told(Tally(cost)))
    return answer


def told(tally: Tally, throttle: dict[str, Any] | None = None) -> dict[str, Any]:
    """`cost` as it stands in the extensions of an answer."""
    cost = {"requested": tally.requested, "actual": tally.actual}
    return {"cost": {**cost, "throttle": throttle} if throttle else cost}
