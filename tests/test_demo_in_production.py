"""The seed's credentials are public, so a server in production does not start on a database that has them."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from tests.product import TestDatabase
from tests.served import CALENDERA, ROOT, command, environment_for


async def test_a_server_in_production_refuses_the_seeds_data(tmp_path: Path) -> None:
    database = TestDatabase(tmp_path)
    await database.make()
    environment = environment_for(tmp_path, database.url)
    try:
        seeded = await asyncio.to_thread(command, environment, "seed")
        assert seeded.returncode == 0, seeded.stderr
        production = environment | {
            "CALENDERA_ENVIRONMENT": "production",
            "CALENDERA_SECRET_KEY": "k" * 40,
            "CALENDERA_PASSWORD_PROFILE": "standard",
        }
        started = await asyncio.to_thread(
            subprocess.run, [*CALENDERA, "serve"], cwd=ROOT, env=production, capture_output=True, text=True, timeout=30
        )
        assert started.returncode != 0
        assert "whose credentials are public: use another" in started.stderr
    finally:
        await database.drop()
