"""The audit chain's part of the worker and of the command line: sealing it, keeping its checkpoints apart, verifying.

Checkpoints are also lines of `audit/checkpoints.jsonl` in CALENDERA_DATA_DIR: whoever cuts the database's tail off,
with the checkpoints in it, has not cut this file. It is to be copied elsewhere, as logs are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from uuid import UUID

import orjson
import typer

from calendera.clock import Clock
from calendera.logs import log
from calendera.open_database import open_database
from calendera.settings import Settings
from models.account import Account
from models.audit import accounts_to_seal, seal
from models.audit_verifying import guards_missing, verify
from models.storage.reach import bound
from rules.audit_chain import Broken, Checkpoint, exactly

_SHOWN = 5


class Sealing:
    """One job: `seal_some`. Any number of workers may run it at once."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.file = checkpoints_file(settings)
        self.clock = clock

    async def seal_some(self) -> int:
        """Add to their chains what happened in some accounts; in how many something had."""
        sealed = [await self.seal(account_id) for account_id in await accounts_to_seal()]
        return sum(sealed)

    async def seal(self, account_id: UUID) -> bool:
        """Add to an account's chain what happened in it."""
        with bound(account_id):
            checkpoint = await seal(account_id, self.clock.now())
        if checkpoint is not None:
            _keep(self.file, checkpoint)
        return checkpoint is not None


async def audit(settings: Settings, slug: str | None) -> int:
    """Seal what is not, verify the chains of all businesses or one, and print what is wrong; how many things are."""
    sealing, found = Sealing(settings, Clock()), 0
    async with open_database(settings):
        elsewhere = kept_elsewhere(sealing.file)
        accounts = await (Account.filter(slug=slug) if slug else Account.all()).order_by("slug")
        found += _told("the database", await guards_missing())
        for account in accounts:
            with bound(account.id):
                found += _told(account.slug, await verify(account.id, elsewhere.get(account.id, ())))
            await sealing.seal(account.id)
    typer.echo(f"The chains of {len(accounts)} businesses: {'all hold' if not found else 'BROKEN'}.")
    return found


def _told(where: str, broken: list[Broken]) -> int:
    for one in broken[:_SHOWN]:
        at = f" (at {one.position})" if one.position else ""
        typer.echo(f"{where}: {one.what.value}{at}")
    if len(broken) > _SHOWN:
        typer.echo(f"{where}: and {len(broken) - _SHOWN} more")
    if broken:
        log.error("audit chain broken", count=len(broken), reason=broken[0].what.name)
    return len(broken)


def checkpoints_file(settings: Settings) -> Path:
    """Where checkpoints are kept outside the database."""
    return settings.data_dir / "audit" / "checkpoints.jsonl"


def _keep(file: Path, one: Checkpoint) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    line = {
        "account": str(one.account_id),
        "position": one.position,
        "digest": one.digest,
        "signedAt": exactly(one.signed_at),
        "signature": one.signature,
    }
    with file.open("ab") as lines:  # one short write at the end: lines of several workers do not mix
        lines.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def kept_elsewhere(file: Path) -> dict[UUID, list[Checkpoint]]:
    """The checkpoints of the file by account, in the order in which they were written."""
    found: dict[UUID, list[Checkpoint]] = defaultdict(list)
    if file.exists():
        for line in file.read_bytes().splitlines():
            said = orjson.loads(line)
            account_id, at = UUID(said["account"]), datetime.fromisoformat(said["signedAt"])
            found[account_id].append(
                Checkpoint(account_id, said["position"], said["digest"], at, said["signature"])
            )  # fmt: skip
    return found
