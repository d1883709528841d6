"""What programs read before they ask: RFC 8414 about this server, RFC 9728 about the API that it protects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.oauth.client import AUTH_METHODS, GRANT_TYPES

API_PATH = "/graphql"
SERVER_PATH = "/.well-known/oauth-authorization-server"
RESOURCE_PATH = "/.well-known/oauth-protected-resource"


def resources_of(issuer: str) -> tuple[str, str]:
    """What tokens are for (RFC 8707): the API. The server's own name means the same, as older clients send it."""
    return f"{issuer}{API_PATH}", issuer


def server_metadata(issuer: str, scopes: Sequence[str]) -> dict[str, Any]:
    """The authorization server."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "scopes_supported": list(scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": list(resources_of(issuer)),
    }


def resource_metadata(resource: str, issuer: str, scopes: Sequence[str]) -> dict[str, Any]:
    """The API, under the name by which somebody asked for it."""
    return {
        "resource": resource,
        "authorization_servers": [issuer],
        "scopes_supported": list(scopes),
        "bearer_methods_supported": ["header"],
        "resource_name": "Calendera",
    }
