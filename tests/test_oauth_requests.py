"""What an app gives a browser: shown to whoever decides, sent back to nobody but the app."""

from __future__ import annotations

import pytest

from calendera.security_headers import PAGE_POLICY
from models.app_grant import AppGrant
from models.membership import Role
from tests.api import Caller
from tests.businesses import Business
from tests.conftest import NOW
from tests.partner_apps import (
    APPROVE,
    ASKED,
    ISSUER,
    PartnerApp,
    account_id,
    answered,
    told_of,
)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "customers:write"}, "invalid_scope"),
        ({"scope": "catalogue:read everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"resource": "https://other.example/"}, "invalid_target"),
    ],
)
async def test_what_an_app_asks_wrongly_goes_back_to_it_if_somebody_is_signed_in(
    salon: Business, app: PartnerApp, visitor: Caller, change: dict[str, str | None], why: str
) -> None:
    url = f"/oauth/authorize?{app.request(**change)}"
    sent = await salon.owner.http.get(url, headers=salon.owner.headers)
    assert sent.status_code == 303 and sent.headers["location"].startswith("https://partner.example/back?")
    told = answered(sent.headers["location"])
    assert (told["error"], told["iss"], told["state"], told["from"]) == (why, ISSUER, "s 1&2", "calendera")
    assert "code" not in told
    # Nobody is sent anywhere by a link that a stranger made: without a session, the page says what is wrong.
    stayed = await visitor.http.get(url)
    assert stayed.status_code == 400 and "location" not in stayed.headers
    answer = await visitor(ASKED, request=app.request(**change))
    assert answer.codes == ["BAD_USER_INPUT"] and why in answer.errors[0]["message"]
    refusal = await salon.owner.refused(
        APPROVE, input={"request": app.request(**change), "accountId": account_id(salon)}
    )
    assert refusal["code"] == "VALIDATION_FAILED"


@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example/back", "https://partner.example/back", "https://partner.example/back?from=calendera&x=1",
        "https://partner.example/back/../evil?from=calendera", "https://partner.example:8443/back?from=calendera",
        "http://partner.example/back?from=calendera", "https://partner.example.evil.example/back?from=calendera",
        "https://partner.example@evil.example/back?from=calendera", "https://Partner.example/back?from=calendera",
        "http://127.0.0.1:80@evil.example/done", "http://localhost/done", "http://127.0.0.1:1/other",
        "javascript:alert(1)", "//evil.example", 'https://evil.example/"><script>', "", "https://münchen.example",
    ],
)  # fmt: skip
async def test_nobody_is_sent_to_an_address_that_is_not_the_apps(
    salon: Business, app: PartnerApp, redirect: str
) -> None:
    for change in ({}, {"scope": "nonsense"}, {"response_type": "token"}, {"response_type": 'to"ken'}):
        request = app.request(**{**change, "redirect_uri": redirect})
        sent = await salon.owner.http.get(f"/oauth/authorize?{request}", headers=salon.owner.headers)
        assert sent.status_code == 400 and "location" not in sent.headers
        asked = await salon.owner(ASKED, request=request)
        assert asked.codes == ["BAD_USER_INPUT"]
        assert "evil" not in asked.errors[0]["message"]  # whoever makes the link does not write on our page
        refusal = await salon.owner.refused(APPROVE, input={"request": request, "accountId": account_id(salon)})
        assert refusal["code"] == "VALIDATION_FAILED"
    assert await AppGrant.of(salon.account.id).count() == 0


async def test_a_request_that_two_could_read_differently_is_read_by_nobody(salon: Business, app: PartnerApp) -> None:
    good = app.request()
    twice = [f"{good}&{name}=x" for name in ("client_id", "redirect_uri", "scope", "state", "code_challenge")]
    odd = [f"{good}&x=%FF", f"{good}&x=%00", f"{good}&{'a' * 8000}", "&".join(f"a{n}=1" for n in range(40)), ""]
    unknown = app.request(client_id="app_00000000000000000000000000")
    for request in [*twice, *odd, unknown, app.request(client_id=None), app.request(client_id="' OR 1=1")]:
        sent = await salon.owner.http.get(f"/oauth/authorize?{request}", headers=salon.owner.headers)
        assert sent.status_code == 400 and "location" not in sent.headers
        assert (await salon.owner(ASKED, request=request)).codes == ["BAD_USER_INPUT"]
    assert (await salon.owner.http.post(f"/oauth/authorize?{good}")).status_code == 405


async def test_the_page_can_be_framed_by_nobody_and_kept_by_nobody(app: PartnerApp, visitor: Caller) -> None:
    page = await visitor.http.get(f"/oauth/authorize?{app.request()}")
    assert page.headers["content-security-policy"] == PAGE_POLICY and "frame-ancestors 'none'" in PAGE_POLICY
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers and "access-control-allow-origin" not in page.headers


async def test_whoever_decides_sees_what_is_asked_in_words(salon: Business, app: PartnerApp, visitor: Caller) -> None:
    request = app.request()
    for caller, may in ((visitor, False), (salon.owner, True), (await salon.member(Role.ADMIN), True)):
        asked = (await caller.ok(ASKED, request=request))["appAuthorization"]
        assert asked["app"] == {
            "name": "Bookkeeper", "description": "Keeps your books.", "homepage": "https://partner.example/"
        }  # fmt: skip
        assert (asked["developerName"], asked["mayApprove"]) == ("Rival", may)
        assert asked["scopes"] == ["CATALOGUE_READ", "BOOKINGS_READ"]
        assert "List and filter bookings" in asked["allows"] and len(set(asked["allows"])) == len(asked["allows"])
        told = answered(asked["declineTo"])
        assert (told["error"], told["state"], told["iss"]) == ("access_denied", "s 1&2", ISSUER)
    assert await told_of(salon) == []


async def test_only_owners_and_admins_approve_and_only_for_the_account_that_they_saw(
    salon: Business, rival: Business, app: PartnerApp, visitor: Caller
) -> None:
    given = {"request": app.request(), "accountId": account_id(salon)}
    for role in (Role.MANAGER, Role.STAFF, Role.AUDITOR):
        assert await (await salon.member(role)).denied(APPROVE, input=given) == "FORBIDDEN"
    salon.product.clock.advance(minutes=11)
    assert await salon.owner.denied(APPROVE, input=given) == "REAUTH_REQUIRED"
    salon.product.clock.stand_at(NOW)
    assert await visitor.denied(APPROVE, input=given) == "UNAUTHENTICATED"
    assert await salon.partner.denied(APPROVE, input=given) == "FORBIDDEN"
    assert await app.caller(await app.tokens(rival)).denied(APPROVE, input=given) == "FORBIDDEN"
    assert (await rival.owner.refused(APPROVE, input=given))["code"] == "NOT_FOUND"
    # A page of another site can neither approve nor sign somebody in: it cannot send JSON or the header unasked.
    cookie = {"Cookie": salon.owner.headers["Cookie"], "Origin": "https://evil.example"}
    body = {"query": APPROVE, "variables": {"input": given}}
    plain = await visitor.http.post("/graphql", json=body, headers=cookie)
    assert plain.status_code == 403
    form = await visitor.http.post("/graphql", data={"query": APPROVE}, headers=cookie)
    assert form.status_code == 415
    assert await told_of(salon) == []
