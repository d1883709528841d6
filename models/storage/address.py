"""Where a database is, read from its URL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import asyncpg
from tortoise.exceptions import ConfigurationError

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")
_CACHE = "statement_cache_size"


@dataclass(frozen=True)
class SqliteFile:
    """A database in one file."""

    path: Path


@dataclass(frozen=True)
class PostgresServer:
    """A database on a server. Its address may hold a password, so it never prints.

    `?statement_cache_size=0` at its end is for us: behind pgbouncer in transaction mode prepared statements would meet
    a session that does not know them.
    """

    dsn: str
    statement_cache_size: int = 100

    async def connection(self, **options: Any) -> Any:
        """A connection of its own, outside of any pool."""
        return await asyncpg.connect(self.dsn, statement_cache_size=self.statement_cache_size, **options)

    def __repr__(self) -> str:
        return "PostgresServer(…)"


def address_of(url: str) -> SqliteFile | PostgresServer:
    """`sqlite:///data/calendera.db` is relative, `sqlite:////var/calendera.db` absolute, `postgresql://…` a server.

    ConfigurationError for anything else, SQLite in memory included: every connection would have its own.
    """
    if url.startswith(_POSTGRES):
        return _server(url)
    path = unquote(url.removeprefix(_SQLITE))
    if not url.startswith(_SQLITE) or not path or ":memory:" in path or "?" in path:
        raise ConfigurationError(
            "The database URL must be sqlite:///relative/path.db, sqlite:////absolute/path.db or postgresql://… "
            "(SQLite in memory and SQLite options are not supported)."
        )
    return SqliteFile(Path(path))


def _server(url: str) -> PostgresServer:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    size = options.pop(_CACHE, None)
    if size is None:
        return PostgresServer(url)
    if not size.isdigit():
        raise ConfigurationError(f"{_CACHE} in the database URL is a number of statements; 0 for pgbouncer.")
    return PostgresServer(urlunsplit(parts._replace(query=urlencode(options))), int(size))
