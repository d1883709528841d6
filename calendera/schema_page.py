"""`GET /graphql/schema`: the schema as SDL, as far as the credential that asks may use it."""

from __future__ import annotations

from graphql import print_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from calendera.authentication import Authentication
from graph.answers import refuse
from graph.views import Views
from rules.errors import Denied

_NOT_SHOWN = "Send a partner's key, or sign in: the schema is shown as far as a credential may use it."
_PRIVATE = {"Cache-Control": "no-store"}


def schema_route(views: Views, authentication: Authentication) -> Route:
    """The same that introspection shows, for whoever generates code."""

    async def schema(request: Request) -> Response:
        try:
            asking = await authentication.at_graphql(request)
            if asking.rights.sees is None:
                raise Denied(_NOT_SHOWN, code="UNAUTHENTICATED")
        except Denied as denied:
            status = 401 if denied.code == "UNAUTHENTICATED" else 403
            return JSONResponse(refuse(denied.code, denied.message).body(), status, headers=_PRIVATE)
        return PlainTextResponse(f"{print_schema(views.of(asking.rights.sees))}\n", headers=_PRIVATE)

    return Route("/graphql/schema", schema, methods=["GET"])
