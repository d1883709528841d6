"""What the database itself keeps: history only grows, and a booking stays the one that it was."""

from __future__ import annotations

import pytest
from tortoise.exceptions import IntegrityError

from models.account import Account
from models.event import Event
from models.storage.database import execute, fetch
from models.storage.errors import Walled, constraint_of
from tests.businesses import Business
from tests.kernel.diary import Diary
from tests.product import ENGINE

COLUMNS = "account_id, id, created_at, name, actor_kind, actor_id, subject, subject_id, data"
REWRITES = [
    "UPDATE event SET name = 'nothing' WHERE id = $1",
    "UPDATE event SET id = id WHERE id = $1",
    "DELETE FROM event WHERE id = $1",
    f"INSERT INTO event ({COLUMNS}) SELECT {COLUMNS} FROM event WHERE id = $1"
    " ON CONFLICT (account_id, id) DO UPDATE SET name = 'nothing'",
]
if ENGINE == "sqlite":
    REWRITES += [
        f"INSERT OR REPLACE INTO event ({COLUMNS}) SELECT {COLUMNS} FROM event WHERE id = $1",
        "UPDATE OR REPLACE event SET id = $1",
    ]
else:
    REWRITES += ["TRUNCATE event -- $1", "TRUNCATE account CASCADE -- $1"]


async def history(business: Business) -> list[tuple[object, ...]]:
    rows = await Event.of(business.account.id).order_by("id")
    return [(row.id, row.created_at, row.name, row.data) for row in rows]


@pytest.mark.parametrize("rewrite", REWRITES)
async def test_no_statement_rewrites_history(salon: Business, rewrite: str) -> None:
    before = await history(salon)
    given = [] if "-- $1" in rewrite else [before[0][0]]
    with pytest.raises((IntegrityError, Walled)) as refused:
        await execute(rewrite, *given)
    # On SQLite the wall refuses REPLACE before a trigger could: it removes rows without asking whose.
    if isinstance(refused.value, IntegrityError):
        assert constraint_of(refused.value) == "event_append_only"
    else:
        assert "REPLACE" in rewrite or "TRUNCATE" in rewrite
    assert await history(salon) == before


async def test_history_goes_with_its_whole_account(salon: Business, rival: Business) -> None:
    before = await history(rival)
    await execute("DELETE FROM account WHERE id = $1", salon.account.id)
    assert await Account.filter(id=salon.account.id).count() == 0
    assert await history(salon) == []
    assert await history(rival) == before


@pytest.mark.parametrize(
    "change",
    ["reference = 'OTHER'", "ical_uid = 'other'", "version = version", "version = version - 1", "sequence = -1",
     "version = version + 1, sequence = sequence - 1", "customer_note = 'changed in silence'"],
)  # fmt: skip
async def test_a_booking_keeps_its_identity_and_counts_every_change(diary: Diary, change: str) -> None:
    booking = diary.bookings[0]
    before = [tuple(row) for row in await fetch("SELECT * FROM booking WHERE id = $1", booking.id)]
    with pytest.raises(IntegrityError) as refused:
        await execute(f"UPDATE booking SET {change} WHERE id = $1", booking.id)
    assert constraint_of(refused.value) == "booking_keeps"
    assert [tuple(row) for row in await fetch("SELECT * FROM booking WHERE id = $1", booking.id)] == before
