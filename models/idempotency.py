"""IdempotencyKey: a request that was already carried out, so that repeating it changes nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

from tortoise import fields
from uuid_utils.compat import uuid7

from models.act import Act
from models.columns import moment
from models.keyring import pseudonym
from models.personal import Why, plain
from models.storage.database import execute
from models.tenancy import Owned
from rules.errors import IdempotencyKeyReused

KEPT = timedelta(hours=24)


class IdempotencyKey(Owned):
    """Unique by (account, principal, operation, key). `digest` is a keyed hash of the input."""

    principal = plain(fields.CharField(max_length=80), Why.IDENTIFIER)
    operation = plain(fields.CharField(max_length=60), Why.STATE)
    key = plain(fields.CharField(max_length=120), Why.IDENTIFIER)
    digest = plain(fields.CharField(max_length=64), Why.SECRET)
    result_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    expires_at = moment()

    class Meta:
        table = "idempotency_key"


class Once:
    """A request under an idempotency key. `done` is the id of its result when it was carried out before."""

    def __init__(self, row_id: UUID | None, account_id: UUID, done: UUID | None) -> None:
        self._row_id = row_id
        self._account_id = account_id
        self.done = done

    async def keep(self, result_id: UUID) -> None:
        """Remember the result, in the transaction that made it."""
        if self._row_id is not None:
            await IdempotencyKey.of(self._account_id).filter(id=self._row_id).update(result_id=result_id)


async def once(act: Act, principal: str, operation: str, key: str | None, given: object) -> Once:
    """Begin a request under a key, inside the transaction that carries it out. Without a key, nothing is remembered.

    A second request with the key waits for the first, then finds its result. Raises IdempotencyKeyReused when the key
    came with another input within 24 hours.
    """
    if key is None:
        return Once(None, act.account_id, None)
    # Keyed: what was given holds names and addresses, and a plain hash of those can be guessed.
    digest = pseudonym("idempotency", json.dumps(given, sort_keys=True, default=str))
    asked = {"principal": principal, "operation": operation, "key": key}
    await IdempotencyKey.of(act.account_id).filter(**asked, expires_at__lte=act.at).delete()
    row_id = uuid7()
    made = await execute(
        "INSERT INTO idempotency_key (account_id, id, created_at, principal, operation, key, digest, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        act.account_id, row_id, act.at, principal, operation, key, digest, act.at + KEPT,
    )  # fmt: skip
    if made:
        return Once(row_id, act.account_id, None)
    found = await IdempotencyKey.of(act.account_id).get(**asked)
    if found.digest != digest:
        raise IdempotencyKeyReused
    return Once(found.id, act.account_id, found.result_id)
