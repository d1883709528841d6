"""What metering costs: each of its parts in one request for a week of 50 bookings, against the whole request.

    python -m bench.cost

Needs nothing: the product on an SQLite database of its own, in this process. With CALENDERA_TEST_REDIS_URL also the
buckets in Redis. Medians of processor time; the whole request is over ASGI, without a socket.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from calendera.asking import Asking
from calendera.buckets import Quota
from calendera.crowd import Crowd
from calendera.metering import Meter
from calendera.payers import payer_of
from calendera.shared_buckets import Line, SharedBuckets
from graph.execution import Operations
from graph.prepared import Prepared
from graph.rights import Rights
from graph.schema import build
from graph.weights import Scales, Tally
from models.credentials import SignedIn
from models.membership import Role
from permissions import viewers
from permissions.viewer import VISITOR, Viewer
from resolvers.context import Context
from tests.bookable import bookable
from tests.businesses import Business, make_business
from tests.product import Product

NOW = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)
WEEK = Path("graph/documents").rglob("Week.graphql").__next__().read_text("utf-8")
VARIABLES = {"from": "2027-01-11T00:00:00Z", "before": "2027-01-19T00:00:00Z", "first": 50}


async def median_us(
    work: Callable[[], Awaitable[object]], times: int, clock: Callable[[], float] = time.process_time
) -> float:
    """Median in microseconds: of processor time, which other programs on the machine disturb less."""
    taken = []
    for _ in range(times):
        began = clock()
        await work()
        taken.append(clock() - began)
    return statistics.median(taken) * 1e6


async def a_week(product: Product) -> Business:
    """A business with 50 bookings in seven days."""
    product.clock.stand_at(NOW)
    salon = await make_business(product)
    desk = await bookable(salon)
    for nth in range(50):
        await desk.book(salon.owner, at=desk.at(9 + nth % 8, day=nth // 8))
    return salon


def meter(line: Line | None) -> Meter:
    """As the product makes it."""
    return Meter(SharedBuckets(Quota(10**9, 10**6), line), SharedBuckets(Quota(10**9, 10**6), line), Crowd(64, 32))


async def metered(one: Meter) -> None:
    """Everything that the meter does for one request, with nothing in its middle."""
    asking = Asking(None, payer=payer_of(VISITOR, "198.51.100.7", NOW))
    async with one.place(asking):
        await one.look(asking)
        tally = Tally(201, 201 - 7)
        await one.take(asking, tally)
        await one.settle(asking, tally)


def owner(salon: Business) -> Viewer:
    """The owner, as who they are is known after the credential was looked up."""
    account = salon.account.id
    found = SignedIn(uuid4(), salon.owner_user.id, account, Role.OWNER, None, True, NOW)
    return viewers.member(found)


async def counting_us(salon: Business) -> tuple[float, float]:
    """Executing the week with no weights to count, and what counting all of them adds. Taken in turns."""
    operations = Operations(build(), report=print)
    prepared = operations.prepare(WEEK, Rights(own=True))
    assert isinstance(prepared, Prepared)
    scales = {True: operations._scales, False: Scales({}, {})}
    took: dict[bool, list[float]] = {True: [], False: []}
    for nth in range(600):
        operations._scales = scales[counted := bool(nth % 2)]
        context = Context(owner(salon), NOW, "bench", "")
        began = time.process_time()
        answer = await operations.run(prepared, context=context, request_id="bench", variables=VARIABLES)
        took[counted].append(time.process_time() - began)
        assert len((answer.data or {})["bookings"]["nodes"]) == 50
    without = statistics.median(took[False]) * 1e6
    return without, statistics.median(took[True]) * 1e6 - without


async def pricing_us() -> float:
    """Computing what the week may cost from its variables."""
    operations = Operations(build(), report=print)
    prepared = operations.prepare(WEEK, Rights(own=True))
    assert isinstance(prepared, Prepared)

    async def price() -> None:
        operations.cost(prepared, None, VARIABLES)

    return await median_us(price, 2_000)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        await product.database.make()
        await product.start()
        salon = await a_week(product)
        whole = await median_us(lambda: salon.owner(WEEK, **VARIABLES), 300)
        executing, counting = await counting_us(salon)
        rows = [("computing what it may cost", await pricing_us()), ("counting what it does cost", counting)]
        in_memory = meter(None)
        rows.append(("bucket, place and keys, in memory", await median_us(lambda: metered(in_memory), 2_000)))
        await product.stop()
    print(f"{'whole request, over ASGI':40} {whole:8.0f} µs")
    print(f"{'of it executing':40} {executing:8.0f} µs")
    for name, took in rows:
        print(f"{name:40} {took:8.1f} µs  {took / whole:6.2%}")
    print(f"{'all of it':40} {sum(took for _, took in rows):8.1f} µs  {sum(took for _, took in rows) / whole:6.2%}")
    if url := os.environ.get("CALENDERA_TEST_REDIS_URL"):
        line = Line(url)
        shared = meter(line)
        waiting = await median_us(lambda: metered(shared), 1_000, time.perf_counter)
        print(f"{'bucket, place and keys, in Redis':40} {waiting:8.1f} µs of waiting")
        await line.close()


if __name__ == "__main__":
    asyncio.run(main())
