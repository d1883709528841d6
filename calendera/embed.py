"""Cross-origin rules of a widget's path: each key answers for its own allowed origins, and never with credentials.

The preflight is decided by the key in the path, so a page that the business did not allow cannot send anything that
needs one. What needs none is refused by the authentication; that refusal the page may read, a code and a sentence.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calendera.authentication import Authentication
from graph.answers import refuse
from rules.errors import Denied

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, Accept, Authorization, X-Request-Id",
    "Access-Control-Max-Age": "7200",
}


class WidgetCors:
    """ASGI wrapper around the widget's endpoint: answers preflights, and lets a browser read the answer."""

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
            await (await self._preflight(Request(scope), allowed))(scope, receive, send)
            return

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(allowed)
                headers["Access-Control-Expose-Headers"] = "X-Request-Id, Retry-After"
            await send(message)

        await self.app(scope, receive, readable)

    async def _preflight(self, request: Request, allowed: dict[str, str]) -> Response:
        if "access-control-request-method" not in request.headers:
            return Response(status_code=405, headers={"Allow": "GET, POST", **allowed})
        try:
            await self.authentication.widget_key(request)
        except Denied as denied:
            # Whoever develops the page reads this in the network panel; the page itself cannot.
            body = refuse(denied.code, denied.message).body()
            return JSONResponse(body, 403, headers={"Vary": "Origin", "Cache-Control": "no-store"})
        return Response(status_code=204, headers={**_PREFLIGHT, **allowed})
