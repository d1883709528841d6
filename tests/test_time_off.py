"""Time off through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.event import Event
from models.membership import Role
from models.staff import Staff, TimeOff
from models.storage.database import counting
from tests.businesses import Business, id_of

SHOWN = "timeOff { id startsAt endsAt reason version staff { name } }"
ADD = f"""mutation ($input: AddTimeOffInput!) {{ addTimeOff(input: $input) {{ __typename
    ... on AddTimeOffPayload {{ {SHOWN} }} ... on Refusal {{ code message }}
    ... on ValidationFailed {{ fields {{ path message }} }} }} }}"""
UPDATE = f"""mutation ($input: UpdateTimeOffInput!) {{ updateTimeOff(input: $input) {{ __typename
    ... on UpdateTimeOffPayload {{ {SHOWN} }} ... on Refusal {{ code message }}
    ... on ValidationFailed {{ fields {{ path message }} }} ... on VersionConflict {{ currentVersion }} }} }}"""
REMOVE = """mutation ($input: RemoveTimeOffInput!) { removeTimeOff(input: $input) { __typename
    ... on RemoveTimeOffPayload { removedId } ... on Refusal { code message }
    ... on VersionConflict { currentVersion } } }"""
LIST = """query ($filter: TimeOffFilter) { timeOff(first: 50, filter: $filter) {
    totalCount nodes { id reason startsAt staff { name } } } }"""

FEBRUARY = {"startsAt": "2027-02-01T00:00:00-06:00", "endsAt": "2027-02-08T00:00:00-06:00"}


async def make(business: Business, staff: Staff | None = None, days: int = 0, reason: str = "Holiday") -> TimeOff:
    """A day off, so many days after the first of February."""
    start = datetime(2027, 2, 1, tzinfo=UTC) + timedelta(days=days)
    staff_id = staff.id if staff else None
    return await TimeOff.begin(
        business.act, staff_id=staff_id, starts_at=start, ends_at=start + timedelta(days=1), reason=reason
    )


async def reasons(caller: Any, **filter: Any) -> list[str]:
    return [node["reason"] for node in (await caller.ok(LIST, filter=filter))["timeOff"]["nodes"]]


async def test_time_off_of_one_person_and_of_the_whole_business(salon: Business) -> None:
    ada = await salon.staff("Ada")
    manager = await salon.member(Role.MANAGER)
    made = (await manager.did(ADD, input={**FEBRUARY, "staffId": id_of(ada), "reason": "  Ski  🎿 "}))["timeOff"]
    assert (made["startsAt"], made["endsAt"]) == ("2027-02-01T06:00:00Z", "2027-02-08T06:00:00Z")
    assert (made["staff"], made["reason"], made["version"]) == ({"name": "Ada"}, "Ski 🎿", 1)
    closed = (await manager.did(ADD, input=FEBRUARY))["timeOff"]
    assert (closed["staff"], closed["reason"]) == (None, "")


@pytest.mark.parametrize(
    ("start", "end", "paths"),
    [
        ("2027-02-02T00:00:00Z", "2027-02-01T00:00:00Z", ["endsAt"]),
        ("2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z", ["endsAt"]),
        ("2027-02-01T00:00:00Z", "2028-02-02T00:01:00Z", ["endsAt"]),
        ("2027-02-01T00:00:30Z", "2027-02-02T00:00:00.5Z", ["startsAt", "endsAt"]),
    ],
)
async def test_ranges_that_are_empty_inverted_endless_or_uneven_are_refused(
    salon: Business, start: str, end: str, paths: list[str]
) -> None:
    refusal = await salon.owner.refused(ADD, input={"startsAt": start, "endsAt": end})
    assert [problem["path"] for problem in refusal["fields"]] == paths
    made = await make(salon)
    change = {"id": id_of(made), "expectedVersion": 1, "startsAt": start, "endsAt": end}
    assert [p["path"] for p in (await salon.owner.refused(UPDATE, input=change))["fields"]] == paths
    assert await TimeOff.of(salon.account.id).count() == 1


async def test_a_leap_year_is_the_longest_and_the_past_may_be_entered(salon: Business) -> None:
    longest = {"startsAt": "2020-01-01T00:00:00Z", "endsAt": "2021-01-01T00:00:00Z"}
    assert (await salon.owner.did(ADD, input=longest))["timeOff"]["endsAt"] == "2021-01-01T00:00:00Z"


async def test_words_and_people_are_checked(salon: Business, rival: Business) -> None:
    eve, gone = await rival.staff("Eve"), await salon.staff("Gone")
    await gone.archive(salon.act, 1)
    for staff_id in (id_of(eve), id_of(gone), "nonsense", ""):
        asked = {**FEBRUARY, "staffId": staff_id, "reason": "x" * 300}
        refusal = await salon.owner.refused(ADD, input=asked)
        assert [problem["path"] for problem in refusal["fields"]] == ["staffId", "reason"]
    naive = {**FEBRUARY, "startsAt": "2027-02-01T00:00:00"}
    assert await salon.owner.denied(ADD, input=naive) == "BAD_USER_INPUT"
    assert await TimeOff.of(salon.account.id).count() == 0


async def test_an_update_checks_the_range_that_results(salon: Business) -> None:
    made = await make(salon)
    change = {"id": id_of(made), "expectedVersion": 1}
    refusal = await salon.owner.refused(UPDATE, input={**change, "endsAt": "2027-01-31T00:00:00Z"})
    assert [problem["path"] for problem in refusal["fields"]] == ["endsAt"]
    done = (await salon.owner.did(UPDATE, input={**change, "endsAt": "2027-02-03T00:00:00Z", "reason": ""}))["timeOff"]
    assert (done["startsAt"], done["endsAt"], done["reason"], done["version"]) == (
        "2027-02-01T00:00:00Z", "2027-02-03T00:00:00Z", "", 2,
    )  # fmt: skip
    stale = await salon.owner.refused(UPDATE, input={**change, "reason": "Late"})
    assert (stale["__typename"], stale["currentVersion"]) == ("VersionConflict", 2)


async def test_time_off_is_removed_once_and_leaves_a_trace_without_its_reason(salon: Business) -> None:
    made = await make(salon, reason="Surgery")
    stale = await salon.owner.refused(REMOVE, input={"id": id_of(made), "expectedVersion": 7})
    assert (stale["__typename"], stale["currentVersion"]) == ("VersionConflict", 1)
    asked = {"id": id_of(made), "expectedVersion": 1}
    assert (await salon.owner.did(REMOVE, input=asked))["removedId"] == id_of(made)
    assert (await salon.owner.refused(REMOVE, input=asked))["__typename"] == "NotFound"
    assert await reasons(salon.owner) == []
    events = await Event.of(salon.account.id).filter(subject="time_off").order_by("id")
    assert [event.name for event in events] == ["time_off_created", "time_off_removed"]
    assert "Surgery" not in str([event.data for event in events])


async def test_lists_are_narrowed_by_person_and_by_what_they_meet(salon: Business) -> None:
    ada = await salon.staff("Ada")
    await make(salon, ada, 0, "Ada's")
    await make(salon, None, 2, "Closed")
    assert await reasons(salon.owner) == ["Ada's", "Closed"]
    assert await reasons(salon.owner, staffId=id_of(ada)) == ["Ada's"]
    assert await reasons(salon.owner, staffId="nonsense") == []
    # Half-open: what ends when the range begins, or begins when it ends, is outside.
    assert await reasons(salon.owner, **{"from": "2027-02-02T00:00:00Z"}) == ["Closed"]
    assert await reasons(salon.owner, **{"from": "2027-02-01T23:59:00Z"}) == ["Ada's", "Closed"]
    assert await reasons(salon.owner, before="2027-02-03T00:00:00Z") == ["Ada's"]
    both = {"from": "2027-02-02T00:00:00Z", "before": "2027-02-03T00:00:00Z"}
    assert await reasons(salon.owner, **both) == []
    inverted = {"from": both["before"], "before": both["from"]}
    assert await salon.owner.denied(LIST, filter=inverted) == "BAD_USER_INPUT"


async def test_the_rivals_time_off_answers_like_a_random_id(salon: Business, rival: Business) -> None:
    made = await make(salon)
    for asked in (id_of(made), id_of(made)[:-4] + "0000", "nonsense", ""):
        for document in (UPDATE, REMOVE):
            refusal = await rival.owner.refused(document, input={"id": asked, "expectedVersion": 1})
            assert refusal["__typename"] == "NotFound"
    assert await reasons(rival.owner) == []
    assert await reasons(salon.owner) == ["Holiday"]


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
async def test_roles_below_manager_read_time_off_and_change_none(salon: Business, role: Role) -> None:
    ada = await salon.staff("Ada")
    made = await make(salon, ada)
    caller = await salon.member(role, staff_id=ada.id)
    assert await reasons(caller) == ["Holiday"]
    assert await caller.denied(ADD, input={**FEBRUARY, "staffId": id_of(ada)}) == "FORBIDDEN"
    assert await caller.denied(UPDATE, input={"id": id_of(made), "expectedVersion": 1}) == "FORBIDDEN"
    assert await caller.denied(REMOVE, input={"id": id_of(made), "expectedVersion": 1}) == "FORBIDDEN"


async def test_time_off_is_for_members(salon: Business, visitor: Any) -> None:
    await make(salon)
    for caller in (salon.widget, salon.partner):
        assert await caller.denied(LIST) == await caller.denied(ADD, input=FEBRUARY) == "FORBIDDEN"
    assert await visitor.denied(LIST) == "UNAUTHENTICATED"


async def test_a_list_takes_two_statements(salon: Business) -> None:
    ada = await salon.staff("Ada")
    for day in range(4):
        await make(salon, ada, day)
    with counting() as statements:
        assert len(await reasons(salon.owner, **{"from": "2027-01-01T00:00:00Z", "staffId": id_of(ada)})) == 4
    assert len(statements) <= 1 + 2, statements
