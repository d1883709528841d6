"""Headers that tell a browser what our answers may do: nothing beyond what our own pages need."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What is not a page loads nothing, whatever a browser takes it for.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Our pages load from this server only, no inline script or style, and sit in nobody's frame.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Two years, the length that browsers' preload lists ask for.
HSTS = "max-age=63072000; includeSubDomains"

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Another site's page cannot load an answer into itself (CORS, which asks first, is another matter), nor keep a
    # hold of a window that shows one of ours.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Pure ASGI middleware, so that streams and cancellations pass through untouched.

    A route that needs another policy (a page made for framing) sets its own header, and that one stays.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.fixed = dict(FIXED)
        if https:
            self.fixed["Strict-Transport-Security"] = HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, with_headers)

    def _add(self, headers: MutableHeaders) -> None:
        page = headers.get("content-type", "").startswith("text/html")
        headers.setdefault("Content-Security-Policy", PAGE_POLICY if page else DATA_POLICY)
        for name, value in self.fixed.items():
            headers.setdefault(name, value)
        if "server" in headers:
            del headers["server"]
