"""May this app ask for this? The request that a browser brings to the authorization endpoint."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError, UnsupportedResponseTypeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from rules.oauth.client import Client
from rules.oauth.parameters import Parameters
from rules.oauth.requests import InvalidTarget, Request

LONGEST_STATE = 2_000
_NOT_THIS_APPS = "The redirect_uri is not one of this app's, or another parameter is malformed."
_ONLY_CODE = "Send response_type=code."


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is in order: the app may have this, if somebody says yes."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    code_challenge: str


class NotInOrder(Exception):
    """The request is not in order. `redirect_uri` only where it is known to be the app's; `error` is RFC 6749's."""

    def __init__(self, error: str, description: str, redirect_uri: str | None = None, state: str | None = None) -> None:
        super().__init__(description or error)
        self.error = error
        self.description = description
        self.redirect_uri = redirect_uri
        self.state = state


class _OnlyS256(CodeChallenge):  # type: ignore[misc]
    """RFC 7636 as OAuth 2.1 wants it: always, and never `plain`, which is what leaving the method out means."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or not data.get("code_challenge_method"):
            raise InvalidRequestError("PKCE is required: send code_challenge and code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, client: Client | None) -> None:
        super().__init__()
        self.client = client
        self.register_grant(AuthorizationCodeGrant, [_OnlyS256()])

    def query_client(self, client_id: str) -> Client | None:
        return self.client if self.client and self.client.client_id == client_id else None

    def create_oauth2_request(self, request: Request) -> Request:
        return request


def check(parameters: Parameters, client: Client | None, resources: Collection[str]) -> Asked:
    """What the app asks for. NotInOrder where it may not, or not like this."""
    try:
        grant = _Server(client).get_consent_grant(Request("GET", parameters))
    except OAuth2Error as error:
        raise NotInOrder(error.error, _words(error), error.redirect_uri, error.state) from None
    except ValueError:
        # authlib quotes what it refuses, and then finds that a description may not have those characters.
        raise NotInOrder("invalid_request", _NOT_THIS_APPS) from None
    state = parameters.get("state")
    if len(state or "") > LONGEST_STATE:
        raise NotInOrder("invalid_request", f"The state is longer than {LONGEST_STATE} characters.", grant.redirect_uri)
    if not set(parameters.resources) <= set(resources):
        raise NotInOrder(InvalidTarget.error, InvalidTarget.description, grant.redirect_uri, state)
    return Asked(grant.redirect_uri, tuple(grant.request.scope.split()), state, parameters.values["code_challenge"])


def _words(error: OAuth2Error) -> str:
    """What authlib says, but for what it quotes: whoever makes the link would write on our page."""
    if isinstance(error, UnsupportedResponseTypeError):
        return _ONLY_CODE
    words = str(error.get_error_description())
    return _NOT_THIS_APPS if words.startswith("Redirect URI") else words


def answer_to(redirect_uri: str, issuer: str, state: str | None, **values: str) -> str:
    """Where the browser goes back to: the app's address with our answer, who answers (RFC 9207), and its state."""
    params = {**values, **({"state": state} if state is not None else {}), "iss": issuer}
    return str(add_params_to_uri(redirect_uri, params))


def refusal_to(refusal: NotInOrder, issuer: str) -> str | None:
    """Where the browser takes a refusal to; None where the address is not known to be the app's."""
    if refusal.redirect_uri is None:
        return None
    words = {"error_description": refusal.description} if refusal.description else {}
    return answer_to(refusal.redirect_uri, issuer, refusal.state, error=refusal.error, **words)
