"""The commands `calendera promises` and `calendera audit`: whether what is promised, and what is written, is true."""

import enum
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


class Doing(enum.Enum):
    """What the command `audit` does."""

    VERIFY = "verify"


def audit(
    doing: Annotated[Doing, typer.Argument(help="What to do.")],
    account: Annotated[str | None, typer.Option("--account", help="One business's slug; all if left out.")] = None,
) -> None:
    """Verify that nobody changed what is written of what happened: each business's chain, link by link.

    Use it every night, after a restore and whenever history is in doubt, while the server runs or not. Compares with
    the checkpoints in the database and in CALENDERA_DATA_DIR/audit/checkpoints.jsonl, of which you keep copies. Then it
    adds what is not in the chain yet. Exits with 1 and says what and where if anything is wrong.
    """
    settings = start()
    from calendera.auditing import audit as run

    raise typer.Exit(1 if now(run(settings, account)) else 0)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command(epilog="Example: `calendera audit verify`", rich_help_panel="Run")(audit)
    app.command(epilog="Example: `calendera promises --json`", rich_help_panel="Run")(promises)
