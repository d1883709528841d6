"""The command `calendera processors`: who gets personal data, and on what terms."""

import enum
from typing import Annotated

import typer

from calendera.cli_start import now, start


class Doing(enum.Enum):
    """What the command does."""

    ANNOUNCE = "announce"
    LIST = "list"
    RENEW = "renew"
    END = "end"


def processors(
    doing: Annotated[Doing, typer.Argument(help="What to do.")],
    id: Annotated[str, typer.Argument(help="For renew and end: the id that `list` shows.")] = "",
    name: Annotated[str, typer.Option(help="Who they are, as businesses know them.")] = "",
    task: Annotated[str, typer.Option(help="What they do with the data, in a sentence.")] = "",
    role: Annotated[str, typer.Option(help="PROCESSOR, or CONTROLLER for duties of their own.")] = "PROCESSOR",
    channel: Annotated[str, typer.Option(help="By which way data goes there: MAIL or PAYMENTS.")] = "",
    host: Annotated[
        list[str] | None, typer.Option(help="Their server, as the settings name it; may be given more than once.")
    ] = None,
    country: Annotated[str, typer.Option(help="Where they keep it: two letters, as DE.")] = "",
    purpose: Annotated[
        list[str] | None, typer.Option(help="What for; left out: all that is sent by the channel.")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="What of; left out: all that is sent by the channel.")
    ] = None,
    safeguard: Annotated[str, typer.Option(help="ADEQUACY_DECISION, STANDARD_CLAUSES or BINDING_RULES.")] = "",
    safeguard_until: Annotated[str, typer.Option(help="Its last day, as 2027-12-31.")] = "",
    starts: Annotated[str, typer.Option(help="From which day on; left out: as soon as the notice allows.")] = "",
) -> None:
    """Say who gets personal data: nothing leaves for a server that nobody is registered for.

    Use it before you set CALENDERA_SMTP_URL or CALENDERA_PAYMENT_GATEWAY_URL. Everybody can read the register
    (`processors` in the API). Where there are businesses already, a newcomer counts 30 days after it was announced, but
    for those announced on the register's first day. A server on this machine is your own and needs no entry, unless
    what runs there hands everything on. Other terms are a new announcement; `renew` moves the last day of a safeguard.
    """
    given = {
        "name": name, "task": task, "role": role, "channel": channel, "hosts": host, "country": country,
        "purposes": purpose, "categories": category, "safeguard": safeguard, "safeguard_until": safeguard_until,
        "starts": starts,
    }  # fmt: skip
    settings = start()
    from calendera import processors as run

    match doing:
        case Doing.ANNOUNCE:
            now(run.announce(settings, given))
        case Doing.LIST:
            now(run.listed(settings))
        case Doing.RENEW:
            now(run.renew(settings, id, safeguard_until))
        case Doing.END:
            now(run.end(settings, id))


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    example = (
        "Example: `calendera processors announce --channel MAIL --host smtp.example.com --name 'Example Mail Ltd' "
        "--task 'Delivers mails' --country DE`"
    )
    app.command(epilog=example, rich_help_panel="Run")(processors)
