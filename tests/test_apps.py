"""Apps as their developer keeps them. What they do once they are installed is in test_oauth.py."""

from __future__ import annotations

import pytest

from models.app import MOST_LIVE, App
from models.app_grant import AppGrant, AppToken
from models.app_installation import AppInstallation
from models.event import Event
from models.membership import Role
from rules.ids import key_of
from tests.businesses import Business
from tests.clearing import clear_away
from tests.partner_apps import APP, CREATE, INSTALLED, REFUSED, WHO, PartnerApp, app_input, error, make_app

UPDATE = f"""mutation ($input: UpdateAppInput!) {{ updateApp(input: $input) {{
  __typename ... on UpdateAppPayload {{ {APP} }} {REFUSED} ... on VersionConflict {{ currentVersion }} }} }}"""
ROTATE = f"""mutation ($input: RotateAppSecretInput!) {{ rotateAppSecret(input: $input) {{
  __typename ... on RotateAppSecretPayload {{ secret {APP} }} {REFUSED} }} }}"""
ARCHIVE = f"""mutation ($input: ArchiveAppInput!) {{ archiveApp(input: $input) {{
  __typename ... on ArchiveAppPayload {{ {APP} }} {REFUSED} }} }}"""
LIST = """query ($archived: Boolean! = false) { apps(first: 100, includeArchived: $archived) {
  nodes { id name clientId scopes installed archivedAt } } }"""


async def works(app: PartnerApp, secret: str) -> bool:
    """Whether a secret is the app's: an unknown refresh token is refused for itself, or not even looked at."""
    answer = await app.post(secret=secret, grant_type="refresh_token", refresh_token="rf_unknown")
    return error(answer)[1] == "invalid_grant"


async def test_an_app_is_made_with_a_secret_that_is_shown_once_and_stored_as_a_hash(rival: Business) -> None:
    made = await rival.owner.did(CREATE, input=app_input(name="  Book   keeper ", homepage="https://Partner.example"))
    app, secret = made["app"], made["secret"]
    assert secret.startswith("as_") and len(secret) == 46
    assert app["name"] == "Book keeper" and app["homepage"] == "https://partner.example/"
    assert app["clientId"] == app["id"] and app["version"] == 1 and app["installed"] == 0
    assert app["scopes"] == ["CATALOGUE_READ", "BOOKINGS_READ"]
    row = await App.get(id=key_of("app", app["id"]))
    assert secret not in repr(vars(row))
    events = await Event.of(rival.account.id).filter(subject="app")
    assert [event.name for event in events] == ["app_created"] and secret not in repr(vars(events[0]))


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"name": "", "homepage": "http://partner.example", "scopes": []}, ["name", "homepage", "scopes"]),
        ({"description": "x" * 501}, ["description"]),
        ({"redirectUris": []}, ["redirectUris"]),
        ({"redirectUris": [f"https://a.example/{n}" for n in range(11)]}, ["redirectUris"]),
        ({"redirectUris": ["https://a.example/#x", "http://a.example/"]}, ["redirectUris.0", "redirectUris.1"]),
        ({"redirectUris": ["http://localhost/x", "com.example.app:/back"]}, ["redirectUris.0", "redirectUris.1"]),
        ({"redirectUris": ["https://u:p@a.example/", "https://*.a.example/"]}, ["redirectUris.0", "redirectUris.1"]),
    ],
)
async def test_what_no_app_may_have(rival: Business, change: dict[str, object], paths: list[str]) -> None:
    refusal = await rival.owner.refused(CREATE, input=app_input(**change))
    assert [problem["path"] for problem in refusal["fields"]] == paths
    assert await App.made_by(rival.account.id).count() == 0


async def test_only_owners_and_admins_keep_apps(rival: Business) -> None:
    for role in (Role.MANAGER, Role.STAFF, Role.AUDITOR):
        member = await rival.member(role)
        assert await member.denied(LIST) == "FORBIDDEN"
        assert await member.denied(CREATE, input=app_input()) == "FORBIDDEN"
    await (await rival.member(Role.ADMIN)).did(CREATE, input=app_input())
    rival.product.clock.advance(minutes=11)
    assert await rival.owner.denied(CREATE, input=app_input()) == "REAUTH_REQUIRED"


