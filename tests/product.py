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
from calendera.live.pace import Pace
from calendera.settings import Settings, read_settings
from models.storage.migrate import migrate
from models.storage.postgres_roles import role_of
from models.storage.reach import Reach
from tests.api import OWN_DOCUMENTS
from tests.clock import FrozenClock

ENGINE = os.environ.get("CALENDERA_TEST_DATABASE", "sqlite")
SERVER = os.environ.get("CALENDERA_TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/postgres")

# Tests ask faster, and for more at once, than anybody; those about limits set their own.
UNLIMITED = {
    "CALENDERA_OPERATION_COST": "100000",
    "CALENDERA_COST_BUCKET": "1000000000",
    "CALENDERA_COST_RESTORED": "1000000",
    "CALENDERA_OPERATIONS_EACH": "1000",
    "CALENDERA_OPERATIONS_RUNNING": "1000",  # a slow machine lets nobody stand in line until told to come again
}


# Only the look at the event tail comes sooner, so that tests of what is sent live wait for less.
HASTY = Pace(look=0.02)


class TestDatabase:
    """A migrated database of this test process; dropped at the end."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.name = f"calendera_{uuid4().hex}"
        on_file = f"sqlite:///{folder}/{self.name}.db"
        self.url = on_file if ENGINE == "sqlite" else f"{SERVER.rpartition('/')[0]}/{self.name}"

    async def make(self, *, fresh: bool = True) -> None:
        """Create it, unless it is there already, and migrate it."""
        if ENGINE == "postgres" and fresh:
            server = await asyncpg.connect(SERVER)
            await server.execute(f'CREATE DATABASE "{self.name}"')
            await server.close()
        await migrate(self.url)

    async def served_url(self) -> str:
        """The URL with the login that production asks for: the application and nothing more."""
        if ENGINE == "sqlite":
            return self.url
        app, login = role_of(self.name, Reach.ACCOUNT), f"{self.name}_login"
        server = await asyncpg.connect(SERVER)
        await server.execute(f"CREATE ROLE {login} LOGIN PASSWORD 'x' IN ROLE {app}")
        await server.close()
        return f"postgresql://{login}:x@{self.url.partition('@')[2]}"

    async def drop(self) -> None:
        if ENGINE == "postgres":
            server = await asyncpg.connect(SERVER)
            await server.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')
            await server.execute(f'DROP ROLE IF EXISTS "{self.name}_login"')
            for reach in Reach:
                await server.execute(f'DROP ROLE IF EXISTS "{role_of(self.name, reach)}"')
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
        app = build(self.settings, self.clock, HASTY)
        assert isinstance(app, Starlette)
        self._running = AsyncExitStack()
        await self._running.enter_async_context(app.router.lifespan_context(app))
        self.app = app

    async def stop(self) -> None:
        if self._running is not None:
            await self._running.aclose()
            self._running = None

    async def watched(self) -> None:
        """Until the watch for attacks has dealt with everything that was asked so far."""
        assert isinstance(self.app, Starlette)
        await self.app.state.watch.settle()

    def limited(self, **settings: str) -> ASGIApp:
        """The application again on the same database, with the limits that it ships with, and these settings."""
        given = {**dict.fromkeys(UNLIMITED, ""), **settings}
        return build(settings_for(self.folder, self.database.url, **given), self.clock)

    def http(self, app: ASGIApp | None = None, address: str = "127.0.0.1", **more: object) -> httpx.AsyncClient:
        """A client that speaks HTTP to the application, from a network address."""
        app = app or self.app
        assert app is not None
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 123))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", **more)  # type: ignore[arg-type]


def settings_for(folder: Path, url: str, **more: str) -> Settings:
    """Settings as an operator would give them, for a server of the tests."""
    given = {
        "CALENDERA_DATA_DIR": str(folder),
        "CALENDERA_DATABASE_URL": url,
        "CALENDERA_DOCUMENTS_DIR": str(OWN_DOCUMENTS),
        "CALENDERA_PASSWORD_PROFILE": "cheapest",
        "CALENDERA_RUN_WORKER": "false",
        "CALENDERA_OUTGOING_TO_LOOPBACK": "true",
        "CALENDERA_POOL_SIZE": "5",
        **UNLIMITED,
        **more,
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
