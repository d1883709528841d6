"""Partners' apps in the tests: made through the API, let in by an owner, and speaking OAuth by a client library."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from models.event import Event
from rules.ids import global_id
from tests.api import Caller
from tests.businesses import Business, by_key
from tests.product import Product

with warnings.catch_warnings():
    # Newer releases of the library want a newer HTTP client; it speaks the same OAuth through this one.
    warnings.simplefilter("ignore")
    from authlib.integrations.httpx_client import AsyncOAuth2Client

REDIRECT = "https://partner.example/back?from=calendera"
ISSUER = "http://127.0.0.1:8000"
REFUSED = "... on Refusal { code message } ... on ValidationFailed { fields { path message } }"
APP = """app { id clientId name description homepage redirectUris scopes confidential installed earlierSecretEndsAt
  archivedAt version }"""
CREATE = f"""mutation ($input: CreateAppInput!) {{ createApp(input: $input) {{
  __typename ... on CreateAppPayload {{ secret {APP} }} {REFUSED} }} }}"""
APPROVE = f"""mutation ($input: ApproveAppInput!) {{ approveApp(input: $input) {{
  __typename ... on ApproveAppPayload {{ redirectTo }} {REFUSED} }} }}"""
ASKED = """query ($request: String!) { appAuthorization(request: $request) {
  app { name description homepage } developerName scopes allows mayApprove declineTo } }"""
INSTALLED = """{ installedApps(first: 50) { nodes { id name scopes approvedAt createdAt lastUsedAt uninstalledAt
  approvedBy { name } app { name homepage archivedAt } } } }"""
UNINSTALL = """mutation ($input: UninstallAppInput!) { uninstallApp(input: $input) {
  __typename ... on UninstallAppPayload { installedApp { id uninstalledAt } } ... on Refusal { code } } }"""
WHO = "{ viewer { kind scopes account { name } } }"


def app_input(**more: Any) -> dict[str, Any]:
    return {
        "name": "Bookkeeper", "description": "Keeps your books.", "homepage": "https://partner.example/",
        "redirectUris": [REDIRECT, "http://127.0.0.1/done"], "scopes": ["CATALOGUE_READ", "BOOKINGS_READ"],
        "confidential": True,
    } | more  # fmt: skip


@dataclass(slots=True)
class PartnerApp:
    """An app of the rival's, who develops it. It keeps what any client keeps: its secret and its PKCE verifier."""

    product: Product
    row: dict[str, Any]
    secret: str | None
    verifier: str = field(default_factory=lambda: generate_token(48))

    @property
    def client_id(self) -> str:
        return str(self.row["clientId"])

    def library(self, **more: Any) -> AsyncOAuth2Client:
        """An OAuth client that others wrote."""
        assert self.product.app is not None
        transport = httpx.ASGITransport(app=self.product.app, raise_app_exceptions=False)
        method = "client_secret_basic" if self.secret else "none"
        given: dict[str, Any] = {"token_endpoint_auth_method": method, "code_challenge_method": "S256", **more}
        return AsyncOAuth2Client(
            self.client_id, self.secret, transport=transport, base_url=ISSUER, redirect_uri=REDIRECT, **given
        )

    def request(self, **more: str | None) -> str:
        """The query string that it gives the browser; None leaves a parameter out."""
        usual = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT, "state": "s 1&2",
            "scope": "catalogue:read bookings:read", "code_challenge_method": "S256",
            "code_challenge": create_s256_code_challenge(self.verifier),
        }  # fmt: skip
        return urlencode({name: value for name, value in (usual | more).items() if value is not None})

    async def code(self, business: Business, caller: Caller | None = None, **more: str | None) -> str:
        """The code that the app gets when somebody of the business approves."""
        return answered(await approve(business, self.request(**more), caller))["code"]

    async def post(self, path: str = "/oauth/token", *, secret: str | None = None, **form: str) -> httpx.Response:
        """A form as the app sends it, with its secret where it has one."""
        auth = (self.client_id, secret or self.secret or "") if self.secret or secret else None
        named = {} if auth else {"client_id": self.client_id}
        async with self.product.http() as http:
            return await http.post(path, data={**named, **form}, auth=auth)

    async def redeem(self, code: str, **more: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": self.verifier}
        return await self.post(**{**form, "code": code, **more})

    async def refresh(self, token: str, **more: str) -> httpx.Response:
        return await self.post(grant_type="refresh_token", refresh_token=token, **more)

    async def tokens(self, business: Business, **more: str | None) -> dict[str, Any]:
        """What it holds after the whole dance."""
        response = await self.redeem(await self.code(business, **more))
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def caller(self, tokens: dict[str, Any]) -> Caller:
        return by_key(self.product, tokens["access_token"])


async def make_app(developer: Business, **more: Any) -> PartnerApp:
    made = await developer.owner.did(CREATE, input=app_input(**more))
    return PartnerApp(developer.product, made["app"], made["secret"])


async def approve(business: Business, request: str, caller: Caller | None = None) -> str:
    given = {"request": request, "accountId": account_id(business)}
    return str((await (caller or business.owner).did(APPROVE, input=given))["redirectTo"])


def account_id(business: Business) -> str:
    return global_id("account", business.account.id)


def answered(url: str) -> dict[str, str]:
    """The parameters that a browser takes back to the app."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def error(response: httpx.Response) -> tuple[int, str]:
    """How a form was refused; checks what every answer to one must have."""
    assert response.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in response.headers
    return response.status_code, str(response.json().get("error"))


async def opens(caller: Caller) -> str:
    """What a token opens: the kind of viewer, or the code of the refusal."""
    answer = await caller(WHO)
    return answer.codes[0] if answer.errors else str(answer.data["viewer"]["kind"])


async def told_of(business: Business) -> list[str]:
    return [
        event.name for event in await Event.of(business.account.id).filter(subject="app_installation").order_by("id")
    ]
