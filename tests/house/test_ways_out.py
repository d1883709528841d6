"""Nothing leaves beside the egress: by the code as it is written, and by what it does while the tests run."""

from __future__ import annotations

import ast
import asyncio
from typing import Any

import pytest

import models
from calendera.egress import passing
from models.mail import MailTemplate
from models.mail_parcels import CATEGORIES, MAILED
from models.personal import Personal, mark_of
from models.storage.reach import bound
from tests import outgoing_guard
from tests.house.tree import ROOT, calls, sources

# Whatever can open a connection, or start a program that does; and who has it, with the reason.
OPENERS = {
    "aiohttp", "aiosmtplib", "anyio", "asyncpg", "ftplib", "http.client", "httpcore", "httpx", "imaplib",
    "multiprocessing", "poplib", "redis", "requests", "smtplib", "socket", "subprocess", "telnetlib", "urllib.request",
    "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
HAVE = {
    "calendera/mail_smtp.py",  # asks `check_pass` before it connects
    "calendera/outgoing.py",  # likewise
    "calendera/shared_buckets.py",  # Redis of the operator: hashes and counts
    "calendera/tour/transport.py",  # a client at the operator's terminal
    "models/storage/address.py",  # the database
    "models/storage/postgres.py",
    "models/storage/postgres_errors.py",
}
CONNECT = ("create_connection", "create_datagram_endpoint", "create_unix_connection", "open_connection",
           "open_unix_connection", "sock_connect", "create_subprocess_exec", "create_subprocess_shell", "system",
           "popen")  # fmt: skip


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def opens(tree: ast.Module) -> bool:
    return any(name == one or name.startswith(f"{one}.") for name in imported(tree) for one in OPENERS)


def test_only_listed_files_can_open_a_connection() -> None:
    assert {path for path, tree in sources() if opens(tree)} == HAVE
    assert opens(ast.parse("from urllib import request")) and opens(ast.parse("import http.client as x"))


def test_nobody_connects_by_hand() -> None:
    found = {path for path, tree in sources() for name, _ in calls(tree) if name.rpartition(".")[2] in CONNECT}
    assert found == set()


def test_the_egress_alone_gives_a_pass() -> None:
    found = {path for path, tree in sources() for name, _ in calls(tree) if name.rpartition(".")[2] == "passing"}
    assert found == {"calendera/egress.py"}


# As somebody would write it who has not read this, in a file of the product and in a library that it calls.
LEAK = """
import asyncio
async def leak(port):
    _, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.close()
    await writer.wait_closed()
"""
LIBRARY = """
import contextlib, socket
with contextlib.suppress(Exception), socket.socket() as opened:
    opened.connect(('127.0.0.1', port))
"""


async def test_a_raw_connection_fails_the_test() -> None:
    """It reaches nobody, and no `except` hides it."""
    known: dict[str, Any] = {}
    exec(compile(LEAK, str(ROOT / "resolvers" / "leaking.py"), "exec"), known)  # noqa: S102
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(outgoing_guard.RawConnection):
            await known["leak"](port)
        with bound(None):
            await asyncio.to_thread(exec, compile(LIBRARY, "<library>", "exec"), {"port": port})
        assert outgoing_guard.caught == ["resolvers/leaking.py", "a task of the product"]
        outgoing_guard.caught.clear()
        with passing("127.0.0.1"):
            await known["leak"](port)
    assert outgoing_guard.caught == []


def test_every_mail_says_what_it_carries() -> None:
    assert set(MAILED) == set(MailTemplate)
    marked = {
        mark.category for model in vars(models).values() if hasattr(model, "_meta")
        for column in model._meta.fields_map if isinstance(mark := mark_of(model, column), Personal)
    }  # fmt: skip
    assert marked >= CATEGORIES
