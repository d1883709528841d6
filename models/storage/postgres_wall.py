"""The wall between accounts on PostgreSQL: roles, grants and row-level security, derived from the catalogue.

Every table with an `account_id` that is never null is an account table: also one that no model knows. What should be
is compared with what is, and only the difference is applied, so that migrating a running system again locks nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from models.crossings import CROSSINGS
from models.storage.errors import WallMissing
from models.storage.postgres_roles import SETTING, quoted, role_of
from models.storage.reach import Reach

_TABLES = """
    SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS walled,
           EXISTS (
             SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id' AND a.attnotnull
           ) AS of_accounts,
           ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
           ARRAY(
             SELECT pg_get_userbyid(g.grantee) || ' ' || g.privilege_type FROM aclexplode(c.relacl) g
             WHERE g.grantee <> 0 AND g.grantee <> c.relowner
           ) AS grants
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
    ORDER BY 1
"""
_ME = """
    SELECT current_database() AS database, r.rolname::text AS name, r.rolsuper AS superuser,
           r.rolcreaterole OR r.rolsuper AS makes_roles,
           EXISTS (
             SELECT FROM pg_proc f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) g
             WHERE f.oid = 'pg_catalog.set_config(text,text,boolean)'::regprocedure AND g.grantee = 0
           ) AS anybody_sets,
           EXISTS (
             SELECT FROM pg_class c
             WHERE c.relname = 'schema_migration' AND pg_has_role(current_user, c.relowner, 'USAGE')
               AND c.relnamespace = current_schema()::regnamespace
           ) AS owns,
           has_schema_privilege('public', current_schema(), 'CREATE') AS anybody_creates
    FROM pg_roles r WHERE r.rolname = current_user
"""
# Roles by their names, and memberships as `role > member`. From PostgreSQL 16 on, whoever makes a role may grant it and
# not become it: that is no membership yet.
_ROLES = """
    SELECT array_agg(name) FROM (
      SELECT rolname::text AS name FROM pg_roles
      UNION ALL SELECT pg_get_userbyid(m.roleid) || ' > ' || pg_get_userbyid(m.member) FROM pg_auth_members m
      WHERE coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
    ) AS known
