"""A server process of the test: reads and adds 1, in many tasks at once. `python -m tests.storage.writer URL TASKS`."""

from __future__ import annotations

import asyncio
import sys
from uuid import uuid4

from models.storage.database import close, execute, fetch, lock, transaction
from tests.storage.shelves import Shelf, connect_shelves


async def add_one() -> None:
    async with transaction():
        await lock(["counter"])
        [row] = await fetch("SELECT value FROM counter WHERE name = 'sum'")
        await Shelf.create(name=uuid4().hex)
        await execute("UPDATE counter SET value = $1 WHERE name = 'sum'", row["value"] + 1)
    await execute("UPDATE counter SET value = value + 1 WHERE name = 'alone'")


async def main(url: str, tasks: int) -> None:
    await connect_shelves(url)
    await asyncio.gather(*(add_one() for _ in range(tasks)))
    await close()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
