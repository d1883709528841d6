"""What every command does first, and how it ends early."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from calendera import logs
from calendera.settings import Settings, read_settings

Answer = TypeVar("Answer")


class Stop(Exception):
    """A command cannot go on. The message is all that the person needs."""


def start() -> Settings:
    """Read the settings, set up the logs, make the data folder. Raises SettingsError or Stop."""
    settings = read_settings()
    logs.configure(settings)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(f"CALENDERA_DATA_DIR: {settings.data_dir} cannot be made ({error.strerror}).") from None
    return settings


def now(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run asynchronous work to its end."""
    return asyncio.run(work)
