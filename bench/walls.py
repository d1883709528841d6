"""What the database's wall costs: one request with it and without, over ASGI, in turns.

    CALENDERA_TEST_DATABASE=sqlite python -m bench.walls
    CALENDERA_TEST_DATABASE=postgres CALENDERA_TEST_POSTGRES_URL=postgresql://… python -m bench.walls

Medians of elapsed time, so that waiting for the database counts. Writes bench/results/walls-<engine>.md: ratios are
what travels from machine to machine.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.cost import VARIABLES, WEEK, a_week
from models.storage import database
from models.storage.reach import Reach, reaching
from tests.bookable import Desk, bookable
from tests.businesses import Business
from tests.product import ENGINE, Product

ROUNDS, WEEKS, BOOKINGS = 6, 60, 8
_connect = database.connect
Times = dict[bool, list[float]]


async def elapsed(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def behind(product: Product, *, walled: bool) -> None:
    """Start the product anew, behind the wall or not."""
    await product.stop()
    database.connect = partial(_unwalled, walled=walled)  # type: ignore[assignment]
    await product.start()


async def _unwalled(url: str, *, walled: bool, **options: object) -> None:
    await _connect(url, **{**options, "walled": walled})  # type: ignore[arg-type]


async def one_round(salon: Business, desk: Desk, day: int, weeks: list[float], books: list[float]) -> None:
    """Queries and bookings; the first few of each only warm up."""
    for nth in range(WEEKS):
        took = await elapsed(lambda: salon.owner(WEEK, **VARIABLES))
        weeks.extend([took] if nth > 5 else [])
    books.extend(
        [await elapsed(partial(desk.book, salon.owner, at=desk.at(9 + nth, day=day))) for nth in range(BOOKINGS)]
    )


async def measured(product: Product) -> tuple[Times, Times]:
    """Times of queries and of bookings, by whether the wall stood."""
    await behind(product, walled=True)
    with reaching(Reach.OPERATOR):
        salon = await a_week(product)
        desk = await bookable(salon)
    weeks: Times = {True: [], False: []}
    books: Times = {True: [], False: []}
    for nth in range(ROUNDS):
        for walled in (True, False):
            await behind(product, walled=walled)
            await one_round(salon, desk, 10 + 2 * nth + walled, weeks[walled], books[walled])
    return weeks, books


def told(weeks: Times, books: Times) -> str:
    """The result as a page."""
    lines = [
        f"# The wall's share of a request: {'PostgreSQL' if ENGINE == 'postgres' else 'SQLite'}", "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()}; load {os.getloadavg()[0]:.1f}.",
        "Medians of elapsed time over ASGI, in turns.",
        "",
        "| request | without | behind the wall | ratio |",
        "|---|---|---|---|",
    ]  # fmt: skip
    for name, times in (("a week of 50 bookings", weeks), ("book", books)):
        off, on = (statistics.median(times[walled]) * 1000 for walled in (False, True))
        lines.append(f"| {name} | {off:.2f} ms | {on:.2f} ms | {on / off:.2f} |")
    return "\n".join(lines) + "\n"


async def main() -> str:
    """Measure on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        await product.database.make()
        product.clock.stand_at(datetime(2027, 1, 11, 12, tzinfo=UTC) + timedelta(0))
        try:
            page = told(*await measured(product))
        finally:
            await product.stop()
            await product.database.drop()
    return page


if __name__ == "__main__":
    result = asyncio.run(main())
    Path(f"bench/results/walls-{ENGINE}.md").write_text(result, "utf-8")
    print(result)
