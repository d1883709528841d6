"""Following what happens: a copy that goes from cursor to cursor misses nothing, and sees no more than its scopes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.following import BEGINNING, SPAN, follow
from models.membership import Role
from models.service import Visibility
from models.staff import TimeOff
from models.storage.counting import counting
from models.storage.database import dialect, execute, fetch
from permissions.roles import Scope
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, MOVE, bookable, said
from tests.businesses import Business, id_of, limit_to_own_diary

CHANGES = """
query Changes($since: String, $first: Int! = 100, $subjects: [ChangeSubject!]) {
  changes(sinceCursor: $since, first: $first, subjects: $subjects) {
    __typename
    ... on Changes {
      hasMore nextCursor latestCursor
      changes {
        cursor at name subject nodeId
        node { __typename id ... on Booking { status version } }
        event { name actorKind details { name value } }
      }
    }
    ... on Refusal { code message }
  }
}
"""
PLAIN = """
query Changes($since: String, $first: Int! = 100, $subjects: [ChangeSubject!]) {
  changes(sinceCursor: $since, first: $first, subjects: $subjects) {
    ... on Changes { hasMore nextCursor latestCursor changes { name subject nodeId node { id } } } }
}
"""


async def page(caller: Caller, since: str | None = None, document: str = CHANGES, **more: Any) -> dict[str, Any]:
    """A page of changes."""
    return dict((await caller.ok(document, since=since, **more))["changes"])


async def end(caller: Caller) -> str:
    """The cursor after everything that happened so far."""
    return str((await page(caller, document=PLAIN, first=1))["latestCursor"])


async def followed(caller: Caller, since: str | None, **more: Any) -> list[dict[str, Any]]:
    """Everything after a cursor, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        one = await page(caller, since, **more)
        found += one["changes"]
        since = one["nextCursor"]
        if not one["hasMore"]:
            return found


