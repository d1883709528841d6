"""Floods of bookings: one party that fills a calendar under many names.

Whoever books at a widget proves nothing, so the limit for each customer is no limit for an address book. What one
network books of one business in a day is counted too; what is refused is not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from math import ceil
from uuid import UUID

from models import keyring
from models.attempts import Limit, count_attempts
from rules.errors import Refusal, Throttled
from rules.networks import counted_network

# Of an office or a family that shares one address this is plenty; of a salon's calendar it is two or three days.
BOOKED_BY_NETWORK = Limit("book, account and network", 40, timedelta(days=1))


@asynccontextmanager
async def within_the_day(account_id: UUID, address: str, at: datetime, bookings: int = 1) -> AsyncIterator[None]:
    """Count the bookings that are made inside. Throttled until the next UTC day where the network has made its last.

    Where no address is known (a socket in the file system) nothing is counted. Outside of transactions.
    """
    if not address:
        yield
        return
    limit, value = BOOKED_BY_NETWORK, f"{account_id} {counted_network(address)}"
    key = keyring.pseudonym_of_day(limit.what, value, at)
    made, _ = await count_attempts(limit, key, at, bookings)
    try:
        if made > limit.most:
            raise _throttled(at)
        yield
    except Refusal:
        await count_attempts(limit, key, at, -bookings)
        raise


def _throttled(at: datetime) -> Throttled:
    tomorrow = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    left = max(1, ceil((tomorrow - at).total_seconds()))
    hours = ceil(left / 3_600)
    words = (
        "As many bookings as one network may make in a day have been made from yours; whoever comes along and is "
        "mailed counts too. Please call the business, or "
        "sign in with a link that it mails you if it knows you, or come back in "
        f"{hours} hour{'s' if hours > 1 else ''}."
    )
    return Throttled(left, words)
