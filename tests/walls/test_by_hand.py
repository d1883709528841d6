"""Somebody with the application's connection and a terminal: the very connection that the server opens."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from models.storage.errors import Walled
from models.storage.postgres_roles import Roles, role_of
from models.storage.reach import Binding, Reach
from models.storage.sqlite_connection import PRAGMAS, connected
from models.storage.sqlite_wall import SqliteWall, account_tables
from tests.storage.shelves import only_postgres, only_sqlite
from tests.walls.conftest import Walls

NEW = "(account_id, id, created_at, service_id, staff_id, weight)"


@pytest.fixture
async def app(walls: Walls) -> AsyncIterator[Any]:
    """A bare asyncpg connection of a login that may become the application and nothing more."""
    owner = await asyncpg.connect(walls.keyed.url)
    login = f"login_{uuid4().hex}"
    role = role_of(walls.keyed.name, Reach.ACCOUNT)
    await owner.execute(f"CREATE ROLE {login} LOGIN NOINHERIT PASSWORD 'x'; GRANT \"{role}\" TO {login}")
    connection = await asyncpg.connect(walls.keyed.url, user=login, password="x", server_settings={"role": role})
    yield connection
    await connection.close()
    await owner.execute(f"DROP ROLE {login}")
    await owner.close()


async def _counts(app: Any, walls: Walls) -> tuple[int, int]:
    """Customers of mine and of theirs that a statement finds."""
    sql = "SELECT count(*) FROM customer WHERE account_id = $1"
    sides = walls.stage.mine, walls.stage.theirs
    return tuple([await app.fetchval(sql, side.account_id) for side in sides])  # type: ignore[return-value]


@only_postgres
async def test_the_application_role_finds_nothing_until_it_says_for_whom(app: Any, walls: Walls) -> None:
    stage, roles = walls.stage, Roles(walls.keyed.name)
    assert await _counts(app, walls) == (0, 0)
    for nonsense in ("", "   ", str(uuid4())):
        async with app.transaction():
            await app.execute(f"SET LOCAL calendera.account = '{nonsense}'")
            if nonsense.strip() or not nonsense:
                assert await _counts(app, walls) == (0, 0)
    async with app.transaction():
        await app.execute(roles.change(None, Binding(Reach.ACCOUNT, stage.mine.account_id)))
        assert await _counts(app, walls) == (1, 0)
        assert await app.execute("UPDATE customer SET phone = '1'") == "UPDATE 1"
        assert await app.execute("DELETE FROM offering WHERE account_id = $1", stage.theirs.account_id) == "DELETE 0"
    assert await _counts(app, walls) == (0, 0)  # the binding ended with its transaction


@only_postgres
@pytest.mark.parametrize(
    "sql",
    [
        f"INSERT INTO offering {NEW} VALUES ('{{theirs}}', gen_random_uuid(), now(), '{{service}}', '{{second}}', 1)",
        "UPDATE offering SET account_id = '{theirs}', service_id = '{service}', staff_id = '{second}'",
        "SELECT set_config('calendera.account', '{theirs}', false)",
        "SELECT set_config('role', session_user::text, false)",
        "TRUNCATE customer",
        "ALTER TABLE customer DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON customer USING (true)",
        "CREATE TABLE copied AS SELECT 1",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "ALTER TABLE customer NO FORCE ROW LEVEL SECURITY",
        "COPY customer TO PROGRAM 'cat'",
        "UPDATE schema_migration SET checksum = ''",
    ],
)
async def test_what_the_application_role_is_refused(sql: str, app: Any, walls: Walls) -> None:
    stage = walls.stage
    asked = sql.format(
        theirs=stage.theirs.account_id, service=stage.theirs.ids["service"], second=stage.theirs.ids["second"]
    )
    async with app.transaction():
        await app.execute(f"SET LOCAL calendera.account = '{stage.mine.account_id}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError) as refused:
            async with app.transaction():
                await app.execute(asked)
    assert stage.theirs.word not in str(refused.value)


@only_postgres
async def test_no_server_becomes_the_operator_and_the_other_roles_reach_only_their_tables(
    app: Any, walls: Walls
) -> None:
    for reach in (Reach.OPERATOR,):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(f'SET ROLE "{role_of(walls.keyed.name, reach)}"')
    for reach, refused in ((Reach.SECRETS, "customer"), (Reach.ROUNDS, "customer"), (Reach.SECRETS, "export")):
        async with app.transaction():
            await app.execute(Roles(walls.keyed.name).change(None, Binding(reach)))
            assert await app.fetchval("SELECT count(DISTINCT account_id) FROM booking") == 2
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with app.transaction():
                    await app.execute(f"SELECT * FROM {refused}")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with app.transaction():
                    await app.execute("DELETE FROM booking")


@pytest.fixture
def wall(walls: Walls) -> tuple[sqlite3.Connection, SqliteWall]:
    """A bare sqlite3 connection with the wall that the server's connections build."""
    database = connected(Path(walls.keyed.url.removeprefix("sqlite:///")), PRAGMAS)
    wall = SqliteWall(database, account_tables(database), writes=True)
    wall.guard(database)
    return database, wall


