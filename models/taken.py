"""A value that must be unique and is in use already: the database notices, whoever else wrote it a moment ago."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tortoise.exceptions import IntegrityError

from models.storage.errors import constraint_of
from rules.errors import AlreadyTaken


def is_duplicate(error: IntegrityError, table: str, column: str) -> bool:
    """Whether the constraint UNIQUE (account_id, `column`) of `table` refused. SQLite names columns, PostgreSQL it."""
    return constraint_of(error) in (
        f"UNIQUE constraint failed: {table}.account_id, {table}.{column}",
        f"{table}_account_id_{column}_key",
    )


@contextmanager
def unique(table: str, column: str, message: str) -> Iterator[None]:
    """Raise AlreadyTaken, with the column as its path, where the block writes a value that is in use."""
    try:
        yield
    except IntegrityError as error:
        if not is_duplicate(error, table, column):
            raise
        raise AlreadyTaken(column, message) from None
