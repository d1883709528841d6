"""What uvicorn's fast HTTP parser leaves unbounded: how large the head of a request is, how long it takes, and how long
an answer may lie untaken.

Without this, one connection can fill the memory with a header that never ends, and thousands can wait for nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Browsers and proxies send a few kilobytes; the longest path, cookie and key of ours fit in one.
HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 15.0
# Longer than any network pauses; whoever takes nothing for so long holds a connection, and what waits for it.
TAKE_SECONDS = 60.0


class BoundedHeads(HttpToolsProtocol):
    """Answers 400 to a head (or trailer) that is too large, and hangs up on a client that does not finish one, or that
    does not read on. Tells an answer without an end that the process is to stop."""

    head_bytes = HEAD_BYTES
    head_seconds = HEAD_SECONDS
    take_seconds = TAKE_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread = 0  # bytes that have not yet become a header, a piece of a body or an end
        self._headers_size = 0
        self._patience: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._unread > self.head_bytes:
            self.send_400_response("The head of the request is too large.")
        elif self.cycle is None or self.cycle.response_complete:
            self._await_head()

    def shutdown(self) -> None:
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.scope.get("state", {}).get("when_stopping", _nothing)()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._untaken is None:
            self._untaken = self.loop.call_later(self.take_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._headers_size = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self._unread = 0
        self._headers_size += len(name) + len(value)
        if self._headers_size > self.head_bytes:
            raise ValueError("headers too large")  # the parser stops, and uvicorn answers 400
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unread = 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()

    def _await_head(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def _nothing() -> None:
    """What an answer that ends by itself wants to be told of a stop."""
