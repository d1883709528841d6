"""The command line: `calendera COMMAND`. Each command imports what it runs, so that `--help` answers at once."""

import sys
from typing import Annotated

import typer

from calendera import cli_data, cli_generated, cli_platform, cli_processors, cli_time, cli_trust
from calendera.cli_start import Stop, now, start
from calendera.settings import SettingsError

ABOUT = """A booking backend for businesses, their customers and their partners.

First time: `calendera migrate`, then `calendera seed`, then `calendera serve`; in another terminal `calendera tour`.
Every command reads the same CALENDERA_… variables; `calendera settings` lists them."""

app = typer.Typer(
    name="calendera",
    help=ABOUT,
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables prints whole requests; main() says what went wrong in one line.
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.command(epilog="Example: `CALENDERA_PORT=9000 CALENDERA_WORKERS=4 calendera serve`", rich_help_panel="Run")
def serve() -> None:
    """Answer requests over HTTP until stopped.

    Use it to run the product. Migrate first: until then `/readyz` says MIGRATIONS_PENDING. SIGTERM or Ctrl+C lets
    requests under way end, for at most 10 seconds. Background work runs inside, unless CALENDERA_RUN_WORKER is false.
    """
    settings = start()
    from calendera.serve import serve as run

    run(settings)


@app.command(epilog="Example: `CALENDERA_RUN_WORKER=false calendera serve & calendera worker`", rich_help_panel="Run")
def worker() -> None:
    """Do the background work: mails, erasures, exports.

    Use it to keep this work away from the server processes; several workers may run at once, a job is done by one.
    """
    settings = start()
    from calendera.worker import run

    now(run(settings))


@app.command(epilog="Example: `calendera migrate --check || calendera migrate`", rich_help_panel="Run")
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only say what is missing; exit 1 if anything is.")] = False,
) -> None:
    """Bring the database to the version of this program.

    Use it after installing and after every upgrade, before serving. Doing it twice, or from four machines at once, is
    safe: one applies, the others wait and find nothing to do.
    """
    settings = start()
    url = (settings.migration_database_url or settings.database_url).get_secret_value()
    from models.storage.migrate import migrate as apply
    from models.storage.migrate import pending

    missing = now(pending(url))
    if check and missing:
        raise Stop(f"{len(missing)} migration(s) to apply: {', '.join(map(str, missing))}.")
    if not check:
        now(apply(url))
    typer.echo(f"Applied {len(missing)} migration(s)." if missing else "The database is current.")


@app.command(epilog="Example: `calendera alerts --acknowledge`", rich_help_panel="Run")
def alerts(
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="Having printed them, say they were seen.")
    ] = False,
) -> None:
    """List the attacks that aim at no single business, as stolen passwords being tried.

    Use it when the server mails or logs an alert, and now and then. What aims at one business its owners are told. An
    alert that was acknowledged is raised anew when there is more.
    """
    settings = start()
    from calendera.alerts import alerts as run

    now(run(settings, acknowledge=acknowledge))


@app.command(epilog="Example: `calendera verify || calendera alerts`", rich_help_panel="Run")
def verify() -> None:
    """Ask the database whether every diary is straight: nothing booked twice, no time or seat lost or left over.

    Use it after a crash, a restore or an import, or every night. Reads only, while the server runs. Exits with 1 and
    names the rows where something is not as it must be.
    """
    settings = start()
    from calendera.verify import verify as run

    raise typer.Exit(1 if now(run(settings)) else 0)


@app.command(epilog="Example: `calendera jobs --beyond 15 || calendera jobs --json`", rich_help_panel="Run")
def jobs(
    beyond: Annotated[
        int, typer.Option(min=1, max=525_600, help="Minutes that something may be due before it is overdue.")
    ] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="All jobs, for programs; moments are UTC.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="First put back what was given up, once its cause is mended.")
    ] = False,
) -> None:
    """Say what the background work has to do, what is late, and what it gave up.

    Use it when mails or reminders do not come, and from whatever watches the server: exits with 1 where something is
    overdue. For each job: what is due and since when, what a worker has taken and until when it may keep it, what
    failed and when it is tried again, and what was given up in the last 30 days. No personal data.
    """
    settings = start()
    from datetime import timedelta

    from calendera.jobs import jobs as run

    late = not now(run(settings, patience=timedelta(minutes=beyond), as_json=as_json, again=again))
    raise typer.Exit(1 if late else 0)


cli_data.add_to(app)
cli_generated.add_to(app)
cli_platform.add_to(app)
cli_processors.add_to(app)
cli_trust.add_to(app)
cli_time.add_to(app)


def main() -> None:
    """Run the command line. Whatever goes wrong is one clear line on standard error and a non-zero exit."""
    try:
        app()
    except (SettingsError, Stop) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        # The person at this terminal runs the program: the text of the error is theirs to see, the traceback is not
        # what they need first.
        _fail(f"{str(error).strip() or type(error).__name__} ({type(error).__name__})")


def _fail(text: str) -> None:
    for line in text.splitlines():
        typer.echo(f"calendera: {line}", err=True)
    sys.exit(1)
