"""The alerts that no business sees because they aim at none: listed, and acknowledged, by whoever runs the server."""

from __future__ import annotations

import typer

from calendera.clock import Clock
from calendera.open_database import open_database
from calendera.settings import Settings
from models.security_event import PlatformAlert
from rules.watching import message


async def alerts(settings: Settings, *, acknowledge: bool) -> None:
    """Print what waits, one paragraph an alert."""
    async with open_database(settings):
        waiting = await PlatformAlert.waiting()
        for alert in waiting:
            seen = f"{alert.created_at:%Y-%m-%d %H:%M} to {alert.last_at:%Y-%m-%d %H:%M} UTC"
            typer.echo(f"{alert.kind.value}  {seen}\n  {message(alert.kind, alert.count)}")
        if not waiting:
            typer.echo("Nothing waits.")
        elif acknowledge:
            typer.echo(f"{await PlatformAlert.acknowledge_all(Clock().now())} acknowledged.")