"""
_MINE = f"account_id = (SELECT NULLIF(current_setting('{SETTING}', true), '')::uuid)"
_COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_HISTORY = "schema_migration"


@dataclass(frozen=True, slots=True)
class _Policy:
    table: str
    role: str
    command: str
    using: str

    @property
    def name(self) -> str:
        """Has a digest of what it says, so that one that says something else is not taken for it."""
        digest = hashlib.sha256(f"{self.role}/{self.command}/{self.using}".encode()).hexdigest()[:8]
        return f"wall_{self.command.lower()}_{digest}"

    def create(self) -> str:
        clauses = f" USING ({self.using})" if self.command != "INSERT" else ""
        if self.command in ("ALL", "INSERT", "UPDATE"):
            clauses += f" WITH CHECK ({self.using})"
        return f"CREATE POLICY {self.name} ON {quoted(self.table)} FOR {self.command} TO {quoted(self.role)}{clauses}"


class Wanted:
    """What the wall of one database should be."""

    def __init__(self, database: str) -> None:
        self.roles = {reach: role_of(database, reach) for reach in Reach}

    def policies(self, table: str) -> list[_Policy]:
        """Of an account table: its own rows for the application, all for those that the list of crossings names."""
        found = [_Policy(table, self.roles[Reach.ACCOUNT], "ALL", _MINE)]
        found.append(_Policy(table, self.roles[Reach.OPERATOR], "ALL", "true"))
        for reach, tables in CROSSINGS.items():
            found += [_Policy(table, self.roles[reach], command, "true") for command in sorted(tables.get(table, ()))]
        return found

    def grants(self, table: str, *, of_accounts: bool) -> set[str]:
        """Who may do what with a table, as `role COMMAND`."""
        if table == _HISTORY:
            return {f"{role} SELECT" for role in self.roles.values()}
        found = set()
        for reach, role in self.roles.items():
            limited = of_accounts and reach in CROSSINGS
            commands: Iterable[str] = CROSSINGS[reach].get(table, ()) if limited else _COMMANDS
            found |= {f"{role} {command}" for command in commands}
        return found


async def missing(connection: Any) -> list[str]:
    """The statements that would bring the wall to what it should be; none where it stands."""
    me, wanted = await _me(connection)
    tables = await connection.fetch(_TABLES)
    if not any(table["of_accounts"] for table in tables):
        return []
    steps = _roles(wanted, set(await connection.fetchval(_ROLES)), me)
    for table in tables:
        steps += _table(wanted, table)
    if me["superuser"] and me["anybody_sets"]:
        # Whoever smuggles SQL into a SELECT could otherwise change the setting that the policies read.
        steps.append("REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC")
    if me["superuser"] and me["anybody_creates"]:
        steps.append("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    return steps


async def build(connection: Any) -> list[str]:
    """Brings the wall to what it should be, whole or not at all; the statements that were needed.

    WallMissing, with what an operator must run, where this login may not make the roles.
    """
    me, _ = await _me(connection)
    steps = await missing(connection)
    needed = [step for step in steps if step.startswith("CREATE ROLE") or (step[:5] == "GRANT" and " ON " not in step)]
    if needed and not me["makes_roles"]:
        words = ";\n".join(needed)
        raise WallMissing(f"This login may not make roles. Run as one that may, then migrate again:\n{words};")
    if steps:
        async with connection.transaction():
            await connection.execute(";\n".join(steps))
    return steps


async def lower(connection: Any) -> None:
    """Lets the owner see all rows until `build`: a migration that changes rows must meet them all. In a transaction."""
    for table in await connection.fetch(_TABLES):
        if table["walled"]:
            await connection.execute(f"ALTER TABLE {quoted(table['name'])} NO FORCE ROW LEVEL SECURITY")


async def _me(connection: Any) -> tuple[Any, Wanted]:
    me = await connection.fetchrow(_ME)
    return me, Wanted(me["database"])


def _roles(wanted: Wanted, have: set[str], me: Any) -> list[str]:
    """NOINHERIT: the application may become some of the others for a transaction, and has nothing of theirs before."""
    app = wanted.roles[Reach.ACCOUNT]
    steps = [f"CREATE ROLE {quoted(role)} NOLOGIN NOINHERIT" for role in wanted.roles.values() if role not in have]
    members = [(wanted.roles[reach], app) for reach in CROSSINGS]
    if me["owns"] and not me["superuser"]:
        members += [(app, me["name"]), (wanted.roles[Reach.OPERATOR], me["name"])]
    steps += [f"GRANT {quoted(role)} TO {quoted(who)}" for role, who in members if f"{role} > {who}" not in have]
    return steps


def _table(wanted: Wanted, table: Any) -> list[str]:
    name, of_accounts = table["name"], table["of_accounts"]
    policies = {policy.name: policy for policy in wanted.policies(name)} if of_accounts else {}
    steps = [f"DROP POLICY {quoted(old)} ON {quoted(name)}" for old in table["policies"] if old not in policies]
    steps += [policy.create() for key, policy in policies.items() if key not in table["policies"]]
    if of_accounts and not table["walled"]:
        steps.append(f"ALTER TABLE {quoted(name)} ENABLE ROW LEVEL SECURITY")
        steps.append(f"ALTER TABLE {quoted(name)} FORCE ROW LEVEL SECURITY")
    ours = {one for one in table["grants"] if one.rpartition(" ")[0] in wanted.roles.values()}
    grants = wanted.grants(name, of_accounts=of_accounts)
    for one in sorted(grants - ours):
        role, _, command = one.rpartition(" ")
        steps.append(f"GRANT {command} ON {quoted(name)} TO {quoted(role)}")
    for one in sorted(ours - grants):
        role, _, command = one.rpartition(" ")
        steps.append(f"REVOKE {command} ON {quoted(name)} FROM {quoted(role)}")
    return steps
