"""The command `calendera platform`: who works for the platform, and as what. There is no other way to become that."""

import enum
from typing import Annotated

import typer

from calendera.cli_start import Stop, now, start


class Doing(enum.Enum):
    """What the command does."""

    GRANT = "grant"
    REVOKE = "revoke"
    LIST = "list"


class Role(enum.Enum):
    """The roles of `models/platform_staff.py`, which a command line that shows its help need not import."""

    SUPPORT = "SUPPORT"
    PRIVACY_OFFICER = "PRIVACY_OFFICER"
    AUDITOR = "AUDITOR"


def platform(
    doing: Annotated[Doing, typer.Argument(help="What to do.")],
    email: Annotated[str, typer.Argument(help="Whose role: the address they sign in with.")] = "",
    role: Annotated[Role | None, typer.Argument(help="Which role.", case_sensitive=False)] = None,
) -> None:
    """Say who supports, audits or looks after privacy for the platform.

    Use it to let a person of yours help businesses, look after privacy or audit; `list` shows who can. A role alone
    shows nothing of any business: support waits for an owner's grant or a second person, the others name a purpose,
    and each needs a second factor. All that is read its owner sees. Takes effect with the next request.
    """
    settings = start()
    from calendera.platform_staff import change, listed

    if doing is Doing.LIST:
        return now(listed(settings))
    if not email or role is None:
        raise Stop(f"Name whom and which role: calendera platform {doing.value} EMAIL SUPPORT")
    return now(change(settings, email, role.value, granted=doing is Doing.GRANT))


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    epilog = "Example: `calendera platform grant ada@example.com SUPPORT`"
    app.command(epilog=epilog, rich_help_panel="Run")(platform)
