"""Locations through the API."""

from __future__ import annotations

import pytest

from models.membership import Role
from tests.api import Caller
from tests.businesses import Business

CREATE = """
mutation ($input: CreateLocationInput!) {
  createLocation(input: $input) {
    __typename
    ... on CreateLocationPayload { location { id name address zone version archivedAt } }
    ... on ValidationFailed { code fields { path message } }
  }
}
"""
UPDATE = """
mutation ($input: UpdateLocationInput!) {
  updateLocation(input: $input) {
    __typename
    ... on UpdateLocationPayload { location { id name zone version } }
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
    ... on VersionConflict { currentVersion }
  }
}
"""
ARCHIVE = """
mutation ($input: ArchiveLocationInput!) {
  archiveLocation(input: $input) {
    __typename
    ... on ArchiveLocationPayload { location { id archivedAt version } }
    ... on Refusal { code message }
  }
}
"""
LIST = """
query ($first: Int, $after: String, $last: Int, $before: String, $archived: Boolean! = false) {
  locations(first: $first, after: $after, last: $last, before: $before, includeArchived: $archived) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id name } }
  }
}
"""
ONE = "query ($id: ID!) { location(id: $id) { id name zone } }"


async def make(caller: Caller, name: str = "High Street", zone: str = "America/Chicago") -> dict[str, str]:
    made = await caller.did(CREATE, input={"name": name, "zone": zone})
    location: dict[str, str] = made["location"]
    return location


async def test_a_manager_creates_a_location_and_everyone_in_the_account_reads_it(salon: Business) -> None:
    manager = await salon.member(Role.MANAGER)
    made = await make(manager, "  Café  Zürich 💈 ", "Europe/Zurich")
    assert made["name"] == "Café Zürich 💈"
    assert made["version"] == 1
    for caller in (salon.owner, await salon.member(Role.STAFF), salon.widget, salon.partner):
        assert (await caller.ok(ONE, id=made["id"]))["location"]["zone"] == "Europe/Zurich"


async def test_every_problem_of_an_input_is_told_at_once(salon: Business) -> None:
    refusal = await salon.owner.refused(CREATE, input={"name": "x" * 300, "zone": "Mars/Olympus"})
    assert refusal["__typename"] == "ValidationFailed"
    assert [problem["path"] for problem in refusal["fields"]] == ["name", "zone"]
    assert "120" in refusal["fields"][0]["message"]
    assert (await salon.owner.ok(LIST, first=10))["locations"]["totalCount"] == 0


async def test_an_update_changes_what_is_given_and_nothing_else(salon: Business) -> None:
    made = await make(salon.owner)
    done = await salon.owner.did(UPDATE, input={"id": made["id"], "expectedVersion": 1, "name": "Low Street"})
    assert done["location"] == {"id": made["id"], "name": "Low Street", "zone": "America/Chicago", "version": 2}


async def test_a_stale_version_is_refused_with_the_current_one(salon: Business) -> None:
    made = await make(salon.owner)
    change = {"id": made["id"], "expectedVersion": 1, "name": "Low Street"}
    await salon.owner.did(UPDATE, input=change)
    refusal = await salon.owner.refused(UPDATE, input={**change, "name": "Third Street"})
    assert refusal["__typename"] == "VersionConflict"
    assert refusal["currentVersion"] == 2
    assert (await salon.owner.ok(ONE, id=made["id"]))["location"]["name"] == "Low Street"


async def test_an_archived_location_is_listed_only_where_asked_for(salon: Business) -> None:
    made = await make(salon.owner)
    await salon.owner.did(ARCHIVE, input={"id": made["id"], "expectedVersion": 1})
    assert (await salon.owner.ok(LIST, first=10))["locations"]["totalCount"] == 0
    assert (await salon.owner.ok(LIST, first=10, archived=True))["locations"]["totalCount"] == 1
    assert await salon.widget.denied(LIST, first=10, archived=True) == "FORBIDDEN"


async def test_the_rival_gets_the_answer_of_a_random_id(salon: Business, rival: Business) -> None:
    made = await make(salon.owner)
    unknown = made["id"][:-4] + "0000"
    for asked in (made["id"], unknown, "nonsense", "loc_", ""):
        assert (await rival.owner.ok(ONE, id=asked))["location"] is None
        refusal = await rival.owner.refused(UPDATE, input={"id": asked, "expectedVersion": 1, "name": "Mine"})
        assert refusal["__typename"] == "NotFound"
    assert (await rival.owner.ok(LIST, first=10))["locations"]["totalCount"] == 0
    assert (await salon.owner.ok(ONE, id=made["id"]))["location"]["name"] == "High Street"


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
async def test_roles_below_manager_change_nothing(salon: Business, role: Role) -> None:
    caller = await salon.member(role)
    assert await caller.denied(CREATE, input={"name": "Mine", "zone": "Europe/Berlin"}) == "FORBIDDEN"


async def test_a_visitor_without_a_credential_is_asked_to_sign_in(visitor: Caller) -> None:
    assert await visitor.denied(LIST, first=10) == "UNAUTHENTICATED"


async def test_pages_follow_each_other_in_both_directions(salon: Business) -> None:
    names = ["Anvil", "Bakery", "Canal", "Dock", "Elm"]
    for name in reversed(names):
        await make(salon.owner, name)
    seen, after = [], None
    while True:
        page = (await salon.owner.ok(LIST, first=2, after=after))["locations"]
        seen += [edge["node"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == names
    last = (await salon.owner.ok(LIST, last=2))["locations"]
    assert [edge["node"]["name"] for edge in last["edges"]] == ["Dock", "Elm"]
    before = (await salon.owner.ok(LIST, last=2, before=last["pageInfo"]["startCursor"]))["locations"]
    assert [edge["node"]["name"] for edge in before["edges"]] == ["Bakery", "Canal"]
    assert before["pageInfo"]["hasPreviousPage"] is True


@pytest.mark.parametrize(
    "page",
    [{}, {"first": 1, "last": 1}, {"first": 0}, {"first": 101}, {"first": -1}, {"first": 1, "before": "x"},
     {"first": 1, "after": "nonsense"}, {"first": 1, "after": "W10"}],
)  # fmt: skip
async def test_a_page_that_makes_no_sense_is_refused_with_what_would(salon: Business, page: dict[str, int]) -> None:
    assert await salon.owner.denied(LIST, **page) == "BAD_USER_INPUT"
