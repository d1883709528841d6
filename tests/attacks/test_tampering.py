"""Somebody with a login to the database changes what is written of what happened: each way is noticed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException

from calendera.auditing import Sealing, checkpoints_file, kept_elsewhere
from models.act import SYSTEM, Act
from models.audit import AuditCheckpoint, AuditEntry, seal
from models.audit_verifying import guards_missing, verify
from models.event import record
from models.storage.database import execute
from models.storage.reach import bound
from rules.audit_chain import Broken, Tampering
from tests.businesses import Business
from tests.product import ENGINE, Product
from tests.served import command, environment_for

T = Tampering
TABLES = ("event", "audit_entry", "audit_checkpoint")


async def happened(business: Business, times: int = 3) -> None:
    for number in range(times):
        await record(Act(business.account.id, SYSTEM, business.product.clock.now()), "probed", "account",
                     business.account.id, number=number)  # fmt: skip


async def sealed(business: Business) -> int:
    """Seal as the worker does, and say where the chain ends."""
    assert await Sealing(business.product.settings, business.product.clock).seal(business.account.id)
    last = await AuditEntry.of(business.account.id).order_by("-position").first()
    assert last is not None
    return last.position


async def verified(business: Business) -> list[Broken]:
    elsewhere = kept_elsewhere(checkpoints_file(business.product.settings))
    with bound(business.account.id):
        return await verify(business.account.id, elsewhere[business.account.id])


@asynccontextmanager
async def unguarded(product: Product) -> AsyncIterator[object]:
    """A connection of one's own, in which history is not guarded; it is again afterwards."""
    if ENGINE == "sqlite":
        database = sqlite3.connect(product.database.url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
        guards = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%append_only%'"
        ).fetchall()
        for name, _ in guards:
            database.execute(f"DROP TRIGGER {name}")
        try:
            yield database
        finally:
            for _, sql in guards:
                database.execute(sql)
            database.close()
        return
    connection = await asyncpg.connect(product.database.url)
    for table in TABLES:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield connection
    finally:
        for table in TABLES:
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        await connection.close()


async def by_hand(product: Product, business: Business, *statements: str) -> None:
    async with unguarded(product) as database:
        for statement in statements:
            done = database.execute(statement.replace("MINE", f"account_id = '{business.account.id}'"))  # type: ignore[attr-defined]
            await done if ENGINE == "postgres" else done.close()


def at(position: int) -> str:
    return f"MINE AND position = {position}"


async def test_what_nobody_touched_holds_and_grows(product: Product, salon: Business, rival: Business) -> None:
    await happened(salon)
    end = await sealed(salon)
    assert await verified(salon) == []
    with bound(salon.account.id):
        assert await seal(salon.account.id, product.clock.now()) is None
    await happened(salon, 2)
    found = await asyncio.gather(*(Sealing(product.settings, product.clock).seal(salon.account.id) for _ in range(4)))
    assert sum(found) == 1
    assert await AuditEntry.of(salon.account.id).count() == end + 2
    assert await verified(salon) == [] and await guards_missing() == []
    assert not await AuditEntry.of(rival.account.id).exists()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET created_at = created_at WHERE MINE", "DELETE FROM {} WHERE MINE"])
async def test_the_product_itself_changes_nothing_of_it(salon: Business, table: str, change: str) -> None:
    await sealed(salon)
    mine = f"account_id = '{salon.account.id}'"
    with pytest.raises(BaseORMException, match="append_only"):
        await execute(change.format(table).replace("MINE", mine))
    assert await verified(salon) == []


