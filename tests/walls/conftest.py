"""A database of its own with two filled accounts, opened behind the walls that a test names."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from models.customer import Customer
from models.service import Offering
from models.staff import Staff
from models.storage import sqlite_connection
from models.storage.database import close, connect, fetch
from models.storage.reach import Reach, reaching
from tests.businesses import make_business
from tests.clock import FrozenClock
from tests.isolation.filling import canary, fill
from tests.product import ENGINE, Product, TestDatabase
from tests.walls.stage import Side, Stage

MODELS = ("models", "tests.walls.forgotten")
_KEYS = "SELECT conname, conrelid::regclass::text AS t FROM pg_constraint WHERE contype = 'f'"
NOW = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Walls:
    """Where the attacks happen: with the keys between tables, and without."""

    stage: Stage
    keyed: TestDatabase
    keyless: TestDatabase

    @asynccontextmanager
    async def standing(self, monkeypatch: pytest.MonkeyPatch, *, rows: bool, keys: bool) -> AsyncIterator[Stage]:
        """Connected, with row-level security (or what SQLite has for it) and foreign keys as wanted."""
        database = self.keyed if keys else self.keyless
        if ENGINE == "sqlite" and not keys:
            monkeypatch.setattr(sqlite_connection, "PRAGMAS", {**sqlite_connection.PRAGMAS, "foreign_keys": "OFF"})
        await connect(database.url, models=MODELS, pool_size=3, walled=rows)
        try:
            yield self.stage
        finally:
            await close()


@pytest.fixture(scope="session")
async def _walls(_product: Product, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Walls]:
    await _product.stop()
    product = Product(tmp_path_factory.mktemp("walls"))
    await product.database.make()
    product.clock = FrozenClock()
    product.clock.stand_at(NOW)
    await product.start()
    with reaching(Reach.OPERATOR):
        stage = Stage(await _side(product, "Salon"), await _side(product, "Rival"))
    await product.stop()
    keyless = TestDatabase(product.folder)
    await _copy_without_keys(product.database, keyless)
    yield Walls(stage, product.database, keyless)
    await keyless.drop()
    await product.database.drop()


@pytest.fixture
async def walls(_product: Product, _walls: Walls) -> Walls:
    """The product of the other tests stops: a process is connected to one database at a time."""
    await _product.stop()
    return _walls


async def _side(product: Product, name: str) -> Side:
    business = await make_business(product, name)
    ids: dict[str, UUID] = dict(await fill(business))
    # One customer on each side, so that whoever counts knows whose they found.
    await Customer.of(business.account.id).exclude(id=ids["customer"]).delete()
    second = await Staff.add(business.account.id, created_at=NOW, updated_at=NOW, name="Second", title="", version=1)
    assert await Offering.of(business.account.id).count() == 1
    key = await fetch("SELECT token_hash FROM access_key WHERE id = $1", ids["access_key"])
    return Side(business.account.id, ids | {"second": second.pk, "key_hash": key[0]["token_hash"]}, canary(business))


async def _copy_without_keys(source: TestDatabase, target: TestDatabase) -> None:
    if ENGINE == "sqlite":
        shutil.copy(source.url.removeprefix("sqlite:///"), target.url.removeprefix("sqlite:///"))
        return
    known = await asyncpg.connect(source.url)
    await known.execute("ANALYZE")  # so that the planner knows values
    await known.close()
    server = await asyncpg.connect(source.url.rpartition("/")[0] + "/postgres")
    await server.execute(f'CREATE DATABASE "{target.name}" TEMPLATE "{source.name}"')
    await server.close()
    await target.make(fresh=False)
    inside = await asyncpg.connect(target.url)
    for row in await inside.fetch(_KEYS):
        await inside.execute(f'ALTER TABLE {row["t"]} DROP CONSTRAINT "{row["conname"]}"')
    await inside.close()
