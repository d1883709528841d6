"""A database of its own for every test, on the engine that CALENDERA_TEST_DATABASE names."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from models.storage.database import close, execute
from models.storage.migrate import migrate
from tests.product import Product
from tests.storage.shelves import ENGINE, ROOT, connect_shelves

SERVER = os.environ.get("CALENDERA_TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/postgres")


@pytest.fixture(autouse=True)
async def alone(_product: Product) -> None:
    """A process is connected to one database at a time: the product of the other tests stops meanwhile."""
    await _product.stop()


@pytest.fixture
def engine() -> str:
    return ENGINE


@asynccontextmanager
async def new_database() -> AsyncIterator[str]:
    """The URL of an empty PostgreSQL database, dropped afterwards."""
    name = f"storage_{uuid4().hex}"
    server = await asyncpg.connect(SERVER)
    await server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{SERVER.rpartition('/')[0]}/{name}"
    finally:
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await server.close()


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """An empty database."""
    if ENGINE == "sqlite":
        yield f"sqlite:///{tmp_path}/test.db"
        return
    async with new_database() as url:
        yield url


@pytest.fixture(scope="session")
async def shared() -> AsyncIterator[str | None]:
    """The PostgreSQL database of all tests that want `store`, for making one takes longer than most tests."""
    if ENGINE == "sqlite":
        yield None
        return
    async with new_database() as url:
        await migrate(url, ROOT)
        yield url


@pytest.fixture
async def store(shared: str | None, tmp_path: Path) -> AsyncIterator[str]:
    """A database with the empty tables of `migrations/`, connected; its URL."""
    url = shared or f"sqlite:///{tmp_path}/test.db"
    if shared is None:
        await migrate(url, ROOT)
    await connect_shelves(url)
    try:
        yield url
        if shared is not None:
            await execute("TRUNCATE shelf, book, counter, visit")
    finally:
        await close()
