"""Every request begins as nobody's: what it may reach is decided by its credential, not by who calls the server."""

from starlette.types import ASGIApp, Receive, Scope, Send

from models.storage.reach import bound


class Unbound:
    """ASGI wrapper: until a request says which account it is for, the database shows no account rows."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with bound(None):
            await self.app(scope, receive, send)
