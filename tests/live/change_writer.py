"""A server process of the test that makes things happen. `python -m tests.live.change_writer URL ACCOUNT SEED TASKS`.

Each transaction writes something of its own first, then the next number of one of a few things that all of them change,
waits a while, and commits or gives up. It prints what it has committed.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime
from uuid import UUID, uuid4

from models.act import SYSTEM, Act
from models.event import Event, record
from models.storage.database import close, connect, lock, transaction
from models.storage.reach import bound

SHARED = 3


class GivenUp(Exception):
    """This one is not committed."""


async def write(act: Act, chance: random.Random) -> None:
    own, shared = uuid4(), UUID(int=chance.randrange(SHARED))
    try:
        async with transaction():
            await record(act, "booking_noted", "booking", own, number=0)
            await asyncio.sleep(chance.uniform(0, 0.01))
            await lock([f"shared {shared}"])
            number = await Event.of(act.account_id).filter(subject_id=shared).count() + 1
            await record(act, "booking_noted", "booking", shared, number=number)
            await asyncio.sleep(chance.choice([0, 0.002, 0.03]))
            if chance.random() < 0.2:
                raise GivenUp
    except GivenUp:
        return
    print(own, 0)
    print(shared, number)


async def main(url: str, account: str, seed: str, tasks: str) -> None:
    await connect(url, models=["models"], pool_size=4, walled=True)
    chance = random.Random(seed)
    act = Act(UUID(account), SYSTEM, datetime.now(UTC))
    with bound(act.account_id):
        await asyncio.gather(*(write(act, chance) for _ in range(int(tasks))))
    await close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
