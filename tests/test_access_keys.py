"""Access keys through the API: made, changed, revoked. What they open over HTTP is in test_credentials.py."""

from __future__ import annotations

import asyncio

import pytest

from models.access_key import MOST_LIVE, AccessKey, AccessKeyKind
from models.event import Event
from models.membership import Membership, Role
from rules.ids import read_id
from tests.api import Caller
from tests.businesses import Business, id_of

REFUSALS = "... on Refusal { code message } ... on ValidationFailed { fields { path message } }"
KEY = "accessKey { id kind name key origins scopes createdAt lastUsedAt revokedAt version }"
WIDGET = f"""mutation ($input: CreateWidgetKeyInput!) {{ createWidgetKey(input: $input) {{
  __typename ... on CreateWidgetKeyPayload {{ {KEY} }} {REFUSALS} }} }}"""
PARTNER = f"""mutation ($input: CreatePartnerKeyInput!) {{ createPartnerKey(input: $input) {{
  __typename ... on CreatePartnerKeyPayload {{ secret {KEY} }} {REFUSALS} }} }}"""
UPDATE = f"""mutation ($input: UpdateWidgetKeyInput!) {{ updateWidgetKey(input: $input) {{
  __typename ... on UpdateWidgetKeyPayload {{ {KEY} }} {REFUSALS} ... on VersionConflict {{ currentVersion }} }} }}"""
REVOKE = f"""mutation ($input: RevokeAccessKeyInput!) {{ revokeAccessKey(input: $input) {{
  __typename ... on RevokeAccessKeyPayload {{ {KEY} }} ... on Refusal {{ code message }} }} }}"""
LIST = """query ($revoked: Boolean! = false) { accessKeys(first: 100, includeRevoked: $revoked) {
  totalCount nodes { id name kind key scopes revokedAt lastUsedAt } } }"""
RANDOM = "key_01k0000000000000000000000a"


async def widget_key(caller: Caller, name: str = "Site", *origins: str) -> dict[str, object]:
    made = await caller.did(WIDGET, input={"name": name, "origins": list(origins) or ["https://a.example"]})
    key: dict[str, object] = made["accessKey"]
    return key


async def names(caller: Caller, **variables: object) -> list[str]:
    return [node["name"] for node in (await caller.ok(LIST, **variables))["accessKeys"]["nodes"]]


async def test_a_widget_key_is_shown_whole_now_and_later(salon: Business) -> None:
    made = await widget_key(salon.owner, "  Our   site 💈", "https://Salon.example", "http://localhost:3000")
    assert made["name"] == "Our site 💈"
    assert made["origins"] == ["https://salon.example", "http://localhost:3000"]
    assert str(made["key"]).startswith("pk_") and len(str(made["key"])) == 46
    assert (made["kind"], made["scopes"], made["version"], made["lastUsedAt"]) == ("WIDGET", [], 1, None)
    listed = (await salon.owner.ok(LIST))["accessKeys"]["nodes"][0]
    assert listed["key"] == made["key"]


async def test_a_partner_key_shows_its_secret_once_and_stores_only_its_hash(salon: Business) -> None:
    scopes = ["BOOKINGS_READ", "CATALOGUE_READ", "BOOKINGS_READ"]
    made = await salon.owner.did(PARTNER, input={"name": "Bookkeeper", "scopes": scopes})
    secret, key = made["secret"], made["accessKey"]
    assert secret.startswith("sk_") and len(secret) == 46
    assert key["key"] == f"{secret[:8]}…"
    assert key["scopes"] == ["BOOKINGS_READ", "CATALOGUE_READ"]
    _, id = read_id(key["id"]) or pytest.fail("no id")
    row = await AccessKey.of(salon.account.id).get(id=id)
    assert secret not in repr({column: getattr(row, column) for column in AccessKey._meta.fields_map})
    listed = (await salon.owner.ok(LIST))["accessKeys"]["nodes"]
    assert secret not in repr(listed)
    events = await Event.of(salon.account.id).filter(subject_id=id)
    assert [event.name for event in events] == ["access_key_issued"]
    assert secret not in repr(events[0].data)


