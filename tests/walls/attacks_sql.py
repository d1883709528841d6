"""Attempts by handwritten SQL: forgotten accounts, and what somebody who can smuggle SQL into a statement would try."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from models.storage.database import execute, fetch, transaction
from tests.walls.stage import Attack, Stage


def _key(stage: Stage, value: Any) -> Any:
    return value if stage.postgres else str(value)


def _reads(name: str, sql: str) -> Attack:
    """`{schema}`, `{gathered}` and `{theirs}` are filled in."""

    async def run(stage: Stage) -> object:
        return await fetch(_filled(sql, stage))

    return Attack(name, run)


def _writes(name: str, sql: str) -> Attack:
    async def run(stage: Stage) -> object:
        return await fetch(_filled(sql, stage)) if "RETURNING" in sql else await execute(_filled(sql, stage))

    return Attack(name, run, writes=True)


def _filled(sql: str, stage: Stage) -> str:
    return sql.format(
        schema=stage.schema, gathered=stage.gathered, theirs=stage.theirs.account_id, mine=stage.mine.account_id,
        their_offering=stage.theirs.ids["offering"], my_offering=stage.mine.ids["offering"], new=uuid4(),
        their_service=stage.theirs.ids["service"], their_second=stage.theirs.ids["second"],
        their_hash=stage.theirs.ids["key_hash"], word=stage.theirs.word, now="2027-01-11 12:00:00.000000+00:00",
    )  # fmt: skip


async def _set_the_account(stage: Stage) -> object:
    """In a read, where SQL was smuggled in; the next statement would profit."""
    async with transaction():
        if stage.postgres:
            await fetch(f"SELECT set_config('calendera.account', '{stage.theirs.account_id}', true)")
        else:
            await execute("DROP VIEW IF EXISTS temp.customer")
        return await fetch("SELECT internal_notes FROM customer")


async def _rise(stage: Stage) -> object:
    """Become who the connection was before it became the application; take all into a table of one's own."""
    async with transaction():
        if stage.postgres:
            await fetch("SELECT set_config('role', session_user::text, true)")
            return await fetch("SELECT internal_notes FROM customer")
        await execute("CREATE TEMP TABLE loot AS SELECT * FROM customer")
        return await fetch("SELECT internal_notes FROM loot")


async def _by_settings_view(stage: Stage) -> object:
    async with transaction():
        if stage.postgres:
            setting = "UPDATE pg_settings SET setting = '{theirs}' WHERE name = 'calendera.account'"
            await execute(_filled(setting, stage))
            return await fetch("SELECT internal_notes FROM customer")
        await execute("CREATE TEMP VIEW peephole AS SELECT * FROM customer")
        return await fetch("SELECT internal_notes FROM peephole")


async def _by_a_text(stage: Stage) -> object:
    """A statement inside a text; a table of the file read as pages."""
    if stage.postgres:
        return await fetch(
            "SELECT query_to_xml('SELECT internal_notes FROM public.customer', true, false, '')::text AS x"
        )
    return await fetch("SELECT * FROM 'main' . 'customer'")


async def _by_statistics(stage: Stage) -> object:
    if stage.postgres:
        return await fetch(
            "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = 'customer'"
        )
    return await fetch("SELECT * FROM [main].[customer]")


async def _into_mine(stage: Stage) -> object:
    await execute(
        f"UPDATE customer SET internal_notes = (SELECT max(internal_notes) FROM customer c WHERE c.account_id ="
        f" '{stage.theirs.account_id}') WHERE account_id = '{stage.mine.account_id}'"
    )
    return await fetch(f"SELECT internal_notes FROM customer WHERE account_id = '{stage.mine.account_id}'")


