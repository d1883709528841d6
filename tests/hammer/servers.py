"""Several server processes on one database, as a large business or a careless operator would run them."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import httpx

from tests.product import UNLIMITED, Product

ROOT = Path(__file__).parents[2]
SERVE = [sys.executable, "-c", "from calendera.cli import main; main()", "serve"]
LISTENS = re.compile(r"Uvicorn running on .*:(\d+) ")  # the log hides the address
PATIENCE = 30.0  # seconds for a process to start, on a busy machine


@dataclass(slots=True)
class Servers:
    """The running processes: a client for each, and the file each writes its log into."""

    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    clients: list[httpx.AsyncClient] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)

    def log(self) -> str:
        """What all of them have logged."""
        return "\n".join(log.read_text("utf-8") for log in self.logs)


@asynccontextmanager
async def serving(product: Product, count: int, **more: str) -> AsyncIterator[Servers]:
    """`count` processes of `calendera serve` on the product's own database, each on a free port."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALENDERA_")}
    environment |= {
        "CALENDERA_DATA_DIR": str(product.folder),
        "CALENDERA_DATABASE_URL": product.database.url,
        "CALENDERA_DOCUMENTS_DIR": str(product.settings.documents_dir),
        "CALENDERA_PORT": "0",
        "CALENDERA_POOL_SIZE": "4",  # several test processes run several servers each, and PostgreSQL takes 100
        "CALENDERA_RUN_WORKER": "false",
        **UNLIMITED,
        **more,
    }
    folder = Path(mkdtemp(prefix="servers-", dir=product.folder))
    servers = Servers(logs=[folder / f"server-{number}.log" for number in range(count)])
    try:
        servers.processes = [_start(environment, log) for log in servers.logs]
        async with asyncio.timeout(PATIENCE):
            for process, log in zip(servers.processes, servers.logs, strict=True):
                servers.clients.append(httpx.AsyncClient(base_url=await _address(process, log), timeout=30))
        yield servers
    finally:
        for client in servers.clients:
            await client.aclose()
        for process in servers.processes:
            process.terminate()
        for process in servers.processes:
            await asyncio.to_thread(process.wait, 15)


def _start(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("w") as written:
        return subprocess.Popen(SERVE, cwd=ROOT, env=environment, stderr=written)


async def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the process listens, as soon as it says so."""
    while process.poll() is None:
        if port := _port(log):
            return f"http://127.0.0.1:{port}"
        await asyncio.sleep(0.05)
    raise AssertionError(f"the server ended: see {log}")


def _port(log: Path) -> str | None:
    said = LISTENS.search(log.read_text("utf-8"))
    return said[1] if said else None
