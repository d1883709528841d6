"""The command `calendera promises`: every promise of the privacy policy, what keeps it and how it stands."""

from typing import Annotated

import typer

from calendera.cli_start import now, start


def promises(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Check every promise of the privacy policy, and show what keeps it, which tests prove it and how it stands.

    Use it after an upgrade, and whenever somebody asks whether the policy is true. Checks at once and writes down what
    it finds, as the background work does every hour. Exits with 1 where a promise is FAILING or could not be checked.
    """
    settings = start()
    from calendera.promises.showing import show

    raise typer.Exit(1 if now(show(settings, as_json=as_json)) else 0)


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command(epilog="Example: `calendera promises --json`", rich_help_panel="Run")(promises)
