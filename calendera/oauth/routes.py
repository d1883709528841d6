"""Every path of OAuth."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from calendera.authentication import Authentication
from calendera.clock import Clock
from calendera.oauth.authorizing import authorize_endpoint
from calendera.oauth.issuing import Issuing
from calendera.settings import Settings
from permissions.roles import Scope
from rules.oauth.discovery import API_PATH, RESOURCE_PATH, SERVER_PATH, resource_metadata, resources_of, server_metadata

# Discovery is public and the same for everybody: a page of any site may read it.
_PUBLIC = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}


def oauth_routes(settings: Settings, clock: Clock, authentication: Authentication) -> list[Route]:
    """The authorization page, the forms of programs, and discovery."""
    issuer = settings.public_url
    scopes = [scope.value for scope in Scope]
    api, server = resources_of(issuer)
    issuing = Issuing(issuer, clock)
    return [
        Route("/oauth/authorize", authorize_endpoint(issuer, clock, authentication), methods=["GET"]),
        Route("/oauth/token", issuing.token, methods=["POST"]),
        Route("/oauth/revoke", issuing.revoke, methods=["POST"]),
        _document(SERVER_PATH, server_metadata(issuer, scopes)),
        _document(f"{RESOURCE_PATH}{API_PATH}", resource_metadata(api, issuer, scopes)),
        _document(RESOURCE_PATH, resource_metadata(server, issuer, scopes)),
    ]


def _document(path: str, body: dict[str, object]) -> Route:
    async def document(_request: object) -> Response:
        return JSONResponse(body, headers=_PUBLIC)

    return Route(path, document, methods=["GET"])
