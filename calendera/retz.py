"""`calendera retz`: which appointments a newer zone database reads at another time of day than was promised."""

from __future__ import annotations

import typer

from calendera.cli_start import Stop
from calendera.clock import Clock
from calendera.open_database import open_database
from calendera.settings import Settings
from models.account import Account
from models.act import SYSTEM, Act
from models.moved_wall_times import MovedWallTime, in_safe_order, keep_instant, keep_wall_time, moved_wall_times
from models.storage.reach import bound
from rules.errors import Refusal
from rules.instants import format_instant
from rules.zones import tzdata_version


async def retz(settings: Settings, clock: Clock, *, account: str | None, wall_time: bool, instant: bool) -> int:
    """Print what has moved, by business, and keep what is asked for; how many are left as they were."""
    found = left = 0
    async with open_database(settings):
        accounts = await (Account.filter(slug=account) if account else Account.all()).order_by("slug")
        if account and not accounts:
            raise Stop(f"No business has the slug {account}.")
        for one in accounts:
            with bound(one.id):
                moved = in_safe_order(await moved_wall_times(one.id, clock.now()))
                found += len(moved)
                for appointment in moved:
                    act = Act(one.id, SYSTEM, clock.now())
                    left += not await _deal_with(act, one.slug, appointment, wall_time=wall_time, instant=instant)
    kept = found - left
    done = f"{kept} dealt with, {left} left as they are" if wall_time or instant else "nothing was changed"
    typer.echo(f"Zone database {tzdata_version()}: {found} appointments have moved on the wall; {done}.")
    return left


async def _deal_with(act: Act, slug: str, moved: MovedWallTime, *, wall_time: bool, instant: bool) -> bool:
    """Whether it is dealt with."""
    booking = moved.booking
    told = (
        f"{slug}: {booking.reference}: promised {booking.local_start} {booking.zone}, which is now "
        f"{format_instant(moved.kept_at)}; it is at {format_instant(booking.starts_at)}, which reads {moved.reads}"
    )
    if not (wall_time or instant):
        typer.echo(told)
        return False
    try:
        await (keep_wall_time(act, moved) if wall_time else keep_instant(act, moved))
    except Refusal as refusal:
        typer.echo(f"{told}. LEFT: {refusal.message}")
        return False
    typer.echo(f"{told}. {'Moved' if wall_time else 'Kept'}; its customer is told.")
    return True
