"""Where a statement of the program writes to on SQLite, behind the wall.

Names of account tables mean TEMP views of one account's rows. Only the table that a statement writes to is the real
one (`main.booking`): views cannot be upserted and do not count rows. Naming a schema by hand would be a way around.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from models.storage.errors import Walled

_TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<name>'(?:[^']|'')*'|"(?:[^"]|"")*"|\[[^\]]*\]|`(?:[^`]|``)*`|[^\W\d][\w$]*)
      | (?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_SCHEMAS = frozenset({"main", "temp"})
_WRITING = frozenset({"insert", "update", "delete", "replace"})
_BETWEEN = frozenset({"or", "rollback", "abort", "fail", "ignore", "into", "from"})


class Aim(NamedTuple):
    """The statement as SQLite is to run it, and the table it writes to, if any."""

    sql: str
    target: str | None


class _Token(NamedTuple):
    word: str  # lower case, without quotes
    bare: bool
    start: int


@lru_cache(maxsize=4096)
def aim(sql: str, walled: frozenset[str]) -> Aim:
    """Walled for a statement that names a schema, and for REPLACE, which removes rows without asking whose."""
    tokens = list(_tokens(sql))
    for token, following in pairwise(tokens):
        if token.word in _SCHEMAS and following.word == "." and following.bare:
            raise Walled("A statement may not name a schema.")
    target = _target(tokens)
    if target is None or target.word not in walled:
        return Aim(sql, target.word if target else None)
    return Aim(f"{sql[: target.start]}main.{sql[target.start :]}", target.word)


def _tokens(sql: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(sql):
        text = found[0]
        if found.lastgroup == "name" and not (text[0].isalpha() or text[0] == "_"):
            yield _Token(text[1:-1].lower(), False, found.start())
        elif found.lastgroup != "skip":
            yield _Token(text.lower(), True, found.start())


def _target(tokens: list[_Token]) -> _Token | None:
    """The name after the first writing word outside of parentheses."""
    if not tokens or tokens[0].word not in {*_WRITING, "with", "explain"}:
        return None
    depth = 0
    for place, token in enumerate(tokens):
        if token.bare:
            depth += (token.word == "(") - (token.word == ")")
            if depth == 0 and token.word in _WRITING:
                return _after(tokens[place:])
    return None


def _after(tokens: list[_Token]) -> _Token | None:
    for token in tokens:
        if token.bare and token.word == "replace":
            raise Walled("REPLACE removes rows without asking whose they are: say ON CONFLICT.")
        if not (token.bare and token.word in (_WRITING | _BETWEEN)):
            return token
    return None
