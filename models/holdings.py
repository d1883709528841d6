"""What an account holds, table by table: derived from the models, so that a new one is never forgotten.

Everything is read but what is marked `Why.SECRET`. Ids are those of the API; rows that it never shows by an id of
their own (tags, cancellations, blocked times) have the bare UUID.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from tortoise.models import Model

import models
from models.account import Account
from models.act import TABLES, ActorKind
from models.mail import Mail
from models.personal import Plain, Why, mark_of
from models.storage.client import Row
from models.storage.instant import from_database
from models.storage.snapshot import Fetch
from models.tenancy import Owned
from models.user import User
from rules.ids import PREFIXES, global_id
from rules.instants import format_instant

BATCH = 250
_FIRST = UUID(int=0)
# Of the people who work in the account: who they are. How they sign in is theirs, not the account's.
_OF_A_MEMBER = ("id", "name", "email")
_PEOPLE = frozenset(
    {
        "user_id", "invited_by_id", "requested_by_id", "approved_by_id", "made_by_id", "asked_by_id", "given_by_id",
        "reviewed_by_id",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holding:
    """One table: its name, the columns that are read, and where the rows of an account are among all."""

    model: type[Model]
    columns: tuple[str, ...]
    whose: str = "t.account_id = $1"

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    async def rows(self, fetch: Fetch, account_id: UUID) -> AsyncIterator[list[Row]]:
        """The account's rows in batches, in the order of their ids: however many there are, few are in memory."""
        columns = ", ".join(f't."{column}"' for column in self.columns)
        sql = f"SELECT {columns} FROM {self.table} t WHERE {self.whose} AND t.id > $2 ORDER BY t.id LIMIT {BATCH}"
        last = _FIRST
        while batch := list(await fetch(sql, account_id, last)):
            yield batch
            last = batch[-1]["id"] if isinstance(batch[-1]["id"], UUID) else UUID(batch[-1]["id"])

    def line(self, row: Row) -> bytes:
        """A row as one line of JSON."""
        values = {column: self._value(column, row) for column in self.columns}
        return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)

    def _value(self, column: str, row: Row) -> Any:
        value = row[column]
        if value is None:
            return None
        kind = type(self.model._meta.fields_map[column]).__name__
        if kind == "UUIDField":
            return _id(self._points_to(column, row), value)
        if kind == "Instant":
            return format_instant(from_database(value))
        if kind == "BooleanField":
            return bool(value)
        if kind == "JSONField":
            return orjson.loads(value) if isinstance(value, str) else value
        return value

    def _points_to(self, column: str, row: Row) -> str | None:
        """The table that an id is from, where that is known."""
        if column in ("id", "account_id"):
            return self.table if column == "id" else "account"
        if column == "subject_id":
            return str(row["subject"])
        if column == "actor_id":
            return TABLES.get(ActorKind(row["actor_kind"]))
        referred = getattr(self.model._meta.fields_map[column], "refers_to", None)
        return "app_user" if column in _PEOPLE else referred


def holdings() -> list[Holding]:
    """Every table that holds something of an account: the account itself, its people, and every model that is owned."""
    members = "t.id IN (SELECT m.user_id FROM membership m WHERE m.account_id = $1)"
    owned = [model for model in vars(models).values() if isinstance(model, type) and issubclass(model, Owned)]
    return [
        Holding(Account, told(Account), "t.id = $1"),
        Holding(User, _OF_A_MEMBER, members),
        *(Holding(model, told(model)) for model in sorted(owned, key=lambda model: model._meta.db_table)),
        # Waiting messages are no account's rows, but those written for one belong to what it holds.
        Holding(Mail, told(Mail)),
    ]


def told(model: type[Model]) -> tuple[str, ...]:
    """The columns of a model that are given to the account: all but secrets. TypeError for one without a mark."""
    return tuple(column for column in model._meta.fields_map if not _secret(model, column))


def _secret(model: type[Model], column: str) -> bool:
    mark = mark_of(model, column)
    if mark is None:
        raise TypeError(f"{model.__name__}.{column} says neither personal(…) nor plain(…).")
    return isinstance(mark, Plain) and mark.why is Why.SECRET


def _id(table: str | None, value: UUID | str) -> str:
    key = value if isinstance(value, UUID) else UUID(value)
    return global_id(table, key) if table in PREFIXES else str(key)
