"""An app as the protocol sees it, and what it presents: a code, a refresh token or a token to be revoked."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin

from rules.oauth.redirect_uris import matches
from rules.tokens import token_hash

GRANT_TYPES = ("authorization_code", "refresh_token")
# `none` is for apps that can keep no secret; the others are two spellings of one.
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
LONGEST_SECRET = 200


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]
    """`secret_hashes` are those that count now: two while an old secret overlaps a new one, none for a public app."""

    app_id: UUID
    client_id: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    secret_hashes: tuple[str, ...]
    confidential: bool

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: where to go back to is always said, and compared."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scopes that are asked for, each once; None where none is, or one that the app was not registered for."""
        asked = tuple(dict.fromkeys((scope or "").split()))
        return " ".join(asked) if asked and set(asked) <= set(self.scopes) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return any(matches(registered, redirect_uri) for registered in self.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        given = token_hash(client_secret[:LONGEST_SECRET])
        return any(hmac.compare_digest(given, known) for known in self.secret_hashes)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method != "none") is self.confidential

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES


@dataclass(frozen=True)
class Presented:
    """What was found behind a code or a token: whose it is and what becomes of it.

    `token_id` is None for a code. `spent`: a code that was redeemed, a refresh token that was rotated. `ended`: its
    grant, its installation or its app has ended.
    """

    account_id: UUID
    installation_id: UUID
    grant_id: UUID
    token_id: UUID | None
    app_id: UUID
    scopes: tuple[str, ...]
    expires_at: datetime
    spent: bool
    ended: bool
    redirect_uri: str = ""
    code_challenge: str = ""
    code_challenge_method: str = "S256"

    def usable(self, at: datetime) -> bool:
        return not self.spent and not self.ended and self.expires_at > at

    def check_client(self, client: Client) -> bool:
        return self.app_id == client.app_id

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.scopes)
