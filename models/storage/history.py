"""What a database has lived through, compared with the files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.migrations import BrokenMigrations, Migration

Applied = tuple[int, str, str]  # version, name, checksum

READ = "SELECT version, name, checksum FROM schema_migration ORDER BY version"

# The moment of application is the clock of the database, in the form `instant.as_text` gives.
CREATE_ON_SQLITE = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        version INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        checksum TEXT NOT NULL,
        applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000+00:00')
    ) STRICT
"""
CREATE_ON_POSTGRES = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        version integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""


def still_to_apply(migrations: Sequence[Migration], applied: Iterable[Sequence[object]]) -> list[Migration]:
    """The migrations after the last applied one.

    BrokenMigrations where the database knows a version the files do not have, has left one out, or where a file has
    been changed since it was applied.
    """
    count = 0
    for count, (version, name, checksum) in enumerate(applied, start=1):
        if version != count:
            raise BrokenMigrations(f"The database has version {version} ({name}) but not version {count}.")
        if count > len(migrations):
            raise BrokenMigrations(f"The database has version {version} ({name}), which this program does not know.")
        if migrations[count - 1].checksum != checksum:
            raise BrokenMigrations(f"{migrations[count - 1].name} has been changed since it was applied.")
    return list(migrations[count:])
