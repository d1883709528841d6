"""Codes and tokens of apps: what each opens, how it ends, and what becomes of one that comes twice."""

from __future__ import annotations

import asyncio

from models.app_grant import AppToken
from models.attempts import OAUTH_ADDRESS, Attempts
from tests.api import Caller
from tests.businesses import Business, by_key
from tests.partner_apps import (
    INSTALLED,
    ISSUER,
    REDIRECT,
    PartnerApp,
    error,
    make_app,
    opens,
    told_of,
)


async def test_a_code_that_comes_twice_ends_what_it_gave(salon: Business, app: PartnerApp) -> None:
    code = await app.code(salon)
    tokens = (await app.redeem(code)).json()
    assert await opens(app.caller(tokens)) == "PARTNER"
    assert error(await app.redeem(code)) == (400, "invalid_grant")
    assert await opens(app.caller(tokens)) == "UNAUTHENTICATED"
    assert error(await app.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert await told_of(salon) == ["app_approved", "app_code_reused"]


async def test_of_two_who_redeem_a_code_at_once_at_most_one_gets_tokens_and_they_end(
    salon: Business, app: PartnerApp
) -> None:
    code = await app.code(salon)
    answers = await asyncio.gather(*(app.redeem(code) for _ in range(4)))
    got = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(got) == 1 and all(error(answer)[1] == "invalid_grant" for answer in answers if answer.status_code != 200)
    assert await opens(app.caller(got[0])) == "UNAUTHENTICATED"
    assert await told_of(salon) == ["app_approved", "app_code_reused"]


async def test_a_code_opens_only_what_it_is_bound_to(salon: Business, rival: Business, app: PartnerApp) -> None:
    other = await make_app(rival, name="Other")
    code = await app.code(salon)
    assert error(await app.redeem(code, code_verifier="x" * 43)) == (400, "invalid_grant")
    assert error(await app.redeem(code, code_verifier="short")) == (400, "invalid_request")
    assert error(await app.redeem(code, redirect_uri="http://127.0.0.1/done")) == (400, "invalid_grant")
    assert error(await app.redeem(code, resource="https://other.example")) == (400, "invalid_target")
    without = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code}
    assert error(await app.post(**without)) == (400, "invalid_request")
    assert error(await other.redeem(code, code_verifier=app.verifier)) == (400, "invalid_grant")
    assert error(await app.refresh(code)) == (400, "invalid_grant")
    # None of these used it up: it is the app's, for a minute.
    salon.product.clock.advance(seconds=59)
    assert (await app.redeem(code, resource=f"{ISSUER}/graphql")).status_code == 200
    late = await app.code(salon)
    salon.product.clock.advance(seconds=60)
    assert error(await app.redeem(late)) == (400, "invalid_grant")


async def test_who_is_not_the_app_gets_nothing(salon: Business, rival: Business, app: PartnerApp) -> None:
    code = await app.code(salon)
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code, "code_verifier": app.verifier}
    async with app.product.http() as http:
        unnamed = await http.post("/oauth/token", data=form)
        named = await http.post("/oauth/token", data={**form, "client_id": app.client_id})
        wrong = await http.post("/oauth/token", data=form, auth=(app.client_id, "as_wrong"))
        broken = await http.post("/oauth/token", data=form, headers={"Authorization": "Basic /////w=="})
        posted = await http.post("/oauth/token", data={**form, "client_id": app.client_id, "client_secret": "as_no"})
    for answer in (unnamed, named, wrong, posted):
        assert error(answer) == (401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic")
    assert error(broken)[0] in (400, 401)
    assert error(await app.post(grant_type="password", username="x", password="y")) == (400, "unsupported_grant_type")
    assert error(await app.post(grant_type="client_credentials")) == (400, "unsupported_grant_type")
    async with app.product.http() as http:
        good = {**form, "client_id": app.client_id, "client_secret": app.secret or ""}
        assert (await http.post("/oauth/token", data=good)).status_code == 200  # the other spelling of the secret


async def test_a_form_is_a_form(app: PartnerApp, visitor: Caller) -> None:
    http, form = visitor.http, {"grant_type": "refresh_token", "refresh_token": "rf_x"}
    assert error(await http.post("/oauth/token", json=form)) == (400, "invalid_request")
    assert error(await http.post("/oauth/token", content=b"", headers={})) == (400, "invalid_request")
    assert error(await http.post("/oauth/token?client_id=x", data=form)) == (400, "invalid_request")
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"grant_type=a&grant_type=b", b"a=%FF", b"\xff", b"a=" + b"b" * 9000):
        assert error(await http.post("/oauth/token", content=body, headers=typed))[1] == "invalid_request"
    assert (await http.get("/oauth/token")).status_code == 405
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await http.options("/oauth/token", headers=preflight)
    assert "access-control-allow-origin" not in answer.headers


