"""From an HTTP request to the viewer who makes it: cookie, bearer secret, or the key in a widget's path."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from calendera.asking import Asking
from calendera.clock import Clock
from calendera.payers import Payer, payer_at_widget, payer_of
from calendera.payments import Payments
from calendera.rights import rights_of
from calendera.same_site import check_client_header, check_page
from calendera.settings import Settings
from calendera.watching import Watch
from models.access_key import AccessKeyKind
from models.app_credentials import app_token_of
from models.credentials import KeyHeld, access_key_of, customer_session_of, manage_link_of, session_of
from permissions import viewers
from permissions.viewer import VISITOR, Viewer
from resolvers.context import COOKIE, Context
from rules.errors import Denied

LONGEST_SECRET = 200


def unauthenticated(message: str) -> Denied:
    """A 401 that says what is wrong with the credential, never whether it once was right."""
    return Denied(message, code="UNAUTHENTICATED")


@dataclass(frozen=True, slots=True)
class Authentication:
    """The `authenticate` functions of the two GraphQL endpoints."""

    settings: Settings
    clock: Clock
    watch: Watch
    payments: Payments

    async def at_graphql(self, request: Request) -> Asking:
        """`/graphql`: a session cookie (with the client header), a partner's key, an app's token, a manage link,
        or nothing."""
        secret = bearer(request)
        if secret is not None:
            viewer = await self._of_secret(secret)
        else:
            # Also visitors: a page of another site could sign its own user in here, or use up somebody's attempts.
            check_page(request.headers, self.settings.public_url)
            viewer = VISITOR
            if COOKIE in request.cookies:
                check_client_header(request.headers)
                # A dead session is no error here: whoever holds its cookie must be able to sign in again.
                viewer = await self.of_cookie(request)
        return self._asking(request, viewer, payer_of(viewer, address_of(request), self.clock.now()))

    async def at_widget(self, request: Request) -> Asking:
        """`/embed/v1/{key}/graphql`: the key in the path, and a booking's manage link where there is one."""
        key = await self.widget_key(request)
        viewer = viewers.widget(key)
        secret = bearer(request)
        if secret is not None:
            viewer = await self._of_customer(secret[:LONGEST_SECRET], viewer)
        payer = payer_at_widget(key.id, address_of(request), self.clock.now())
        return self._asking(request, viewer, payer, cookies=False)

    async def widget_key(self, request: Request) -> KeyHeld:
        """The live widget key in the path, for the page that asks. Denied where there is none, or not for this page."""
        key = request.path_params["key"][:LONGEST_SECRET]
        found = await access_key_of(key, self.clock.now())
        if found is None or found.kind is not AccessKeyKind.WIDGET:
            self.watch.refused_secret(key)
            raise unauthenticated("This widget key is unknown or revoked. Ask the business for a new one.")
        check_origin(request, found)
        return found

    async def of_cookie(self, request: Request) -> Viewer:
        """The signed-in member behind the cookie, for plain downloads; a visitor where there is none."""
        token = request.cookies.get(COOKIE, "")[:LONGEST_SECRET]
        if not token:
            return VISITOR
        found = await session_of(token, self.clock.now())
        if found is None:
            self.watch.refused_secret(token)
            return VISITOR
        return viewers.member(found)

    async def _of_secret(self, secret: str) -> Viewer:
        secret = secret[:LONGEST_SECRET]
        if secret.startswith(("mt_", "cs_")):
            return await self._of_customer(secret)
        if secret.startswith("at_"):
            held = await app_token_of(secret, self.clock.now())
            if held is not None:
                return viewers.app(held)
            self.watch.refused_secret(secret)
            raise unauthenticated("This access token is unknown or over. Refresh it, or ask the business to approve.")
        found = await access_key_of(secret, self.clock.now())
        if found is None or found.kind is not AccessKeyKind.PARTNER:
            self.watch.refused_secret(secret)
            raise unauthenticated("This key is unknown or revoked. Check it, or ask the business for a new one.")
        return viewers.partner(found)

    async def _of_customer(self, secret: str, base: Viewer | None = None) -> Viewer:
        """A customer by what they were mailed; at a widget (`base`), one of its own business."""
        now = self.clock.now()
        if secret.startswith("cs_"):
            session = await customer_session_of(secret, now)
            if session is None or (base and base.account_id != session.account_id):
                raise unauthenticated("This session has ended. Ask for a new link at the business's page.")
            return viewers.signed_in_customer(session, base)
        link = await manage_link_of(secret)
        if link is None or (base and base.account_id != link.account_id):
            raise unauthenticated("This manage link is unknown. Use the one in the latest mail.")
        if link.expires_at <= now:
            raise unauthenticated("This manage link has expired: the appointment was some time ago. Ask the business.")
        return viewers.customer(link, base)

    def _asking(self, request: Request, viewer: Viewer, payer: Payer, *, cookies: bool = True) -> Asking:
        state = request.scope.get("state", {})
        rights = rights_of(viewer, self.settings, at_widget=not cookies)
        asking = Asking(context=None, payer=payer, rights=rights)
        asking.context = Context(
            viewer=viewer,
            now=self.clock.now(),
            request_id=state.get("request_id", ""),
            address=address_of(request),
            device=request.headers.get("user-agent", "")[:400],
            public_url=self.settings.public_url,
            session_days=self.settings.session_days,
            cookies=cookies,
            headers=asking.headers,
            statements=state.get("statements", ()),
            outgoing_to_loopback=self.settings.outgoing_to_loopback,
            payments=self.payments,
        )
        return asking


def address_of(request: Request) -> str:
    """The client's network address; empty where there is none."""
    return request.client.host if request.client else ""


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
