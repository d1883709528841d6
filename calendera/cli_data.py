"""Commands that put data in or look at it from outside: seed, tour, import-ics, import-csv."""

from pathlib import Path
from typing import Annotated

import typer

from calendera.cli_start import now, start

PANEL = "Data"

Account = Annotated[str, typer.Option("--account", help="The business's slug, as in its booking address.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and report everything, write nothing.")]


def seed() -> None:
    """Fill an empty database with three believable businesses, and print credentials and a first query.

    Use it to try the product: a hair salon in Austin, a clinic in Berlin, a tutor in Auckland, with customers and
    bookings. The same every time. A database that has businesses already is left as it is.
    """
    settings = start()
    from calendera.seeding import seed as run

    now(run(settings))


def tour(
    url: Annotated[str, typer.Option(help="The running server; CALENDERA_PUBLIC_URL if left out.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Also if it is another machine: the tour books there.")] = False,
) -> None:
    """Watch the three clients use a running server, and fail on any surprise.

    Use it after `seed` while `serve` runs: the widget books, the dashboard reads and moves, the partner reads what its
    scopes allow, the rival is refused everything. Each request and answer is printed. The booking is cancelled again.
    """
    settings = start()
    from calendera.tour import tour as run

    now(run(url or settings.public_url, anywhere=yes))


def import_ics(
    file: Annotated[Path, typer.Argument(help="An RFC 5545 export (.ics) of Google, Apple, Outlook or another.")],
    account: Account,
    staff: Annotated[str | None, typer.Option(help="Whose appointments: for entries with no staff's address.")] = None,
    service: Annotated[str | None, typer.Option(help="What was booked: for titles that name no service.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Bring in a diary from another calendar.

    Use it when a business moves here. A title like "Haircut - Ada Lovelace" names service and customer; an attendee's
    address names them better. Every entry that is refused is reported with its line and reason; either all the others
    are written or none. Reading a file again adds nothing. Try `--dry-run` first. Exits with 0 when everything is in,
    1 when something was refused, 2 when the file cannot be read.
    """
    settings = start()
    from calendera.imports import import_ics as run

    done = run(settings, file, account=account, dry_run=dry_run, staff=staff, service=service)
    raise typer.Exit(now(done))


def import_csv(
    file: Annotated[Path, typer.Argument(help="Customers, one per row, with a header: Name, E-mail, Phone, Tags, …")],
    account: Account,
    dry_run: DryRun = False,
) -> None:
    """Bring in a list of customers.

    Use it when a business moves here. Every row that is refused is reported with its reason; either all the others
    are written or none, and customers who are known already are never changed. Try `--dry-run` first. Exits with 0 when
    everything is in, 1 when something was refused, 2 when the file cannot be read.
    """
    settings = start()
    from calendera.imports import import_csv as run

    raise typer.Exit(now(run(settings, file, account=account, dry_run=dry_run)))


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command(epilog="Example: `calendera migrate && calendera seed`", rich_help_panel=PANEL)(seed)
    app.command(epilog="Example: `calendera tour --url http://127.0.0.1:8000`", rich_help_panel=PANEL)(tour)
    ics = "Example: `calendera import-ics diary.ics --account austin-hair --dry-run`"
    app.command("import-ics", epilog=ics, rich_help_panel=PANEL)(import_ics)
    csv = "Example: `calendera import-csv customers.csv --account austin-hair --dry-run`"
    app.command("import-csv", epilog=csv, rich_help_panel=PANEL)(import_csv)
