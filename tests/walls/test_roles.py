"""Building the wall on PostgreSQL: by whom, how often, next to which other databases, and who may look over it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from models.customer import Customer
from models.storage.database import close, connect, execute, fetch
from models.storage.errors import WallMissing
from models.storage.migrate import migrate, pending
from models.storage.migrate_postgres import WALL
from models.storage.postgres_roles import role_of
from models.storage.reach import Reach, bound
from tests.product import SERVER, Product
from tests.storage.shelves import ENGINE

pytestmark = pytest.mark.skipif(ENGINE != "postgres", reason="about PostgreSQL")


class Server:
    """Databases and logins of one test, all gone afterwards."""

    def __init__(self, root: asyncpg.Connection) -> None:
        self.root = root
        self.databases: list[str] = []
        self.logins: list[str] = []

    async def login(self, attributes: str) -> str:
        name = f"login_{uuid4().hex}"
        await self.root.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x' {attributes}")
        self.logins.append(name)
        return name

    async def database(self, owner: str | None = None) -> str:
        name = f"walls_{uuid4().hex}"
        await self.root.execute(f"CREATE DATABASE {name}" + (f" OWNER {owner}" if owner else ""))
        self.databases.append(name)
        return name

    async def clean(self) -> None:
        for name in self.databases:
            await self.root.execute(f"DROP DATABASE {name} WITH (FORCE)")
            for reach in Reach:
                await self.root.execute(f"DROP ROLE IF EXISTS {role_of(name, reach)}")
        for login in self.logins:
            await self.root.execute(f"DROP ROLE {login}")


def url(database: str, login: str | None = None) -> str:
    host = SERVER.rpartition("/")[0].partition("@")[2]
    return f"postgresql://{login}:x@{host}/{database}" if login else f"{SERVER.rpartition('/')[0]}/{database}"


@pytest.fixture
async def server(_product: Product) -> AsyncIterator[Server]:
    await _product.stop()
    root = await asyncpg.connect(SERVER)
    made = Server(root)
    yield made
    await close()
    await made.clean()
    await root.close()


async def seen() -> tuple[int, int]:
    """Customers found by somebody bound to the account of one of two, and by nobody."""
    account = uuid4()
    with bound(None):  # no server's login may be an operator, as tests are otherwise
        await execute(
            "INSERT INTO account (id, created_at, name, slug, zone, currency, locale, lifecycle, version, updated_at)"
            " VALUES ($1, now(), 'x', $2, 'UTC', 'EUR', 'en', 'ACTIVE', 1, now())",
            account,
            account.hex,
        )
        assert (await fetch("SELECT id = ANY($1::uuid[]) AS known FROM account", [account]))[0]["known"]
    with bound(account):
        await execute(
            "INSERT INTO customer (account_id, id, created_at, name, search_name, internal_notes, version, updated_at)"
            " VALUES ($1, $2, now(), 'x', 'x', '', 1, now())",
            account,
            uuid4(),
        )
        mine = await Customer.of(account).count()
    with bound(None):
        return mine, len(await fetch("SELECT 1 FROM customer"))


async def test_an_owner_that_is_no_superuser_builds_the_wall_and_stands_behind_it(server: Server) -> None:
    owner = await server.login("CREATEROLE")
    name = await server.database(owner)
    done = await migrate(url(name, owner))
    assert done[-1] == WALL and await migrate(url(name, owner)) == [] == await pending(url(name, owner))
    await connect(url(name, owner), models=["models"], pool_size=2, walled=True)
    assert await seen() == (1, 0)
    await close()
    with pytest.raises(WallMissing, match="could look over the wall"):
        await connect(url(name, owner), models=["models"], walled=True, strict=True)


async def test_an_owner_that_may_not_make_roles_is_told_what_to_run(server: Server) -> None:
    owner = await server.login("")
    name = await server.database(owner)
    with pytest.raises(WallMissing) as told:
        await migrate(url(name, owner))
    with pytest.raises(WallMissing):
        await connect(url(name, owner), models=["models"], walled=True)
    await server.root.execute(str(told.value).partition("\n")[2])
    assert await migrate(url(name, owner)) == [WALL]
    await connect(url(name, owner), models=["models"], pool_size=2, walled=True)
    assert await seen() == (1, 0)


async def test_production_serves_by_a_login_that_is_only_the_application(server: Server) -> None:
    name = await server.database()
    await migrate(url(name))
    login = await server.login(f"IN ROLE {role_of(name, Reach.ACCOUNT)}")
    await connect(url(name, login), models=["models"], pool_size=2, walled=True, strict=True)
    assert await seen() == (1, 0)
    assert await pending(url(name, login)) == []


@pytest.mark.parametrize("reach", [Reach.SECRETS, Reach.ROUNDS, Reach.OPERATOR])
async def test_a_login_that_has_the_powers_of_a_reaching_role_does_not_serve(server: Server, reach: Reach) -> None:
    name = await server.database()
    await migrate(url(name))
    login = await server.login(f"IN ROLE {role_of(name, Reach.ACCOUNT)}, {role_of(name, reach)}")
    with pytest.raises(WallMissing, match="could look over the wall"):
        await connect(url(name, login), models=["models"], walled=True, strict=True)
    await connect(url(name, login), models=["models"], walled=True)
    assert await seen() == (1, 0)


@pytest.mark.parametrize("above", ["the operator", "the owner", "a superuser"])
async def test_nor_does_one_that_may_become_what_looks_over_the_wall(server: Server, above: str) -> None:
    owner = await server.login("CREATEROLE")
    name = await server.database(owner)
    await migrate(url(name, owner))
    role = {"the operator": role_of(name, Reach.OPERATOR), "the owner": owner, "a superuser": ""}[above]
    login = await server.login(f"NOINHERIT IN ROLE {role_of(name, Reach.ACCOUNT)}")
    await server.root.execute(f"GRANT {role or await server.login('SUPERUSER')} TO {login}")
    with pytest.raises(WallMissing, match="could look over the wall"):
        await connect(url(name, login), models=["models"], walled=True, strict=True)
    await connect(url(name, login), models=["models"], pool_size=2, walled=True)
    assert await seen() == (1, 0)


async def test_what_somebody_took_down_is_noticed_and_built_again(server: Server) -> None:
    name = await server.database()
    await migrate(url(name))
    inside = await asyncpg.connect(url(name))
    policy = await inside.fetchval("SELECT polname FROM pg_policy WHERE polrelid = 'booking'::regclass LIMIT 1")
    damages = [
        "ALTER TABLE customer DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE customer NO FORCE ROW LEVEL SECURITY",
        f"DROP POLICY {policy} ON booking",
        "CREATE POLICY hole ON booking USING (true)",
        f"GRANT DELETE ON booking TO {role_of(name, Reach.SECRETS)}",
        f"REVOKE INSERT ON booking FROM {role_of(name, Reach.ACCOUNT)}",
        "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC",
    ]
    for damage in damages:
        await inside.execute(damage)
        assert await pending(url(name)) == [WALL], damage
        assert await migrate(url(name)) == [WALL], damage
        assert await migrate(url(name)) == [], damage
    await inside.close()


async def test_many_databases_of_one_server_are_walled_at_once_and_share_no_role(server: Server) -> None:
    names = [await server.database() for _ in range(4)]
    await asyncio.gather(*(migrate(url(name)) for name in names for _ in range(2)))
    assert [await pending(url(name)) for name in names] == [[], [], [], []]
    inside = await asyncpg.connect(url(names[0]))
    stranger = role_of(names[1], Reach.ACCOUNT)
    assert await inside.fetchval(f"SELECT has_table_privilege('{stranger}', 'customer', 'SELECT')") is False
    await inside.close()


async def test_a_migration_that_changes_rows_meets_those_of_every_account(server: Server, tmp_path: Path) -> None:
    owner = await server.login("CREATEROLE")
    name = await server.database(owner)
    folder = tmp_path / "postgres"
    folder.mkdir()
    (folder / "0001_things.sql").write_text(
        "CREATE TABLE thing (account_id uuid NOT NULL, id uuid PRIMARY KEY, size int NOT NULL);\n"
        "INSERT INTO thing SELECT gen_random_uuid(), gen_random_uuid(), 0 FROM generate_series(1, 3);\n"
    )
    assert await migrate(url(name, owner), tmp_path) == ["0001_things", WALL]
    (folder / "0002_bigger.sql").write_text("UPDATE thing SET size = 1;\n")
    assert await migrate(url(name, owner), tmp_path) == ["0002_bigger", WALL]
    inside = await asyncpg.connect(url(name))
    assert await inside.fetchval("SELECT sum(size) FROM thing") == 3
    assert await inside.fetchval("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'thing'::regclass")
    await inside.close()
