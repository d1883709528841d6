"""The migration to seats, on a database with appointments in it: nothing is lost, and every guard is in place again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from models.migrations import ROOT
from models.storage.database import close, execute, fetch, transaction
from models.storage.errors import constraint_of
from models.storage.migrate import migrate
from tests.storage.shelves import ENGINE, connect_shelves

ACCOUNT = "01900000-0000-7000-8000-000000000001"
STAFF, CALENDAR, SERVICE, CUSTOMER, BOOKING, HOLD, SESSION, OTHER = (
    f"01900000-0000-7000-8000-0000000000{number}" for number in range(10, 18)
)
AT, ENDS, HOUR = "2027-01-12 16:00:00.000000+00:00", "2027-01-12 17:00:00.000000+00:00", 3600
STARTS = 1_799_769_600  # AT
KEPT = {"version": 1, "updated_at": AT}
TIME = {"service_id": SERVICE, "staff_id": STAFF, "starts_at": AT, "ends_at": ENDS}
# A calendar may serve several segments of a booking: these have the segment's place in them now.
REPLACED = {f"occupancy_account_id_{owner}_id_calendar_id_key" for owner in ("booking", "hold")}
TABLES = ("booking", "hold", "occupancy", "cancellation")


def first_only(folder: Path) -> Path:
    """The migrations as they were before there were seats."""
    for engine in ("sqlite", "postgres"):
        (folder / "before" / engine).mkdir(parents=True)
        shutil.copy(ROOT / engine / "0001_spine.sql", folder / "before" / engine)
    return folder / "before"


async def insert(table: str, **values: object) -> None:
    """A row by handwritten SQL: values of this file as literals that both engines read."""
    said = {"created_at": AT, **values} if table == "account" else {"account_id": ACCOUNT, "created_at": AT, **values}
    literals = ", ".join(f"'{value}'" for value in said.values())
    async with transaction():
        await execute(f"INSERT INTO {table} ({', '.join(said)}) VALUES ({literals})")


async def fill() -> None:
    """A booking that is cancelled and still blocks an hour, so that it has children of both kinds, and a hold."""
    await insert(
        "account", id=ACCOUNT, name="Salon", slug="salon", zone="UTC", currency="USD", locale="en-US",
        lifecycle="ACTIVE", **KEPT,
    )  # fmt: skip
    await insert("staff", id=STAFF, name="Ada", search_name="ada", title="", **KEPT)
    await insert("calendar", id=CALENDAR, staff_id=STAFF, revision=0)
    await insert(
        "service", id=SERVICE, name="Cut", search_name="cut", slug="cut", description="", duration_minutes=60,
        step_minutes=15, slot_mode="GRID", before_minutes=0, after_minutes=0, notice_minutes=0, horizon_days=60,
        capacity=1, confirmation="AUTO", request_minutes=60, cancel_cutoff_minutes=0, reschedule_cutoff_minutes=0,
        visibility="PUBLIC", **KEPT,
    )  # fmt: skip
    await insert("customer", id=CUSTOMER, name="Grace", search_name="grace", internal_notes="", **KEPT)
    await insert(
        "booking", id=BOOKING, reference="REF", status="CONFIRMED", customer_id=CUSTOMER, zone="UTC",
        local_start="2027-01-12T16:00", before_minutes=0, after_minutes=0, cancel_cutoff_minutes=0,
        reschedule_cutoff_minutes=0, source="WIDGET", customer_note="", internal_note="", ical_uid="uid", sequence=0,
        manage_hash="hash", manage_nonce="nonce", **TIME, **KEPT,
    )  # fmt: skip
    await insert("cancellation", id=OTHER, booking_id=BOOKING, reason="")
    await insert("hold", id=HOLD, token_hash="held", expires_at=ENDS, **TIME)
    await insert("occupancy", id=BOOKING, calendar_id=CALENDAR, booking_id=BOOKING, starts=STARTS, ends=STARTS + HOUR)
    await insert(
        "occupancy", id=HOLD, calendar_id=CALENDAR, hold_id=HOLD, starts=STARTS + HOUR, ends=STARTS + 2 * HOUR,
        expires=STARTS,
    )  # fmt: skip


Rows = dict[str, list[dict[str, object]]]


async def everything() -> Rows:
    """The rows of the tables that are made anew."""
    found = {table: await fetch(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}
    return {table: [dict(row) for row in rows] for table, rows in found.items()}


def as_far_as(before: Rows, after: Rows) -> Rows:
    """What is there after, in the columns that there were before: later migrations add more."""
    known = {table: rows[0].keys() for table, rows in before.items()}
    return {table: [{key: row[key] for key in known[table]} for row in rows] for table, rows in after.items()}


async def refused(table: str, **values: object) -> str | None:
    """The constraint that a row breaks."""
    with pytest.raises(IntegrityError) as error:
        await insert(table, **values)
    return constraint_of(error.value)


async def test_appointments_survive_the_upgrade_with_their_guards(url: str, tmp_path: Path) -> None:
    await migrate(url, first_only(tmp_path))
    await connect_shelves(url)
    await fill()
    before = await everything()
    indexes = await names_of_indexes()
    await close()
    assert (await migrate(url))[0] == "0002_seats"
    await connect_shelves(url)
    try:
        assert as_far_as(before, await everything()) == before
        assert indexes - REPLACED < await names_of_indexes()
        assert [row["party_size"] for row in await fetch("SELECT party_size FROM booking")] == [1]
        engaged = await fetch("SELECT booking_id, calendar_id, staff_id FROM engagement")
        assert [tuple(str(row[key]) for key in row.keys()) for row in engaged] == [(BOOKING, CALENDAR, STAFF)]  # noqa: SIM118 - a database row
        await guards_hold()
    finally:
        await close()


async def names_of_indexes() -> set[str]:
    """Those that were given a name."""
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgres": "SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema()",
    }[ENGINE]
    return {row["name"] for row in await fetch(listed)}


async def guards_hold() -> None:
    """Triggers, keys and checks of the tables that were made anew."""
    time = {"id": SESSION, "calendar_id": CALENDAR, "starts": STARTS + 60, "ends": STARTS + HOUR}
    await insert("group_session", id=SESSION, capacity=2, taken=1, **TIME)
    assert await refused("occupancy", **time, group_session_id=SESSION) == "occupancy_apart"
    assert await refused("occupancy", **time | {"starts": STARTS - 60, "ends": STARTS}) == "occupancy_of_one"
    with pytest.raises(IntegrityError) as error:
        async with transaction():
            await execute("UPDATE booking SET party_size = 2")
    assert constraint_of(error.value) == "booking_keeps"
    await execute("DELETE FROM hold")
    assert [str(row["id"]) for row in await fetch("SELECT id FROM occupancy")] == [BOOKING], "children went with it"
    await insert("occupancy", **time | {"starts": STARTS + HOUR, "ends": STARTS + 2 * HOUR}, group_session_id=SESSION)
    await execute("UPDATE group_session SET taken = 2")
    with pytest.raises(IntegrityError):
        async with transaction():
            await execute("DELETE FROM customer")
