"""Schedules through the API: weekly hours and days of their own."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from models.event import Event
from models.membership import Role
from models.schedule import OVERRIDES_AHEAD, Schedule, ScheduleOverride
from models.storage.database import counting
from tests.businesses import Business, id_of

WEEKLY = "weekly { weekday startMinute endMinute startTime endTime endsNextDay validFrom validUntil }"
OVERRIDES = "overrides { onDate windows { startMinute endMinute startTime endTime } }"
SHOWN = f"schedule {{ id name zone version archivedAt {WEEKLY} {OVERRIDES} }}"


def mutation(name: str, payload: str = SHOWN) -> str:
    kind = name[0].upper() + name[1:]
    input_type = f"{kind}Input"
    return f"""mutation ($input: {input_type}!) {{ {name}(input: $input) {{ __typename
        ... on {kind}Payload {{ {payload} }} ... on Refusal {{ code message }} {more(name)} }} }}"""


def more(name: str) -> str:
    fields = "" if name.startswith("remove") else "... on ValidationFailed { fields { path message } }"
    versioned = name in ("updateSchedule", "archiveSchedule")
    return fields + (" ... on VersionConflict { currentVersion }" if versioned else "")


CREATE, UPDATE, ARCHIVE = mutation("createSchedule"), mutation("updateSchedule"), mutation("archiveSchedule")
SET, REMOVE = mutation("setScheduleOverride"), mutation("removeScheduleOverride")
LIST = """query ($archived: Boolean! = false) { schedules(first: 50, includeArchived: $archived) {
    totalCount nodes { name overrides { onDate } } } }"""
ONE = f"query ($id: ID!) {{ schedule(id: $id) {{ name version {OVERRIDES} }} }}"

MONDAY: dict[str, Any] = {"weekday": 1, "startMinute": 540, "endMinute": 1020}
WEEKDAYS: dict[str, Any] = {"name": "Weekdays", "zone": "America/Chicago", "weekly": [MONDAY]}


async def make(business: Business, name: str = "Weekdays") -> Schedule:
    return await Schedule.begin(business.act, name=name, zone="America/Chicago", weekly=[])


async def test_weekly_hours_are_kept_as_said_and_shown_as_at_the_door(salon: Business) -> None:
    late = {"weekday": 5, "startMinute": 1200, "endMinute": 1560, "validFrom": "2027-02-01", "validUntil": "2027-02-28"}
    all_day = {"weekday": 7, "startMinute": 0, "endMinute": 1440}
    made = (await salon.owner.did(CREATE, input={**WEEKDAYS, "weekly": [MONDAY, late, all_day]}))["schedule"]
    always = {"validFrom": None, "validUntil": None}
    assert made["weekly"] == [
        {**MONDAY, **always, "startTime": "09:00", "endTime": "17:00", "endsNextDay": False},
        {**late, "startTime": "20:00", "endTime": "02:00", "endsNextDay": True},
        {**all_day, **always, "startTime": "00:00", "endTime": "24:00", "endsNextDay": False},
    ]
    assert (made["name"], made["zone"], made["version"], made["overrides"]) == ("Weekdays", "America/Chicago", 1, [])


async def test_every_problem_of_new_hours_is_told_where_it_stands(salon: Business) -> None:
    weekly = [
        MONDAY,
        {"weekday": 0, "startMinute": -1, "endMinute": 10},
        {"weekday": 8, "startMinute": 600, "endMinute": 2881},
        {"weekday": 3, "startMinute": 600, "endMinute": 600},
        {**MONDAY, "validFrom": "2027-03-01", "validUntil": "2027-02-28"},
    ]
    wrong = {"name": " ", "zone": "Mars/Olympus", "weekly": weekly}
    refusal = await salon.owner.refused(CREATE, input=wrong)
    assert [problem["path"] for problem in refusal["fields"]] == [
        "name", "zone", "weekly.1.weekday", "weekly.1.startMinute", "weekly.2.weekday", "weekly.2.endMinute",
        "weekly.3.endMinute", "weekly.4.validUntil",
    ]  # fmt: skip
    refusal = await salon.owner.refused(CREATE, input={**WEEKDAYS, "weekly": [MONDAY] * 101})
    assert "at most 100" in refusal["fields"][0]["message"]
    assert await Schedule.of(salon.account.id).count() == 0


async def test_an_update_replaces_all_weekly_hours_or_leaves_them(salon: Business) -> None:
    made = (await salon.owner.did(CREATE, input=WEEKDAYS))["schedule"]
    change = {"id": made["id"], "expectedVersion": 1}
    named = (await salon.owner.did(UPDATE, input={**change, "name": "Opening hours"}))["schedule"]
    assert (named["name"], len(named["weekly"]), named["version"]) == ("Opening hours", 1, 2)
    closed = (await salon.owner.did(UPDATE, input={**change, "expectedVersion": 2, "weekly": []}))["schedule"]
    assert (closed["name"], closed["weekly"], closed["version"]) == ("Opening hours", [], 3)
    stale = await salon.owner.refused(UPDATE, input={**change, "zone": "Europe/Berlin"})
    assert (stale["__typename"], stale["currentVersion"]) == ("VersionConflict", 3)
    for wrong in ({"zone": "Nowhere"}, {"weekly": [{**MONDAY, "weekday": 9}]}, {"name": "x" * 300}):
        refusal = await salon.owner.refused(UPDATE, input={**change, "expectedVersion": 3, **wrong})
        assert refusal["__typename"] == "ValidationFailed"


async def test_a_day_of_its_own_replaces_the_day_before_and_bumps_the_version(salon: Business) -> None:
    schedule = await make(salon)
    day = {"scheduleId": id_of(schedule), "date": "2027-02-15"}
    two = [{"startMinute": 840, "endMinute": 900}, {"startMinute": 600, "endMinute": 720}]
    first = (await salon.owner.did(SET, input={**day, "windows": two}))["schedule"]
    assert first["version"] == 2
    assert [w["startTime"] for w in first["overrides"][0]["windows"]] == ["10:00", "14:00"]
    closed = (await salon.owner.did(SET, input={**day, "windows": []}))["schedule"]
    assert (closed["version"], closed["overrides"]) == (3, [{"onDate": "2027-02-15", "windows": []}])
    for _ in range(2):
        removed = (await salon.owner.did(REMOVE, input=day))["schedule"]
        assert (removed["version"], removed["overrides"]) == (4, [])
    names = [event.name for event in await Event.of(salon.account.id).filter(subject="schedule").order_by("id")]
    assert names == ["schedule_created", *["schedule_override_set"] * 2, "schedule_override_removed"]


async def test_a_day_of_its_own_is_refused_where_it_makes_no_sense(salon: Business) -> None:
    schedule = await make(salon)
    wrong = [{"startMinute": 600, "endMinute": 720}, {"startMinute": 1440, "endMinute": 30}]
    day = {"scheduleId": id_of(schedule), "date": "2027-01-10", "windows": wrong}
    refusal = await salon.owner.refused(SET, input=day)
    assert [p["path"] for p in refusal["fields"]] == ["date", "windows.1.startMinute", "windows.1.endMinute"]
    many = [{"startMinute": 0, "endMinute": 10}] * 25
    refusal = await salon.owner.refused(SET, input={**day, "date": "2027-01-11", "windows": many})
    assert "at most 24" in refusal["fields"][0]["message"]
    for bad in ("2027-02-30", "2027-W05-1", "tomorrow", ""):
        assert await salon.owner.denied(SET, input={**day, "date": bad}) == "BAD_USER_INPUT"
    assert (await salon.owner.ok(ONE, id=id_of(schedule)))["schedule"]["version"] == 1


async def test_today_is_the_schedules_today(salon: Business) -> None:
    schedule = await make(salon)
    salon.product.clock.advance(hours=17)  # 23:00 on the 11th in Chicago, the 12th in UTC
    day = {"scheduleId": id_of(schedule), "date": "2027-01-11", "windows": []}
    done = (await salon.owner.did(SET, input=day))["schedule"]
    assert [override["onDate"] for override in done["overrides"]] == ["2027-01-11"]
    salon.product.clock.advance(days=2)
    assert (await salon.owner.ok(ONE, id=id_of(schedule)))["schedule"]["overrides"] == []


async def test_days_of_their_own_are_bounded_and_replacing_one_is_always_possible(salon: Business) -> None:
    schedule = await make(salon)
    first = date(2027, 1, 12).toordinal()
    await ScheduleOverride.of(salon.account.id).bulk_create(
        ScheduleOverride(
            account_id=salon.account.id, created_at=salon.act.at, schedule_id=schedule.id,
            on_date=date.fromordinal(first + number), windows=[],
        )
        for number in range(OVERRIDES_AHEAD)
    )  # fmt: skip
    day = {"scheduleId": id_of(schedule), "windows": []}
    refusal = await salon.owner.refused(SET, input={**day, "date": "2030-01-01"})
    assert [p["path"] for p in refusal["fields"]] == ["date"]
    done = await salon.owner.did(SET, input={**day, "date": "2027-01-12"})
    assert len(done["schedule"]["overrides"]) == OVERRIDES_AHEAD and done["schedule"]["version"] == 2


async def test_days_set_at_the_same_time_all_count(salon: Business) -> None:
    schedule = await make(salon)
    days = [{"scheduleId": id_of(schedule), "date": f"2027-02-0{n % 3 + 1}", "windows": []} for n in range(6)]
    await asyncio.gather(*(salon.owner.did(SET, input=day) for day in days))
    shown = (await salon.owner.ok(ONE, id=id_of(schedule)))["schedule"]
    assert shown["version"] == 7 and len(shown["overrides"]) == 3


async def test_hours_that_somebody_follows_cannot_be_archived(salon: Business) -> None:
    schedule = await make(salon)
    ada = await salon.staff("Ada", schedule_id=schedule.id)
    asked = {"id": id_of(schedule), "expectedVersion": 1}
    refusal = await salon.owner.refused(ARCHIVE, input=asked)
    assert refusal["__typename"] == "ValidationFailed" and "1 staff, resources and travels follow" in refusal["message"]
    assert (await Schedule.of(salon.account.id).get(id=schedule.id)).archived_at is None
    await ada.archive(salon.act, 1)
    assert (await salon.owner.did(ARCHIVE, input=asked))["schedule"]["archivedAt"] is not None
    assert (await salon.owner.ok(LIST))["schedules"]["totalCount"] == 0
    assert (await salon.owner.ok(LIST, archived=True))["schedules"]["totalCount"] == 1


async def test_the_rivals_hours_answer_like_random_ids(salon: Business, rival: Business) -> None:
    schedule = await make(salon)
    for asked in (id_of(schedule), id_of(schedule)[:-4] + "0000", "nonsense", ""):
        assert (await rival.owner.ok(ONE, id=asked))["schedule"] is None
        for document, more in ((UPDATE, {"name": "Mine"}), (ARCHIVE, {})):
            refusal = await rival.owner.refused(document, input={"id": asked, "expectedVersion": 1, **more})
            assert refusal["__typename"] == "NotFound"
        day = {"scheduleId": asked, "date": "2027-02-15"}
        assert (await rival.owner.refused(SET, input={**day, "windows": []}))["__typename"] == "NotFound"
        assert (await rival.owner.refused(REMOVE, input=day))["__typename"] == "NotFound"
    assert (await rival.owner.ok(LIST))["schedules"]["totalCount"] == 0
    assert (await Schedule.of(salon.account.id).get(id=schedule.id)).version == 1


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
async def test_roles_below_manager_read_hours_and_change_none(salon: Business, role: Role) -> None:
    schedule, caller = await make(salon), await salon.member(role)
    day = {"scheduleId": id_of(schedule), "date": "2027-02-15"}
    assert (await caller.ok(ONE, id=id_of(schedule)))["schedule"]["name"] == "Weekdays"
    assert await caller.denied(CREATE, input=WEEKDAYS) == "FORBIDDEN"
    assert await caller.denied(UPDATE, input={"id": id_of(schedule), "expectedVersion": 1}) == "FORBIDDEN"
    assert await caller.denied(ARCHIVE, input={"id": id_of(schedule), "expectedVersion": 1}) == "FORBIDDEN"
    assert await caller.denied(SET, input={**day, "windows": []}) == "FORBIDDEN"
    assert await caller.denied(REMOVE, input=day) == "FORBIDDEN"


async def test_hours_are_for_members(salon: Business, visitor: Any) -> None:
    schedule = await make(salon)
    for caller in (salon.widget, salon.partner):
        assert await caller.denied(LIST) == await caller.denied(ONE, id=id_of(schedule)) == "FORBIDDEN"
    assert await visitor.denied(LIST) == "UNAUTHENTICATED"


async def test_a_list_takes_two_statements_and_one_for_the_days_beneath(salon: Business) -> None:
    for number in range(4):
        schedule = await make(salon, f"Hours {number}")
        await schedule.set_override(salon.act, date(2027, 2, 15), [[600, 720]])
    with counting() as statements:
        found = (await salon.owner.ok(LIST))["schedules"]
    assert [len(node["overrides"]) for node in found["nodes"]] == [1] * 4
    assert len(statements) <= 1 + 3, statements