async def test_an_app_is_changed_in_part_and_the_change_counts_at_once(
    salon: Business, rival: Business, app: PartnerApp
) -> None:
    new = "https://partner.example/new"
    change = {"id": app.client_id, "expectedVersion": 1, "redirectUris": [new], "name": "Renamed"}
    changed = (await rival.owner.did(UPDATE, input=change))["app"]
    assert (changed["redirectUris"], changed["name"], changed["version"]) == ([new], "Renamed", 2)
    assert changed["homepage"] == "https://partner.example/"
    stale = await rival.owner.refused(UPDATE, input=change)
    assert (stale["code"], stale["currentVersion"]) == ("VERSION_CONFLICT", 2)
    code = await app.code(salon, redirect_uri=new)
    assert (await app.redeem(code, redirect_uri=new)).status_code == 200
    assert (await salon.owner.refused(UPDATE, input=change | {"expectedVersion": 2}))["code"] == "NOT_FOUND"
    (seen,) = (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"]
    assert (seen["name"], seen["app"]["name"]) == ("Renamed", "Renamed")
    await rival.owner.did(UPDATE, input={"id": app.client_id, "expectedVersion": 2, "name": "Calendera"})
    (seen,) = (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"]
    assert (seen["name"], seen["app"]["name"]) == ("Renamed", "Calendera")


async def test_a_secret_is_rotated_with_an_overlap(rival: Business, app: PartnerApp) -> None:
    first = app.secret or ""
    rotate = {"id": app.client_id, "expectedVersion": 1, "overlapHours": 2}
    second = (await rival.owner.did(ROTATE, input=rotate))["secret"]
    assert await works(app, first) and await works(app, second)
    rival.product.clock.advance(hours=2)
    assert not await works(app, first) and await works(app, second)
    await rival.owner_proves()
    third = (await rival.owner.did(ROTATE, input=rotate | {"expectedVersion": 2, "overlapHours": 0}))["secret"]
    assert not await works(app, second) and await works(app, third)
    refusal = await rival.owner.refused(ROTATE, input=rotate | {"expectedVersion": 3, "overlapHours": 169})
    assert [problem["path"] for problem in refusal["fields"]] == ["overlapHours"]
    public = await make_app(rival, confidential=False)
    assert (await rival.owner.refused(ROTATE, input=rotate | {"id": public.client_id}))["code"] == "VALIDATION_FAILED"


async def test_archiving_ends_every_token_everywhere(salon: Business, rival: Business, app: PartnerApp) -> None:
    ours, theirs, waiting = await app.tokens(salon), await app.tokens(rival), await app.code(salon)
    given = {"id": app.client_id, "expectedVersion": 1}
    assert (await salon.owner.refused(ARCHIVE, input=given))["code"] == "NOT_FOUND"
    gone = (await rival.owner.did(ARCHIVE, input=given))["app"]
    assert gone["archivedAt"] == (await rival.owner.did(ARCHIVE, input=given))["app"]["archivedAt"]
    for tokens in (ours, theirs):
        assert await app.caller(tokens).denied(WHO) == "UNAUTHENTICATED"
        assert error(await app.refresh(tokens["refresh_token"])) == (401, "invalid_client")
    assert error(await app.redeem(waiting)) == (401, "invalid_client")
    (seen,) = (await salon.owner.ok(INSTALLED))["installedApps"]["nodes"]
    assert seen["app"]["archivedAt"] is not None
    assert (await rival.owner.ok(LIST))["apps"]["nodes"] == []
    assert len((await rival.owner.ok(LIST, archived=True))["apps"]["nodes"]) == 1
    again = await rival.owner.refused(UPDATE, input={"id": app.client_id, "expectedVersion": 2, "name": "Back"})
    assert [problem["path"] for problem in again["fields"]] == ["id"]


async def test_an_account_has_room_for_fifty_live_apps(rival: Business) -> None:
    values = {"name": "x", "description": "", "homepage": "https://x.example", "redirect_uris": [], "scopes": []}
    at = {"created_at": rival.product.clock.now(), "updated_at": rival.product.clock.now()}
    await App.bulk_create(
        [App(developer_account_id=rival.account.id, confidential=False, **values, **at) for _ in range(MOST_LIVE)]
    )
    refusal = await rival.owner.refused(CREATE, input=app_input())
    assert [problem["path"] for problem in refusal["fields"]] == ["name"]


async def test_what_is_over_is_cleared_away_and_what_could_be_reused_is_kept(salon: Business, app: PartnerApp) -> None:
    tokens = await app.tokens(salon)
    await app.refresh(tokens["refresh_token"])
    await app.code(salon)  # which nobody redeems

    async def cleared() -> tuple[int, int, int]:
        await clear_away(salon.product.clock.now())
        models = (AppToken, AppGrant, AppInstallation)
        counts = [await model.of(salon.account.id).count() for model in models]
        return counts[0], counts[1], counts[2]

    salon.product.clock.advance(hours=2)
    assert await cleared() == (2, 2, 1)
    salon.product.clock.advance(days=31)
    assert await cleared() == (2, 1, 1)
    assert error(await app.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    salon.product.clock.advance(days=60)
    assert await cleared() == (0, 0, 1)
