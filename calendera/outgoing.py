"""Asking other servers by HTTP, for addresses that people gave: the one way out, for nothing that is inside.

No proxy, cookie, credential or redirect is followed by itself. Names are looked up here, every address they lead to is
checked, and the connection is made to the one that was checked.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from socket import IPPROTO_TCP
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from calendera.egress import check_pass
from rules.outgoing import clean_feed_address, may_connect

MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def host_of(address: str) -> str:
    """The host of an address, as the register of processors has it."""
    return urlsplit(address).hostname or ""


class NotAnswered(Exception):
    """Nothing useful came back. The message is for the person who gave the address, and does not repeat it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server answered in the end. `headers` have small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to addresses of the public internet alone (and of this machine, where tests may)."""

    def __init__(self, *, loopback: bool) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._loopback = loopback

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,  # noqa: ASYNC109 - as the library asks
        local_address: str | None = None, socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=IPPROTO_TCP)
        except OSError:
            raise NotAnswered("The name in the address leads nowhere.") from None
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not all(may_connect(one, loopback=self._loopback) for one in addresses):
            raise NotAnswered("The address does not lead to the public internet.")
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise NotAnswered("The address does not lead to the public internet.")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class Outgoing:
    """Makes requests. `loopback`: also to this machine and without encryption, for tests and development."""

    def __init__(self, *, loopback: bool = False, seconds: float = 20.0) -> None:
        self.loopback = loopback
        self.seconds = seconds
        self._trust = ssl.create_default_context()

    async def get(
        self, address: str, *, most_bytes: int, headers: Mapping[str, str] = MappingProxyType({})
    ) -> Answered:
        """What an address answers, redirects followed and each of them checked. NotAnswered where it does not."""
        return await self._in_time(self._follow(address, most_bytes, headers))

    async def ask(
        self, method: str, address: str, *, most_bytes: int, headers: Mapping[str, str], body: bytes | None
    ) -> Answered:
        """What an address answers that the operator chose, wherever it leads: no redirect is followed. NotAnswered."""
        anywhere = httpcore.AnyIOBackend()
        return await self._in_time(self._once(address, most_bytes, headers, method, body, anywhere))

    async def _in_time(self, answer: Awaitable[Answered]) -> Answered:
        try:
            async with asyncio.timeout(self.seconds):
                return await answer
        except TimeoutError:
            raise NotAnswered(f"No complete answer came within {self.seconds:.0f} seconds.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, ssl.SSLError, OSError):
            raise NotAnswered("The connection failed, or was not safe.") from None

    async def _follow(self, address: str, most: int, headers: Mapping[str, str]) -> Answered:
        for _ in range(MOST_REDIRECTS + 1):
            address = self._allowed(address)
            answered = await self._once(address, most, headers)
            if answered.status not in _REDIRECTS:
                return answered
            address = urljoin(address, answered.headers.get("location", ""))
        raise NotAnswered(f"The address leads on more than {MOST_REDIRECTS} times.")

    def _allowed(self, address: str) -> str:
        try:
            return clean_feed_address(address, loopback=self.loopback)
        except ValueError:
            raise NotAnswered("The address leads to one that is not asked: only https is.") from None

    async def _once(
        self, address: str, most: int, headers: Mapping[str, str], method: str = "GET", body: bytes | None = None,
        backend: httpcore.AsyncNetworkBackend | None = None,
    ) -> Answered:  # fmt: skip
        check_pass(host_of(address))
        backend = backend or _Checked(loopback=self.loopback)
        sent = {"User-Agent": "Calendera", "Accept-Encoding": "identity", **headers}
        async with (
            httpcore.AsyncConnectionPool(self._trust, network_backend=backend) as pool,
            pool.stream(
                method, address, headers=[(k.encode(), v.encode()) for k, v in sent.items()], content=body
            ) as answer,
        ):
            found = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in answer.headers}
            if found.get("content-encoding", "identity") != "identity":
                raise NotAnswered("The answer is compressed, although that was not asked for.")
            parts, size = [], 0
            async for part in answer.aiter_stream():
                size += len(part)
                if size > most:
                    raise NotAnswered(f"The answer is larger than {most // 1_000_000} MB.")
                parts.append(part)
            return Answered(answer.status, found, b"".join(parts))
