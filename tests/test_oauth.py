"""Partners' apps over HTTP: let in by a business, asking with its tokens, seen by both sides."""

from __future__ import annotations

import httpx
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from models.event import Event
from models.membership import Membership, Role
from rules.ids import global_id
from rules.oauth.discovery import server_metadata
from tests.api import Caller
from tests.businesses import Business
from tests.partner_apps import (
    INSTALLED,
    ISSUER,
    REDIRECT,
    UNINSTALL,
    WHO,
    PartnerApp,
    answered,
    approve,
    error,
    make_app,
    opens,
    told_of,
)


async def test_a_library_that_others_wrote_goes_the_whole_way(salon: Business, app: PartnerApp) -> None:
    async with app.library(scope="catalogue:read bookings:read") as client:
        url, state = client.create_authorization_url(f"{ISSUER}/oauth/authorize", code_verifier=app.verifier)
        page = await salon.owner.http.get(url, headers=salon.owner.headers)
        assert page.status_code == 200 and "An app asks for access" in page.text
        back = await approve(salon, httpx.URL(url).query.decode())
        assert back.startswith(REDIRECT) and answered(back)["iss"] == ISSUER and answered(back)["state"] == state
        got = await client.fetch_token(
            f"{ISSUER}/oauth/token", authorization_response=back, state=state, code_verifier=app.verifier
        )
        assert (got["token_type"], got["expires_in"]) == ("Bearer", 3600)
        assert got["scope"] == "catalogue:read bookings:read"
        said = await client.post("/graphql", json={"query": WHO})
        assert said.json()["data"]["viewer"] == {
            "kind": "PARTNER", "scopes": ["CATALOGUE_READ", "BOOKINGS_READ"], "account": {"name": "Salon"},
        }  # fmt: skip
        newer = await client.refresh_token(f"{ISSUER}/oauth/token", refresh_token=got["refresh_token"])
        assert newer["refresh_token"] != got["refresh_token"] and newer["access_token"] != got["access_token"]
        gone = await client.revoke_token(f"{ISSUER}/oauth/revoke", token=newer["refresh_token"])
        assert gone.status_code == 200
        assert (await client.post("/graphql", json={"query": WHO})).status_code == 401
    assert await told_of(salon) == ["app_approved", "app_signed_off"]


async def test_a_public_app_needs_no_secret_and_any_port_of_the_own_machine_will_do(
    salon: Business, rival: Business
) -> None:
    app = await make_app(rival, confidential=False)
    assert app.secret is None
    there = "http://127.0.0.1:49152/done"
    code = await app.code(salon, redirect_uri=there)
    tokens = await app.redeem(code, redirect_uri=there)
    assert tokens.status_code == 200
    assert await opens(app.caller(tokens.json())) == "PARTNER"
    assert error(await app.post(secret="as_made-up", grant_type="refresh_token", refresh_token="x")) == (
        401,
        "invalid_client",
    )