EDITED = "REPLACE(said, 'probed', 'proved')"
ATTACKS: dict[str, tuple[list[str], set[Tampering]]] = {
    "an entry edited": (
        [f"UPDATE audit_entry SET said = {EDITED} WHERE {{at}}"],
        {T.ENTRY_EDITED, T.EVENT_CHANGED},
    ),
    "an entry and its event edited": (
        [f"UPDATE audit_entry SET said = {EDITED} WHERE {{at}}", "UPDATE event SET name = 'proved' WHERE {event}"],
        {T.ENTRY_EDITED},
    ),
    "an entry deleted": (["DELETE FROM audit_entry WHERE {at}"], {T.ENTRY_MISSING, T.ENTRY_EDITED}),
    "an event edited": (["UPDATE event SET name = 'proved' WHERE {event}"], {T.EVENT_CHANGED}),
    "an event backdated": (["UPDATE event SET created_at = '2020-01-01 00:00:00.000000+00:00' WHERE {event}"],
                           {T.EVENT_CHANGED}),
    "an event deleted": (["DELETE FROM event WHERE {event}"], {T.EVENT_GONE}),
    "the tail cut": (["DELETE FROM audit_entry WHERE MINE AND position >= {here}"], {T.TAIL_CUT}),
    "the tail cut with its checkpoints": (
        ["DELETE FROM audit_entry WHERE MINE AND position >= {here}", "DELETE FROM audit_checkpoint WHERE MINE"],
        {T.TAIL_CUT},
    ),
    "everything cut": (["DELETE FROM audit_entry WHERE MINE", "DELETE FROM audit_checkpoint WHERE MINE"], {T.TAIL_CUT}),
    "a checkpoint moved": (["UPDATE audit_checkpoint SET position = position - 1 WHERE MINE"],
                           {T.CHECKPOINT_FORGED, T.TAIL_CUT}),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
async def test_each_way_to_change_it_is_noticed(
    product: Product, salon: Business, rival: Business, attack: str
) -> None:
    await happened(salon)
    await sealed(rival)
    here = await sealed(salon) - 1
    entry = await AuditEntry.of(salon.account.id).get(position=here)
    words = {"at": at(here), "here": here, "event": f"MINE AND id = '{entry.event_id}'"}
    statements, expected = ATTACKS[attack]
    await by_hand(product, salon, *(statement.format(**words) for statement in statements))
    assert {one.what for one in await verified(salon)} == expected
    assert await verified(rival) == []


async def test_a_chain_written_anew_is_not_the_one_that_was_signed(product: Product, salon: Business) -> None:
    await happened(salon)
    end = await sealed(salon)
    event = f"MINE AND id = '{(await AuditEntry.of(salon.account.id).get(position=end)).event_id}'"
    forget = [f"DELETE FROM {table} WHERE MINE" for table in ("audit_entry", "audit_checkpoint")]
    await by_hand(product, salon, f"UPDATE event SET name = 'proved' WHERE {event}", *forget)
    with bound(salon.account.id):
        assert await seal(salon.account.id, product.clock.now()) is not None
    assert {one.what for one in await verified(salon)} == {T.TAIL_CUT}


async def test_a_clock_that_was_turned_back_is_noticed(product: Product, salon: Business) -> None:
    await happened(salon)
    await sealed(salon)
    product.clock.stand_at(product.clock.now() - timedelta(hours=1))
    await happened(salon)
    end = await sealed(salon)
    assert Broken(T.CLOCK_WENT_BACK, end) in await verified(salon)


async def test_a_guard_that_was_taken_away_is_noticed(product: Product, salon: Business) -> None:
    async with unguarded(product):
        assert {one.what for one in await guards_missing()} == {T.TRIGGER_MISSING}
    assert await guards_missing() == []


async def test_the_command_says_whether_it_holds(product: Product, salon: Business) -> None:
    await happened(salon)
    end = await sealed(salon)
    environment = environment_for(product.folder, product.database.url, CALENDERA_DATA_DIR=str(product.folder))
    asked = ("audit", "verify", "--account", salon.account.slug)
    whole = await asyncio.to_thread(command, environment, *asked)
    assert (whole.returncode, whole.stdout) == (0, "The chains of 1 businesses: all hold.\n")
    await by_hand(product, salon, f"UPDATE audit_entry SET said = '' WHERE {at(end)}")
    broken = await asyncio.to_thread(command, environment, *asked)
    assert broken.returncode == 1 and f"is not what was sealed (at {end})" in broken.stdout
    assert await AuditCheckpoint.of(salon.account.id).count() == 1
