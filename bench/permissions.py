"""What permissions cost: a week of 50 bookings with every guard in place, and with none, against the whole request.

    python -m bench.permissions

Needs nothing: the product on an SQLite database of its own, in this process. The guards are taken off the fields
themselves, so that what is left runs as if nobody had ever declared a permission. The two run in turns; the figures
are medians of processor time, written to bench/results/permissions.md.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphql import GraphQLObjectType

from bench.cost import NOW, VARIABLES, WEEK, a_week, median_us, owner
from graph.execution import Operations
from graph.guard import Guard
from graph.prepared import Prepared
from graph.rights import Rights
from graph.schema import build
from resolvers.context import Context
from tests.businesses import Business
from tests.product import Product

RESULTS = Path(__file__).with_name("results") / "permissions.md"
PAIRS = 400


@contextmanager
def unguarded() -> Iterator[None]:
    """Every field without its guard, for a schema that is built meanwhile."""
    types = [t for t in build()._schema.type_map.values() if isinstance(t, GraphQLObjectType)]
    fields = [field.extensions.get("strawberry-definition") for type_ in types for field in type_.fields.values()]
    before = [(field, field.extensions) for field in fields if field is not None]
    try:
        for field, extensions in before:
            field.extensions = [one for one in extensions if not isinstance(one, Guard)]
        yield
    finally:
        for field, extensions in before:
            field.extensions = extensions


def schemas() -> dict[bool, Operations]:
    """The product's operations with guards (True) and without."""
    with unguarded():
        without = Operations(build.__wrapped__(), report=print)
    return {True: Operations(build.__wrapped__(), report=print), False: without}


async def executing_us(salon: Business) -> dict[bool, float]:
    """Executing the week: with guards, and without."""
    both, took = schemas(), {True: [], False: []}
    prepared = {guarded: one.prepare(WEEK, Rights(own=True)) for guarded, one in both.items()}
    for nth in range(2 * PAIRS):
        guarded = bool(nth % 2)
        document = prepared[guarded]
        assert isinstance(document, Prepared)
        context = Context(owner(salon), NOW, "bench", "")
        began = time.process_time()
        answer = await both[guarded].run(document, context=context, request_id="bench", variables=VARIABLES)
        took[guarded].append(time.process_time() - began)
        assert len((answer.data or {})["bookings"]["nodes"]) == 50
    return {guarded: statistics.median(times) * 1e6 for guarded, times in took.items()}


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        await product.database.make()
        await product.start()
        salon = await a_week(product)
        executed = await executing_us(salon)
        request = await median_us(lambda: salon.owner(WEEK, **VARIABLES), 200)
        await product.stop()
        await product.database.drop()
    added = executed[True] - executed[False]
    lines = [
        "# What permissions cost", "", "A week of 50 bookings, by `python -m bench.permissions`; medians.", "",
        "| | ms of processor time |", "| --- | --- |",
        f"| executing the week without any guard | {executed[False] / 1000:.2f} |",
        f"| executing it with all of them | {executed[True] / 1000:.2f} |",
        f"| so the guards take | {added / 1000:.2f} |",
        f"| the whole request | {request / 1000:.2f} |",
        f"| **share of the request** | **{added / request:.1%}** |", "",
    ]  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    asyncio.run(main())
