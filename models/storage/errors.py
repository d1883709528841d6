"""What a database can refuse, in the same words for both engines.

tortoise OperationalError
    Contended                  another transaction was in the way: run the work again
    Unstorable                 a value that no column can hold: U+0000, half a surrogate pair, a number too large
    Walled                     the wall between accounts refused: a row for another account, or a way around it
tortoise IntegrityError        a constraint or a guarding trigger said no: see `constraint_of`
tortoise TransactionManagementError
    TransactionFailed          a statement failed earlier, so this transaction cannot go on or commit
    TransactionOver            the transaction has ended; the task that still writes has outlived it
tortoise DBConnectionError     the database cannot be reached
tortoise ConfigurationError
    WallMissing                the database has no wall between accounts, or the login could look over it
"""

from __future__ import annotations

import sqlite3

from tortoise.exceptions import ConfigurationError, OperationalError, TransactionManagementError

_CHECK = "CHECK constraint failed: "


class Contended(OperationalError):
    """Another transaction was in the way; nothing was kept, and the same work may succeed when run again."""


class Unstorable(OperationalError):
    """A text with U+0000 or half a surrogate pair, or a number beyond what the database counts to.

    PostgreSQL cannot hold these; SQLite holds some, and is made to refuse them too. The words never repeat the value.
    """

    def __init__(self) -> None:
        super().__init__("A value cannot be stored: it has a character that no text may have, or is too large.")


class Walled(OperationalError):
    """The wall between accounts refused: a mistake of ours. Rows of others are not found; nothing is said of them."""


class WallMissing(ConfigurationError):
    """The database has no wall, or this login could look over it. The words say what an operator does about it."""


class TransactionFailed(TransactionManagementError):
    """A statement of this transaction failed or was cancelled, so it can only be rolled back.

    PostgreSQL behaves so by itself, and SQLite is made to. Put what may fail into its own nested `transaction()`.
    """


class TransactionOver(TransactionManagementError):
    """The transaction this task was started in has ended, so what it still does would belong to nobody."""


def constraint_of(error: BaseException) -> str | None:
    """The name of the constraint or the words of the trigger that refused; None where the error is another one.

    A named CHECK, UNIQUE, FOREIGN KEY or EXCLUDE gives its name on PostgreSQL. SQLite names only CHECK; for the others
    it says `UNIQUE constraint failed: booking.account_id, booking.id` or `FOREIGN KEY constraint failed`. A trigger
    gives the text of its RAISE on both (or the CONSTRAINT it names, on PostgreSQL), and a missing value
    `NOT NULL constraint failed: booking.id` on both.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, sqlite3.IntegrityError):
            return str(seen).removeprefix(_CHECK)
        if (state := getattr(seen, "sqlstate", None)) is not None:
            return _postgres_constraint(seen, state)
        seen = seen.__cause__
    return None


def _postgres_constraint(error: BaseException, state: str) -> str | None:
    named: str | None = getattr(error, "constraint_name", None)
    if named is not None:
        return named
    if state == "23502":
        return f"NOT NULL constraint failed: {getattr(error, 'table_name', '')}.{getattr(error, 'column_name', '')}"
    return str(error.args[0]) if state == "P0001" or state.startswith("23") else None
