"""The door to every row.

`Owned` rows belong to one account. `Booking.of(account_id)` is the only way to reach them; a query without an
account raises before anything is sent. `Global` rows (users, sessions, the account directory) belong to nobody.
The few places that must look across accounts (signing in by a secret, the worker) say so with `across_accounts`,
and a house test lists them.
"""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.manager import Manager
from tortoise.models import Model
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from models.personal import Why, plain
from models.storage.instant import Instant


class NoAccount(RuntimeError):
    """A query on account data was begun without an account."""


class _Closed(Manager):
    """The default manager of owned rows: there is no default account."""

    def get_queryset(self) -> QuerySet[Any]:
        name = self._model.__name__
        raise NoAccount(f"{name} rows belong to an account: begin with {name}.of(account_id).")


class Row(Model):
    """What every row has: a server-made UUIDv7 and the moment it was made."""

    id = plain(fields.UUIDField(primary_key=True, default=uuid7), Why.IDENTIFIER)
    created_at = plain(Instant(), Why.STATE)

    class Meta:
        abstract = True


class Global(Row):
    """A row that belongs to no account."""

    class Meta:
        abstract = True


class Owned(Row):
    """A row of one account."""

    account_id = plain(fields.UUIDField(), Why.IDENTIFIER)

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # One manager per class: a `class Meta(Base.Meta)` would share one between models.
        cls._meta.manager = _Closed(cls)

    @classmethod
    def of(cls, account_id: UUID) -> QuerySet[Self]:
        """The rows of this account: the only door."""
        if not isinstance(account_id, UUID):
            raise NoAccount(f"{cls.__name__}.of() needs an account id, not {type(account_id).__name__}.")
        return QuerySet(cls).filter(account_id=account_id)

    @classmethod
    async def add(cls, account_id: UUID, **values: Any) -> Self:
        """Insert a row into this account."""
        return await cls.create(account_id=account_id, **values)


def across_accounts(model: type[Owned]) -> QuerySet[Any]:
    """Rows of all accounts. Only where the account is what is being looked for, or for the worker's rounds."""
    return QuerySet(model)
