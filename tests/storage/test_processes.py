"""Several server processes on one database."""

from __future__ import annotations

import asyncio
import sys

from models.storage.database import execute, fetch
from tests.storage.shelves import Shelf

TASKS = 150


async def test_writers_in_four_processes_lose_nothing_and_meet_no_error(store: str) -> None:
    await execute("INSERT INTO counter VALUES ('sum', 0), ('alone', 0)")
    writers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.storage.writer", store, str(TASKS), stderr=asyncio.subprocess.PIPE
        )
        for _ in range(4)
    ]  # fmt: skip
    errors = [(await writer.communicate())[1].decode() for writer in writers]
    assert errors == [""] * 4
    assert [writer.returncode for writer in writers] == [0] * 4
    rows = await fetch("SELECT name, value FROM counter WHERE name <> 'changes'")
    assert {row["name"]: row["value"] for row in rows} == {"sum": 4 * TASKS, "alone": 4 * TASKS}
    assert await Shelf.all().count() == 4 * TASKS
