"""A database of its own for every test, on the engine that CALENDERA_TEST_DATABASE names."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from models.storage.database import close
from models.storage.migrate import migrate
from tests.storage.shelves import ENGINE, ROOT, connect_shelves

SERVER = os.environ.get("CALENDERA_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/postgres")


@pytest.fixture
def engine() -> str:
    return ENGINE


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """An empty database."""
    if ENGINE == "sqlite":
        yield f"sqlite:///{tmp_path}/test.db"
        return
    name = f"storage_{uuid4().hex}"
    server = await asyncpg.connect(SERVER)
    await server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{SERVER.rpartition('/')[0]}/{name}"
    finally:
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await server.close()


@pytest.fixture
async def store(url: str) -> AsyncIterator[str]:
    """The database with the tables of `migrations/`, connected; its URL."""
    await migrate(url, ROOT)
    await connect_shelves(url)
    try:
        yield url
    finally:
        await close()
