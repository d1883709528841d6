"""asyncpg's errors in Tortoise's words and ours, without the values PostgreSQL quotes in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError, TransactionManagementError

from models.storage.errors import Contended, Unstorable, Walled

_RAISED_BY_TRIGGER = "P0001"
_UNSTORABLE = frozenset({"22003", "22021", "22P05"})  # out of range; not in the encoding, as U+0000; the same in JSON
_CONTENDED = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
_UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
)


@contextmanager
def translating() -> Iterator[None]:
    """Raises asyncpg's errors of the block as Tortoise's. DETAIL is dropped: it quotes the row or the key."""
    try:
        yield
    except asyncpg.DataError as error:
        # Its message quotes the value, so neither it nor the original may reach a log.
        if error.sqlstate in _UNSTORABLE or isinstance(error.__cause__, OverflowError | UnicodeEncodeError):
            raise Unstorable from None
        raise OperationalError(f"A value does not fit its column or parameter ({error.sqlstate}).") from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        error.__dict__["detail"] = None
        raise _translated(error) from error


def _translated(error: Exception) -> Exception:
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return Walled(f"The wall between accounts refused a statement: {error}")
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(str(error))
    if getattr(error, "sqlstate", None) == _RAISED_BY_TRIGGER:
        return IntegrityError(str(error))
    if isinstance(error, _CONTENDED):
        return Contended(str(error))
    if isinstance(error, asyncpg.InvalidTransactionStateError):
        return TransactionManagementError(str(error))
    if isinstance(error, _UNREACHABLE):
        return DBConnectionError(str(error))
    return OperationalError(str(error))
