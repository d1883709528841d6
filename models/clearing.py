"""What has outlived its purpose, removed in small batches for all accounts. `rules/retention.py` says when.

Whoever uses such a row looks at its times, so that it counts no more from then on; this only makes it go away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.leases import remove
from rules.retention import RetentionClass, due_at

BATCH = 200

Before = Callable[[datetime], datetime]


def _at_once(now: datetime) -> datetime:
    return now


def _kept_as(kind: RetentionClass) -> Before:
    """The moment before which rows of this class are due. For periods of elapsed time only; months are counted up."""

    def before(now: datetime) -> datetime:
        return now - (due_at(kind, now) - now)

    return before


@dataclass(frozen=True, slots=True)
class Clearing:
    """`gone` is an SQL condition on `$1`, which is `before(now)`."""

    table: str
    key: str
    gone: str
    before: Before


_K = RetentionClass
CLEARINGS: Sequence[Clearing] = (
    Clearing("idempotency_key", "account_id, id", "expires_at <= $1", _at_once),
    Clearing("sign_up", "id", "expires_at <= $1", _at_once),
    Clearing("attempts", "id", "window_ends_at <= $1", _at_once),
    Clearing("password_reset", "id", "used_at <= $1 OR expires_at <= $1", _kept_as(_K.PASSWORD_RESET)),
    Clearing("session", "id", "ended_at <= $1 OR expires_at <= $1", _kept_as(_K.SESSION)),
    Clearing("invitation", "account_id, id", "expires_at <= $1", _kept_as(_K.INVITATION)),
    Clearing("mail", "id", "dead_at <= $1", _kept_as(_K.MAIL)),
)


async def clear(one: Clearing, now: datetime) -> int:
    """Remove at most `BATCH` rows that are due; how many. Call until it is 0."""
    return await remove(one.table, one.key, one.gone, one.before(now), BATCH)
