"""The worker's part of exports: writes those that wait, and removes archives that nobody may download any more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from calendera.archive import ArchiveWritten, write_archive
from calendera.clock import Clock
from calendera.logs import log
from calendera.settings import Settings
from models.export import LEASE, Export, expire_exports, files_in_use
from models.storage.cancelling import settled
from models.storage.reach import bound


class LeaseLost(Exception):
    """Another worker writes this export now, or the account is gone."""


def folder_of(settings: Settings) -> Path:
    """Where archives are. Workers and servers on several machines need it to be the same folder."""
    return settings.data_dir / "exports"


class Exporting:
    """Two jobs: `write_one` and `clear_away`. Any number of workers may run them at once."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.folder = folder_of(settings)
        self.url = settings.database_url.get_secret_value()
        self.clock = clock

    async def write_one(self) -> int:
        """Write the export that has waited longest; how many were dealt with (0 or 1)."""
        export = await Export.take(self.clock.now())
        if export is None:
            return 0
        with bound(export.account_id):
            await self._write_or_tell(export)
        return 1

    async def _write_or_tell(self, export: Export) -> None:
        path = self.folder / export.file_name
        done = False
        try:
            written = await self._write(export, path)
            size, rows = written.size_bytes, written.row_count
            done = await export.ready(self.clock.now(), size_bytes=size, row_count=rows)
            log.info("export written", job="export", job_id=export.id, account_id=export.account_id, count=rows)
        except LeaseLost:
            log.warning("export taken over by another worker", job="export", job_id=export.id, attempt=export.attempts)
        except asyncio.CancelledError:
            await settled(export.put_back(self.clock.now()))
            raise
        except Exception as error:
            log.error("export failed", job="export", job_id=export.id, attempt=export.attempts, exc_info=error)
            await export.failed(self.clock.now())
        finally:
            if not done:
                # What cannot be removed now is found by `clear_away`.
                with suppress(OSError):
                    path.unlink()

    async def _write(self, export: Export, path: Path) -> ArchiveWritten:
        renewed = self.clock.now()

        async def still_mine() -> None:
            nonlocal renewed
            now = self.clock.now()
            if now - renewed < LEASE / 4:
                return
            if not await export.renew(now):
                raise LeaseLost
            renewed = now

        return await write_archive(path, self.url, export.account_id, renewed, still_mine)

    async def clear_away(self) -> int:
        """Remove every archive that is neither being written nor to be downloaded, then mark its export as expired.

        In this order, so that none outlives its row; also those of dead workers and of accounts that are gone.
        """
        now = self.clock.now()
        names = await asyncio.to_thread(_archives, self.folder)
        if names:
            ids = {id for name in names if (id := _id_in(name))}
            await asyncio.to_thread(_remove, self.folder, set(names) - await files_in_use(sorted(ids), now))
        return await expire_exports(now)


def _archives(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.zip")] if folder.is_dir() else []


def _id_in(name: str) -> str | None:
    try:
        return str(UUID(name.partition(".")[0]))
    except ValueError:
        return None


def _remove(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
