"""WatchSign: when the watch for attacks last dealt with everything it had collected, whichever process it was."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise import fields
from uuid_utils.compat import uuid7

from models.columns import moment
from models.personal import Why, plain
from models.storage.database import execute
from models.tenancy import Global

# Four times as long as a watch takes between two signs.
STALLED_AFTER = timedelta(minutes=2)

_GIVE = """
    INSERT INTO watch_sign (id, created_at, name, seen_at) VALUES ($1, $2, $3, $2)
    ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at
"""


class WatchSign(Global):
    """One row for each watch; there is one."""

    name = plain(fields.CharField(max_length=30), Why.STATE)
    seen_at = moment()

    class Meta:
        table = "watch_sign"

    @classmethod
    async def give(cls, at: datetime) -> None:
        """Everything that was collected before this moment has been dealt with."""
        await execute(_GIVE, uuid7(), at, "security")

    @classmethod
    async def last_at(cls) -> datetime | None:
        """The last sign; None where there never was one."""
        found = await cls.all().order_by("-seen_at").first()
        return found.seen_at if found else None