@only_sqlite
def test_a_connection_finds_nothing_until_it_is_bound(
    walls: Walls, wall: tuple[sqlite3.Connection, SqliteWall]
) -> None:
    database, made = wall
    count: Callable[[], int] = lambda: database.execute(made.aimed("SELECT count(*) FROM customer")).fetchone()[0]  # noqa: E731
    assert count() == 0
    made.bound = Binding(Reach.ACCOUNT, walls.stage.mine.account_id)
    assert count() == 1
    made.bound = Binding(Reach.OPERATOR)
    assert count() == 2
    made.bound = Binding(Reach.SECRETS)
    assert count() == 0
    assert database.execute("SELECT count(*) FROM booking").fetchone()[0] == 2
    made.bound = Binding(Reach.ACCOUNT, None)
    assert count() == 0


@only_sqlite
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM main.customer",
        "SELECT * FROM 'main' . customer",
        "UPDATE customer SET phone = (SELECT max(phone) FROM main.customer)",
        "INSERT INTO main.offering SELECT * FROM main.offering",
        "REPLACE INTO customer (account_id) VALUES ('x')",
        "INSERT OR REPLACE INTO customer (account_id) VALUES ('x')",
        "UPDATE OR REPLACE customer SET id = id",
        "WITH customer AS (SELECT * FROM main.customer) SELECT * FROM customer",
        "ATTACH '{file}' AS again",
        "PRAGMA writable_schema = ON",
        "PRAGMA query_only = OFF",
        "DROP VIEW temp.customer",
        "DROP VIEW customer",
        "DROP TRIGGER wall_customer_update",
        "CREATE TEMP VIEW mine AS SELECT * FROM main.customer",
        "CREATE TEMP TABLE copied AS SELECT 1",
        "CREATE TABLE copied (x)",
        "ALTER TABLE booking RENAME TO other",
        "VACUUM INTO '{file}.copy'",
        "SELECT * FROM sqlite_dbpage",
        "SELECT * FROM dbstat",
        "SELECT load_extension('x')",
        "DELETE FROM sqlite_master",
    ],
)
def test_what_a_connection_is_refused(sql: str, walls: Walls, wall: tuple[sqlite3.Connection, SqliteWall]) -> None:
    database, made = wall
    file = walls.keyed.url.removeprefix("sqlite:///")
    made.bound = Binding(Reach.ACCOUNT, walls.stage.mine.account_id)
    with pytest.raises((sqlite3.DatabaseError, Walled)) as refused:
        database.execute(made.aimed(sql.format(file=file))).fetchall()
    assert walls.stage.theirs.word not in str(refused.value)
    assert not Path(f"{file}.copy").exists()


@only_sqlite
def test_the_authorizer_alone_refuses_the_tables_behind_the_views(
    walls: Walls, wall: tuple[sqlite3.Connection, SqliteWall]
) -> None:
    """Should the reading of names be fooled: the statements go to SQLite as they are."""
    database, made = wall
    made.bound = Binding(Reach.ACCOUNT, walls.stage.mine.account_id)
    for sql in (
        "SELECT * FROM main.customer",
        "SELECT count(*) FROM main.customer",
        "DELETE FROM main.customer",
        "UPDATE main.booking SET internal_note = ''",
        "UPDATE session SET device = (SELECT max(phone) FROM main.customer)",
    ):
        made.aimed("SELECT 1")
        with pytest.raises(sqlite3.DatabaseError, match=r"prohibited|authorized"):
            database.execute(sql)
