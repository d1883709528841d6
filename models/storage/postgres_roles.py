"""The PostgreSQL roles of one database, and how a statement comes to run as one of them.

Roles belong to the whole server, so their names begin with that of the database: two databases share none.
"""

from __future__ import annotations

import hashlib
from typing import Any

from models.crossings import CROSSINGS
from models.storage.errors import WallMissing
from models.storage.reach import NOBODY, Binding, Reach

SETTING = "calendera.account"
_LONGEST_PREFIX = 50  # of the 63 bytes that PostgreSQL keeps of a name

# MEMBER where it may become what reaches further, USAGE where it has it already. The application's role may become two
# of the reaching roles itself, but nobody's who may look at everything.
_STANDING = """
    SELECT EXISTS (
             SELECT FROM pg_roles s
             WHERE (s.rolsuper OR s.rolbypassrls OR s.rolname::text = ANY($3::text[]))
               AND pg_has_role(current_user, s.oid, 'MEMBER')
           ) AS above,
           EXISTS (SELECT FROM pg_policy p WHERE p.polname LIKE 'wall\\_%') AS walled,
           EXISTS (
             SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE a.attname = 'account_id' AND a.attnotnull AND c.relkind IN ('r', 'p')
               AND c.relnamespace = current_schema()::regnamespace
           ) AS has_accounts,
           EXISTS (
             SELECT FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
             WHERE p.polname LIKE 'wall\\_%' AND pg_has_role(current_user, c.relowner, 'MEMBER')
           ) AS owns,
           EXISTS (SELECT FROM pg_roles w WHERE w.rolname::text = ANY($1::text[])
                     AND pg_has_role(current_user, w.oid, 'USAGE')) AS reaches,
           EXISTS (SELECT FROM pg_roles a WHERE a.rolname = $2 AND pg_has_role(current_user, a.oid, 'USAGE')) AS serves
    FROM pg_roles r WHERE r.rolname = current_user
"""
_OVER = (
    "The login of CALENDERA_DATABASE_URL could look over the wall between accounts: it is a superuser, owns the tables "
    "or inherits a role that reaches all accounts, or may become one of these. Let the server log in as a role that "
    "has only the application's:"
    " CREATE ROLE calendera_server LOGIN PASSWORD '…' IN ROLE {app};"
    " and give the owner's login to `calendera migrate` as CALENDERA_MIGRATION_DATABASE_URL."
)
_UNBUILT = "The database has no wall between accounts. Run `calendera migrate` first."


def role_of(database: str, reach: Reach) -> str:
    """The name of the role that runs statements of this reach."""
    raw = database.encode()
    if len(raw) > _LONGEST_PREFIX:
        database = raw[:40].decode(errors="ignore") + hashlib.sha256(raw).hexdigest()[:8]
    return f"{database}_{reach.value}"


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


class Roles:
    """The roles of a walled database, as a connection changes between them."""

    def __init__(self, database: str) -> None:
        self.app = role_of(database, Reach.ACCOUNT)
        self._roles = {reach: quoted(role_of(database, reach)) for reach in Reach}

    def begin(self, to: Binding) -> str:
        """What begins a transaction bound to `to`, in one round trip."""
        return f"BEGIN;{self.change(NOBODY, to)}" if to != NOBODY else "BEGIN"

    def change(self, now: Binding | None, to: Binding) -> str:
        """From one binding to another until the transaction ends; from None where it is not known any more."""
        steps = []
        if now is None or now.reach is not to.reach:
            steps.append(f"SET LOCAL ROLE {self._roles[to.reach]}")
        if now is None or now.account_id != to.account_id:
            # The text of a UUID: nothing that could end the literal.
            steps.append(f"SET LOCAL {SETTING} = '{to.account_id or ''}'")
        return "; ".join(steps)


async def roles_for(connection: Any, *, strict: bool) -> tuple[Roles | None, dict[str, str]]:
    """The roles of the database, and what a connection has to say when it begins so as to stand behind the wall.

    None where there are no account tables, as in a database that has not been migrated. WallMissing where they stand
    open and, with `strict`, for a login that could look over the wall.
    """
    database = await connection.fetchval("SELECT current_database()")
    beyond = {reach: role_of(database, reach) for reach in Reach if reach is not Reach.ACCOUNT}
    never = [role for reach, role in beyond.items() if reach not in CROSSINGS]  # what no server may become
    roles = Roles(database)
    found = await connection.fetchrow(_STANDING, [*beyond.values()], roles.app, never)
    if not found["walled"]:
        if found["has_accounts"]:
            raise WallMissing(_UNBUILT)
        return None, {}
    over = found["above"] or found["owns"] or found["reaches"]
    if strict and over:
        raise WallMissing(_OVER.format(app=quoted(roles.app)))
    if found["serves"] and not over:
        return roles, {}
    return roles, {"role": roles.app}
