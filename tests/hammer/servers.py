"""Several server processes on one database, as a large business or a careless operator would run them."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import httpx

from tests.gateway import SECRET, FakeGateway
from tests.product import UNLIMITED, Product
from tests.served import CALENDERA, LISTENS, PATIENCE, ROOT


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
async def serving(product: Product, count: int, gateway: FakeGateway | None = None) -> AsyncIterator[Servers]:
    """`count` processes of `calendera serve` on the product's own database, each on a free port. They believe
    X-Forwarded-For of this machine: visitors come from networks of their own, for one network may book little."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALENDERA_")}
    environment |= {
        "CALENDERA_DATA_DIR": str(product.folder),
        "CALENDERA_DATABASE_URL": product.database.url,
        "CALENDERA_DOCUMENTS_DIR": str(product.settings.documents_dir),
        "CALENDERA_PORT": "0",
        "CALENDERA_POOL_SIZE": "4",  # several test processes run several servers each, and PostgreSQL takes 100
        "CALENDERA_RUN_WORKER": "false",
        "CALENDERA_OPERATION_TIMEOUT_SECONDS": "60",  # what is late on a busy machine is not lost
        "CALENDERA_TRUSTED_PROXIES": "127.0.0.1",
        **UNLIMITED,
    }
    if gateway is not None:
        environment |= {"CALENDERA_PAYMENT_GATEWAY_URL": gateway.url, "CALENDERA_PAYMENT_GATEWAY_SECRET": SECRET}
    folder = Path(mkdtemp(prefix="servers-", dir=product.folder))
    servers = Servers(logs=[folder / f"server-{number}.log" for number in range(count)])
    try:
        servers.processes = [_start(environment, log) for log in servers.logs]
        async with asyncio.timeout(PATIENCE):
            for process, log in zip(servers.processes, servers.logs, strict=True):
                servers.clients.append(_client(await _address(process, log)))
        yield servers
    finally:
        for client in servers.clients:
            await client.aclose()
        for process in servers.processes:
            process.terminate()
        for process in servers.processes:
            await asyncio.to_thread(process.wait, PATIENCE)


def _client(url: str) -> httpx.AsyncClient:
    # A connection for each request: the server ends what is idle, and a client that is kept from running for as long
    # sends into one that is ending.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits)


def _start(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("w") as written:
        return subprocess.Popen([*CALENDERA, "serve"], cwd=ROOT, env=environment, stderr=written)


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
