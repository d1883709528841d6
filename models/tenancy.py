"""The door to every row.

`Owned` rows belong to one account. `Booking.of(account_id)` is the only way to reach them, and only for the account
that the task is bound to (`models/storage/reach.py`); whatever else Tortoise offers raises before anything is sent.
`Global` rows (users, sessions, the account directory) belong to nobody. The few places that must look across accounts
(signing in by a secret, the worker) say so with `across_accounts`, and a house test lists them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn, Self, TypeVar, cast
from uuid import UUID

import tortoise.models
from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.manager import Manager
from tortoise.models import Model
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from models.personal import Why, plain
from models.storage.across import Across
from models.storage.instant import Instant
from models.storage.reach import Reach, binding

M = TypeVar("M", bound=Model)

# Tortoise reads the source of every model for comments to put into tables that it makes. It makes none of ours, and
# that was a tenth of what starting costs.
tortoise.models._get_comments = lambda cls: {}


class NoAccount(RuntimeError):
    """A query on account data was begun without an account, or for another one than the task is bound to."""


class _Closed(Manager):
    """The default manager of owned rows: there is no default account."""

    def get_queryset(self) -> QuerySet[Any]:
        name = self._model.__name__
        raise NoAccount(f"{name} rows belong to an account: begin with {name}.of(account_id).")


class Rows(QuerySet[M]):
    """The rows of one account. Less than Tortoise offers: what forgets the account, or a limit, raises."""

    _account_id: UUID

    @classmethod
    def of_account(cls, model: type[M], account_id: UUID) -> Self:
        """All rows of the account."""
        rows = cls(model)
        rows._account_id = account_id
        return cast("Self", rows.filter(account_id=account_id))

    def _clone(self) -> Self:
        rows: Any = super()._clone()
        rows._account_id = self._account_id
        return rows  # type: ignore[no-any-return]

    def delete(self) -> Any:
        self._unlimited()
        return super().delete()

    def update(self, **kwargs: Any) -> Any:
        self._unlimited()
        _same("account_id", kwargs.get("account_id", self._account_id), self._account_id)
        return super().update(**kwargs)

    def bulk_create(self, objects: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        rows = list(objects)
        for row in rows:
            _same("account_id", row.account_id, self._account_id)
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objects: Iterable[Any], *_: Any, **__: Any) -> NoReturn:
        raise NoAccount("bulk_update finds rows by their id alone: update what `of(account_id)` finds.")

    def raw(self, sql: str) -> NoReturn:
        raise NoAccount("raw() forgets the account: use `fetch` with account_id in the statement.")

    def _unlimited(self) -> None:
        if self._limit is not None or self._offset is not None:
            raise NoAccount("Tortoise ignores the limit of an update or delete: name the rows.")


def _same(what: str, given: Any, account_id: UUID) -> None:
    if given != account_id:
        raise NoAccount(f"Another {what} than that of the rows.")


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
    def of(cls, account_id: UUID) -> Rows[Self]:
        """The rows of this account: the only door. NoAccount for another than the one this task is bound to."""
        if not isinstance(account_id, UUID):
            raise NoAccount(f"{cls.__name__}.of() needs an account id, not {type(account_id).__name__}.")
        now = binding()
        if now.reach is not Reach.OPERATOR and now.account_id != account_id:
            raise NoAccount(f"{cls.__name__} rows of an account that this task is not bound to.")
        return Rows.of_account(cls, account_id)

    @classmethod
    async def add(cls, account_id: UUID, **values: Any) -> Self:
        """Insert a row into this account."""
        return await cls.create(account_id=account_id, **values)

    async def save(  # type: ignore[override]  # less than Tortoise offers
        self, using_db: BaseDBAsyncClient | None = None, *, force_create: bool = False, **_: Any
    ) -> None:
        """Inserts, for `add`. NoAccount for a row that is there already: it would be found by its id alone."""
        if not force_create:
            raise NoAccount("Change rows with `of(account_id).filter(…).update(…)`.")
        type(self).of(self.account_id)
        await super().save(using_db, force_create=True)

    async def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise NoAccount("Remove rows with `of(account_id).filter(…).delete()`.")

    async def refresh_from_db(self, *_: Any, **__: Any) -> NoReturn:
        raise NoAccount("Read rows again with `of(account_id).get(…)`.")

    async def fetch_related(self, *_: Any, **__: Any) -> NoReturn:
        raise NoAccount("There are no relations: read other rows by their own door.")

    @classmethod
    async def fetch_for_list(cls, *_: Any, **__: Any) -> NoReturn:
        raise NoAccount("There are no relations: read other rows by their own door.")


def across_accounts(model: type[Owned], reach: Reach) -> QuerySet[Any]:
    """Rows of all accounts, as far as `models/crossings.py` lets this reach go. Only where the account is what is being
    looked for, or for the worker's rounds."""
    return QuerySet(model).using_db(Across(reach))
