"""Services through the API: what the shop window shows, and what may be said about a service."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.location import Location
from models.membership import Role
from models.service import Service, Visibility
from models.storage.database import counting
from permissions.roles import Scope
from tests.businesses import Business, id_of

REFUSALS = """
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
    ... on AlreadyTaken { path }
    ... on VersionConflict { currentVersion }
"""
ALL = """
    id name slug description durationMinutes stepMinutes slotMode beforeMinutes afterMinutes noticeMinutes horizonDays
    capacity price { amountMinor currency } confirmation requestMinutes cancelCutoffMinutes rescheduleCutoffMinutes
    visibility archivedAt version location { name } staff { name }
"""
CREATE = f"""mutation ($input: CreateServiceInput!) {{ createService(input: $input) {{
    __typename ... on CreateServicePayload {{ service {{ {ALL} }} }} ... on Refusal {{ code message }}
    ... on ValidationFailed {{ fields {{ path message }} }} ... on AlreadyTaken {{ path }} }} }}"""
UPDATE = f"""mutation ($input: UpdateServiceInput!) {{ updateService(input: $input) {{
    __typename ... on UpdateServicePayload {{ service {{ {ALL} }} }} {REFUSALS} }} }}"""
ARCHIVE = """mutation ($input: ArchiveServiceInput!) { archiveService(input: $input) {
    __typename ... on ArchiveServicePayload { service { id archivedAt version } } ... on Refusal { code message } } }"""
LIST = """query ($filter: ServiceFilter, $archived: Boolean! = false, $by: ServiceOrder! = NAME,
    $direction: Direction! = ASCENDING, $first: Int = 50, $after: String) {
    services(first: $first, after: $after, filter: $filter, includeArchived: $archived, orderBy: $by,
        direction: $direction) { totalCount pageInfo { endCursor hasNextPage } nodes { id name } } }"""
ONE = "query ($id: ID!) { service(id: $id) { id name durationMinutes } }"
INTERNAL = (
    "query ($id: ID!) { service(id: $id) { name visibility beforeMinutes afterMinutes slotMode version archivedAt } }"
)

HAIRCUT: dict[str, Any] = {"name": "Haircut", "durationMinutes": 45}


async def names(caller: Any, **variables: Any) -> list[str]:
    return [node["name"] for node in (await caller.ok(LIST, **variables))["services"]["nodes"]]


async def test_a_service_is_stored_as_it_was_said(salon: Business) -> None:
    place = await Location.begin(salon.act, name="High Street", zone="America/Chicago")
    said = {
        "name": "  Haircut   &  Style ✂️ ", "slug": "hair-and-style", "description": "Wash, cut.\n\nDry.",
        "durationMinutes": 45, "stepMinutes": 20, "slotMode": "PACKED", "beforeMinutes": 5, "afterMinutes": 10,
        "noticeMinutes": 120, "horizonDays": 30, "price": {"amountMinor": 4500, "currency": "usd"},
        "confirmation": "MANUAL", "requestMinutes": 60, "cancelCutoffMinutes": 1440, "rescheduleCutoffMinutes": 720,
        "visibility": "UNLISTED",
    }  # fmt: skip
    made = (await salon.owner.did(CREATE, input={**said, "locationId": id_of(place)}))["service"]
    expected = {**said, "name": "Haircut & Style ✂️", "price": {"amountMinor": 4500, "currency": "USD"}, "capacity": 1}
    assert {key: made[key] for key in expected} == expected
    assert (made["location"], made["staff"], made["version"]) == ({"name": "High Street"}, [], 1)


async def test_what_is_left_out_has_defaults_and_a_slug_made_from_the_name(salon: Business) -> None:
    made = [(await salon.owner.did(CREATE, input=HAIRCUT))["service"] for _ in range(3)]
    assert [service["slug"] for service in made] == ["haircut", "haircut-2", "haircut-3"]
    assert made[0]["price"] is None and made[0]["visibility"] == "PUBLIC" and made[0]["horizonDays"] == 60
    unnameable = await salon.owner.did(CREATE, input={**HAIRCUT, "name": "美容"})
    assert unnameable["service"]["slug"] == "service"


async def test_slugs_made_at_the_same_time_are_all_different(salon: Business) -> None:
    made = await asyncio.gather(*(salon.owner.did(CREATE, input=HAIRCUT) for _ in range(4)))
    assert len({service["service"]["slug"] for service in made}) == 4


async def test_a_slug_that_is_in_use_is_refused_also_by_an_archived_service(salon: Business, rival: Business) -> None:
    first = await salon.service("Haircut")
    other = await salon.service("Colour")
    await first.archive(salon.act, 1)
    taken = await salon.owner.refused(CREATE, input={**HAIRCUT, "slug": "haircut"})
    assert (taken["__typename"], taken["path"]) == ("AlreadyTaken", "slug")
    change = {"id": id_of(other), "expectedVersion": 1, "slug": "haircut"}
    assert (await salon.owner.refused(UPDATE, input=change))["__typename"] == "AlreadyTaken"
    assert (await Service.of(salon.account.id).get(id=other.id)).slug == "colour"
    assert (await rival.owner.did(CREATE, input={**HAIRCUT, "slug": "haircut"}))["service"]["slug"] == "haircut"


async def test_every_limit_is_told_at_once_with_its_numbers(salon: Business) -> None:
    wrong = {
        "name": "x" * 300, "slug": "No Slug!", "description": "y" * 4001, "durationMinutes": 0, "stepMinutes": 1441,
        "beforeMinutes": -1, "afterMinutes": 721, "noticeMinutes": -5, "horizonDays": 731, "capacity": 501,
        "requestMinutes": 0, "cancelCutoffMinutes": -1, "rescheduleCutoffMinutes": 525601,
        "price": {"amountMinor": -1, "currency": "EURO"}, "locationId": "loc_nonsense",
    }  # fmt: skip
    refusal = await salon.owner.refused(CREATE, input=wrong)
    told = {problem["path"]: problem["message"] for problem in refusal["fields"]}
    assert set(told) == (set(wrong) - {"price"}) | {"price.amountMinor", "price.currency"}
    assert "from 1 to 1440 minutes, not 0" in told["durationMinutes"]
    assert "from 1 to 500 seats, not 501" in told["capacity"]
    assert await names(salon.owner) == []


async def test_the_largest_values_fit_and_a_notice_beyond_the_horizon_does_not(salon: Business) -> None:
    longest = {
        **HAIRCUT, "durationMinutes": 1440, "beforeMinutes": 720, "afterMinutes": 720, "stepMinutes": 1440,
        "noticeMinutes": 525600, "horizonDays": 730, "requestMinutes": 43200, "cancelCutoffMinutes": 525600,
        "rescheduleCutoffMinutes": 525600, "price": {"amountMinor": 999999999999, "currency": "IDR"}, "capacity": 500,
    }  # fmt: skip
    made = (await salon.owner.did(CREATE, input=longest))["service"]
    assert made["price"]["amountMinor"] == 999999999999
    for change in ({"horizonDays": 364}, {"noticeMinutes": 1440, "horizonDays": 0}):
        refusal = await salon.owner.refused(UPDATE, input={"id": made["id"], "expectedVersion": 1, **change})
        assert [problem["path"] for problem in refusal["fields"]] == ["noticeMinutes"]


async def test_an_update_changes_what_is_given_and_null_takes_away(salon: Business) -> None:
    place = await Location.begin(salon.act, name="High Street", zone="America/Chicago")
    made = await salon.service(price_minor=100, currency="USD", location_id=place.id, description="Old")
    change = {"id": id_of(made), "expectedVersion": 1, "price": None, "locationId": None, "durationMinutes": 90}
    done = (await salon.owner.did(UPDATE, input=change))["service"]
    assert (done["price"], done["location"], done["durationMinutes"]) == (None, None, 90)
    assert (done["name"], done["description"], done["version"]) == ("Haircut", "Old", 2)
    stale = await salon.owner.refused(UPDATE, input=change)
    assert (stale["__typename"], stale["currentVersion"]) == ("VersionConflict", 2)
    assert await salon.owner.denied(UPDATE, input={**change, "expectedVersion": 2, "name": None}) == "BAD_USER_INPUT"


async def test_places_of_the_rival_and_archived_ones_answer_like_random_ids(salon: Business, rival: Business) -> None:
    theirs = await Location.begin(rival.act, name="Theirs", zone="America/Chicago")
    old = await Location.begin(salon.act, name="Old", zone="America/Chicago")
    await old.archive(salon.act, 1)
    told = []
    for place in (id_of(theirs), id_of(old), id_of(theirs)[:-4] + "0000", "loc_", "svc_06cm5x8e2v9k3q1r7t4y8z0a2b"):
        refusal = await salon.owner.refused(CREATE, input={**HAIRCUT, "locationId": place})
        told.append([(problem["path"], problem["message"]) for problem in refusal["fields"]])
    assert told == [told[0]] * 5 and told[0][0][0] == "locationId"


async def test_the_shop_window_lists_public_services_and_shows_unlisted_ones_by_id(salon: Business) -> None:
    public, unlisted, private = [
        await salon.service(visibility.name.title(), visibility=visibility) for visibility in Visibility
    ]
    old = await salon.service("Old")
    await old.archive(salon.act, 1)
    for caller in (salon.widget, salon.partner):
        assert await names(caller) == ["Public"]
        assert await names(caller, filter={"visibility": "PRIVATE"}) == []
        for service in (public, unlisted):
            assert (await caller.ok(ONE, id=id_of(service)))["service"]["name"] == service.name
        for service in (private, old):
            assert (await caller.ok(ONE, id=id_of(service)))["service"] is None
        assert await caller.denied(LIST, archived=True) == "FORBIDDEN"
    for role in (Role.STAFF, Role.AUDITOR, Role.MANAGER):
        member = await salon.member(role)
        assert await names(member) == ["Private", "Public", "Unlisted"]
        assert await names(member, archived=True) == ["Old", "Private", "Public", "Unlisted"]
        assert (await member.ok(ONE, id=id_of(private)))["service"]["name"] == "Private"


async def test_a_widget_gets_no_internals_but_the_rest_of_the_service(salon: Business) -> None:
    service = await salon.service(before_minutes=15)
    answer = await salon.widget(INTERNAL, id=id_of(service))
    assert answer.data["service"] == {
        "name": "Haircut", "visibility": None, "beforeMinutes": None, "afterMinutes": None, "slotMode": None,
        "version": None, "archivedAt": None,
    }  # fmt: skip
    assert set(answer.codes) == {"FORBIDDEN"}
    assert (await salon.owner.ok(INTERNAL, id=id_of(service)))["service"]["beforeMinutes"] == 15


async def test_lists_are_narrowed_by_place_person_visibility_and_name(salon: Business, rival: Business) -> None:
    place = await Location.begin(salon.act, name="High Street", zone="America/Chicago")
    cut = await salon.service("Coupe à la Zoë", location_id=place.id)
    await salon.service("Ünlisted", visibility=Visibility.UNLISTED)
    ada = await salon.staff("Ada", offers=[cut])
    eve = await rival.staff("Eve")
    assert await names(salon.owner, filter={"locationId": id_of(place)}) == ["Coupe à la Zoë"]
    assert await names(salon.owner, filter={"staffId": id_of(ada)}) == ["Coupe à la Zoë"]
    assert await names(salon.owner, filter={"visibility": "UNLISTED"}) == ["Ünlisted"]
    for search in ("ZOE", "zoë", "COUPE A", "ＺＯＥ"):
        assert await names(salon.owner, filter={"search": search}) == ["Coupe à la Zoë"]
    for nothing in ({"staffId": id_of(eve)}, {"locationId": "nonsense"}, {"search": "%"}, {"search": "_"}):
        assert await names(salon.owner, filter=nothing) == []
    assert len(await names(salon.owner, filter={"search": "  "})) == 2
    for bad in ("x" * 300, "a\u0000b"):
        assert await salon.owner.denied(LIST, filter={"search": bad}) == "BAD_USER_INPUT"


async def test_services_are_sorted_alike_on_both_engines_and_page_without_gaps(salon: Business) -> None:
    made = ["banana", "Äpfel", "apple", "Zebra", "1st", "Éclair"]
    for name in made:
        salon.product.clock.advance(seconds=1)
        await salon.service(name)
    by_name = ["1st", "Äpfel", "apple", "banana", "Éclair", "Zebra"]
    assert await names(salon.owner) == by_name
    assert await names(salon.owner, direction="DESCENDING") == by_name[::-1]
    seen: list[str] = []
    after = None
    while True:
        page = (await salon.owner.ok(LIST, first=2, after=after, by="CREATED_AT", direction="DESCENDING"))["services"]
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == made[::-1]
    assert await salon.owner.denied(LIST, after=after, by="NAME") == "BAD_USER_INPUT"


async def test_an_archived_service_stays_readable_to_members_and_leaves_the_lists(salon: Business) -> None:
    service = await salon.service()
    done = await salon.owner.did(ARCHIVE, input={"id": id_of(service), "expectedVersion": 1})
    assert done["service"]["archivedAt"] == "2027-01-11T12:00:00Z" and done["service"]["version"] == 2
    assert await names(salon.owner) == []
    assert (await salon.owner.ok(ONE, id=id_of(service)))["service"]["name"] == "Haircut"


async def test_the_rivals_services_answer_like_random_ids(salon: Business, rival: Business) -> None:
    service = await salon.service()
    for asked in (id_of(service), id_of(service)[:-4] + "0000", "nonsense", "", id_of(service).replace("svc", "loc")):
        assert (await rival.owner.ok(ONE, id=asked))["service"] is None
        for mutation, more in ((UPDATE, {"name": "Mine"}), (ARCHIVE, {})):
            refusal = await rival.owner.refused(mutation, input={"id": asked, "expectedVersion": 1, **more})
            assert refusal["__typename"] == "NotFound"
    assert await names(rival.owner) == []
    assert (await Service.of(salon.account.id).get(id=service.id)).version == 1


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
async def test_roles_below_manager_change_no_service(salon: Business, role: Role) -> None:
    service, caller = await salon.service(), await salon.member(role)
    change = {"id": id_of(service), "expectedVersion": 1}
    assert await caller.denied(CREATE, input=HAIRCUT) == "FORBIDDEN"
    assert await caller.denied(UPDATE, input={**change, "name": "Mine"}) == "FORBIDDEN"
    assert await caller.denied(ARCHIVE, input=change) == "FORBIDDEN"


async def test_keys_change_no_service_and_need_a_scope_to_see_one(salon: Business, visitor: Any) -> None:
    for caller in (salon.widget, salon.partner):
        assert await caller.denied(CREATE, input=HAIRCUT) == "FORBIDDEN"
    assert await (await salon.partner_with(Scope.CUSTOMERS_READ)).denied(LIST) == "FORBIDDEN"
    assert await visitor.denied(LIST) == "UNAUTHENTICATED"


async def test_a_list_takes_two_statements_and_one_for_each_list_beneath(salon: Business) -> None:
    services = [await salon.service(f"Service {number}") for number in range(5)]
    await salon.staff("Ada", offers=services)
    await salon.staff("Bea", offers=services)
    beneath = "query { services(first: 50) { totalCount nodes { name location { name } staff { name } } } }"
    for caller in (salon.owner, salon.widget):
        await caller.ok(LIST)  # the first use of a credential is noted, which takes a statement of its own
        with counting() as statements:
            found = (await caller.ok(beneath))["services"]
        assert [len(node["staff"]) for node in found["nodes"]] == [2] * 5
        assert len(statements) <= 1 + 3, statements
        with counting() as statements:
            await caller.ok(LIST, filter={"search": "service"})
        assert len(statements) <= 1 + 2, statements
