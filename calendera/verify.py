"""`calendera verify`: asks the rows of every business whether what must hold of its diary does."""

from __future__ import annotations

import typer

from calendera.open_database import open_database
from calendera.settings import Settings
from models.account import Account
from models.invariants import CHECKS, broken
from models.storage.reach import bound

_SHOWN = 5


async def verify(settings: Settings) -> int:
    """Print what is broken, by business; how many things are."""
    found = 0
    async with open_database(settings):
        accounts = await Account.all().order_by("slug")
        for account in accounts:
            with bound(account.id):
                found_here = await broken(account.id)
            for one in found_here:
                found += 1
                more = "" if len(one.ids) <= _SHOWN else f" and {len(one.ids) - _SHOWN} more"
                typer.echo(f"{account.slug}: {one.what}: {', '.join(map(str, one.ids[:_SHOWN]))}{more}")
    typer.echo(f"{len(CHECKS)} invariants of {len(accounts)} businesses: {'all hold' if not found else 'BROKEN'}.")
    return found
