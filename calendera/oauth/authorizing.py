"""`/oauth/authorize`: where an app sends the browser of somebody who is to approve it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from calendera.authentication import Authentication
from calendera.clock import Clock
from calendera.pages import Endpoint, page_body
from permissions.viewer import ViewerKind
from resolvers.app_authorizations import read_authorization
from rules.oauth.authorizing import NotInOrder, refusal_to

# Apps may open this page in a window of theirs, and go on in it afterwards.
_PRIVATE = {"Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "unsafe-none"}


def authorize_endpoint(issuer: str, clock: Clock, authentication: Authentication) -> Endpoint:
    """The page on which somebody approves. The same for every request: it asks the API what this one is about.

    A request that is not in order goes back to the app only when the address is the app's *and* somebody is signed in
    here. Otherwise anybody could register an app and have this server send strangers wherever they like (RFC 9700,
    4.11.2); they stay on the page, which says what is wrong.
    """
    page = page_body("authorize")

    async def authorize(request: Request) -> Response:
        try:
            await read_authorization(request.url.query, issuer, clock.now())
        except NotInOrder as refusal:
            back = refusal_to(refusal, issuer)
            if back is not None and (await authentication.of_cookie(request)).kind is ViewerKind.MEMBER:
                return RedirectResponse(back, 303, headers=_PRIVATE)
            return Response(page, 400, media_type="text/html", headers=_PRIVATE)
        return Response(page, media_type="text/html", headers=_PRIVATE)

    return authorize
