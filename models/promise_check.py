"""PromiseCheck: what the running product last found of each promise of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise import fields
from uuid_utils.compat import uuid7

from models.columns import choice, moment
from models.personal import Why, plain
from models.storage.database import execute, transaction
from models.tenancy import Global
from privacy.promises import PromiseStatus

EVERY = timedelta(hours=1)
AGAIN = timedelta(minutes=2)
# A worker that has missed two rounds does not run: what it found then says nothing of now.
STALE_AFTER = 3 * EVERY

_FOUND = """
    INSERT INTO promise_check (id, created_at, promise, status, evidence, checked_at, since)
    VALUES ($1, $2, $3, $4, $5, $2, $2)
    ON CONFLICT (promise) DO UPDATE SET
      status = excluded.status, evidence = excluded.evidence, checked_at = excluded.checked_at,
      since = CASE WHEN promise_check.status = excluded.status THEN promise_check.since ELSE excluded.since END
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in words for whoever reads the policy: no name of a person, a business or a machine."""

    status: PromiseStatus
    evidence: str


class PromiseCheck(Global):
    """One row a promise. `since` is when it came to have this status."""

    promise = plain(fields.CharField(max_length=10), Why.IDENTIFIER)
    status = choice(PromiseStatus)
    evidence = plain(fields.TextField(), Why.STATE)
    checked_at = moment()
    since = moment()

    class Meta:
        table = "promise_check"

    @classmethod
    async def are_due(cls, at: datetime) -> bool:
        """Whether the last look was an hour ago, or never; a few minutes ago where not everything was well. Also where
        the clock was set back since."""
        if not await cls.exists(checked_at__gt=at - EVERY, checked_at__lte=at):
            return True
        return await cls.exists(status__not=PromiseStatus.PASSING, checked_at__lte=at - AGAIN)

    @classmethod
    async def found(cls, findings: Mapping[str, Finding], at: datetime) -> list[str]:
        """Write down what was found of each; answers which are FAILING and were not before."""
        before = {one.promise: one.status for one in await cls.all()}
        async with transaction():
            for promise, finding in findings.items():
                await execute(_FOUND, uuid7(), at, promise, finding.status.value, finding.evidence)
        failing = [promise for promise, one in findings.items() if one.status is PromiseStatus.FAILING]
        return [promise for promise in failing if before.get(promise) is not PromiseStatus.FAILING]
