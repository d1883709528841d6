"""Columns that many tables share, so that each is written once."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, TypeVar

from tortoise import fields
from tortoise.fields.base import Field

from models.personal import Why, plain
from models.storage.instant import Instant

E = TypeVar("E", bound=enum.Enum)


def version() -> Field[int]:
    """Counts the changes of a row; a caller that knows an older one gets `VersionConflict`."""
    return plain(fields.IntField(default=1), Why.STATE)


def moment() -> Instant[datetime]:
    """A moment of bookkeeping: changed at, expires at."""
    return plain(Instant(), Why.STATE)


def moment_if_any() -> Instant[datetime | None]:
    """A moment of bookkeeping that may not have come: archived at, used at."""
    return plain(Instant(null=True), Why.STATE)


def setting(default: int) -> Field[int]:
    """A number the business chose."""
    return plain(fields.IntField(default=default), Why.SETTING)


def choice(kind: type[E], default: E | None = None) -> Field[E]:
    """One value of an enumeration, stored by its value. Without a default it must be given."""
    more: Any = {} if default is None else {"default": default}
    return plain(fields.CharEnumField(kind, max_length=32, **more), Why.STATE)


def secret_hash() -> Field[str]:
    """SHA-256 of a secret, in hexadecimal. The secret itself is never stored."""
    return plain(fields.CharField(max_length=64), Why.SECRET)
