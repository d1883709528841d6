"""Writing an archive of everything an account holds: a ZIP of JSON Lines, straight into a file, a batch at a time.

All rows are from one moment of the database (`models/storage/snapshot.py`). Besides one `.jsonl` file a table the
archive has `manifest.json` (rows and SHA-256 of each file) and `README.txt` for people.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from calendera.archive_words import readme
from models.holdings import Holding, holdings
from models.storage.cancelling import settled
from models.storage.client import Row
from models.storage.snapshot import Fetch, snapshot
from rules.ids import global_id
from rules.instants import format_instant

MANIFEST_FORMAT = 1


@dataclass(frozen=True, slots=True)
class FileWritten:
    """One file of the archive: how many rows, bytes before compression, and the SHA-256 of those bytes in hex."""

    name: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ArchiveWritten:
    """A complete archive: its size on disk in bytes, and how many rows are in it."""

    size_bytes: int
    row_count: int


async def write_archive(
    path: Path, url: str, account_id: UUID, at: datetime, still_mine: Callable[[], Awaitable[None]]
) -> ArchiveWritten:
    """Write what the account holds into a new file at `path`, readable by this program alone.

    `still_mine` is called with every batch and may raise to stop the work; then, as after any error, what was written
    so far is left at `path`. Writing and compressing is left to threads, so requests are answered meanwhile; a step
    in a thread is waited for even when the work is cancelled, because it uses the file.
    """
    with _create(path) as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        async with snapshot(url) as fetch:
            written = [await _write(archive, one, fetch, account_id, at, still_mine) for one in holdings()]
        size = await settled(asyncio.to_thread(_finish, archive, file, account_id, at, written))
    return ArchiveWritten(size, sum(one.rows for one in written))


def _create(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


async def _write(
    archive: ZipFile,
    holding: Holding,
    fetch: Fetch,
    account_id: UUID,
    at: datetime,
    still_mine: Callable[[], Awaitable[None]],
) -> FileWritten:
    name, digest, rows, size = f"{holding.table}.jsonl", hashlib.sha256(), 0, 0

    def put(batch: list[Row]) -> int:
        content = b"".join(map(holding.line, batch))
        digest.update(content)
        return entry.write(content)

    # The size is not known before the end, so the entry is one that may grow beyond 4 GiB.
    with archive.open(_entry(name, at), "w", force_zip64=True) as entry:
        async for batch in holding.rows(fetch, account_id):
            await still_mine()
            size += await settled(asyncio.to_thread(put, batch))
            rows += len(batch)
    return FileWritten(name, rows, size, digest.hexdigest())


def _finish(archive: ZipFile, file: IO[bytes], account_id: UUID, at: datetime, written: list[FileWritten]) -> int:
    """Complete the archive; its size on disk in bytes."""
    manifest = {
        "format": MANIFEST_FORMAT,
        "product": "calendera",
        "version": version("calendera"),
        "account": global_id("account", account_id),
        "exportedAt": format_instant(at),
        "files": [asdict(one) for one in written],
    }
    archive.writestr(_entry("manifest.json", at), orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    archive.writestr(_entry("README.txt", at), readme(at, [(one.name, one.rows) for one in written]))
    archive.close()
    file.flush()
    os.fsync(file.fileno())
    return file.tell()


def _entry(name: str, at: datetime) -> ZipInfo:
    entry = ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
