"""Clearing away in tests, as the worker does: batch after batch, for the database has rows of other tests too."""

from __future__ import annotations

from datetime import datetime

from models.clearing import CLEARINGS, clear


async def clear_away(now: datetime, table: str | None = None) -> None:
    """Remove all that is due at a moment, of one table or of all."""
    for one in CLEARINGS:
        if table in (None, one.table):
            while await clear(one, now):
                pass
