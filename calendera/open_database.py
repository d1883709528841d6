"""The database for a command that works on it and ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from calendera.cli_start import Stop
from calendera.secret_key import signing_key
from calendera.settings import Settings
from models import keyring
from models.storage import database, migrate
from models.storage.reach import bound

MODELS = ("models",)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[None]:
    """Connects for the length of a block. Raises Stop while migrations are missing."""
    url = settings.database_url.get_secret_value()
    if await migrate.pending(url):
        raise Stop("The database is not at the version of this program; run `calendera migrate` first.")
    keyring.install(signing_key(settings).get_secret_value())
    strict = settings.environment == "production"
    await database.connect(url, models=MODELS, pool_size=2, walled=True, strict=strict)
    try:
        with bound(None):
            yield
    finally:
        await database.close()
