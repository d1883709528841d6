"""The product as an operator runs it: commands and a server as processes of their own, on a seeded database."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.api import OWN_DOCUMENTS
from tests.product import TestDatabase

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0  # seconds for a process to start or to end, on a slow machine with much to do
CALENDERA = [sys.executable, "-c", "from calendera.cli import main; main()"]
LISTENS = re.compile(r"Uvicorn running on .*:(\d+) ")


@dataclass(frozen=True, slots=True)
class Served:
    """A running server with the data of `calendera seed`."""

    url: str
    environment: dict[str, str]
    database: TestDatabase

    def calendera(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command with the settings of the server."""
        return command(self.environment, *arguments)


def command(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `calendera …` to its end."""
    return subprocess.run(
        [*CALENDERA, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def environment_for(folder: Path, url: str, **variables: str) -> dict[str, str]:
    """The settings of a server of the tests, on a free port."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALENDERA_")}
    return environment | {
        "CALENDERA_DATA_DIR": str(folder / "var"),
        "CALENDERA_DATABASE_URL": url,
        "CALENDERA_DOCUMENTS_DIR": str(OWN_DOCUMENTS),
        "CALENDERA_PASSWORD_PROFILE": "cheapest",
        "CALENDERA_PORT": "0",
        "COLUMNS": "120",
        **variables,
    }


@asynccontextmanager
async def seeded_server(folder: Path, **variables: str) -> AsyncIterator[Served]:
    """A server on a free port, on a fresh seeded database of the engine under test."""
    database = TestDatabase(folder)
    await database.make()
    environment = environment_for(folder, database.url, **variables)
    try:
        seeded = await asyncio.to_thread(command, environment, "seed")
        assert seeded.returncode == 0, seeded.stderr
        with server(environment) as url:
            yield Served(url, environment, database)
    finally:
        await database.drop()


@contextmanager
def server(environment: dict[str, str]) -> Iterator[str]:
    """Run `calendera serve`; gives its address as soon as it listens."""
    log = Path(environment["CALENDERA_DATA_DIR"]) / "server.log"
    with (
        log.open("w+") as written,
        subprocess.Popen([*CALENDERA, "serve"], cwd=ROOT, env=environment, stderr=written) as process,
    ):
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens, once it says so and says that it is ready."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        said = LISTENS.search(log.read_text("utf-8"))
        if said and _ready(url := f"http://127.0.0.1:{said[1]}"):
            return url
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8"))


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:  # its processes have not started yet
        return False