SQL: list[Attack] = [
    _reads("SQL without an account", "SELECT * FROM customer"),
    _reads("SQL with their account", "SELECT * FROM customer WHERE account_id = '{theirs}'"),
    _reads("SQL with OR", "SELECT * FROM customer WHERE account_id = '{mine}' OR 1 = 1"),
    _reads("a join that forgets the account",
           "SELECT c.* FROM booking b JOIN customer c ON c.account_id <> b.account_id"),
    _reads("a left join", "SELECT c.* FROM booking b LEFT JOIN customer c ON c.name IS NOT NULL"),
    _reads("a cross join", "SELECT c.* FROM service s, customer c"),
    _reads("UNION", "SELECT name FROM account WHERE 1 = 0 UNION ALL SELECT internal_notes FROM customer"),
    _reads("a common table expression", "WITH x AS (SELECT * FROM customer) SELECT * FROM x"),
    _reads("a scalar subquery", "SELECT (SELECT max(internal_notes) FROM customer WHERE account_id = '{theirs}') AS x"),
    _reads("an aggregate", "SELECT {gathered} AS x FROM customer"),
    _reads("an oracle by EXISTS", "SELECT CASE WHEN EXISTS (SELECT 1 FROM customer WHERE internal_notes = '{word}')"
           " THEN '{word}' ELSE '' END AS x"),
    _reads("a schema's name", "SELECT * FROM {schema}.customer"),
    _reads("a schema's name in quotes", 'SELECT * FROM "{schema}"."customer"'),
    _reads("a schema's name behind a comment", "SELECT * FROM {schema}/* */./**/customer"),
    _reads("a table expression named as the table",
           "WITH customer AS (SELECT * FROM {schema}.customer) SELECT * FROM customer"),
    Attack("the setting of the account, changed in a read", _set_the_account),
    Attack("another role, or a table of one's own", _rise),
    Attack("the settings as a table, or a view of one's own", _by_settings_view),
    Attack("a statement inside a text", _by_a_text),
    Attack("what the planner knows of the values", _by_statistics),
    _writes("UPDATE without an account", "UPDATE customer SET internal_notes = 'was here'"),
    _writes("UPDATE with their account", "UPDATE customer SET internal_notes = 'x' WHERE account_id = '{theirs}'"),
    _writes("UPDATE that returns", "UPDATE customer SET version = version RETURNING internal_notes"),
    _writes("UPDATE of a schema's table", "UPDATE {schema}.customer SET internal_notes = 'was here'"),
    _writes("UPDATE behind a table expression",
            "WITH x AS (SELECT id FROM customer) UPDATE customer SET phone = '1' WHERE id IN (SELECT id FROM x)"),
    _writes("UPDATE FROM", "UPDATE customer SET phone = b.reference FROM booking b WHERE b.customer_id = customer.id"),
    _writes("DELETE without an account", "DELETE FROM offering"),
    _writes("DELETE by a subquery", "DELETE FROM offering WHERE service_id IN (SELECT id FROM service)"),
    _writes("INSERT for them", "INSERT INTO offering (account_id, id, created_at, service_id, staff_id, weight) VALUES"
            " ('{theirs}', '{new}', '{now}', '{their_service}', '{their_second}', 1)"),
    _writes("INSERT from theirs", "INSERT INTO offering (account_id, id, created_at, service_id, staff_id, weight)"
            " SELECT account_id, '{new}', created_at, service_id, '{their_second}', 9 FROM offering"
            " WHERE account_id = '{theirs}'"),
    _writes("an upsert that meets their row", "INSERT INTO access_key (account_id, id, created_at, kind, name, shown,"
            " token_hash, origins, scopes, version) VALUES ('{mine}', '{new}', '{now}', 'WIDGET', 'x', 'x',"
            " '{their_hash}', '[]', '[]', 1) ON CONFLICT (token_hash) DO UPDATE SET name = 'was here'"),
    _writes("a row moved to them", "UPDATE offering SET account_id = '{theirs}', service_id = '{their_service}',"
            " staff_id = '{their_second}' WHERE id = '{my_offering}'"),
    Attack("their text copied into a row of mine", _into_mine, writes=True),
]  # fmt: skip
