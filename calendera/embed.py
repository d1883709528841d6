"""Cross-origin rules of a widget's path: each key answers for its own allowed origins, and never with credentials."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calendera.authentication import Authentication

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, Accept, Authorization, X-Request-Id",
    "Access-Control-Max-Age": "7200",
}


class WidgetCors:
    """ASGI wrapper around the widget's endpoint: answers preflights, and lets a browser read the answer.

    A refusal is readable too, so that a page's author sees in the console that the origin is not allowed; it holds
    an error code and nothing else.
    """

    def __init__(self, app: ASGIApp, authentication: Authentication) -> None:
        self.app = app
        self.authentication = authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin")
        if origin is None:
            await self.app(scope, receive, send)
            return
        allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        if scope["method"] == "OPTIONS":
            await self._preflight(Request(scope), allowed)(scope, receive, send)
            return

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(allowed)
                headers["Access-Control-Expose-Headers"] = "X-Request-Id"
            await send(message)

        await self.app(scope, receive, readable)

    def _preflight(self, request: Request, allowed: dict[str, str]) -> Response:
        if "access-control-request-method" not in request.headers:
            return Response(status_code=405, headers={"Allow": "GET, POST", **allowed})
        # Which origins may use the key is checked with the request itself: a preflight carries no secret to guard.
        return Response(status_code=204, headers={**_PREFLIGHT, **allowed})
