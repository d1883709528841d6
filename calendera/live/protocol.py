"""What uvicorn leaves unbounded about a socket: how long one that nobody reads from stays, and how much it logs."""

from __future__ import annotations

import logging
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Lines that any outsider can provoke by the thousand, and that say nothing is wrong here. The first is logged for every
# handshake that is refused with an answer.
_PROVOKED = ("ASGI callable returned without completing handshake.", "Invalid UTF-8 sequence received from client.")


def _worth_a_line(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO and not str(record.msg).startswith(_PROVOKED)


_logger = logging.getLogger("uvicorn.sockets")
_logger.addFilter(_worth_a_line)


class BoundedSockets(WebSocketsSansIOProtocol):
    """Hangs up where a ping finds nobody. Closing alone waits for ever for a client that leaves what it was sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = _logger

    def send_keepalive_ping(self) -> None:
        if self.transport.is_closing():
            self.transport.abort()
        super().send_keepalive_ping()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()
