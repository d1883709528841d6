"""How long proving oneself counts for what could harm a business most: keys, exports, roles, ways to sign in."""

from __future__ import annotations

from datetime import datetime, timedelta

FRESH_FOR = timedelta(minutes=10)


def is_fresh(proved_at: datetime, now: datetime) -> bool:
    """Whether somebody who proved themselves then may do what takes a fresh sign-in now. The last second counts."""
    return now - proved_at <= FRESH_FOR
