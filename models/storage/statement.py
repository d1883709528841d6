"""Reading SQL text just far enough: placeholders, whether it writes, where a script's statements end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from functools import lru_cache

# A literal, a quoted name or a comment is skipped whole, so that nothing inside it is taken for SQL.
_SKIPPED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
_QUOTED = re.compile(_SKIPPED, re.DOTALL)
_PLACEHOLDER = re.compile(_SKIPPED + r"|\$(\d+)", re.DOTALL)
_READS = re.compile(r"\W*(SELECT|VALUES|WITH|EXPLAIN)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_ANSWERS = re.compile(r"\W*(SELECT|VALUES|EXPLAIN|SHOW|TABLE)\b|.*\bRETURNING\b", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=2048)
def for_sqlite(sql: str) -> str:
    """`$1` becomes `?1`: SQLite would take `$1` for a name and number it by first appearance."""
    return _PLACEHOLDER.sub(lambda found: f"?{found[1]}" if found[1] else found[0], sql)


@lru_cache(maxsize=2048)
def only_reads(sql: str) -> bool:
    """Whether SQLite may run it on a reader. A WITH that mentions a writing word counts as a write, to be safe."""
    bare = _QUOTED.sub(" ", sql)
    found = _READS.match(bare)
    return found is not None and (found[1].upper() != "WITH" or _WRITES.search(bare) is None)


@lru_cache(maxsize=2048)
def answers_rows(sql: str) -> bool:
    """Whether PostgreSQL answers with rows, as against a count of affected rows only."""
    bare = _QUOTED.sub(" ", sql)
    if _ANSWERS.match(bare) is not None:
        return True
    return bare.lstrip()[:4].upper() == "WITH" and _WRITES.search(bare) is None


def statements_of(script: str) -> Iterator[str]:
    """The statements of an SQLite script. A trigger stays whole, although it holds semicolons."""
    start = 0
    for semicolon in re.finditer(";", script):
        statement = script[start : semicolon.end()]
        if sqlite3.complete_statement(statement):
            start = semicolon.end()
            if _QUOTED.sub("", statement).strip(" \t\r\n;"):
                yield statement.strip()
    rest = script[start:]
    if _QUOTED.sub("", rest).strip():
        yield rest.strip()
