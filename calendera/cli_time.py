"""The command `calendera retz`: what a new zone database has done to appointments."""

from typing import Annotated

import typer

from calendera.cli_start import Stop, now, start


def retz(
    account: Annotated[
        str | None, typer.Option("--account", help="One business's slug; all of them if left out.")
    ] = None,
    keep_wall_time: Annotated[
        bool, typer.Option("--keep-wall-time", help="Move them to when clocks show what was promised; tell customers.")
    ] = False,
    keep_instant: Annotated[
        bool, typer.Option("--keep-instant", help="Leave them and promise the new time of day; tell customers.")
    ] = False,
) -> None:
    """List the appointments to come that clocks now show at another time of day than was promised.

    Use it after an upgrade that brings a newer time zone database. Only lists unless told what to keep. Whatever
    cannot be moved, for somebody else is there, is left as it is and said. Doing it twice changes nothing more.
    Exits with 1 while any are left.
    """
    if keep_wall_time and keep_instant:
        raise Stop("Keep the wall time or the instant, not both.")
    settings = start()
    from calendera.clock import Clock
    from calendera.retz import retz as run

    left = now(run(settings, Clock(), account=account, wall_time=keep_wall_time, instant=keep_instant))
    raise typer.Exit(1 if left else 0)


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command(epilog="Example: `calendera retz; calendera retz --keep-wall-time`", rich_help_panel="Run")(retz)
