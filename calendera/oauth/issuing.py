"""`/oauth/token` and `/oauth/revoke`: the forms that programs send. Load what they name, decide, write, answer.

No page of another site may read an answer (no CORS): whoever holds a token holds it in a program of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749.util import extract_basic_authorization
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from calendera.bodies import read_body
from calendera.clock import Clock
from calendera.logs import log
from calendera.stopped import Stopped
from models.app import App
from models.app_credentials import code_of, presented_token_of
from models.app_grant import AppGrant, new_tokens
from models.attempts import OAUTH_ADDRESS, OAUTH_APP, Attempts
from models.storage.errors import Contended
from models.storage.reach import bound
from rules.errors import Throttled
from rules.oauth.client import Presented
from rules.oauth.discovery import resources_of
from rules.oauth.issuing import Case, Decision, Write
from rules.oauth.parameters import LONGEST, Parameters, Unreadable, read_parameters

_LONGEST_SECRET = 200
_FORM = re.compile(r'application/x-www-form-urlencoded[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?', re.IGNORECASE)
_PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_SPENT = {"error": "invalid_grant", "error_description": "This was used before."}
# What a client that guesses is told. A correct request is never counted, so nobody can lock an app out.
_GUESSES = ("invalid_client", "invalid_grant")


class Issuing:
    """The two endpoints, for one name of this server."""

    def __init__(self, issuer: str, clock: Clock) -> None:
        self.resources = resources_of(issuer)
        self.clock = clock

    async def token(self, request: Request) -> Response:
        """A pair of tokens for a code or for a refresh token."""
        return await self._answer(request, revoking=False)

    async def revoke(self, request: Request) -> Response:
        """The end of a token. The same answer whether or not there was one."""
        return await self._answer(request, revoking=True)

    async def _answer(self, request: Request, *, revoking: bool) -> Response:
        what = "oauth token revoked" if revoking else "oauth token asked for"
        try:
            case = await self._case(request, revoking=revoking)
            decision = await _carried_out(case, case.decide(revoking=revoking))
            await self._count(request, case, decision)
        except Unreadable as error:
            return _told(what, 400, _error("invalid_request", str(error)))
        except Stopped as stopped:
            return _told(what, stopped.status, _error("invalid_request", stopped.message), stopped.headers)
        except Throttled as throttled:
            wait = {"Retry-After": str(throttled.retry_after_seconds)}
            return _told(what, 429, _error("temporarily_unavailable", throttled.message), wait)
        except Contended:
            return _told(what, 503, _error("temporarily_unavailable", "Try again."), {"Retry-After": "1"})
        return _told(what, decision.status, decision.body, decision.headers)

    async def _case(self, request: Request, *, revoking: bool) -> Case:
        parameters = await _form(request)
        authorization = request.headers.get("authorization")
        app = await App.named(_client_id(authorization, parameters))
        at = self.clock.now()
        return Case(
            parameters=parameters,
            authorization=authorization,
            client=app.client(at) if app else None,
            presented=await _presented(parameters, revoking=revoking),
            tokens=new_tokens(),
            resources=self.resources,
            at=at,
        )

    async def _count(self, request: Request, case: Case, decision: Decision) -> None:
        """Count what a guesser does, by its network and, where it claims to be an app, by that."""
        if decision.body.get("error") not in _GUESSES:
            return
        await Attempts.note_address(OAUTH_ADDRESS, request.client.host if request.client else "", case.at)
        if case.client is not None:
            await Attempts.note(OAUTH_APP, str(case.client.app_id), case.at)


async def _form(request: Request) -> Parameters:
    sent = request.headers.getlist("content-type")
    if len(sent) != 1 or not _FORM.fullmatch(sent[0].strip()):
        raise Stopped(400, "Send the parameters with Content-Type: application/x-www-form-urlencoded.")
    if request.url.query:
        # Addresses end up in logs; a secret there would too (OAuth 2.1, 3.2).
        raise Stopped(400, "Send the parameters in the body, not in the address.")
    body = await read_body(request, LONGEST)
    if not body.isascii():
        raise Unreadable("The parameters are not form-encoded.")
    return read_parameters(body.decode("ascii"))


def _client_id(authorization: str | None, parameters: Parameters) -> str | None:
    """Which app the caller says that it is."""
    try:
        named, _ = extract_basic_authorization({"Authorization": authorization} if authorization else {})
    except ValueError:  # not UTF-8 within the base64
        return None
    return named or parameters.get("client_id")


async def _presented(parameters: Parameters, *, revoking: bool) -> Presented | None:
    if revoking:
        given = parameters.get("token")
        return await presented_token_of(given[:_LONGEST_SECRET], only_refresh=False) if given else None
    code, refresh = parameters.get("code"), parameters.get("refresh_token")
    if parameters.get("grant_type") == "authorization_code":
        return await code_of(code[:_LONGEST_SECRET]) if code else None
    return await presented_token_of(refresh[:_LONGEST_SECRET], only_refresh=True) if refresh else None


async def _carried_out(case: Case, decision: Decision) -> Decision:
    """The decision, once what it stands for is written; the refusal where somebody else spent the same first."""
    presented = case.presented
    if decision.write is None or presented is None:
        return decision
    with bound(presented.account_id):  # whoever presents the secret acts in the account that it opens
        if decision.write is Write.REUSED:
            await AppGrant.reused(presented, case.at)
        elif decision.write is Write.REVOKE:
            await AppGrant.revoke(presented, case.at)
        elif not await AppGrant.issue(presented, case.tokens, decision.scopes, case.at):
            return Decision(400, _SPENT, {}, client=decision.client)
    return decision


def _error(code: str, description: str) -> dict[str, str]:
    return {"error": code, "error_description": description}


def _told(what: str, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    error = body.get("error")
    log.info(what, status=status, errors=[error] if error else [])
    kept = {name: value for name, value in (headers or {}).items() if name.lower() != "content-type"}
    return JSONResponse(dict(body), status, headers={**kept, **_PRIVATE})
