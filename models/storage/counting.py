"""Which statements an operation ran, for tests and for one log line an operation. Parameters are never kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_collectors: ContextVar[tuple[list[str], ...]] = ContextVar("statement_collectors", default=())


@contextmanager
def counting(*, apart: bool = False) -> Iterator[list[str]]:
    """Collects the SQL text of every statement run in the block, by this task and by tasks started in it.

    BEGIN, COMMIT and savepoints are left out. Blocks nest: the outer one sees the statements of the inner one, unless
    that is `apart`, as where the outer one would collect for hours.
    """
    statements: list[str] = []
    token = _collectors.set((statements,) if apart else (*_collectors.get(), statements))
    try:
        yield statements
    finally:
        _collectors.reset(token)


def ran(sql: str) -> None:
    """Notes one statement for every open `counting` block."""
    for statements in _collectors.get():
        statements.append(sql)