@pytest.mark.parametrize(
    ("name", "origins", "paths"),
    [
        ("x" * 300, ["https://a.example"], ["name"]),
        ("", [], ["name", "origins"]),
        ("Site", [f"https://s{n}.example" for n in range(21)], ["origins"]),
        ("Site", ["*"], ["origins.0"]),
        ("Site", ["https://a.example", "null", "https://b.example/path"], ["origins.1", "origins.2"]),
        ("Site", ["http://salon.example"], ["origins.0"]),
        ("Site", ["javascript:alert(1)", "https://me:pw@a.example"], ["origins.0", "origins.1"]),
        ("Site", ["https://" + "a" * 3000], ["origins.0"]),
    ],
)
async def test_what_no_widget_key_may_have(salon: Business, name: str, origins: list[str], paths: list[str]) -> None:
    refusal = await salon.owner.refused(WIDGET, input={"name": name, "origins": origins})
    assert refusal["code"] == "VALIDATION_FAILED"
    assert [problem["path"] for problem in refusal["fields"]] == paths
    assert await names(salon.owner) == ["Partner", "Website"]


async def test_what_no_partner_key_may_have(salon: Business) -> None:
    refusal = await salon.owner.refused(PARTNER, input={"name": "\u0000", "scopes": []})
    assert [problem["path"] for problem in refusal["fields"]] == ["name", "scopes"]
    answer = await salon.owner(PARTNER, input={"name": "Partner", "scopes": ["EVERYTHING"]})
    assert answer.codes == ["BAD_USER_INPUT"]
    assert await AccessKey.of(salon.account.id).count() == 2


async def test_a_widget_key_is_changed_in_part_and_only_from_the_version_that_was_read(salon: Business) -> None:
    made = await widget_key(salon.owner)
    renamed = await salon.owner.did(UPDATE, input={"id": made["id"], "expectedVersion": 1, "name": "موقعنا"})
    assert (renamed["accessKey"]["name"], renamed["accessKey"]["version"]) == ("موقعنا", 2)
    assert renamed["accessKey"]["origins"] == made["origins"]
    stale = await salon.owner.refused(UPDATE, input={"id": made["id"], "expectedVersion": 1, "name": "Late"})
    assert (stale["code"], stale["currentVersion"]) == ("VERSION_CONFLICT", 2)
    bad = await salon.owner.refused(UPDATE, input={"id": made["id"], "expectedVersion": 2, "origins": []})
    assert [problem["path"] for problem in bad["fields"]] == ["origins"]


async def test_a_partner_key_is_no_widget_key(salon: Business) -> None:
    made = await salon.owner.did(PARTNER, input={"name": "P", "scopes": ["CATALOGUE_READ"]})
    change = {"id": made["accessKey"]["id"], "expectedVersion": 1, "origins": ["https://a.example"]}
    assert (await salon.owner.refused(UPDATE, input=change))["code"] == "NOT_FOUND"


async def test_revoking_is_for_good_and_twice_is_once(salon: Business) -> None:
    made = await widget_key(salon.owner, "Old site")
    first = await salon.owner.did(REVOKE, input={"id": made["id"]})
    salon.product.clock.advance(hours=1)
    await salon.owner_proves()
    again = await salon.owner.did(REVOKE, input={"id": made["id"]})
    assert first["accessKey"]["revokedAt"] == again["accessKey"]["revokedAt"] == "2027-01-11T12:00:00Z"
    refusal = await salon.owner.refused(UPDATE, input={"id": made["id"], "expectedVersion": 2, "name": "Back"})
    assert [problem["path"] for problem in refusal["fields"]] == ["id"]
    assert "Old site" not in await names(salon.owner)
    assert "Old site" in await names(salon.owner, revoked=True)
    _, id = read_id(str(made["id"])) or pytest.fail("no id")
    events = await Event.of(salon.account.id).filter(subject_id=id).order_by("id")
    assert [event.name for event in events] == ["access_key_issued", "access_key_revoked"]


