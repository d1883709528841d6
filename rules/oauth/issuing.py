"""May this app have tokens for that, and may it give that one back? The forms that programs send.

The answer is a `Decision`: what is told, and what must be written for it to be true.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from rules.oauth.client import AUTH_METHODS, Client, Presented
from rules.oauth.parameters import Parameters
from rules.oauth.requests import InvalidTarget, Request

ACCESS_SECONDS = 3_600


class Write(enum.Enum):
    """What a decision wants written."""

    ISSUE = "ISSUE"
    REUSED = "REUSED"
    REVOKE = "REVOKE"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of new secrets, made before it is known whether anybody gets them."""

    access: str
    refresh: str


@dataclass(slots=True)
class Decision:
    """An HTTP answer, and what it stands for. `client` is who proved to be one."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    write: Write | None = None
    scopes: tuple[str, ...] = ()
    client: Client | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a decision is made of: what was sent, and what was found behind it."""

    parameters: Parameters
    authorization: str | None
    client: Client | None
    presented: Presented | None
    tokens: Tokens
    resources: Collection[str]
    at: datetime

    def decide(self, *, revoking: bool = False) -> Decision:
        """What to answer and to write."""
        server = _Server(self)
        headers = {"Authorization": self.authorization} if self.authorization else {}
        request = Request("POST", self.parameters, headers)
        try:
            status, body, more = (
                server.create_endpoint_response(_Revoking.ENDPOINT_NAME, request)
                if revoking
                else server.create_token_response(request)
            )
        except ValueError:  # what cannot be decoded, or quoted
            status, body, more = InvalidRequestError("The request cannot be read.")()
        return Decision(status, body, dict(more), server.write, server.scopes, request.client)


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case
        self.write: Write | None = None
        self.scopes: tuple[str, ...] = ()
        self.register_grant(_Code, [CodeChallenge(required=True)])
        self.register_grant(_Refresh)
        self.register_endpoint(_Revoking)
        self.register_token_generator("default", self._tokens)

    def query_client(self, client_id: str) -> Client | None:
        client = self.case.client
        return client if client and client.client_id == client_id else None

    def found(self, client: Client) -> Presented | None:
        """What was presented, if it is this client's and still counts. What was spent already is noted as reused."""
        presented = self.case.presented
        if presented is None or not presented.check_client(client):
            return None
        if presented.spent and not presented.ended:
            self.write = Write.REUSED
        return presented if presented.usable(self.case.at) else None

    def check_target(self) -> None:
        if not set(self.case.parameters.resources) <= set(self.case.resources):
            raise InvalidTarget

    def save_token(self, token: dict[str, Any], request: Request) -> None:
        self.write = Write.ISSUE
        self.scopes = tuple(token["scope"].split())

    def _tokens(self, scope: str, **_: object) -> dict[str, Any]:
        tokens = self.case.tokens
        return {
            "token_type": "Bearer",
            "access_token": tokens.access,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": tokens.refresh,
            "scope": " ".join(dict.fromkeys(scope.split())),
        }

    def create_oauth2_request(self, request: Request) -> Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens: what happens is in the decision."""


class _Code(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_token_request(self) -> None:
        super().validate_token_request()
        self.server.check_target()

    def query_authorization_code(self, code: str, client: Client) -> Presented | None:
        found: Presented | None = self.server.found(client)
        return found

    def authenticate_user(self, authorization_code: Presented) -> Presented:
        return authorization_code

    def delete_authorization_code(self, authorization_code: Presented) -> None:
        """Part of what `Write.ISSUE` stands for."""


class _Refresh(RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def validate_token_request(self) -> None:
        super().validate_token_request()
        self.server.check_target()

    def authenticate_refresh_token(self, refresh_token: str) -> Presented | None:
        found: Presented | None = self.server.found(self.request.client)
        return found

    def authenticate_user(self, refresh_token: Presented) -> Presented:
        return refresh_token

    def revoke_old_credential(self, refresh_token: Presented) -> None:
        """Part of what `Write.ISSUE` stands for."""


class _Revoking(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = AUTH_METHODS

    def check_params(self, request: Request, client: Client) -> None:
        # A hint is only for finding the token sooner; one that is unknown is ignored (RFC 7009, 2.1).
        if "token" not in request.form:
            raise InvalidRequestError("Missing 'token' in request.")

    def query_token(self, token_string: str, token_type_hint: str | None) -> Presented | None:
        # Another app's token is answered like an unknown one.
        presented = self.server.case.presented
        return presented if presented and presented.check_client(self.server.case.client) else None

    def revoke_token(self, token: Presented, request: Request) -> None:
        self.server.write = Write.REVOKE
