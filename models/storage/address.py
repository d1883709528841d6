"""Where a database is, read from its URL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tortoise.exceptions import ConfigurationError

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


@dataclass(frozen=True)
class SqliteFile:
    """A database in one file."""

    path: Path


@dataclass(frozen=True)
class PostgresServer:
    """A database on a server. Its address may hold a password, so it never prints."""

    dsn: str

    def __repr__(self) -> str:
        return "PostgresServer(…)"


def address_of(url: str) -> SqliteFile | PostgresServer:
    """`sqlite:///data/calendera.db` is relative, `sqlite:////var/calendera.db` absolute, `postgresql://…` a server.

    ConfigurationError for anything else, SQLite in memory included: every connection would have its own.
    """
    if url.startswith(_POSTGRES):
        return PostgresServer(url)
    path = unquote(url.removeprefix(_SQLITE))
    if not url.startswith(_SQLITE) or not path or ":memory:" in path or "?" in path:
        raise ConfigurationError(
            "The database URL must be sqlite:///relative/path.db, sqlite:////absolute/path.db or postgresql://… "
            "(SQLite in memory and SQLite options are not supported)."
        )
    return SqliteFile(Path(path))