async def test_a_refresh_token_that_comes_twice_ends_the_family_and_leaves_a_trace(
    salon: Business, app: PartnerApp
) -> None:
    first, other = await app.tokens(salon), await app.tokens(salon)
    second = (await app.refresh(first["refresh_token"])).json()
    assert await opens(app.caller(first)) == await opens(app.caller(second)) == "PARTNER"
    assert error(await app.refresh(first["refresh_token"])) == (400, "invalid_grant")
    for tokens in (first, second):
        assert await opens(app.caller(tokens)) == "UNAUTHENTICATED"
    assert error(await app.refresh(second["refresh_token"])) == (400, "invalid_grant")
    assert await told_of(salon) == ["app_approved", "app_approved", "app_token_reused"]
    raised = "{ securityEvents(first: 5) { nodes { kind count subjectId message } } }"
    (event,) = (await salon.owner.ok(raised))["securityEvents"]["nodes"]
    (installed,) = (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"]
    assert (event["kind"], event["count"], event["subjectId"]) == ("APP_TOKEN_REUSED", 1, installed["id"])
    # Another approval of the same app is another family.
    assert await opens(app.caller(other)) == "PARTNER"


async def test_of_two_who_refresh_at_once_neither_goes_on(salon: Business, app: PartnerApp) -> None:
    tokens = await app.tokens(salon)
    answers = await asyncio.gather(*(app.refresh(tokens["refresh_token"]) for _ in range(3)))
    got = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(got) == 1
    assert await opens(app.caller(got[0])) == "UNAUTHENTICATED"


async def test_scopes_can_be_narrowed_by_refreshing_and_never_widened(salon: Business, app: PartnerApp) -> None:
    tokens = await app.tokens(salon, scope="catalogue:read")
    wider = await app.refresh(tokens["refresh_token"], scope="catalogue:read bookings:read")
    assert error(wider) == (400, "invalid_scope")
    both = await app.tokens(salon)
    narrow = (await app.refresh(both["refresh_token"], scope="bookings:read bookings:read")).json()
    assert narrow["scope"] == "bookings:read"
    assert (await app.caller(narrow).ok("{ viewer { scopes } }"))["viewer"]["scopes"] == ["BOOKINGS_READ"]
    again = (await app.refresh(narrow["refresh_token"])).json()
    assert again["scope"] == "catalogue:read bookings:read"
    # The rival asks with the other's refresh token as an app of their own.
    stranger = PartnerApp(app.product, {"clientId": "app_00000000000000000000000000"}, "as_x")
    assert error(await stranger.refresh(again["refresh_token"])) == (401, "invalid_client")


async def test_access_ends_after_an_hour_and_a_family_after_sixty_idle_days(salon: Business, app: PartnerApp) -> None:
    tokens = await app.tokens(salon)
    salon.product.clock.advance(minutes=59, seconds=59)
    assert await opens(app.caller(tokens)) == "PARTNER"
    salon.product.clock.advance(seconds=1)
    assert await opens(app.caller(tokens)) == "UNAUTHENTICATED"
    salon.product.clock.advance(days=59)
    tokens = (await app.refresh(tokens["refresh_token"])).json()
    salon.product.clock.advance(days=60)
    assert error(await app.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_an_access_token_is_given_back_alone_and_what_is_not_there_is_answered_alike(
    salon: Business, rival: Business, app: PartnerApp
) -> None:
    other = await make_app(rival, name="Other")
    tokens = await app.tokens(salon)
    for asker, token in ((app, "rf_unknown"), (other, tokens["refresh_token"]), (other, tokens["access_token"])):
        answer = await asker.post("/oauth/revoke", token=token, token_type_hint="refresh_token")
        assert (answer.status_code, answer.json()) == (200, {})
    assert await opens(app.caller(tokens)) == "PARTNER"
    assert (await app.post("/oauth/revoke", token=tokens["access_token"], token_type_hint="odd")).status_code == 200
    assert await opens(app.caller(tokens)) == "UNAUTHENTICATED"
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200
    assert error(await app.post("/oauth/revoke")) == (400, "invalid_request")
    assert error(await app.post("/oauth/revoke", secret="as_wrong", token="x")) == (401, "invalid_client")


async def test_a_token_is_no_key_of_another_kind(salon: Business, app: PartnerApp) -> None:
    tokens = await app.tokens(salon)
    for secret in (tokens["refresh_token"], "at_unknown", f"{tokens['access_token']}x", app.secret or ""):
        assert await opens(by_key(app.product, secret)) == "UNAUTHENTICATED"
    kept = await AppToken.of(salon.account.id).all()
    assert all(token not in repr([vars(row) for row in kept]) for token in tokens.values() if isinstance(token, str))


async def test_guessing_is_slowed_down_and_the_app_itself_is_not(salon: Business, app: PartnerApp) -> None:
    tokens = await app.tokens(salon)
    for _ in range(OAUTH_ADDRESS.most):
        await Attempts.note_address(OAUTH_ADDRESS, "127.0.0.1", salon.product.clock.now())
    slowed = await app.post(secret="as_guess", grant_type="refresh_token", refresh_token="rf_x")
    assert slowed.status_code == 429 and int(slowed.headers["retry-after"]) > 0
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200
