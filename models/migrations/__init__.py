"""The versions of the database, one plain SQL file each: `sqlite/NNNN_name.sql` and `postgres/NNNN_name.sql`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


class BrokenMigrations(Exception):
    """The files do not form one history, or the database has lived through another one."""


@dataclass(frozen=True)
class Migration:
    """One file. `version` counts from 1 without gaps; `checksum` is the SHA-256 of the text, in hexadecimal."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations_for(engine: str, root: Path = ROOT) -> list[Migration]:
    """Every migration of an engine, in order. BrokenMigrations for a wrong name, a gap or a version given twice."""
    folder = root / engine
    if not folder.is_dir():
        raise BrokenMigrations(f"There is no folder {folder}.")
    found = []
    for file in sorted(folder.glob("*.sql")):
        name = _NAME.fullmatch(file.name)
        if name is None:
            raise BrokenMigrations(f"{file.name} is not called NNNN_name.sql, with small letters, digits and _.")
        found.append(Migration(int(name[1]), file.stem, file.read_text(encoding="utf-8")))
    for expected, migration in enumerate(found, start=1):
        if migration.version != expected:
            raise BrokenMigrations(f"Version {expected:04} of {engine} is missing or doubled: found {migration.name}.")
    return found
