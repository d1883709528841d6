"""Credentials over HTTP: what each opens, where, and everything that is refused."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stderr
from typing import Any

import httpx
import pytest
import structlog

from calendera import logs
from models.access_key import AccessKey
from models.session import Session
from permissions.roles import Scope
from resolvers.context import COOKIE
from tests.api import Caller, asked
from tests.appointments import appointment
from tests.businesses import ORIGIN, Business, by_key
from tests.product import Product

WHO = "{ viewer { kind role permissions { name access } } account { name } }"
KIND = "{ viewer { kind } }"
EVIL = "https://evil.example"


async def post(caller: Caller, document: str = WHO, *, path: str | None = None, **headers: str) -> httpx.Response:
    sent = {"Accept": "application/json", **headers}
    return await caller.http.post(path or caller.path, json=asked(path or caller.path, document), headers=sent)


async def preflight(caller: Caller, path: str, origin: str) -> httpx.Response:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    return await caller.http.options(path, headers={"Origin": origin, **asks})


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


def embed(key: str) -> str:
    return f"/embed/v1/{key}/graphql"


# --- the widget's key ----------------------------------------------------------------------------------------------


async def test_a_page_that_is_allowed_reads_the_answer(salon: Business) -> None:
    response = await post(salon.widget, Origin=ORIGIN)
    assert response.status_code == 200 and response.json()["data"]["account"]["name"] == "Salon"
    assert response.json()["data"]["viewer"]["kind"] == "WIDGET"
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "http://salon.example", "https://salon.example:8443", "https://sub.salon.example", "*", ""]
)
async def test_a_page_that_is_not_allowed_is_told_so_and_nothing_else(salon: Business, origin: str) -> None:
    response = await post(salon.widget, Origin=origin)
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")
    assert response.headers["access-control-allow-origin"] == origin
    assert "data" not in response.json() and "Salon" not in response.text


async def test_a_server_that_names_no_page_may_use_the_key(salon: Business) -> None:
    response = await post(salon.widget)
    assert response.json()["data"]["viewer"]["kind"] == "WIDGET"
    assert "access-control-allow-origin" not in response.headers


async def test_each_key_has_its_own_preflight(salon: Business, rival: Business) -> None:
    await AccessKey.of(rival.account.id).filter(kind="WIDGET").update(origins=[EVIL])
    allowed = await preflight(salon.widget, salon.widget.path, ORIGIN)
    assert allowed.status_code == 204 and allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert "Content-Type" in allowed.headers["access-control-allow-headers"]
    assert "cookie" not in allowed.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in allowed.headers
    assert (await preflight(rival.widget, rival.widget.path, EVIL)).status_code == 204
    for path, origin in (
        (salon.widget.path, EVIL),
        (rival.widget.path, ORIGIN),
        (embed("pk_unknown"), ORIGIN),
        (embed(salon.partner_key), ORIGIN),
    ):
        refused = await preflight(salon.widget, path, origin)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers


async def test_an_options_that_is_no_preflight_is_no_way_in(salon: Business) -> None:
    assert (await salon.widget.http.options(salon.widget.path, headers={"Origin": ORIGIN})).status_code == 405
    assert (await salon.widget.http.options(salon.widget.path)).status_code == 405
    dashboard = await preflight(salon.owner, "/graphql", ORIGIN)
    assert "access-control-allow-origin" not in dashboard.headers


@pytest.mark.promise("6.1")
async def test_a_cookie_is_neither_read_nor_set_at_a_widgets_path(salon: Business) -> None:
    response = await post(salon.widget, Origin=ORIGIN, **salon.owner.headers)
    assert response.json()["data"]["viewer"]["kind"] == "WIDGET"
    assert "set-cookie" not in response.headers
    for document in (
        'mutation { signIn(input: {email: "a@b.example", password: "long enough to be one"}) { __typename } }',
        "mutation { signOut { __typename } }",
    ):
        answer = await post(salon.widget, document, Origin=ORIGIN, **salon.owner.headers)
        assert answer.json()["errors"] and "set-cookie" not in answer.headers


@pytest.mark.parametrize("key", ["pk_unknown", "x" * 5000, "pk_%00", "%F0%9F%92%88", "pk_%ff", "sk"])
async def test_a_path_with_no_live_key_is_unauthenticated(salon: Business, key: str) -> None:
    response = await post(salon.widget, path=embed(key), Origin=ORIGIN)
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")


async def test_a_partners_secret_is_no_widget_key_and_a_widget_key_is_no_secret(salon: Business) -> None:
    assert (await post(salon.widget, path=embed(salon.partner_key))).status_code == 401
    assert (await post(salon.widget, path="/graphql", Authorization=f"Bearer {salon.widget_key}")).status_code == 401


async def test_a_widget_key_reaches_no_log(product: Product, salon: Business) -> None:
    stream, root = io.StringIO(), logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        with redirect_stderr(stream):
            logs.configure(product.settings.model_copy(update={"log_format": "json", "log_level": "DEBUG"}))
        for headers in ({"Origin": ORIGIN}, {"Origin": EVIL}, {}):
            await post(salon.widget, **headers)
            await post(salon.widget, "{ broken", **headers)
            await preflight(salon.widget, salon.widget.path, headers.get("Origin", EVIL))
        await salon.widget.http.get(salon.widget.path)
        await salon.widget.http.get(f"{salon.widget.path}/nothing")
    finally:
        structlog.reset_defaults()
        root.setLevel(level)
        root.handlers[:] = handlers
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines].count("operation") >= 7
    assert salon.widget_key not in stream.getvalue() and salon.widget_key[3:20] not in stream.getvalue()


async def test_new_origins_and_a_revoked_key_count_with_the_next_request(salon: Business) -> None:
    key = await AccessKey.of(salon.account.id).get(kind="WIDGET")
    await key.change(salon.act, 1, origins=[EVIL])
    assert (await post(salon.widget, Origin=ORIGIN)).status_code == 403
    assert (await post(salon.widget, Origin=EVIL)).status_code == 200
    await key.revoke(salon.act)
    assert (await post(salon.widget, Origin=EVIL)).status_code == 401
    assert (await preflight(salon.widget, salon.widget.path, EVIL)).status_code == 403


# --- the partner's key ---------------------------------------------------------------------------------------------


async def test_a_partners_key_opens_what_its_scopes_say(salon: Business) -> None:
    caller = await salon.partner_with(Scope.CATALOGUE_READ)
    data = await caller.ok(WHO)
    assert data["viewer"]["kind"] == "PARTNER" and data["account"]["name"] == "Salon"
    held = {one["name"] for one in data["viewer"]["permissions"]}
    assert "CATALOGUE_READ" in held and "BOOKINGS_LIST" not in held


async def test_a_revoked_partner_key_is_refused_at_once(salon: Business) -> None:
    assert (await salon.partner(KIND)).status == 200
    key = await AccessKey.of(salon.account.id).get(kind="PARTNER")
    await key.revoke(salon.act)
    answer = await salon.partner(KIND)
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert answer.headers["www-authenticate"].startswith('Bearer realm="calendera", resource_metadata=')


async def test_the_last_use_of_a_key_is_noted_once_a_minute(salon: Business) -> None:
    async def last_used() -> Any:
        return (await AccessKey.of(salon.account.id).get(kind="PARTNER")).last_used_at

    clock = salon.product.clock
    assert await last_used() is None
    await salon.partner(KIND)
    first = await last_used()
    assert first == clock.now()
    clock.advance(seconds=30)
    await salon.partner(KIND)
    assert await last_used() == first
    clock.advance(seconds=31)
    await salon.partner(KIND)
    assert await last_used() == clock.now()


@pytest.mark.parametrize(
    "header",
    [
        "Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Token {key}", "{key}", "Bearer{key}", "Bearer {key}x",
        "Bearer x{key}", "Bearer {key} {key}", "Bearer SK_{key}", "Bearer sk_", "Bearer ss_abc", "Digest {key}",
    ],
)  # fmt: skip
async def test_what_is_not_the_key_is_unauthenticated(salon: Business, header: str) -> None:
    response = await post(salon.partner, Authorization=header.format(key=salon.partner_key))
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    assert salon.partner_key not in response.text


async def test_a_bearer_scheme_is_read_in_any_case_and_with_spaces_around_the_secret(salon: Business) -> None:
    for header in (f"bearer {salon.partner_key}", f"BEARER   {salon.partner_key} "):
        assert (await post(salon.partner, KIND, Authorization=header)).json()["data"]["viewer"]["kind"] == "PARTNER"


async def test_an_overlong_secret_is_refused_although_it_begins_with_a_good_one(salon: Business) -> None:
    for long in (salon.partner_key + "x" * 60_000, salon.partner_key + "\u00e9" * 300, "x" * 60_000):
        header = {"Authorization": f"Bearer {long}".encode("latin-1")}
        response = await salon.partner.http.post("/graphql", json={"query": KIND}, headers=header)
        assert response.status_code == 401


async def test_a_wrong_secret_is_not_made_up_for_by_a_good_cookie(salon: Business) -> None:
    response = await post(salon.owner, KIND, **salon.owner.headers, Authorization="Bearer sk_wrong")
    assert response.status_code == 401


async def test_a_key_opens_its_own_business_and_no_other(salon: Business, rival: Business) -> None:
    for ours, theirs in ((salon.partner, rival.partner), (salon.widget, rival.widget)):
        assert (await ours.ok(WHO))["account"]["name"] == "Salon"
        assert (await theirs.ok(WHO))["account"]["name"] == "Rival"
    crossed = await post(salon.widget, WHO, Origin=ORIGIN, Authorization=f"Bearer {rival.partner_key}")
    assert crossed.status_code == 401


# --- the customer's manage link ------------------------------------------------------------------------------------


async def test_a_manage_link_opens_its_booking_at_both_doors(salon: Business) -> None:
    made = await appointment(salon)
    customer = by_key(salon.product, made.token)
    data = await customer.ok(WHO)
    assert data["viewer"]["kind"] == "CUSTOMER" and data["account"]["name"] == "Salon"
    response = await post(salon.widget, Origin=ORIGIN, Authorization=f"Bearer {made.token}")
    viewer = response.json()["data"]["viewer"]
    assert viewer["kind"] == "CUSTOMER"
    assert {"SLOTS_HOLD", "BOOKINGS_CANCEL", "BOOKINGS_READ"} <= {one["name"] for one in viewer["permissions"]}


async def test_another_businesss_manage_link_is_refused_at_a_widget(salon: Business, rival: Business) -> None:
    made = await appointment(rival)
    response = await post(salon.widget, Origin=ORIGIN, Authorization=f"Bearer {made.token}")
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    assert "Rival" not in response.text
    unknown = await post(salon.widget, Origin=ORIGIN, Authorization="Bearer mt_unknown")
    assert unknown.json()["errors"] == response.json()["errors"]


@pytest.mark.parametrize("token", ["mt_", "mt_unknown", "mt_" + "x" * 10_000])
async def test_a_link_that_never_was_is_unauthenticated(visitor: Caller, token: str) -> None:
    assert (await post(visitor, KIND, Authorization=f"Bearer {token}")).status_code == 401


# --- the session cookie --------------------------------------------------------------------------------------------


async def test_a_cookie_without_the_client_header_is_refused(salon: Business) -> None:
    cookie = salon.owner.headers["Cookie"]
    response = await post(salon.owner, Cookie=cookie)
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")
    assert (await post(salon.owner, Cookie=cookie, **{"X-Calendera-Client": "x"})).status_code == 200


async def test_a_cookie_that_opens_nothing_makes_a_visitor_of_whoever_sends_it(salon: Business) -> None:
    for value in ("ss_unknown", "", "x" * 3000, salon.partner_key):
        sent = {"Cookie": f"{COOKIE}={value}", "X-Calendera-Client": "dashboard"}
        assert (await post(salon.owner, KIND, **sent)).json()["data"]["viewer"]["kind"] == "VISITOR"


async def test_a_session_that_ended_or_ran_out_opens_nothing(salon: Business) -> None:
    assert (await salon.owner.ok(KIND))["viewer"]["kind"] == "MEMBER"
    salon.product.clock.advance(days=31)
    assert (await salon.owner.ok(KIND))["viewer"]["kind"] == "VISITOR"
    salon.product.clock.advance(days=-31)
    await Session.filter(user_id=salon.owner_user.id).update(ended_at=salon.product.clock.now())
    assert (await salon.owner.ok(KIND))["viewer"]["kind"] == "VISITOR"


async def test_nobody_is_a_visitor(visitor: Caller) -> None:
    data = await visitor.ok(KIND)
    assert data["viewer"]["kind"] == "VISITOR"
    assert await visitor.denied("{ account { name } }") == "UNAUTHENTICATED"
