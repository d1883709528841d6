"""Setback: a row that a job of the worker could not deal with. It holds up neither the rest of its batch nor the job.

It is tried again more and more seldom, and in the end given up until somebody who runs the server wants it tried again.
For jobs that take many rows at a time; those that take one row under a lease count in the row itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields
from uuid_utils.compat import uuid7

from models.act import SYSTEM, Act
from models.columns import moment, moment_if_any
from models.leases import uuid_of
from models.personal import Why, plain
from models.storage.database import Row, execute
from models.storage.reach import bound
from models.tenancy import Global
from rules.retrying import wait_after

_NOTE = """
    INSERT INTO setback (id, created_at, job, subject_id, attempts, failed_at, retry_at, given_up_at)
    VALUES ($1, $4, $2, $3, $5, $4, $6, $7)
    ON CONFLICT (job, subject_id) DO UPDATE SET attempts = excluded.attempts, failed_at = excluded.failed_at,
      retry_at = excluded.retry_at, given_up_at = excluded.given_up_at
"""
_OVER = "DELETE FROM setback WHERE job = $1 AND subject_id = $2"

# Of the rows that a statement joined with their setbacks: those whose turn it is at `$1`.
READY = "(x.id IS NULL OR (x.given_up_at IS NULL AND x.retry_at <= $1))"


class Setback(Global):
    """`subject_id` is the row of the job's table; `attempts` counts those that failed."""

    job = plain(fields.CharField(max_length=32), Why.STATE)
    subject_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    attempts = plain(fields.IntField(), Why.STATE)
    failed_at = moment()
    retry_at = moment()
    given_up_at = moment_if_any()

    class Meta:
        table = "setback"


class Unfinished(Exception):
    """Of a batch, `done` were dealt with and the others, one for each of the errors, were put off."""

    def __init__(self, done: int, errors: Sequence[Exception]) -> None:
        super().__init__(f"{len(errors)} of a batch failed")
        self.done = done
        self.errors = errors


def with_setbacks(job: str, subject: str) -> str:
    """Joins `x`, the setback of each row, by the column that its job knows it by."""
    return f"LEFT JOIN setback x ON x.job = '{job}' AND x.subject_id = {subject}"


async def each(job: str, rows: Sequence[Row], now: datetime, deal: Callable[[Act, UUID], Awaitable[int]]) -> int:
    """Deal with each row on its own, bound to its account; how many were dealt with.

    A row says `account_id`, `subject_id`, and the `attempts` that failed before. Unfinished where some failed.
    """
    done, errors = 0, list[Exception]()
    for row in rows:
        account_id, subject_id = uuid_of(row["account_id"]), uuid_of(row["subject_id"])
        with bound(account_id):
            try:
                done += await deal(Act(account_id, SYSTEM, now), subject_id)
                if row["attempts"]:
                    await dealt_with(job, subject_id)
            except Unfinished as some:
                done += some.done
                errors += some.errors
            except Exception as error:
                await put_off(job, subject_id, row["attempts"] or 0, now)
                errors.append(error)
    if errors:
        raise Unfinished(done, errors) from errors[0]
    return done


async def put_off(job: str, subject_id: UUID, failed_before: int, now: datetime) -> None:
    """It failed once more: it is due again later, or given up."""
    attempts = failed_before + 1
    wait = wait_after(attempts)
    later = now + (wait or timedelta())
    await execute(_NOTE, uuid7(), job, subject_id, now, attempts, later, None if wait else now)


async def dealt_with(job: str, subject_id: UUID) -> None:
    """It had failed before, and is done now."""
    await execute(_OVER, job, subject_id)


async def try_again() -> int:
    """What was given up is due again at once, as if it had never been tried; how many."""
    return await execute("DELETE FROM setback WHERE given_up_at IS NOT NULL")
