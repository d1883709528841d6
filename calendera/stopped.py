"""A request that ends before GraphQL sees it."""

from __future__ import annotations

from collections.abc import Mapping


class Stopped(Exception):
    """The request cannot be served as it was sent: an HTTP status, a code, and a sentence that says what to send.

    `headers` are added to the response (`Allow` with 405, `Retry-After` with 429).
    """

    def __init__(
        self, status: int, message: str, *, code: str = "BAD_REQUEST", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = dict(headers or {})
