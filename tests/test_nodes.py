"""`node` and `nodes` through the API: anything again by its id, for those who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from graph.schema import build
from models.membership import Membership, Role
from models.schedule import ScheduleOverride
from models.service import Offering, Visibility
from models.staff import TimeOff
from models.storage.database import counting
from models.tenancy import Owned
from resolvers.nodes import ROWS
from rules.ids import PREFIXES, global_id
from tests.api import Caller
from tests.bookable import HOLD, TOMORROW, Desk, bookable, said
from tests.businesses import Business, by_key, id_of

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def everything(business: Business) -> tuple[Desk, dict[str, str]]:
    """A desk and an id of each kind of row around it, by type name."""
    desk = await bookable(business)
    booking = (await desk.book(business.owner, at=desk.at(10)))["booking"]
    held = (await business.owner.did(HOLD, input={"serviceId": desk.id, "startsAt": said(desk.at(12))}))["hold"]
    off = await TimeOff.begin(business.act, staff_id=desk.staff[0].id, starts_at=desk.at(14), ends_at=desk.at(15))
    override = await ScheduleOverride.add(
        business.account.id, created_at=business.act.at, schedule_id=desk.schedule.id, on_date=TOMORROW, windows=[]
    )
    rows: dict[str, Owned] = {
        "Service": desk.service, "Staff": desk.staff[0], "Schedule": desk.schedule, "TimeOff": off,
        "ScheduleOverride": override, "Offering": await Offering.of(business.account.id).get(),
        "Member": await Membership.of(business.account.id).get(user_id=business.owner_user.id),
        "Customer": await business.customer(),
    }  # fmt: skip
    ids = {name: id_of(row) for name, row in rows.items()} | {"Booking": booking["id"], "Hold": held["id"]}
    account = {"Account": global_id("account", business.account.id)}
    return desk, ids | account | {"User": global_id("app_user", business.owner_user.id)}


async def test_an_owner_reads_every_kind_of_row_again(salon: Business) -> None:
    _, ids = await everything(salon)
    for name, id_ in ids.items():
        assert (await salon.owner.ok(NODE, id=id_))["node"] == {"__typename": name, "id": id_}
    found = (await salon.owner.ok(NODES, ids=list(ids.values())))["nodes"]
    assert [one["__typename"] for one in found] == list(ids)


def test_every_type_with_an_id_can_be_read_by_it() -> None:
    schema = build()._schema
    node: Any = schema.type_map["Node"]
    shown = {
        type_.extensions["strawberry-definition"].origin.__model__._meta.db_table
        for type_ in schema.get_possible_types(node)
    }  # fmt: skip
    assert shown == set(ROWS)
    assert set(ROWS) <= set(PREFIXES)


async def test_the_rival_gets_null_for_everything(salon: Business, rival: Business) -> None:
    _, ids = await everything(salon)
    theirs = [one for name, one in ids.items() if name != "User"] + [ids["User"]]
    wrong = ["", "nonsense", "bkg_", "bkg_00000000000000000000000000", "xyz_00000000000000000000000000", "💈"]
    for caller in (rival.owner, rival.partner, rival.widget):
        assert (await caller.ok(NODES, ids=theirs + wrong))["nodes"] == [None] * (len(theirs) + len(wrong))
        for one in theirs + wrong:
            assert (await caller.ok(NODE, id=one))["node"] is None


SEEN = {
    "widget": {"Account", "Service", "Staff"},
    "partner": {"Account", "Service", "Staff", "Booking", "Hold", "Customer"},
    "auditor": {
        "Account", "Service", "Staff", "Schedule", "ScheduleOverride", "TimeOff", "Offering", "Booking", "Customer",
        "Member",
    },
}  # fmt: skip


@pytest.mark.parametrize("who", SEEN)
async def test_each_credential_reads_what_its_permissions_show(salon: Business, who: str) -> None:
    _, ids = await everything(salon)
    callers = {"widget": salon.widget, "partner": salon.partner, "auditor": await salon.member(Role.AUDITOR)}
    found = (await callers[who].ok(NODES, ids=list(ids.values())))["nodes"]
    assert {one["__typename"] for one in found if one} == SEEN[who]


async def test_what_the_shop_window_hides_is_no_node_either(salon: Business) -> None:
    desk, ids = await everything(salon)
    await desk.service.change(salon.act, 1, visibility=Visibility.PRIVATE)
    await desk.staff[0].archive(salon.act, 1)
    assert (await salon.widget.ok(NODES, ids=[ids["Service"], ids["Staff"]]))["nodes"] == [None, None]
    assert None not in (await salon.owner.ok(NODES, ids=[ids["Service"], ids["Staff"]]))["nodes"]


async def test_a_link_reads_its_booking_and_nothing_else(salon: Business) -> None:
    desk, ids = await everything(salon)
    mine = await desk.book(salon.widget, at=desk.at(16, day=1))
    link = by_key(salon.product, mine["manageToken"])
    asked = [mine["booking"]["id"], ids["Booking"], ids["Customer"], ids["Hold"], ids["Schedule"]]
    found = (await link.ok(NODES, ids=asked))["nodes"]
    assert [one and one["id"] for one in found] == [mine["booking"]["id"], None, None, None, None]


async def test_a_visitor_is_asked_to_sign_in(salon: Business, visitor: Caller) -> None:
    _, ids = await everything(salon)
    assert await visitor.denied(NODE, id=ids["Booking"]) == "UNAUTHENTICATED"
    assert await visitor.denied(NODES, ids=[ids["User"]]) == "UNAUTHENTICATED"


async def test_a_hundred_ids_take_one_statement_for_each_kind(salon: Business) -> None:
    _, ids = await everything(salon)
    asked = ([ids["Booking"], ids["Service"], "nonsense"] * 34)[:100]
    await salon.owner.ok(NODES, ids=asked)
    with counting() as statements:
        found = (await salon.owner.ok(NODES, ids=asked))["nodes"]
    assert len(statements) == 3, "one finds out who asks"
    assert [one and one["id"] for one in found] == [one if one != "nonsense" else None for one in asked]
    assert await salon.owner.denied(NODES, ids=[*asked, "x"]) == "BAD_USER_INPUT"
