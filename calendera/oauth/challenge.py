"""A refused token is told where to learn how to get one (RFC 9728, 5.1)."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rules.oauth.discovery import API_PATH, RESOURCE_PATH


class Challenge:
    """ASGI wrapper around the API: what it answers with 401 leads to discovery."""

    def __init__(self, app: ASGIApp, issuer: str) -> None:
        self.app = app
        self.words = f'Bearer realm="calendera", resource_metadata="{issuer}{RESOURCE_PATH}{API_PATH}"'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def leading(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                MutableHeaders(scope=message)["WWW-Authenticate"] = self.words
            await send(message)

        await self.app(scope, receive, leading)
