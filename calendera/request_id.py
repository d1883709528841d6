"""An id per request, in the answer and in every log line, so that a complaint finds its line."""

import re
import secrets

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
# A UUID or 16 to 64 hexadecimal digits: an id that somebody else chose goes into our logs, so it cannot be a name.
_WELL_FORMED = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{16,64}")


class RequestId:
    """ASGI middleware: takes the caller's X-Request-Id when well formed, else makes one.

    It is in `scope["state"]["request_id"]`, in every log line of the request, and in the answer's header.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id

        async def with_id(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, with_id)


def current_request_id() -> str:
    """The id of the request being answered, or an empty string outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
