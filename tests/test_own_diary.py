"""Staff whom the account limits to their own diary: what they see and change of it, and that nothing else is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from models.booking import Booking
from models.membership import Role
from models.privacy_settings import PrivacySettings
from models.staff import TimeOff
from models.storage.counting import counting
from permissions.every_viewer import EVERY_VIEWER
from rules.ids import global_id
from tests.api import Caller
from tests.bookable import AVAILABILITY, BOOK, CANCEL, HOLD, MOVE, NO_SHOW, TOMORROW, Desk, bookable, said
from tests.businesses import Business, id_of, limit_to_own_diary
from tests.isolation.documents import Root, roots

LIMIT = """mutation ($input: UpdatePrivacySettingsInput!) { updatePrivacySettings(input: $input) {
  __typename ... on UpdatePrivacySettingsPayload { privacySettings { staffSeeOwnDiary } } } }"""
SEE = """
query ($mine: ID!, $theirs: ID!, $customer: ID!, $all: [ID!]!) {
  bookings(first: 9) { totalCount nodes { id customer { name email tags { tag } internalNotes } history { name }
    cancellation { reason } } }
  mine: booking(id: $mine) { id staff { name } customer { id } }
  theirs: booking(id: $theirs) { id }
  customers(first: 9, orderBy: NAME) { totalCount nodes { id name email phone } edges { cursor } }
  search: customers(first: 9, filter: {search: "Customer"}) { totalCount nodes { id } }
  ofTheirCustomer: bookings(first: 9, filter: {customerId: $customer}) { totalCount nodes { id } }
  customer(id: $customer) { id }
  node(id: $theirs) { id }
  nodes(ids: $all) { id }
}
"""


@dataclass(slots=True)
class Team:
    """Two people of one business with a booking each, and the first of them at the dashboard, limited to her diary."""

    desk: Desk
    ask: Caller
    mine: dict[str, Any]
    theirs: dict[str, Any]

    async def customer_of(self, booking: dict[str, Any]) -> str:
        found = await self.desk.business.owner.ok(
            "query ($id: ID!) { booking(id: $id) { customer { id } } }", **booking
        )
        return str(found["booking"]["customer"]["id"])


@pytest.fixture
async def team(salon: Business) -> Team:
    desk = await bookable(salon, staff=2)
    made = [
        (await desk.book(salon.owner, at=desk.at(10), staff=person, customer=customer))["booking"]
        for person, customer in (
            (desk.staff[0], {"name": "Customer Mine", "email": "mine@example.com"}),
            (desk.staff[1], {"name": "Customer Theirs", "email": "theirs@example.com"}),
        )
    ]
    ask = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    await limit_to_own_diary(salon)
    return Team(desk, ask, *({"id": one["id"], "version": one["version"]} for one in made))


async def test_only_the_owner_limits_and_it_counts_at_once(salon: Business) -> None:
    desk = await bookable(salon)
    await desk.book(salon.widget, at=desk.at(10))
    staff, count = await salon.member(Role.STAFF), "{ bookings(first: 1) { totalCount } }"
    for role in (Role.ADMIN, Role.STAFF):
        refused = await (await salon.member(role)).denied(LIMIT, input={"expectedVersion": 1, "staffSeeOwnDiary": True})
        assert refused == "FORBIDDEN"
    for version, limited, seen in ((1, True, 0), (2, False, 1)):
        await salon.owner.did(LIMIT, input={"expectedVersion": version, "staffSeeOwnDiary": limited})
        assert (await staff.ok(count))["bookings"]["totalCount"] == seen, "linked to no staff member: nothing is own"
        assert (await salon.owner.ok(count))["bookings"]["totalCount"] == 1


async def test_lists_nodes_edges_search_and_counts_hold_own_rows_only(team: Team) -> None:
    customers = [await team.customer_of(one) for one in (team.mine, team.theirs)]
    ids = [team.mine["id"], team.theirs["id"], *customers]
    found = await team.ask.ok(SEE, mine=ids[0], theirs=ids[1], customer=customers[1], all=ids)
    assert found["bookings"]["totalCount"] == 1
    (booking,) = found["bookings"]["nodes"]
    assert booking["id"] == ids[0]
    assert booking["customer"] == {"name": "Customer Mine", "email": "m…@e….com", "tags": [], "internalNotes": ""}
    assert [event["name"] for event in booking["history"]] == ["booking_made"]
    assert found["mine"]["customer"]["id"] == customers[0]
    assert [one["name"] for one in found["customers"]["nodes"]] == ["Customer Mine"]
    assert found["customers"]["totalCount"] == found["search"]["totalCount"] == 1
    assert found["theirs"] is found["customer"] is found["node"] is None
    assert found["ofTheirCustomer"] == {"totalCount": 0, "nodes": []}
    assert [one and one["id"] for one in found["nodes"]] == [ids[0], None, customers[0], None]


async def test_a_cursor_and_a_filter_lead_to_no_colleagues_rows(team: Team, salon: Business) -> None:
    everybodys = await salon.owner.ok("{ customers(first: 9, orderBy: NAME) { edges { cursor } } }")
    for edge in everybodys["customers"]["edges"]:
        for argument in ("after", "before"):
            size = "first" if argument == "after" else "last"
            document = (
                f'{{ customers({size}: 9, {argument}: "{edge["cursor"]}", orderBy: NAME) {{ nodes {{ name }} }} }}'
            )
            assert "Theirs" not in str(await team.ask.ok(document))
    by_staff = "query ($staff: ID!) { bookings(first: 9, filter: {staffId: $staff}) { totalCount nodes { id } } }"
    nobody = await team.ask.ok(by_staff, staff="stf_00000000000000000000000000")
    assert await team.ask.ok(by_staff, staff=id_of(team.desk.staff[1])) == nobody
    assert (await team.ask.ok(by_staff, staff=id_of(team.desk.staff[0])))["bookings"]["totalCount"] == 1
    assert await team.ask.denied('{ customers(first: 1, filter: {email: "mine@example.com"}) { totalCount } }') == (
        "FORBIDDEN"
    ), "contacts stay masked, so they are not searched"


async def test_contacts_that_staff_may_see_are_seen_of_own_customers_only(team: Team, salon: Business) -> None:
    settings = await PrivacySettings.of(salon.account.id).get()
    await settings.change(salon.act, settings.version, staff_see_contacts=True)
    found = await team.ask.ok("{ customers(first: 9) { nodes { email } } }")
    assert found["customers"]["nodes"] == [{"email": "mine@example.com"}]
    by_email = "query ($email: String!) { customers(first: 9, filter: {email: $email}) { totalCount } }"
    for email, seen in (("mine@example.com", 1), ("theirs@example.com", 0), ("nobody@example.com", 0)):
        assert (await team.ask.ok(by_email, email=email))["customers"]["totalCount"] == seen


async def test_a_customer_is_ones_own_for_as_long_as_one_has_a_booking_of_theirs(team: Team, salon: Business) -> None:
    customer, document = await team.customer_of(team.mine), "query ($id: ID!) { customer(id: $id) { name } }"
    assert (await team.ask.ok(document, id=customer))["customer"] == {"name": "Customer Mine"}
    moved = {"id": team.mine["id"], "expectedVersion": 1, "startsAt": said(team.desk.at(14))}
    await salon.owner.did(MOVE, input={**moved, "staffId": id_of(team.desk.staff[1])})
    assert (await team.ask.ok(document, id=customer))["customer"] is None


async def test_bookings_of_colleagues_can_neither_be_changed_nor_taken_nor_given(team: Team, salon: Business) -> None:
    desk, unknown = team.desk, "bkg_00000000000000000000000000"
    for document, more in ((CANCEL, {}), (NO_SHOW, {}), (MOVE, {"expectedVersion": 1, "startsAt": said(desk.at(12))})):
        theirs, nothing = [
            await team.ask.refused(document, input={"id": id, **more}) for id in (team.theirs["id"], unknown)
        ]
        assert theirs == nothing
        assert theirs["__typename"] == "NotFound"
    colleague, nobody = id_of(desk.staff[1]), "stf_00000000000000000000000000"
    move = {"id": team.mine["id"], "expectedVersion": 1, "startsAt": said(desk.at(12))}
    slot = {"serviceId": desk.id, "startsAt": said(desk.at(12))}
    for document, asked in ((MOVE, move), (BOOK, desk.wanted(desk.at(12))), (HOLD, slot)):
        given = [await team.ask.refused(document, input={**asked, "staffId": id}) for id in (colleague, nobody)]
        assert given[0] == given[1]
        assert given[0]["__typename"] == "NotFound"
    rows = await Booking.of(salon.account.id).order_by("created_at")
    assert [(row.version, row.staff_id) for row in rows] == [(1, desk.staff[0].id), (1, desk.staff[1].id)]


async def test_what_is_booked_held_and_free_is_in_ones_own_diary(team: Team) -> None:
    desk = team.desk
    asked = {"serviceId": desk.id, "from": str(TOMORROW), "to": str(TOMORROW)}
    slots = (await team.ask.ok(AVAILABILITY, **asked))["availability"]["slots"]
    assert {id for slot in slots for id in slot["staffIds"]} == {id_of(desk.staff[0])}
    nobody = await team.ask.ok(AVAILABILITY, **asked, staffId="stf_00000000000000000000000000")
    assert await team.ask.ok(AVAILABILITY, **asked, staffId=id_of(desk.staff[1])) == nobody
    assert (await desk.refused(team.ask, at=desk.at(10)))["__typename"] == "SlotTaken", "the colleague would be free"
    for hour in (12, 13):
        made = await desk.book(team.ask, at=desk.at(hour))
        assert made["booking"]["staff"]["id"] == id_of(desk.staff[0])
        assert made["manageToken"] is None
    held = await team.ask.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(15))})
    assert held["hold"]["staff"]["id"] == id_of(desk.staff[0])
    await team.ask.did(CANCEL, input={"id": team.mine["id"]})


MAY = EVERY_VIEWER["staff, own diary"].grants
TIMES = [
    root
    for root in roots()
    if root.kind == "query" and {"serviceId", "staffId"} <= set(root.field.args) and root.permission in MAY
]


@pytest.mark.parametrize("root", TIMES, ids=lambda root: root.name)
async def test_no_question_about_free_times_is_answered_for_a_colleague(root: Root, team: Team) -> None:
    asked = {"serviceId": team.desk.id, "from": str(TOMORROW), "to": str(TOMORROW), "startsAt": said(team.desk.at(12))}
    asked |= {"rule": "FREQ=DAILY;COUNT=2"}
    mine, theirs = (id_of(person) for person in team.desk.staff)
    given = {name: value for name, value in asked.items() if name in root.field.args}
    nobody = await team.ask.ok(
        root.document(asked | {"staffId": ""}), **given, staffId="stf_00000000000000000000000000"
    )
    assert await team.ask.ok(root.document(asked | {"staffId": ""}), **given, staffId=theirs) == nobody
    assert await team.ask.ok(root.document(asked | {"staffId": ""}), **given, staffId=mine) != nobody
    assert theirs not in str(await team.ask.ok(root.document(given), **given))


async def test_hours_and_absences_of_colleagues_are_not_shown_but_those_of_the_business_are(
    team: Team, salon: Business
) -> None:
    for staff_id, reason in ((team.desk.staff[0].id, "mine"), (team.desk.staff[1].id, "theirs"), (None, "all")):
        await TimeOff.begin(
            salon.act,
            staff_id=staff_id,
            starts_at=team.desk.at(9, day=3),
            ends_at=team.desk.at(17, day=3),
            reason=reason,
        )
    other = await bookable(salon)
    found = await team.ask.ok(
        """query ($colleague: ID!, $hours: ID!) { timeOff(first: 9) { nodes { reason } }
        schedules(first: 9) { totalCount nodes { id weekly { weekday } overrides { onDate } } }
        schedule(id: $hours) { id }
        ofColleague: timeOff(first: 9, filter: {staffId: $colleague}) { totalCount } }""",
        colleague=id_of(team.desk.staff[1]),
        hours=id_of(other.schedule),
    )
    assert {one["reason"] for one in found["timeOff"]["nodes"]} == {"mine", "all"}
    assert [one["id"] for one in found["schedules"]["nodes"]] == [id_of(team.desk.schedule)]
    assert found["schedule"] is None
    assert found["ofColleague"]["totalCount"] == 0
    document = "query ($id: ID!) { staffMember(id: $id) { name schedule { name } } }"
    answer = await team.ask(document, id=id_of(other.staff[0]))
    assert (answer.data["staffMember"], answer.codes) == ({"name": "Person 0", "schedule": None}, ["FORBIDDEN"])


async def test_events_of_colleagues_bookings_are_no_nodes(team: Team, salon: Business) -> None:
    document = "query ($id: ID!) { booking(id: $id) { history { id } } }"
    events = [
        (await salon.owner.ok(document, id=one["id"]))["booking"]["history"][0]["id"]
        for one in (team.mine, team.theirs)
    ]
    found = await team.ask.ok("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=events)
    assert [one and one["id"] for one in found["nodes"]] == [events[0], None]


async def test_other_roles_and_other_businesses_are_not_limited(team: Team, salon: Business, rival: Business) -> None:
    count = "{ bookings(first: 1) { totalCount } }"
    for role in (Role.ADMIN, Role.MANAGER, Role.AUDITOR):
        member = await salon.member(role, staff_id=team.desk.staff[0].id)
        assert (await member.ok(count))["bookings"]["totalCount"] == 2
    theirs = await bookable(rival)
    await theirs.book(rival.widget, at=theirs.at(10))
    assert (await (await rival.member(Role.STAFF)).ok(count))["bookings"]["totalCount"] == 1
    (booking,) = await Booking.of(rival.account.id)
    asked = await team.ask.ok("query ($id: ID!) { booking(id: $id) { id } }", id=global_id("booking", booking.id))
    assert asked["booking"] is None


async def test_a_page_of_own_bookings_costs_no_more_statements_than_one(team: Team) -> None:
    document, sent = "{ bookings(first: 9) { nodes { customer { name tags { tag } } history { name } } } }", []
    for hour in (12, 13):
        await team.desk.book(team.ask, at=team.desk.at(hour), customer={"name": f"Customer {hour}"})
        with counting() as statements:
            assert len((await team.ask.ok(document))["bookings"]["nodes"]) == hour - 10
        sent.append(len(statements))
    assert sent == [4, 4], "who asks, the bookings with their customers, the tags, the events"
