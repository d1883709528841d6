"""Giving and taking roles of the platform, as the operator's command line does."""

from __future__ import annotations

import typer

from calendera.cli_start import Stop
from calendera.clock import Clock
from calendera.open_database import open_database
from calendera.settings import Settings
from models.platform_staff import PlatformRole, PlatformStaff
from models.user import User


async def change(settings: Settings, email: str, role: str, *, granted: bool) -> None:
    """Give or take one role. Raises Stop for an address that nobody signs in with."""
    async with open_database(settings):
        user = await User.get_or_none(email=email.strip().lower())
        if user is None:
            raise Stop("Nobody signs in with this address.")
        if granted:
            done = await PlatformStaff.grant(user.id, PlatformRole(role), Clock().now())
        else:
            done = await PlatformStaff.revoke(user.id, PlatformRole(role))
        typer.echo(f"{'Granted' if granted else 'Revoked'} {role}." if done else "Nothing to change.")


async def listed(settings: Settings) -> None:
    """Print who has which role."""
    async with open_database(settings):
        for role in PlatformRole:
            for user in await PlatformStaff.people(role):
                factor = "" if user.second_factor else "  (no second factor: cannot enter accounts)"
                typer.echo(f"{role.value:<16} {user.email}{factor}")
