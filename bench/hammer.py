"""The booking guard at full size: every door to a calendar, hammered from four server processes, and one is killed.

    python -m bench.hammer --attempts 200 --rounds 50

Needs nothing: servers on loopback, on a database of their own. Counts, and times nothing but how long 40 at once wait
compared with one alone. Writes bench/results/hammer-<engine>.md; exits with 1 where anything is not as it must be.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from models.storage.reach import Reach, reaching
from tests.bookable import BOOK, bookable
from tests.businesses import make_business
from tests.gateway import gateway_running
from tests.hammer.doors import DOORS, wanted
from tests.hammer.hammering import Floor, Outcome, hammer
from tests.hammer.killing import kill_amid
from tests.hammer.servers import Servers, serving
from tests.product import ENGINE, Product
from tests.served import command, environment_for

RESULTS = Path(__file__).with_name("results") / f"hammer-{ENGINE}.md"
PROCESSES, KILLS, MOST = 4, 5, 1_000
LINE = 40
FIRST = next(iter(DOORS))


async def waiting(product: Product, servers: Servers) -> str:
    """How long one of 40 at once waits for anybody who is free, as a multiple of one who comes alone."""
    floor = Floor(await make_business(product, "Line"), servers, LINE)
    desk = await bookable(floor.business, staff=3)

    async def timed(caller: int, hours: int) -> float:
        began = time.perf_counter()
        await floor.owners()[caller].ok(BOOK, input=wanted(desk, hours))
        return time.perf_counter() - began

    alone = [await timed(n % LINE, n) for n in range(20)]
    together = [took for n in range(5) for took in await asyncio.gather(*(timed(c, 20 + n) for c in range(LINE)))]
    one, cuts = median(alone), quantiles(together, n=100)
    return f"{cuts[49] / one:.0f} times as long in the median, {cuts[98] / one:.0f} times at the 99th of a hundred"


def line(name: str, found: Outcome) -> str:
    """A door as a line of the table."""
    refused = ", ".join(f"{times} {name}" for name, times in sorted(found.refusals.items())) or "none"
    wrong = "; ".join(sorted(set(found.problems))) or "none"
    figures = (found.rounds, found.attempts, found.winners, refused, found.turned_away, found.faults, wrong)
    return f"| {name} | {' | '.join(map(str, figures))} |"


def page(found: dict[str, Outcome], attempts: int, killed: str, waited: str, verified: str) -> str:
    """The results as they are kept."""
    return "\n".join(
        [
            f"# The booking guard, hammered: {ENGINE}",
            "",
            f"{datetime.now(UTC):%Y-%m-%d}. {attempts} attempts at once in each round, over {PROCESSES} server "
            "processes.",
            "Doors are in `tests/hammer/doors.py`. After each round the invariants of `calendera verify` were asked,",
            "and at the end whether every acknowledged booking is there. Refusals say what the losers were answered:",
            "`204` are notices of the gateway that were heard, `Looked` are rounds of a worker beside them.",
            "",
            "| door | rounds | attempts | winners | refused | told to come again (503) | other 5xx | wrong |",
            "|---|---|---|---|---|---|---|---|",
            *(line(name, one) for name, one in found.items()),
            "",
            killed,
            "",
            f"Of {LINE} at once who want anybody of three, each waits {waited}, compared with one alone.",
            "",
            f"`calendera verify`, on the whole database: {verified}",
            "",
        ]
    )


async def kills(product: Product, attempts: int) -> str:
    """One of three servers is killed amid bookings, several times."""
    for _ in range(KILLS):
        await kill_amid(await make_business(product, "Killed"), attempts // 2)
    return (
        f"One of three servers was killed (-9) amid {attempts} bookings, {KILLS} times: no acknowledged booking was "
        "lost, and no hold, seat or occupancy was left behind."
    )


async def main(attempts: int, rounds: int, others: int, only: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder, reaching(Reach.OPERATOR):
        product = Product(Path(folder))
        await product.database.make()
        try:
            await product.start()
            product.clock.stand_at(datetime.now(UTC))
            found: dict[str, Outcome] = {}
            async with gateway_running() as gateway, serving(product, PROCESSES, gateway) as servers:
                for name in only or DOORS:
                    floor = Floor(await make_business(product, "Hammered"), servers, attempts, gateway)
                    found[name] = await hammer(floor, DOORS[name], rounds if name == FIRST else others)
                    print(line(name, found[name]), flush=True)
                waited = await waiting(product, servers)
            killed = await kills(product, attempts)
            await product.stop()
            (Path(folder) / "var").mkdir(exist_ok=True)
            environment = environment_for(Path(folder), product.database.url)
            verified = (await asyncio.to_thread(command, environment, "verify")).stdout.strip()
        finally:
            await product.stop()
            await product.database.drop()
    text = page(found, attempts, killed, waited, verified)
    print(text)
    if not only:
        RESULTS.write_text(text)
    wrong = [name for name, one in found.items() if one.problems or one.faults]
    return 1 if wrong or "all hold" not in verified else 0


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--attempts", type=int, default=200, choices=range(8, MOST + 1), metavar=f"8…{MOST}")
    asked.add_argument("--rounds", type=int, default=50, choices=range(1, 71), metavar="1…70")
    asked.add_argument("--others", type=int, choices=range(1, 71), metavar="1…70", help="rounds at all but the first")
    asked.add_argument("--door", action="append", default=[], choices=DOORS, help="only this one; writes no results")
    given = asked.parse_args()
    sys.exit(asyncio.run(main(given.attempts, given.rounds, given.others or given.rounds, given.door)))
