"""From an HTTP request to the viewer who makes it: cookie, bearer secret, or the key in a widget's path."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from calendera.asking import Asking
from calendera.clock import Clock
from calendera.settings import Settings
from models.access_key import AccessKeyKind
from models.credentials import KeyHeld, access_key_of, manage_link_of, session_of
from permissions import viewers
from permissions.viewer import VISITOR, Viewer, ViewerKind
from resolvers.context import COOKIE, Context
from rules.errors import Denied

# A page of another site cannot send this header without asking first (CORS), and is then refused.
CLIENT_HEADER = "X-Calendera-Client"
LONGEST_SECRET = 200


def unauthenticated(message: str) -> Denied:
    """A 401 that says what is wrong with the credential, never whether it once was right."""
    return Denied(message, code="UNAUTHENTICATED")


@dataclass(frozen=True, slots=True)
class Authentication:
    """The `authenticate` functions of the two GraphQL endpoints."""

    settings: Settings
    clock: Clock

    async def at_graphql(self, request: Request) -> Asking:
        """`/graphql`: a session cookie (with the client header), a partner's key, a manage link, or nothing."""
        secret = bearer(request)
        if secret is not None:
            viewer = await self._of_secret(secret)
        elif COOKIE in request.cookies:
            viewer = await self._of_cookie(request)
        else:
            viewer = VISITOR
        return self._asking(request, viewer)

    async def at_widget(self, request: Request) -> Asking:
        """`/embed/v1/{key}/graphql`: the key in the path, and a booking's manage link where there is one."""
        key = await self.widget_key(request)
        viewer = viewers.widget(key)
        secret = bearer(request)
        if secret is not None:
            link = await manage_link_of(secret[:LONGEST_SECRET])
            if link is None or link.account_id != key.account_id:
                raise unauthenticated("This manage link is unknown. Use the one in the latest mail.")
            viewer = viewers.customer(link, viewer)
        return self._asking(request, viewer, cookies=False)

    async def widget_key(self, request: Request) -> KeyHeld:
        """The live widget key in the path, for the page that asks. Denied where there is none, or not for this page."""
        found = await access_key_of(request.path_params["key"][:LONGEST_SECRET], self.clock.now())
        if found is None or found.kind is not AccessKeyKind.WIDGET:
            raise unauthenticated("This widget key is unknown or revoked. Ask the business for a new one.")
        check_origin(request, found)
        return found

    async def of_cookie(self, request: Request) -> Viewer:
        """The signed-in member behind the cookie, for plain downloads; a visitor where there is none."""
        token = request.cookies.get(COOKIE, "")[:LONGEST_SECRET]
        found = await session_of(token, self.clock.now()) if token else None
        return viewers.member(found) if found else VISITOR

    async def _of_cookie(self, request: Request) -> Viewer:
        if CLIENT_HEADER not in request.headers:
            raise Denied(f"Requests with the session cookie must send the header {CLIENT_HEADER}, as `dashboard`.")
        # A dead session is no error here: whoever holds its cookie must be able to sign in again.
        return await self.of_cookie(request)

    async def _of_secret(self, secret: str) -> Viewer:
        secret = secret[:LONGEST_SECRET]
        if secret.startswith("mt_"):
            link = await manage_link_of(secret)
            if link is not None:
                return viewers.customer(link)
            raise unauthenticated("This manage link is unknown. Use the one in the latest mail.")
        found = await access_key_of(secret, self.clock.now())
        if found is None or found.kind is not AccessKeyKind.PARTNER:
            raise unauthenticated("This key is unknown or revoked. Check it, or ask the business for a new one.")
        return viewers.partner(found)

    def _asking(self, request: Request, viewer: Viewer, *, cookies: bool = True) -> Asking:
        state = request.scope.get("state", {})
        asking = Asking(context=None, may_introspect=viewer.kind in (ViewerKind.MEMBER, ViewerKind.PARTNER))
        asking.context = Context(
            viewer=viewer,
            now=self.clock.now(),
            request_id=state.get("request_id", ""),
            address=request.client.host if request.client else "",
            device=request.headers.get("user-agent", "")[:400],
            public_url=self.settings.public_url,
            session_days=self.settings.session_days,
            cookies=cookies,
            headers=asking.headers,
            statements=state.get("statements", ()),
        )
        return asking


def bearer(request: Request) -> str | None:
    """The secret of an `Authorization: Bearer` header; None without one; Denied for another scheme."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise unauthenticated("Send the key as `Authorization: Bearer …`.")
    return secret.strip()


def check_origin(request: Request, key: KeyHeld) -> None:
    """A browser says which page asks; only pages that the business allowed may use its key."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in key.origins:
        raise Denied("This page is not among the origins that the widget key allows.", code="FORBIDDEN")