async def test_one_app_at_two_businesses_is_installed_twice(salon: Business, rival: Business, app: PartnerApp) -> None:
    ours, theirs = await app.tokens(salon), await app.tokens(rival)
    for business, tokens in ((salon, ours), (rival, theirs)):
        who = (await app.caller(tokens).ok(WHO))["viewer"]
        assert who["account"]["name"] == business.account.name
    (installed,) = (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"]
    await salon.owner.did(UNINSTALL, input={"id": installed["id"]})
    assert (await opens(app.caller(ours)), await opens(app.caller(theirs))) == ("UNAUTHENTICATED", "PARTNER")


async def test_an_app_does_what_its_scopes_allow_and_history_says_that_it_did(salon: Business, rival: Business) -> None:
    app = await make_app(rival, scopes=["BOOKINGS_READ", "CATALOGUE_READ", "CUSTOMERS_WRITE"])
    caller = app.caller(await app.tokens(salon, scope="customers:write"))
    made = await caller.did(
        """mutation { createCustomer(input: {name: "Grace", email: "g@example.com"}) {
          __typename ... on CreateCustomerPayload { customer { id } } } }"""
    )
    assert made["customer"]["id"].startswith("cus_")
    event = await Event.of(salon.account.id).filter(name="customer_created").order_by("-id").first()
    assert event is not None and event.actor_kind.value == "APP"
    node = """query ($id: ID!) { node(id: $id) { ... on Event { actorKind actorId app { name } } } }"""
    told = (await salon.owner.ok(node, id=global_id("event", event.id)))["node"]
    assert told["app"] == {"name": "Bookkeeper"} and told["actorId"].startswith("ins_")
    assert await caller.denied("{ bookings(first: 1) { nodes { id } } }") == "FORBIDDEN"
    assert await caller.denied("{ apps(first: 1) { nodes { id } } }") == "FORBIDDEN"


async def test_the_business_sees_what_it_approved_and_ends_it_at_once(salon: Business, app: PartnerApp) -> None:
    admin = await salon.member(Role.ADMIN)
    tokens = (await app.redeem(await app.code(salon, admin, scope="catalogue:read"))).json()
    await app.caller(tokens).ok(WHO)
    await app.code(salon, scope="bookings:read")
    await Membership.of(salon.account.id).filter(role=Role.ADMIN).delete()
    (seen,) = (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"]
    assert (seen["name"], seen["scopes"]) == ("Bookkeeper", ["CATALOGUE_READ", "BOOKINGS_READ"])
    assert seen["approvedBy"]["name"] == salon.owner_user.name and seen["lastUsedAt"] == "2027-01-11T12:00:00Z"
    assert seen["app"] == {"name": "Bookkeeper", "homepage": "https://partner.example/", "archivedAt": None}
    assert await opens(app.caller(tokens)) == "PARTNER"  # whoever approved it has left; the business has it still
    first = await salon.owner.did(UNINSTALL, input={"id": seen["id"]})
    salon.product.clock.advance(minutes=1)
    again = await salon.owner.did(UNINSTALL, input={"id": seen["id"]})
    assert first == again and await opens(app.caller(tokens)) == "UNAUTHENTICATED"
    assert error(await app.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"] == []
    fresh = await app.tokens(salon)
    assert await opens(app.caller(fresh)) == "PARTNER"
    assert await opens(app.caller(tokens)) == "UNAUTHENTICATED"


async def test_the_developer_learns_how_many_and_nothing_else(
    salon: Business, rival: Business, app: PartnerApp
) -> None:
    await app.tokens(salon)
    await app.tokens(salon)
    await app.tokens(rival)
    apps = "{ apps(first: 9) { nodes { installed } } installedApps(first: 9) { nodes { id } } }"
    seen = await rival.owner.ok(apps)
    assert seen["apps"]["nodes"] == [{"installed": 2}] and len(seen["installedApps"]["nodes"]) == 1
    (ours,) = (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"]
    assert (await rival.owner.refused(UNINSTALL, input={"id": ours["id"]}))["code"] == "NOT_FOUND"
    assert (await rival.owner.ok("query ($id: ID!) { node(id: $id) { id } }", id=ours["id"]))["node"] is None
    (ours_again,) = (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"]
    assert ours_again["uninstalledAt"] is None
    await salon.owner.did(UNINSTALL, input={"id": ours["id"]})
    assert (await rival.owner.ok(apps))["apps"]["nodes"] == [{"installed": 1}]
    assert await Event.of(rival.account.id).filter(name__startswith="app_un").count() == 0


async def test_programs_find_everything_by_themselves(visitor: Caller) -> None:
    server = await visitor.http.get("/.well-known/oauth-authorization-server")
    said = server.json()
    assert said["issuer"] == ISSUER and said["code_challenge_methods_supported"] == ["S256"]
    assert server.headers["access-control-allow-origin"] == "*"
    for name in ("authorization", "token", "revocation"):
        path = said[f"{name}_endpoint"].removeprefix(ISSUER)
        assert (await visitor.http.options(path)).status_code == 405  # is there
    AuthorizationServerMetadata(server_metadata("https://calendera.example", said["scopes_supported"])).validate()
    refused = await by_key_of_nobody(visitor)
    assert 'resource_metadata="' in refused.headers["www-authenticate"]
    where = refused.headers["www-authenticate"].split('resource_metadata="')[1].split('"')[0]
    api = (await visitor.http.get(where)).json()
    assert (api["resource"], api["authorization_servers"]) == (f"{ISSUER}/graphql", [ISSUER])
    root = (await visitor.http.get("/.well-known/oauth-protected-resource")).json()
    assert root["resource"] == ISSUER


async def by_key_of_nobody(visitor: Caller) -> httpx.Response:
    return await visitor.http.post("/graphql", json={"query": WHO}, headers={"Authorization": "Bearer at_none"})