async def test_an_account_has_room_for_a_hundred_live_keys_also_when_two_ask_at_once(salon: Business) -> None:
    for number in range(MOST_LIVE - 3):
        await AccessKey.issue(salon.act, AccessKeyKind.WIDGET, f"{number}", origins=["https://a.example"], scopes=[])
    asked = [salon.owner(WIDGET, input={"name": f"n{n}", "origins": ["https://a.example"]}) for n in range(4)]
    kinds = [answer.data["createWidgetKey"]["__typename"] for answer in await asyncio.gather(*asked)]
    assert sorted(kinds) == ["CreateWidgetKeyPayload", *["ValidationFailed"] * 3]
    assert await AccessKey.of(salon.account.id).filter(revoked_at=None).count() == MOST_LIVE


async def test_another_businesss_key_answers_like_a_random_id(salon: Business, rival: Business) -> None:
    made = await widget_key(salon.owner)
    for id in (made["id"], RANDOM, "nonsense", salon_location_like(str(made["id"]))):
        change = {"id": id, "expectedVersion": 1, "name": "Mine"}
        answers = [
            await rival.owner.refused(UPDATE, input=change),
            await rival.owner.refused(REVOKE, input={"id": id}),
        ]
        assert [answer["code"] for answer in answers] == ["NOT_FOUND"] * 2
        assert len({answer["message"] for answer in answers}) == 1
    assert "Site" not in await names(rival.owner)
    assert (await widget_key(salon.owner, "Second"))["version"] == 1
    assert await names(salon.owner) == ["Second", "Site", "Partner", "Website"]


def salon_location_like(id: str) -> str:
    return id.replace("key_", "loc_")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.STAFF, Role.AUDITOR])
async def test_only_owners_and_admins_have_to_do_with_keys(salon: Business, role: Role) -> None:
    member = await salon.member(role)
    assert await member.denied(LIST) == "FORBIDDEN"
    assert await member.denied(WIDGET, input={"name": "x", "origins": ["https://a.example"]}) == "FORBIDDEN"
    assert await member.denied(PARTNER, input={"name": "x", "scopes": ["CATALOGUE_READ"]}) == "FORBIDDEN"
    assert await member.denied(REVOKE, input={"id": RANDOM}) == "FORBIDDEN"
    assert await AccessKey.of(salon.account.id).count() == 2


async def test_an_admin_manages_keys_and_no_key_does(salon: Business, visitor: Caller) -> None:
    admin = await salon.member(Role.ADMIN)
    assert (await widget_key(admin))["kind"] == "WIDGET"
    for caller, code in ((salon.partner, "FORBIDDEN"), (salon.widget, "FORBIDDEN"), (visitor, "UNAUTHENTICATED")):
        assert await caller.denied(LIST) == code
        assert await caller.denied(PARTNER, input={"name": "x", "scopes": ["CATALOGUE_READ"]}) == code


async def test_a_key_says_who_made_it_and_since_when_they_are_gone(salon: Business, rival: Business) -> None:
    admin = await salon.member(Role.ADMIN)
    made = (await admin.did(PARTNER, input={"name": "Theirs", "scopes": ["CATALOGUE_READ"]}))["accessKey"]["id"]
    document = "{ accessKeys(first: 9) { nodes { id madeBy { name } makerLeftAt } } }"
    before = {one["id"]: one for one in (await salon.owner.ok(document))["accessKeys"]["nodes"]}
    assert before[made]["madeBy"]["name"].startswith("Person ") and before[made]["makerLeftAt"] is None
    (membership,) = await Membership.of(salon.account.id).filter(role=Role.ADMIN)
    salon.product.clock.advance(minutes=5)
    remove = """mutation ($id: ID!) { removeMember(input: {id: $id, expectedVersion: 1}) { __typename } }"""
    await salon.owner.did(remove, id=id_of(membership))
    after = {one["id"]: one for one in (await salon.owner.ok(document))["accessKeys"]["nodes"]}
    assert after[made] == before[made] | {"makerLeftAt": "2027-01-11T12:05:00Z"}
    assert all(one["makerLeftAt"] is None for id, one in after.items() if id != made)
    theirs = (await rival.owner.ok(document))["accessKeys"]["nodes"]
    assert [one["makerLeftAt"] for one in theirs] == [None, None]
