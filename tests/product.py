"""The product as the tests run it: the real application on a real database, spoken to over HTTP."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp

from calendera.app import build
from calendera.settings import Settings, read_settings
from models.storage.migrate import migrate
from tests.clock import FrozenClock

ENGINE = os.environ.get("CALENDERA_TEST_DATABASE", "sqlite")
SERVER = os.environ.get("CALENDERA_TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/postgres")


class TestDatabase:
    """A migrated database of this test process; dropped at the end."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.name = f"calendera_{uuid4().hex}"
        on_file = f"sqlite:///{folder}/{self.name}.db"
        self.url = on_file if ENGINE == "sqlite" else f"{SERVER.rpartition('/')[0]}/{self.name}"

    async def make(self) -> None:
        if ENGINE == "postgres":
            server = await asyncpg.connect(SERVER)
            await server.execute(f'CREATE DATABASE "{self.name}"')
            await server.close()
        await migrate(self.url)

    async def drop(self) -> None:
        if ENGINE == "postgres":
            server = await asyncpg.connect(SERVER)
            await server.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')
            await server.close()


class Product:
    """The application with a clock that the tests set. Stopped and started again around tests that need the database
    connection of this process for themselves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = TestDatabase(folder)
        self.clock = FrozenClock()
        self.settings = settings_for(folder, self.database.url)
        self._running: AsyncExitStack | None = None
        self.app: ASGIApp | None = None

    async def start(self) -> None:
        if self._running is not None:
            return
        app = build(self.settings, self.clock)
        assert isinstance(app, Starlette)
        self._running = AsyncExitStack()
        await self._running.enter_async_context(app.router.lifespan_context(app))
        self.app = app

    async def stop(self) -> None:
        if self._running is not None:
            await self._running.aclose()
            self._running = None

    def http(self, **more: object) -> httpx.AsyncClient:
        """A client that speaks HTTP to the application."""
        assert self.app is not None
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", **more)  # type: ignore[arg-type]


def settings_for(folder: Path, url: str) -> Settings:
    """Settings as an operator would give them, for a server of the tests."""
    given = {
        "CALENDERA_DATA_DIR": str(folder),
        "CALENDERA_DATABASE_URL": url,
        "CALENDERA_PASSWORD_PROFILE": "cheapest",
        "CALENDERA_RUN_WORKER": "false",
        "CALENDERA_POOL_SIZE": "5",
    }
    before = {key: os.environ.get(key) for key in given}
    os.environ.update(given)
    try:
        return read_settings()
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value
