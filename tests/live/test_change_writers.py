"""A reader who follows while several processes write and take their time to commit: everything once, in order."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict

from models.event import record
from models.storage.database import dialect, fetch, transaction
from rules.ids import key_of
from tests.businesses import Business
from tests.test_following import CHANGES, end, page

PROCESSES, TASKS = 3, 15
Seen = list[tuple[str, int]]


async def process(business: Business, seed: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.live.change_writer", business.product.database.url, str(business.account.id),
        str(seed), str(TASKS), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def follow(business: Business, since: str, over: asyncio.Event) -> Seen:
    """What a partner is told until everything is over, and what is left then."""
    seen: Seen = []
    while True:
        last = over.is_set()
        one = await page(business.partner, since, CHANGES, first=7, subjects=["BOOKING"])
        since = one["nextCursor"]
        for change in one["changes"]:
            (number,) = (int(detail["value"]) for detail in change["event"]["details"])
            seen.append((str(key_of("booking", change["nodeId"])), number))
        if not one["hasMore"]:
            if last:
                return seen
            await asyncio.sleep(0.01)


async def test_everything_that_was_committed_is_told_once_and_in_order(salon: Business, rival: Business) -> None:
    since, over = await end(salon.partner), asyncio.Event()
    readers = [asyncio.create_task(follow(salon, since, over)) for _ in range(2)]
    writers = [await process(salon, seed) for seed in range(PROCESSES - 1)] + [await process(rival, 99)]
    outputs = [await writer.communicate() for writer in writers]
    assert [error.decode() for _, error in outputs] == [""] * len(writers)
    over.set()
    committed = [
        (line.split()[0], int(line.split()[1]))
        for output, _ in outputs[: PROCESSES - 1] for line in output.decode().splitlines()
    ]  # fmt: skip
    assert len(committed) > PROCESSES * TASKS / 2, "most are committed"
    for seen in await asyncio.gather(*readers):
        assert sorted(seen) == sorted(committed)
        numbers: defaultdict[str, list[int]] = defaultdict(list)
        for subject, number in seen:
            numbers[subject].append(number)
        assert all(found == sorted(found) for found in numbers.values()), "as they happened"


async def test_what_is_under_way_holds_nobody_up_and_comes_later(salon: Business) -> None:
    """On SQLite writers take turns, so there is nothing to hold up."""
    if dialect() == "sqlite":
        return
    since = await end(salon.partner)
    written, go = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with transaction():
            await record(salon.act, "booking_noted", "booking", salon.account.id)
            written.set()
            await go.wait()

    late = asyncio.create_task(slow())
    await written.wait()
    await record(salon.act, "booking_confirmed", "booking", salon.owner_user.id)
    first = await page(salon.partner, since)
    assert [one["name"] for one in first["changes"]] == ["booking_confirmed"]
    go.set()
    await late
    second = await page(salon.partner, first["nextCursor"])
    assert [one["name"] for one in second["changes"]] == ["booking_noted"]
    [row] = await fetch("SELECT count(*) AS n FROM event_position WHERE account_id = $1 AND position IS NULL",
                        salon.account.id)  # fmt: skip
    assert row["n"] == 0