async def test_a_partner_follows_a_booking(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    since = await end(salon.partner)
    made = (await desk.book(salon.owner, at=desk.at(10)))["booking"]
    await salon.owner.did(MOVE, input={"id": made["id"], "startsAt": said(desk.at(12)), "expectedVersion": 1})
    await salon.owner.did(CANCEL, input={"id": made["id"]})
    found = await page(salon.partner, since, subjects=["BOOKING"])
    assert [one["name"] for one in found["changes"]] == ["booking_made", "booking_rescheduled", "booking_cancelled"]
    assert {one["nodeId"] for one in found["changes"]} == {made["id"]}
    assert all(one["node"] == {"__typename": "Booking", "id": made["id"], "status": "CANCELLED", "version": 3}
               for one in found["changes"]), "the booking as it is now"  # fmt: skip
    assert [one["event"]["actorKind"] for one in found["changes"]] == ["MEMBER"] * 3
    assert not found["hasMore"] and found["nextCursor"] == found["latestCursor"]
    after = await page(salon.partner, found["nextCursor"])
    assert after["changes"] == [] and after["nextCursor"] == found["nextCursor"] and not after["hasMore"]
    assert [one["name"] for one in (await page(rival.partner))["changes"] if one["subject"] == "BOOKING"] == []


async def test_every_change_once_whatever_the_size_of_the_pages(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    for hour in (9, 10, 11):
        await desk.book(salon.owner, at=desk.at(hour))
    whole = await followed(salon.owner, None)
    assert [one["cursor"] for one in whole] == list(dict.fromkeys(one["cursor"] for one in whole))
    assert await followed(salon.owner, None, first=1) == await followed(salon.owner, None, first=3) == whole
    names = [one["name"] for one in whole]
    assert names[0] == "membership_created" and names.count("booking_made") == 3
    assert await followed(salon.owner, whole[4]["cursor"]) == whole[5:], "from the middle of a page"


async def test_a_cursor_is_good_for_every_choice_of_subjects(salon: Business) -> None:
    desk = await bookable(salon)
    since = await end(salon.owner)
    await desk.book(salon.owner, at=desk.at(10))
    none = await page(salon.owner, since, subjects=["SCHEDULE"])
    assert none["changes"] == [] and none["nextCursor"] == none["latestCursor"] != since
    (one,) = (await page(salon.owner, since, subjects=["BOOKING", "SCHEDULE"]))["changes"]
    assert one["subject"] == "BOOKING"


async def test_a_partner_is_told_of_what_its_scopes_show(salon: Business) -> None:
    desk = await bookable(salon)
    await desk.book(salon.owner, at=desk.at(10))
    catalogue = await salon.partner_with(Scope.CATALOGUE_READ)
    customers = await salon.partner_with(Scope.CUSTOMERS_READ)
    shown = await followed(catalogue, None, document=PLAIN)
    assert {one["subject"] for one in shown} == {"SERVICE", "STAFF", "ACCOUNT"}
    assert {one["subject"] for one in await followed(customers, None, document=PLAIN)} == {"CUSTOMER"}
    assert await catalogue.denied(PLAIN, subjects=["BOOKING"]) == "FORBIDDEN"
    answer = await catalogue(CHANGES)
    assert "FORBIDDEN" in answer.codes, "history takes its own permission"
    alone = await salon.partner_with(Scope.AVAILABILITY_READ)
    assert await alone.denied(PLAIN) == "FORBIDDEN"
    assert await salon.widget.denied(PLAIN) == "FORBIDDEN"


async def test_what_the_shop_window_hides_has_no_node(salon: Business) -> None:
    shown = await salon.service("Shown")
    hidden = await salon.service("Hidden", visibility=Visibility.PRIVATE)
    catalogue = await salon.partner_with(Scope.CATALOGUE_READ)
    found = {one["nodeId"]: one["node"] for one in await followed(catalogue, None, document=PLAIN)}
    assert found[id_of(shown)] == {"id": id_of(shown)} and found[id_of(hidden)] is None


async def test_what_is_gone_is_told_by_its_id(salon: Business) -> None:
    off = await TimeOff.begin(salon.act, starts_at=salon.act.at, ends_at=salon.act.at + timedelta(hours=1))
    id_ = id_of(off)
    assert [one["node"]["id"] for one in await followed(salon.owner, None, subjects=["TIME_OFF"])] == [id_]
    await off.remove(salon.act, off.version)
    found = [one for one in await followed(salon.owner, None) if one["subject"] == "TIME_OFF"]
    assert [(one["name"], one["nodeId"], one["node"]) for one in found] == [
        ("time_off_created", id_, None), ("time_off_removed", id_, None),
    ]  # fmt: skip


async def test_staff_of_their_own_diary_are_told_of_it_alone(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    await limit_to_own_diary(salon)
    ada = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    since = await end(salon.owner)
    mine = (await desk.book(salon.owner, at=desk.at(10), staff=desk.staff[0]))["booking"]
    other = {"name": "Somebody Else", "email": "other@example.com"}
    theirs = (await desk.book(salon.owner, at=desk.at(10), staff=desk.staff[1], customer=other))["booking"]
    found = await followed(ada, since)
    assert {one["nodeId"] for one in found if one["subject"] == "BOOKING"} == {mine["id"]}
    assert all(one["node"] for one in found) and theirs["id"] not in str(found)
    since = await end(salon.owner)
    goes = {"id": mine["id"], "startsAt": said(desk.at(12)), "staffId": id_of(desk.staff[1]), "expectedVersion": 1}
    await salon.owner.did(MOVE, input=goes)
    (left,) = await followed(ada, since)
    assert (left["name"], left["nodeId"], left["node"]) == ("booking_rescheduled", mine["id"], None)


@pytest.mark.parametrize("cursor", ["", "x", "MQ", "WyJjaGFuZ2VzIiwgIngiLCAieCJd", "W10", "ü"])
async def test_what_is_no_cursor_is_said_to_be_none(salon: Business, cursor: str) -> None:
    assert await salon.owner.denied(PLAIN, since=cursor) == "BAD_USER_INPUT"


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_page_has_a_size(salon: Business, first: int) -> None:
    assert await salon.owner.denied(PLAIN, first=first) == "BAD_USER_INPUT"


async def test_the_rivals_cursor_is_gone_here_like_one_that_nobody_has(salon: Business, rival: Business) -> None:
    await bookable(rival)
    theirs, far = await end(rival.owner), await end(rival.owner)
    for cursor in (theirs, far):
        refused = await page(salon.partner, cursor)
        assert refused["__typename"] == "CursorGone" and refused["code"] == "CURSOR_GONE"
        assert "latestCursor" in refused["message"]


async def test_a_database_of_an_earlier_day_is_noticed(salon: Business) -> None:
    """What was followed is not there any more; what happened since has the same numbers."""
    desk = await bookable(salon)
    since = await end(salon.partner)
    [last] = await fetch("SELECT max(position) AS p FROM event_position WHERE account_id = $1", salon.account.id)
    await execute("DELETE FROM event_position WHERE account_id = $1 AND position = $2", salon.account.id, last["p"])
    assert (await page(salon.partner, since))["__typename"] == "CursorGone"
    await desk.book(salon.owner, at=desk.at(10))
    assert (await page(salon.partner, since))["__typename"] == "CursorGone", "the number is taken again, by another"


async def test_cleared_history_begins_where_it_is_kept(salon: Business) -> None:
    since = (await page(salon.owner, None, first=1))["nextCursor"]
    desk = await bookable(salon)
    kept = await end(salon.owner)
    await desk.book(salon.owner, at=desk.at(10))
    account, by = salon.account.id, 3 * SPAN
    await end(salon.owner)
    last = "SELECT max(position) FROM event_position WHERE account_id = $1"
    [row] = await fetch(f"SELECT ({last}) AS p", account)
    await execute("DELETE FROM event_position WHERE account_id = $1 AND position < $2", account, row["p"] - 3)
    for position in range(row["p"], row["p"] - 4, -1):
        await execute("UPDATE event_position SET position = position + $3 WHERE account_id = $1 AND position = $2",
                      account, position, by)  # fmt: skip
    assert (await page(salon.owner, since))["__typename"] == "CursorGone"
    assert (await page(salon.owner, kept))["__typename"] == "CursorGone", "nobody stands there any more"
    assert len(await followed(salon.owner, None)) == 4


async def test_a_long_history_is_looked_at_in_pieces(salon: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await bookable(salon)
    await desk.book(salon.owner, at=desk.at(10))
    monkeypatch.setattr("models.following.SPAN", 2)
    monkeypatch.setattr("models.following.GIVEN_AT_ONCE", 3)
    first = await page(salon.owner, subjects=["BOOKING"])
    assert first["changes"] == [] and first["hasMore"]
    names = [one["name"] for one in await followed(salon.owner, None, subjects=["BOOKING"])]
    assert names == ["booking_made"]


async def test_a_page_takes_few_statements(salon: Business) -> None:
    desk = await bookable(salon, staff=3)
    for hour in (9, 10, 11):
        await desk.book(salon.owner, at=desk.at(hour))
    await end(salon.partner)
    with counting() as statements:
        found = await page(salon.partner, subjects=["BOOKING", "SERVICE", "STAFF"])
    assert len(found["changes"]) >= 7
    # Who asks, whether positions wait (PostgreSQL), where it stands, the changes, a table each, and the events.
    assert len(statements) <= 8, statements


async def test_what_is_rolled_back_did_not_happen(salon: Business) -> None:
    desk = await bookable(salon)
    since = await end(salon.partner)
    taken = desk.wanted(desk.at(10))
    await salon.owner.did(BOOK, input=taken)
    await salon.owner.refused(BOOK, input=taken)
    assert [one["name"] for one in await followed(salon.partner, since, subjects=["BOOKING"])] == ["booking_made"]


async def test_positions_go_with_their_account(salon: Business, rival: Business) -> None:
    await page(salon.owner)
    await follow(rival.account.id, BEGINNING, ["account"], 1)
    await execute("DELETE FROM account WHERE id = $1", salon.account.id)
    query = "SELECT account_id FROM event_position WHERE account_id IN ($1, $2) GROUP BY account_id"
    (left,) = await fetch(query, salon.account.id, rival.account.id)
    assert str(left["account_id"]) == str(rival.account.id) and dialect()
