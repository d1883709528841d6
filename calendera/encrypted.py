"""Where the public address is https, nothing is answered in clear: a redirect would come after the body has crossed."""

from __future__ import annotations

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_BODY = orjson.dumps(
    {"errors": [{"message": "Use https. Nothing is answered without encryption.", "extensions": {"code": "FORBIDDEN"}}]}
)
# Whoever watches the process from inside the machine or the cluster asks without encryption.
_WATCHED = {"/healthz", "/readyz"}


class OnlyEncrypted:
    """Pure ASGI middleware. The scheme is the client's own, or what a trusted proxy says (uvicorn sees to that)."""

    def __init__(self, app: ASGIApp, *, required: bool) -> None:
        self.app = app
        self.required = required

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        in_clear = scope["type"] in ("http", "websocket") and scope.get("scheme") in ("http", "ws")
        if self.required and in_clear and scope["path"] not in _WATCHED:
            await Response(_BODY, 403, media_type="application/json")(scope, receive, send)
            return
        await self.app(scope, receive, send)
