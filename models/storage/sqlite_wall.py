"""The wall between accounts on SQLite: built anew by every connection of the program, for itself.

    TEMP views      the name of an account table means the rows that the connection is bound to
    TEMP triggers   refuse rows for another account, and pass over another's rows that a statement would change
    an authorizer   refuses the tables behind the views, other databases, settings and changes of the schema

Migrations and people at a terminal open the file without it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from models.crossings import may_cross
from models.storage.reach import Binding, Reach
from models.storage.sqlite_aim import Aim, aim

_ACCOUNT_TABLES = """
    SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.name = 'account_id' AND c."notnull"
"""
REFUSED = "account_wall"  # what the triggers say
# Beyond every UUID as text, on either side.
_FIRST, _LAST = "", "~"
_SETTINGS = frozenset({"wal_checkpoint", "busy_timeout", "table_info", "foreign_key_list"})
_READABLE = frozenset({"sqlite_master", "sqlite_schema", "json_each", "json_tree"})
_PLAIN = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT, sqlite3.SQLITE_RECURSIVE}
)
_WRITES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_TOUCHES = _WRITES | {sqlite3.SQLITE_READ}


def account_tables(database: sqlite3.Connection) -> frozenset[str]:
    """The tables whose every row belongs to an account."""
    return frozenset(str(name) for (name,) in map(tuple, database.execute(_ACCOUNT_TABLES)))


def _named(database: sqlite3.Connection, kind: str) -> frozenset[str]:
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = ?", (kind,))
    return frozenset(str(name) for (name,) in map(tuple, rows))


class SqliteWall:
    """The wall of one connection. Used by its thread; `bind` while no statement runs."""

    def __init__(self, database: sqlite3.Connection, tables: frozenset[str], *, writes: bool) -> None:
        self.bound: Binding | None = None
        self._target: str | None = None
        self.tables = tables
        self._others = _named(database, "table") - tables | _READABLE
        self._through = tables | _named(database, "trigger")
        self._keys, self._beneath = _references(database, tables)
        if self.tables:
            self._build(database, writes=writes)

    def aimed(self, sql: str) -> str:
        """The statement as it is to be run now. Walled where it tries to go around the wall."""
        if not self.tables:
            return sql
        found: Aim = aim(sql, self.tables)
        self._target = found.target
        return found.sql

    def _build(self, database: sqlite3.Connection, *, writes: bool) -> None:
        for name, edge in (("wall_from", _FIRST), ("wall_to", _LAST)):
            database.create_function(name, 2, self._edge(edge), deterministic=True)
        database.create_function("wall_target", 0, lambda: self._target)
        for table in sorted(self.tables):
            database.execute(_VIEW.format(table=table))
            for name, statement in _TRIGGERS.items() if writes else ():
                database.execute(statement.format(table=table, name=f"wall_{table}_{name}"))
                self._through |= {f"wall_{table}_{name}"}

    def guard(self, database: sqlite3.Connection) -> None:
        """From here on the connection refuses to be looked behind. Last, for it refuses settings as well."""
        if self.tables:
            # Its first use declares a table, which is refused from here on: lists are given to statements by it.
            database.execute("SELECT value FROM json_each('[]')").close()
            database.set_authorizer(self._authorize)

    def _edge(self, beyond: str) -> Callable[[str, str], str | None]:
        def edge(table: str, command: str) -> str | None:
            now = self.bound
            if now is None:
                return None
            if now.reach is Reach.ACCOUNT:
                return str(now.account_id) if now.account_id is not None else None
            return beyond if may_cross(now.reach, table, command) else None

        return edge

    def _authorize(self, action: int, one: str | None, two: str | None, schema: str | None, via: str | None) -> int:
        """Asked while a statement is prepared. `via` is the view or trigger in which something is named."""
        if action in _PLAIN or (action == sqlite3.SQLITE_FUNCTION and two != "load_extension"):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if one in _SETTINGS else sqlite3.SQLITE_DENY
        if action in _TOUCHES and self._may_touch(action, str(one), two, schema, via):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    def _may_touch(self, action: int, table: str, column: str | None, schema: str | None, via: str | None) -> bool:
        if table in self.tables:
            return (
                schema == "temp" or table == self._target or via in self._through or self._refers(action, table, column)
            )
        # A table that was not there when the connection opened is none of ours to judge: refused until it opens anew.
        return schema != "main" or (table in self._others and not (action in _WRITES and table.startswith("sqlite_")))

    def _refers(self, action: int, table: str, column: str | None) -> bool:
        """What SQLite does by itself for a statement that writes: it looks at keys, and cascades."""
        if self._target is None:
            return False
        if action == sqlite3.SQLITE_READ:
            return (table, column) in self._keys
        return action != sqlite3.SQLITE_INSERT and table in self._beneath.get(self._target, ())


def _references(
    database: sqlite3.Connection, tables: frozenset[str]
) -> tuple[frozenset[tuple[str, str]], dict[str, frozenset[str]]]:
    """The columns in foreign keys, on both sides, and for each table those that its rows take with them."""
    keys: set[tuple[str, str]] = set()
    children: dict[str, set[str]] = {table: set() for table in tables}
    for child in tables:
        for row in database.execute(f'PRAGMA foreign_key_list("{child}")'):
            parent, near, far = row[2], row[3], row[4]
            keys |= {(child, near), (parent, far or "id")}
            children.setdefault(parent, set()).add(child)
    return frozenset(keys), {table: frozenset(_below(table, children)) for table in children}


def _below(table: str, children: dict[str, set[str]]) -> set[str]:
    found, waiting = set[str](), [table]
    while waiting:
        new = children.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


_IN = "coalesce({row}.account_id BETWEEN wall_from('{{table}}', '{do}') AND wall_to('{{table}}', '{do}'), 0)"
_VIEW = (
    'CREATE TEMP VIEW "{table}" AS SELECT * FROM main."{table}"'
    " WHERE account_id BETWEEN wall_from('{table}', 'SELECT') AND wall_to('{table}', 'SELECT')"
)


def _trigger(do: str, when: str, then: str) -> str:
    return f'CREATE TEMP TRIGGER "{{name}}" BEFORE {do} ON main."{{table}}" WHEN {when} BEGIN SELECT {then}; END'


_ABORT = f"RAISE(ABORT, '{REFUSED}')"


def _passed_over(do: str) -> str:
    """Another's row is passed over where it was aimed at, as on PostgreSQL; what a cascade meets stops it."""
    inside = _IN.format(row="OLD", do=do)
    return _trigger(do, f"NOT {inside}", f"CASE wall_target() WHEN '{{table}}' THEN RAISE(IGNORE) ELSE {_ABORT} END")


_TRIGGERS = {
    "insert": _trigger("INSERT", "NOT " + _IN.format(row="NEW", do="INSERT"), _ABORT),
    "update": _passed_over("UPDATE"),
    "move": _trigger(
        "UPDATE", _IN.format(row="OLD", do="UPDATE") + " AND NOT " + _IN.format(row="NEW", do="UPDATE"), _ABORT
    ),
    "delete": _passed_over("DELETE"),
}
