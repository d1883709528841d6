"""What has outlived its purpose, removed in small batches for all accounts. `rules/retention.py` says when.

Whoever uses such a row looks at its times, so that it counts no more from then on; this only makes it go away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.leases import remove
from models.storage.database import fetch
from models.storage.reach import Reach, reaching
from models.totp import BEGUN_KEPT
from rules.retention import RetentionClass, due_at
from rules.wall_time import epoch

BATCH = 200
LATE = timedelta(hours=1)

Before = Callable[[datetime], datetime | int]


def _at_once(now: datetime) -> datetime:
    return now


def _an_hour_before(now: datetime) -> datetime:
    """For what is of use only to those who listen now: far longer than any of them is late."""
    return now - timedelta(hours=1)


def _a_month_before(now: datetime) -> int:
    """For what is busy elsewhere, which is kept in epoch seconds: nobody asks when somebody was busy."""
    return epoch(now - timedelta(days=31))


def _kept_as(kind: RetentionClass) -> Callable[[datetime], datetime]:
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
_OVER = """
    code_expires_at <= $1
    AND NOT EXISTS (SELECT 1 FROM app_token t WHERE t.account_id = app_grant.account_id AND t.grant_id = app_grant.id)
"""
CLEARINGS: Sequence[Clearing] = (
    Clearing("idempotency_key", "account_id, id", "expires_at <= $1", _at_once),
    Clearing("intake_answer", "account_id, id", "due_at <= $1", _at_once),
    Clearing("sign_up", "id", "expires_at <= $1", _at_once),
    Clearing("challenge", "id", "expires_at <= $1", _at_once),
    Clearing("totp", "id", "confirmed_at IS NULL AND created_at <= $1", lambda now: now - BEGUN_KEPT),
    Clearing("attempts", "id", "window_ends_at <= $1", _at_once),
    Clearing("password_reset", "id", "used_at <= $1 OR expires_at <= $1", _kept_as(_K.PASSWORD_RESET)),
    Clearing("customer_link", "account_id, id", "used_at <= $1 OR expires_at <= $1", _kept_as(_K.PASSWORD_RESET)),
    Clearing("customer_session", "account_id, id", "ended_at <= $1 OR expires_at <= $1", _kept_as(_K.SESSION)),
    Clearing("session", "id", "ended_at <= $1 OR expires_at <= $1", _kept_as(_K.SESSION)),
    Clearing("invitation", "account_id, id", "expires_at <= $1", _kept_as(_K.INVITATION)),
    Clearing("security_event", "account_id, id", "last_at <= $1", _kept_as(_K.SECURITY_LOG)),
    Clearing("platform_alert", "id", "last_at <= $1", _kept_as(_K.SECURITY_LOG)),
    Clearing("app_token", "account_id, id", "expires_at <= $1", _at_once),
    # A rotated token is kept until it would have ended by itself, so that its reuse is noticed; its grant as long.
    Clearing("app_grant", "account_id, id", _OVER, _kept_as(_K.SESSION)),
    Clearing("mail", "id", "dead_at <= $1", _kept_as(_K.MAIL)),
    # What still is to be done is then tried once more.
    Clearing("setback", "id", "failed_at <= $1", _kept_as(_K.MAIL)),
    Clearing("external_busy", "account_id, id", "ends <= $1", _a_month_before),
    Clearing("event_tail", "account_id, event_id", "created_at <= $1", _an_hour_before),
)


async def overdue(tables: Collection[str], now: datetime) -> int:
    """How many rows of these should be gone: those that were due an hour ago, by when a worker has removed them."""
    left = 0
    with reaching(Reach.ROUNDS):
        for one in CLEARINGS:
            if one.table not in tables:
                continue
            found = await fetch(f"SELECT COUNT(*) AS n FROM {one.table} WHERE {one.gone}", one.before(now - LATE))
            left += int(found[0]["n"])
    return left


async def clear(one: Clearing, now: datetime) -> int:
    """Remove at most `BATCH` rows that are due; how many. Call until it is 0."""
    with reaching(Reach.ROUNDS):
        return await remove(one.table, one.key, one.gone, one.before(now), BATCH)
