"""Customers through the API: who may see, search and change what, and how whoever books is found again."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from models.booking import Booking, BookingSource
from models.customer import Customer, CustomerTag
from models.event import Event
from models.membership import Role
from models.storage.database import counting
from permissions.roles import Scope
from rules.booking_states import BookingStatus
from rules.tokens import token_hash
from tests.api import Caller
from tests.businesses import Business, at_widget, id_of

FIELDS = "id name email phone internalNotes tags { tag } archivedAt version"
REFUSALS = """... on Refusal { code message } ... on ValidationFailed { fields { path message } }
    ... on AlreadyTaken { path }"""
CREATE = f"""mutation ($input: CreateCustomerInput!) {{ createCustomer(input: $input) {{ __typename
    ... on CreateCustomerPayload {{ customer {{ {FIELDS} }} }} {REFUSALS} }} }}"""
UPDATE = f"""mutation ($input: UpdateCustomerInput!) {{ updateCustomer(input: $input) {{ __typename
    ... on UpdateCustomerPayload {{ customer {{ {FIELDS} }} }} {REFUSALS}
    ... on VersionConflict {{ currentVersion }} }} }}"""
ARCHIVE = """mutation ($input: ArchiveCustomerInput!) { archiveCustomer(input: $input) { __typename
    ... on ArchiveCustomerPayload { customer { id archivedAt } } ... on Refusal { code message } } }"""
LIST = """query ($filter: CustomerFilter, $archived: Boolean! = false, $by: CustomerOrder! = CREATED_AT,
    $direction: Direction! = ASCENDING, $first: Int = 50, $after: String) {
    customers(first: $first, after: $after, filter: $filter, includeArchived: $archived, orderBy: $by,
        direction: $direction) { totalCount pageInfo { endCursor hasNextPage } nodes { id name } } }"""
IDS = LIST.replace("nodes { id name }", "nodes { id }")
ONE = "query ($id: ID!) { customer(id: $id) { id name email phone } }"
NOTES = "query ($id: ID!) { customer(id: $id) { id internalNotes tags { tag } } }"

GRACE: dict[str, Any] = {
    "name": "Grace Hopper", "email": "Grace@Example.com", "phone": "+1 (555) 123-2253", "internalNotes": "Likes tea.",
    "tags": ["VIP", "colour", "vip"],
}  # fmt: skip


async def names(caller: Caller, **variables: Any) -> list[str]:
    return [node["name"] for node in (await caller.ok(LIST, **variables))["customers"]["nodes"]]


async def with_manage_link(business: Business, customer: Customer) -> Caller:
    """Whoever has the mailed link of a booking of this customer."""
    at, token = business.product.clock.now(), f"mt_{uuid4().hex}"
    service = await business.service()
    ada = await business.staff("Ada", offers=[service])
    await Booking.add(
        business.account.id, created_at=at, updated_at=at, reference=uuid4().hex[:10], status=BookingStatus.CONFIRMED,
        service_id=service.id, staff_id=ada.id, customer_id=customer.id, starts_at=at, ends_at=at.replace(hour=13),
        local_start="2027-01-11T06:00", zone="America/Chicago", source=BookingSource.WIDGET, ical_uid=uuid4().hex,
        manage_hash=token_hash(token), manage_nonce="n",
    )  # fmt: skip
    return at_widget(business, token)


async def test_a_customer_is_stored_in_clean_form(salon: Business) -> None:
    made = (await salon.owner.did(CREATE, input=GRACE))["customer"]
    assert (made["email"], made["phone"]) == ("grace@example.com", "+15551232253")
    assert [tag["tag"] for tag in made["tags"]] == ["colour", "VIP"]
    assert (made["internalNotes"], made["version"]) == ("Likes tea.", 1)
    bare = (await salon.owner.did(CREATE, input={"name": "عمر 🌙"}))["customer"]
    assert (bare["name"], bare["email"], bare["phone"], bare["tags"]) == ("عمر 🌙", None, None, [])


async def test_every_problem_of_a_new_customer_is_told_at_once_without_repeating_it(salon: Business) -> None:
    wrong = {
        "name": "x" * 300, "email": "secret-at-home", "phone": "call me", "internalNotes": "y" * 4001,
        "tags": ["a,b"],
    }  # fmt: skip
    refusal = await salon.owner.refused(CREATE, input=wrong)
    assert [p["path"] for p in refusal["fields"]] == ["name", "email", "phone", "internalNotes", "tags"]
    assert "secret-at-home" not in str(refusal) and "call me" not in str(refusal)
    many = await salon.owner.refused(CREATE, input={"name": "Grace", "tags": [f"t{n}" for n in range(21)]})
    assert [p["path"] for p in many["fields"]] == ["tags"]
    assert await Customer.of(salon.account.id).count() == await CustomerTag.of(salon.account.id).count() == 0


async def test_an_email_is_one_customers_in_a_business_and_free_in_the_next(salon: Business, rival: Business) -> None:
    grace = await salon.customer("Grace", email="grace@example.com")
    ada = await salon.customer("Ada", email="ada@example.com")
    taken = await salon.owner.refused(CREATE, input={"name": "Other", "email": "GRACE@example.com", "tags": ["x"]})
    assert (taken["__typename"], taken["path"]) == ("AlreadyTaken", "email")
    assert await CustomerTag.of(salon.account.id).count() == 0
    change = {"id": id_of(ada), "expectedVersion": 1, "email": "grace@example.com", "tags": ["x"]}
    assert (await salon.owner.refused(UPDATE, input=change))["__typename"] == "AlreadyTaken"
    assert (await Customer.of(salon.account.id).get(id=ada.id)).email == "ada@example.com"
    await grace.archive(salon.act, 1)
    assert (await salon.owner.refused(CREATE, input=GRACE))["__typename"] == "AlreadyTaken"
    assert (await rival.owner.did(CREATE, input=GRACE))["customer"]["email"] == "grace@example.com"


async def test_an_update_changes_what_is_given_and_tags_as_a_whole(salon: Business) -> None:
    made = (await salon.owner.did(CREATE, input=GRACE))["customer"]
    change = {"id": made["id"], "expectedVersion": 1, "tags": ["new"], "phone": None}
    done = (await salon.owner.did(UPDATE, input=change))["customer"]
    assert (done["tags"], done["phone"], done["name"], done["version"]) == ([{"tag": "new"}], None, "Grace Hopper", 2)
    kept = (await salon.owner.did(UPDATE, input={"id": made["id"], "expectedVersion": 2, "name": "Grace"}))["customer"]
    assert (kept["tags"], kept["email"]) == ([{"tag": "new"}], "grace@example.com")
    stale = await salon.owner.refused(UPDATE, input={**change, "tags": []})
    assert (stale["__typename"], stale["currentVersion"]) == ("VersionConflict", 3)
    assert await CustomerTag.of(salon.account.id).count() == 1
    assert "Grace" not in str([event.data for event in await Event.of(salon.account.id)])


async def test_archived_customers_leave_the_lists_unless_asked_for(salon: Business) -> None:
    grace = await salon.customer()
    done = await salon.owner.did(ARCHIVE, input={"id": id_of(grace), "expectedVersion": 1})
    assert done["customer"]["archivedAt"] is not None
    assert await names(salon.owner) == [] and await names(salon.owner, archived=True) == ["Grace Hopper"]


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.OWNER, {"name": "Grace Hopper", "email": "grace@example.com", "phone": "+15551232253"}),
        (Role.MANAGER, {"name": "Grace Hopper", "email": "grace@example.com", "phone": "+15551232253"}),
        (Role.STAFF, {"name": "Grace Hopper", "email": "g…@e….com", "phone": "+1 ••• ••53"}),
        (Role.AUDITOR, {"name": "G… H…", "email": "g…@e….com", "phone": "+1 ••• ••53"}),
    ],
)
async def test_each_role_sees_what_the_table_says(salon: Business, role: Role, shown: dict[str, str]) -> None:
    grace = await salon.customer(email="grace@example.com", phone="+15551232253")
    caller = await salon.member(role)
    assert (await caller.ok(ONE, id=id_of(grace)))["customer"] == {"id": id_of(grace), **shown}


async def test_notes_are_for_those_who_work_with_customers(salon: Business) -> None:
    grace = await salon.customer(internal_notes="Likes tea.", tags=["VIP"])
    staff = await salon.member(Role.STAFF)
    assert (await staff.ok(NOTES, id=id_of(grace)))["customer"]["internalNotes"] == "Likes tea."
    for caller in (await salon.member(Role.AUDITOR), salon.partner):
        answer = await caller(NOTES, id=id_of(grace))
        assert answer.data["customer"] == {"id": id_of(grace), "internalNotes": None, "tags": [{"tag": "VIP"}]}
        assert answer.codes == ["FORBIDDEN"]


async def test_names_are_found_whatever_their_capitals_and_accents(salon: Business) -> None:
    for name in ("Łukasz Żółć", "ΣΊΣΥΦΟΣ", "Jürgen Groß", "50% Müller", "Ola_Nord"):
        await salon.customer(name)
    found = {"lukasz": "Łukasz Żółć", "zolc": "Łukasz Żółć", "σισυφος": "ΣΊΣΥΦΟΣ", "GROSS": "Jürgen Groß",
             "JÜRGEN": "Jürgen Groß", "0% m": "50% Müller", "a_n": "Ola_Nord"}  # fmt: skip
    for search, name in found.items():
        assert await names(salon.owner, filter={"search": search}) == [name]
    assert await names(salon.owner, filter={"search": "%\\_"}) == []
    assert await salon.owner.denied(LIST, filter={"search": "x" * 300}) == "BAD_USER_INPUT"


async def test_contacts_and_tags_are_found_exactly_in_any_spelling(salon: Business, rival: Business) -> None:
    await salon.owner.did(CREATE, input=GRACE)
    await rival.owner.did(CREATE, input={**GRACE, "name": "Not yours"})
    for filter in ({"email": " GRACE@EXAMPLE.COM "}, {"phone": "001 555 123 2253"}, {"phone": "+1-555-123-CALE"},
                   {"tag": "vip"}, {"tag": "COLOUR"}, {"tag": "vip", "email": "grace@example.com"}):  # fmt: skip
        assert await names(salon.owner, filter=filter) == ["Grace Hopper"], filter
    for nothing in ({"email": "grace@example.co"}, {"phone": "+1555123225"}, {"tag": "vi"}):
        assert await names(salon.owner, filter=nothing) == []
    for bad in ({"email": "grace"}, {"phone": "none"}, {"tag": ""}):
        assert await salon.owner.denied(LIST, filter=bad) == "BAD_USER_INPUT"


async def test_filters_and_orders_tell_nothing_to_those_who_see_masks(salon: Business) -> None:
    await salon.customer(email="grace@example.com", phone="+15551232253")
    auditor, staff = await salon.member(Role.AUDITOR), await salon.member(Role.STAFF)
    for filter in ({"email": "grace@example.com"}, {"phone": "+15551232253"}, {"email": "nobody@example.com"}):
        assert await auditor.denied(IDS, filter=filter) == await staff.denied(IDS, filter=filter) == "FORBIDDEN"
    for filter in ({"search": "grace"}, {"search": ""}):
        assert await auditor.denied(IDS, filter=filter) == "FORBIDDEN"
    assert await auditor.denied(IDS, by="NAME") == "FORBIDDEN"
    assert await names(staff, filter={"search": "grace"}, by="NAME") == ["Grace Hopper"]
    assert (await auditor.ok(IDS, by="UPDATED_AT"))["customers"]["totalCount"] == 1


async def test_every_order_pages_without_gaps_in_both_directions(salon: Business) -> None:
    people = ["mike", "Älva", "Zoe", "adam", "Ålice"]
    for name in people:
        salon.product.clock.advance(seconds=1)
        await salon.customer(name)
    first = await Customer.of(salon.account.id).get(name="mike")
    salon.product.clock.advance(seconds=1)
    await first.change(salon.act, 1, phone="+15551232253")
    by_name = ["adam", "Ålice", "Älva", "mike", "Zoe"]
    expected = {"CREATED_AT": people, "UPDATED_AT": [*people[1:], "mike"], "NAME": by_name}
    for order, wanted in expected.items():
        for direction, sequence in (("ASCENDING", wanted), ("DESCENDING", wanted[::-1])):
            seen: list[str] = []
            after = None
            while True:
                page = (await salon.owner.ok(LIST, first=2, after=after, by=order, direction=direction))["customers"]
                seen += [node["name"] for node in page["nodes"]]
                after = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
            assert seen == sequence, (order, direction)


async def test_the_holder_of_a_manage_link_sees_only_themselves(salon: Business, rival: Business) -> None:
    grace = await salon.customer(email="grace@example.com", internal_notes="Difficult.", tags=["late"])
    other, theirs = await salon.customer("Ada"), await rival.customer("Eve")
    caller = await with_manage_link(salon, grace)
    assert (await caller.ok(ONE, id=id_of(grace)))["customer"]["email"] == "grace@example.com"
    for asked in (id_of(other), id_of(theirs), "nonsense"):
        assert (await caller.ok(ONE, id=asked))["customer"] is None
    answer = await caller(NOTES, id=id_of(grace))
    assert answer.data["customer"] == {"id": id_of(grace), "internalNotes": None, "tags": None}
    assert answer.codes == ["FORBIDDEN", "FORBIDDEN"]
    assert await caller.denied(LIST) == await caller.denied(CREATE, input=GRACE) == "FORBIDDEN"
    change = {"id": id_of(grace), "expectedVersion": 1}
    assert await caller.denied(UPDATE, input=change) == await caller.denied(ARCHIVE, input=change) == "FORBIDDEN"


async def test_a_partner_reads_and_writes_by_its_scopes_and_never_notes(salon: Business) -> None:
    reader, writer = await salon.partner_with(Scope.CUSTOMERS_READ), await salon.partner_with(Scope.CUSTOMERS_WRITE)
    quiet = {key: value for key, value in GRACE.items() if key != "internalNotes"}
    document = CREATE.replace("internalNotes ", "")
    made = (await writer.did(document, input=quiet))["customer"]
    assert await names(reader, filter={"email": "grace@example.com"}) == ["Grace Hopper"]
    assert await reader.denied(document, input=quiet) == "FORBIDDEN"
    assert await writer.denied(document, input={**GRACE, "email": "other@example.com"}) == "FORBIDDEN"
    blind = {"id": made["id"], "expectedVersion": 1, "internalNotes": ""}
    assert await writer.denied(UPDATE.replace("internalNotes ", ""), input=blind) == "FORBIDDEN"
    assert await (await salon.partner_with(Scope.BOOKINGS_READ)).denied(IDS) == "FORBIDDEN"
    assert [customer.version for customer in await Customer.of(salon.account.id)] == [1]


async def test_the_rivals_customers_answer_like_random_ids(salon: Business, rival: Business) -> None:
    grace = await salon.customer()
    for asked in (id_of(grace), id_of(grace)[:-4] + "0000", "nonsense", ""):
        assert (await rival.owner.ok(ONE, id=asked))["customer"] is None
        for document, more in ((UPDATE, {"name": "Mine"}), (ARCHIVE, {})):
            refusal = await rival.owner.refused(document, input={"id": asked, "expectedVersion": 1, **more})
            assert refusal["__typename"] == "NotFound"
    assert await names(rival.owner) == []
    assert (await Customer.of(salon.account.id).get(id=grace.id)).version == 1


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
async def test_roles_below_manager_change_no_customer(salon: Business, role: Role) -> None:
    grace, caller = await salon.customer(), await salon.member(role)
    change = {"id": id_of(grace), "expectedVersion": 1}
    assert await caller.denied(CREATE, input={"name": "Eve"}) == "FORBIDDEN"
    assert await caller.denied(UPDATE, input=change) == await caller.denied(ARCHIVE, input=change) == "FORBIDDEN"


async def test_widgets_and_visitors_see_no_customer(salon: Business, visitor: Caller) -> None:
    grace = await salon.customer()
    assert await salon.widget.denied(LIST) == await salon.widget.denied(ONE, id=id_of(grace)) == "FORBIDDEN"
    assert await visitor.denied(LIST) == await visitor.denied(ONE, id=id_of(grace)) == "UNAUTHENTICATED"


async def test_whoever_books_is_found_by_email_and_keeps_what_the_business_knows(
    salon: Business, rival: Business
) -> None:
    grace = await salon.customer("Grace Hopper", email="grace@example.com")
    found, new = await Customer.find_or_create(salon.act, "Mallory", "grace@example.com", "+15550000000")
    assert (found.id, new, found.name, found.phone) == (grace.id, False, "Grace Hopper", None)
    stored = await Customer.of(salon.account.id).get(id=grace.id)
    assert (stored.name, stored.phone, stored.version) == ("Grace Hopper", None, 1)
    other, new = await Customer.find_or_create(rival.act, "Grace", "grace@example.com", None)
    assert new and other.id != grace.id


async def test_without_an_email_phone_and_name_decide_together(salon: Business) -> None:
    mother, new = await Customer.find_or_create(salon.act, "Ada Byron", None, "+15551232253")
    again, anew = await Customer.find_or_create(salon.act, "ADA BYRON", None, "+15551232253")
    child, other = await Customer.find_or_create(salon.act, "Annabella", None, "+15551232253")
    assert (new, anew, other) == (True, False, True)
    assert again.id == mother.id != child.id
    nobody = [await Customer.find_or_create(salon.act, "Ada Byron", None, None) for _ in range(2)]
    assert [created for _, created in nobody] == [True, True]


async def test_a_customer_who_was_archived_is_in_use_again_when_they_book(salon: Business) -> None:
    grace = await salon.customer("Grace", email="grace@example.com")
    await grace.archive(salon.act, 1)
    asked = [Customer.find_or_create(salon.act, "Grace", "grace@example.com", None) for _ in range(3)]
    assert {customer.id for customer, _ in await asyncio.gather(*asked)} == {grace.id}
    stored = await Customer.of(salon.account.id).get(id=grace.id)
    assert (stored.archived_at, stored.version) == (None, 3)
    assert await Event.of(salon.account.id).filter(name="customer_returned").count() == 1


@pytest.mark.parametrize(("email", "phone"), [("grace@example.com", None), (None, "+15551232253")])
async def test_somebody_new_who_books_many_times_at_once_is_one_customer(
    salon: Business, email: str | None, phone: str | None
) -> None:
    asked = [Customer.find_or_create(salon.act, "Grace", email, phone) for _ in range(8)]
    found = await asyncio.gather(*asked)
    assert len({customer.id for customer, _ in found}) == 1
    assert sorted(new for _, new in found) == [False] * 7 + [True]
    assert await Customer.of(salon.account.id).count() == 1


async def test_a_list_takes_two_statements_and_one_for_the_tags_beneath(salon: Business) -> None:
    for number in range(5):
        await salon.customer(f"Person {number}", tags=["VIP", "colour"])
    beneath = "query { customers(first: 50) { totalCount nodes { name email phone tags { tag } } } }"
    with counting() as statements:
        found = (await salon.owner.ok(beneath))["customers"]
    assert [len(node["tags"]) for node in found["nodes"]] == [2] * 5
    assert len(statements) <= 1 + 3, statements
    with counting() as statements:
        assert len(await names(salon.owner, filter={"search": "person", "tag": "vip"}, by="NAME")) == 5
    assert len(statements) <= 1 + 2, statements
