"""Staff through the API, and who offers what."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.event import Event
from models.location import Location
from models.membership import Role
from models.schedule import Schedule
from models.service import Offering, Visibility
from models.staff import Calendar, Staff
from models.storage.database import counting
from permissions.roles import Scope
from tests.businesses import Business, id_of

CREATE = """mutation ($input: CreateStaffInput!) { createStaff(input: $input) { __typename
    ... on CreateStaffPayload { staff { id name title email version location { name } schedule { name } } }
    ... on Refusal { code message } ... on ValidationFailed { fields { path message } } } }"""
UPDATE = """mutation ($input: UpdateStaffInput!) { updateStaff(input: $input) { __typename
    ... on UpdateStaffPayload { staff { id name title email version location { name } schedule { name } } }
    ... on Refusal { code message } ... on ValidationFailed { fields { path message } }
    ... on VersionConflict { currentVersion } } }"""
ARCHIVE = """mutation ($input: ArchiveStaffInput!) { archiveStaff(input: $input) { __typename
    ... on ArchiveStaffPayload { staff { id archivedAt } } ... on Refusal { code message } } }"""
OFFER = """mutation ($input: OfferServiceInput!) { offerService(input: $input) { __typename
    ... on OfferServicePayload { offering { id weight service { name } staff { name } } }
    ... on Refusal { code message } ... on ValidationFailed { fields { path message } } } }"""
STOP = """mutation ($input: StopOfferingInput!) { stopOffering(input: $input) { __typename
    ... on StopOfferingPayload { service { name staff { name } } staff { name services { name } } }
    ... on Refusal { code message } } }"""
LIST = """query ($filter: StaffFilter, $archived: Boolean! = false) {
    staffMembers(first: 50, filter: $filter, includeArchived: $archived) { totalCount nodes { id name title } } }"""
ONE = "query ($id: ID!) { staffMember(id: $id) { id name title services { name } } }"
EMAIL = "query ($id: ID!) { staffMember(id: $id) { name email } }"
INTERNAL = "query ($id: ID!) { staffMember(id: $id) { name location { name } schedule { name } version archivedAt } }"


async def names(caller: Any, **variables: Any) -> list[str]:
    return [node["name"] for node in (await caller.ok(LIST, **variables))["staffMembers"]["nodes"]]


async def a_schedule(business: Business) -> Schedule:
    return await Schedule.begin(business.act, name="Weekdays", zone="America/Chicago", weekly=[])


async def test_a_manager_adds_a_person_with_a_calendar_of_their_own(salon: Business) -> None:
    place = await Location.begin(salon.act, name="High Street", zone="America/Chicago")
    schedule = await a_schedule(salon)
    manager = await salon.member(Role.MANAGER)
    said = {"name": " עדה לאבלייס ", "title": "Senior stylist 💇", "email": "Ada@Example.COM"}
    places = {"locationId": id_of(place), "scheduleId": id_of(schedule)}
    made = (await manager.did(CREATE, input={**said, **places}))["staff"]
    assert (made["name"], made["title"], made["email"]) == ("עדה לאבלייס", "Senior stylist 💇", "ada@example.com")
    assert (made["location"]["name"], made["schedule"]["name"]) == ("High Street", "Weekdays")
    (staff,) = await Staff.of(salon.account.id)
    assert await Calendar.of(salon.account.id).filter(staff_id=staff.id).count() == 1


async def test_every_problem_of_a_new_person_is_told_at_once(salon: Business, rival: Business) -> None:
    theirs = await a_schedule(rival)
    wrong = {"name": "x" * 300, "title": "y" * 121, "email": "nobody", "locationId": "", "scheduleId": id_of(theirs)}
    refusal = await salon.owner.refused(CREATE, input=wrong)
    assert [p["path"] for p in refusal["fields"]] == ["name", "title", "email", "locationId", "scheduleId"]
    assert "nobody" not in str(refusal)
    assert await Staff.of(salon.account.id).count() == await Calendar.of(salon.account.id).count() == 0


async def test_an_update_changes_what_is_given_and_a_stale_one_nothing(salon: Business) -> None:
    ada = await salon.staff("Ada", email="ada@example.com", title="Stylist")
    change = {"id": id_of(ada), "expectedVersion": 1, "email": None, "name": "Ada K."}
    done = (await salon.owner.did(UPDATE, input=change))["staff"]
    assert (done["name"], done["email"], done["title"], done["version"]) == ("Ada K.", None, "Stylist", 2)
    stale = await salon.owner.refused(UPDATE, input={**change, "name": "Eve"})
    assert (stale["__typename"], stale["currentVersion"]) == ("VersionConflict", 2)
    assert await names(salon.owner, filter={"search": "ada k"}) == ["Ada K."]


async def test_visitors_see_names_and_titles_and_nothing_else(salon: Business) -> None:
    ada = await salon.staff("Ada", email="ada@example.com", title="Stylist")
    assert (await salon.widget.ok(ONE, id=id_of(ada)))["staffMember"]["title"] == "Stylist"
    for caller in (salon.widget, salon.partner):
        answer = await caller(EMAIL, id=id_of(ada))
        assert answer.data["staffMember"] == {"name": "Ada", "email": None} and answer.codes == ["FORBIDDEN"]
        answer = await caller(INTERNAL, id=id_of(ada))
        hidden = {"location": None, "schedule": None, "version": None, "archivedAt": None}  # she works nowhere said
        assert answer.data["staffMember"] == {"name": "Ada", **hidden} and set(answer.codes) == {"FORBIDDEN"}
        assert (await caller.ok(LIST, filter={"locationId": "loc_x"}))["staffMembers"]["nodes"] == []


async def test_the_email_of_a_person_is_masked_for_auditors_and_shown_to_themselves(salon: Business) -> None:
    ada = await salon.staff("Ada", email="ada@example.com")
    bea = await salon.staff("Bea", email="bea@example.com")
    auditor, manager = await salon.member(Role.AUDITOR), await salon.member(Role.MANAGER)
    herself = await salon.member(Role.STAFF, staff_id=ada.id)
    assert (await auditor.ok(EMAIL, id=id_of(ada)))["staffMember"]["email"] == "a…@e….com"
    assert (await manager.ok(EMAIL, id=id_of(ada)))["staffMember"]["email"] == "ada@example.com"
    assert (await herself.ok(EMAIL, id=id_of(ada)))["staffMember"]["email"] == "ada@example.com"
    answer = await herself(EMAIL, id=id_of(bea))
    assert answer.data["staffMember"] == {"name": "Bea", "email": None} and answer.codes == ["FORBIDDEN"]


async def test_archived_people_leave_the_lists_and_stay_readable_to_members_only(salon: Business) -> None:
    cut = await salon.service()
    ada = await salon.staff("Ada", offers=[cut])
    done = await salon.owner.did(ARCHIVE, input={"id": id_of(ada), "expectedVersion": 1})
    assert done["staff"]["archivedAt"] is not None
    assert await names(salon.owner) == [] and await names(salon.owner, archived=True) == ["Ada"]
    assert (await salon.owner.ok(ONE, id=id_of(ada)))["staffMember"]["name"] == "Ada"
    assert (await salon.widget.ok(ONE, id=id_of(ada)))["staffMember"] is None
    assert await salon.widget.denied(LIST, archived=True) == "FORBIDDEN"
    shown = await salon.owner.ok("query ($id: ID!) { service(id: $id) { staff { name } } }", id=id_of(cut))
    assert shown["service"]["staff"] == []


async def test_offering_twice_sets_the_weight_and_stopping_twice_changes_nothing(salon: Business) -> None:
    cut, ada = await salon.service(), await salon.staff("Ada")
    both = {"serviceId": id_of(cut), "staffId": id_of(ada)}
    first = (await salon.owner.did(OFFER, input=both))["offering"]
    again = (await salon.owner.did(OFFER, input={**both, "weight": 3}))["offering"]
    assert (first["weight"], again["weight"], again["id"]) == (1, 3, first["id"])
    assert (again["service"]["name"], again["staff"]["name"]) == ("Haircut", "Ada")
    for _ in range(2):
        stopped = await salon.owner.did(STOP, input=both)
        assert stopped["service"] == {"name": "Haircut", "staff": []}
        assert stopped["staff"] == {"name": "Ada", "services": []}
    assert await Event.of(salon.account.id).filter(name="service_no_longer_offered").count() == 1


async def test_offering_at_the_same_time_makes_one_offering(salon: Business) -> None:
    cut, ada = await salon.service(), await salon.staff("Ada")
    both = {"serviceId": id_of(cut), "staffId": id_of(ada)}
    made = await asyncio.gather(*(salon.owner.did(OFFER, input={**both, "weight": n}) for n in (1, 2, 3, 4)))
    assert len({offer["offering"]["id"] for offer in made}) == 1
    assert await Offering.of(salon.account.id).count() == 1


@pytest.mark.parametrize("weight", [0, -1, 101])
async def test_a_weight_outside_its_range_is_refused(salon: Business, weight: int) -> None:
    both = {"serviceId": id_of(await salon.service()), "staffId": id_of(await salon.staff("Ada")), "weight": weight}
    refusal = await salon.owner.refused(OFFER, input=both)
    assert refusal["fields"][0]["path"] == "weight" and "from 1 to 100" in refusal["fields"][0]["message"]


async def test_nothing_new_is_offered_by_or_of_what_is_archived_or_the_rivals(salon: Business, rival: Business) -> None:
    cut, ada = await salon.service(), await salon.staff("Ada")
    old, gone = await salon.service("Old"), await salon.staff("Gone")
    await old.archive(salon.act, 1)
    await gone.archive(salon.act, 1)
    eve, theirs = await rival.staff("Eve"), await rival.service("Theirs")
    pairs = [(cut, gone), (old, ada), (cut, eve), (theirs, ada)]
    asked = [(id_of(service), id_of(staff)) for service, staff in pairs] + [("svc_", id_of(ada)), (id_of(cut), "")]
    for service_id, staff_id in asked:
        refusal = await salon.owner.refused(OFFER, input={"serviceId": service_id, "staffId": staff_id})
        assert refusal["__typename"] == "NotFound"
    assert await Offering.of(salon.account.id).count() == await Offering.of(rival.account.id).count() == 0


async def test_a_persons_services_show_a_visitor_only_the_shop_window(salon: Business) -> None:
    services = [await salon.service(visibility.name.title(), visibility=visibility) for visibility in Visibility]
    old = await salon.service("Old")
    ada = await salon.staff("Ada", offers=[*services, old])
    await old.archive(salon.act, 1)
    for caller in (salon.widget, salon.partner):
        shown = (await caller.ok(ONE, id=id_of(ada)))["staffMember"]["services"]
        assert [service["name"] for service in shown] == ["Public"]
    shown = (await salon.owner.ok(ONE, id=id_of(ada)))["staffMember"]["services"]
    assert [service["name"] for service in shown] == ["Private", "Public", "Unlisted"]
    private = id_of(services[2])
    assert await names(salon.owner, filter={"serviceId": private}) == ["Ada"]
    assert await names(salon.widget, filter={"serviceId": private}) == []
    assert await names(salon.widget, filter={"serviceId": id_of(services[1])}) == ["Ada"]


async def test_weights_are_for_members(salon: Business) -> None:
    cut = await salon.service()
    await salon.staff("Ada", offers=[cut])
    weights = "query ($id: ID!) { service(id: $id) { name offerings { weight staff { name } } } }"
    shown = (await salon.owner.ok(weights, id=id_of(cut)))["service"]["offerings"]
    assert shown == [{"weight": 1, "staff": {"name": "Ada"}}]
    answer = await salon.widget(weights, id=id_of(cut))
    assert answer.data["service"] == {"name": "Haircut", "offerings": None}


async def test_the_rivals_people_answer_like_random_ids(salon: Business, rival: Business) -> None:
    ada, cut = await salon.staff("Ada"), await salon.service()
    for asked in (id_of(ada), id_of(ada)[:-4] + "0000", "nonsense", ""):
        assert (await rival.owner.ok(ONE, id=asked))["staffMember"] is None
        for mutation, more in ((UPDATE, {"name": "Mine"}), (ARCHIVE, {})):
            refusal = await rival.owner.refused(mutation, input={"id": asked, "expectedVersion": 1, **more})
            assert refusal["__typename"] == "NotFound"
        refusal = await rival.owner.refused(STOP, input={"serviceId": id_of(cut), "staffId": asked})
        assert refusal["__typename"] == "NotFound"
    assert await names(rival.owner) == []


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
async def test_roles_below_manager_change_no_person(salon: Business, role: Role) -> None:
    caller, ada, cut = await salon.member(role), await salon.staff("Ada"), await salon.service()
    both = {"serviceId": id_of(cut), "staffId": id_of(ada)}
    assert await caller.denied(CREATE, input={"name": "Eve"}) == "FORBIDDEN"
    assert await caller.denied(UPDATE, input={"id": id_of(ada), "expectedVersion": 1}) == "FORBIDDEN"
    assert await caller.denied(ARCHIVE, input={"id": id_of(ada), "expectedVersion": 1}) == "FORBIDDEN"
    assert await caller.denied(OFFER, input=both) == await caller.denied(STOP, input=both) == "FORBIDDEN"


async def test_keys_change_no_person_and_need_a_scope_to_see_one(salon: Business, visitor: Any) -> None:
    for caller in (salon.widget, salon.partner):
        assert await caller.denied(CREATE, input={"name": "Eve"}) == "FORBIDDEN"
    assert await (await salon.partner_with(Scope.CUSTOMERS_READ)).denied(LIST) == "FORBIDDEN"
    assert await visitor.denied(LIST) == "UNAUTHENTICATED"


async def test_a_list_takes_two_statements_and_one_for_the_services_beneath(salon: Business) -> None:
    cut = await salon.service()
    for number in range(5):
        await salon.staff(f"Person {number}", offers=[cut])
    beneath = """query { staffMembers(first: 50) { totalCount nodes { name email location { name } schedule { name }
        services { name } } } }"""
    with counting() as statements:
        assert (await salon.owner.ok(beneath))["staffMembers"]["totalCount"] == 5
    assert len(statements) <= 1 + 3, statements
    with counting() as statements:
        assert len(await names(salon.owner, filter={"serviceId": id_of(cut), "search": "person"})) == 5
    assert len(statements) <= 1 + 2, statements
