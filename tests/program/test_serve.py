"""The server as a process: it starts, says where it listens, and stops in good order."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import httpx
import pytest

from calendera.log_fields import LISTENING
from tests.program.conftest import ROOT, Command
from tests.served import PATIENCE

Started = tuple["subprocess.Popen[str]", int, list[str]]
Serve = Callable[..., Started]


@pytest.fixture
def serve(calendera: Command, tmp_path: Path) -> Iterator[Serve]:
    """Start `calendera serve` on a migrated database and a free port; gives process, port and the lines it logs."""
    migrated = calendera("migrate")
    assert migrated.returncode == 0, migrated.stderr
    running: list[subprocess.Popen[str]] = []

    def start(**variables: str) -> Started:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALENDERA_")}
        environment |= {"CALENDERA_DATA_DIR": str(tmp_path / "var"), "CALENDERA_PORT": "0", **variables}
        process = subprocess.Popen(
            [sys.executable, "-c", "from calendera.cli import main; main()", "serve"],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        port, lines = listen(process)
        return process, port, lines

    yield start
    for process in running:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def listen(process: "subprocess.Popen[str]") -> tuple[int, list[str]]:
    """Collect what the process logs, and wait until it says on which port it listens."""
    lines: list[str] = []
    ports: Queue[int] = Queue()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            said = re.search(r"Uvicorn running on .*:(\d+) ", line)
            if said:
                ports.put(int(said[1]))

    threading.Thread(target=read, daemon=True).start()
    return ports.get(timeout=PATIENCE), lines


def ready(port: int) -> httpx.Response:
    """The first answer of /readyz, as soon as the server answers at all."""
    for _ in range(int(PATIENCE * 10)):
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz")
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_serves_logs_json_without_addresses_and_stops_when_asked(serve: Serve, workers: str) -> None:
    process, port, lines = serve(CALENDERA_WORKERS=workers)
    answer = ready(port)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert "server" not in answer.headers and answer.headers["x-request-id"]
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)
    assert all(json.loads(line) for line in lines)
    listening = [line for line in lines if LISTENING in line]
    # One line says where the server itself listens; who asked, also from 127.0.0.1, stands in none.
    assert len(listening) == 1
    assert "127.0.0.1" not in "".join(line for line in lines if line not in listening)


def test_a_request_that_never_ends_does_not_hold_up_the_stop(serve: Serve) -> None:
    process, port, _lines = serve()
    ready(port)
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_is_taken_ends_it_at_once(serve: Serve, calendera: Command, workers: str) -> None:
    _process, port, _lines = serve()
    second = calendera("serve", CALENDERA_PORT=str(port), CALENDERA_WORKERS=workers)
    assert second.returncode > 0
    assert "address already in use" in second.stderr.lower()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_database_that_does_not_answer_is_one_line_without_its_address(calendera: Command, workers: str) -> None:
    url = "postgresql://app:hunter2@127.0.0.1:1/book"
    ended = calendera("serve", CALENDERA_DATABASE_URL=url, CALENDERA_PORT="0", CALENDERA_WORKERS=workers)
    assert ended.returncode == 1
    assert ended.stderr.startswith("calendera: The database does not answer (")
    assert len(ended.stderr.splitlines()) == 1
    assert "hunter2" not in ended.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_process_that_cannot_start_is_a_failure(calendera: Command, tmp_path: Path, workers: str) -> None:
    assert calendera("migrate").returncode == 0
    (tmp_path / "var/secret.key").write_text("too short")
    ended = calendera("serve", CALENDERA_PORT="0", CALENDERA_WORKERS=workers)
    assert ended.returncode == 3
    assert "failed with calendera.settings.SettingsError" in ended.stderr
    assert "too short" not in ended.stderr


def test_a_head_without_end_is_refused(serve: Serve) -> None:
    _, port, _ = serve()
    assert ready(port).status_code == 200
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", headers={"X-Long": "a" * 70_000}).status_code == 400
