"""Python values as each database takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson

from models.storage.errors import Unstorable
from models.storage.instant import as_text, in_utc

_NATIVE = frozenset({str, int, float, bytes, bool, type(None)})
_SEQUENCES = (list, tuple, set, frozenset)


@dataclass(frozen=True)
class Json:
    """Marks a value, a list above all, as one JSON document. (A dict is one without being marked.)"""

    value: Any


def for_sqlite(value: Any) -> Any:
    """UUID, Decimal and date as text, a datetime as the text of `Instant`, an enum as its value.

    A list, tuple or set becomes JSON text, for `IN (SELECT value FROM json_each($1))`; so do a dict and `Json`.
    ValueError for a naive datetime.
    """
    if type(value) in _NATIVE:
        return value
    if isinstance(value, Enum):
        return for_sqlite(value.value)
    if isinstance(value, datetime):
        return as_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, _SEQUENCES):
        return _json([for_sqlite(element) for element in value])
    return _document(value)


def for_postgres(value: Any) -> Any:
    """What asyncpg takes natively stays, a list included (it is an array, for `= ANY($1)`).

    An enum becomes its value, a datetime is put into UTC, a dict or `Json` becomes JSON text.
    ValueError for a naive datetime.
    """
    if type(value) in _NATIVE:
        return value
    if isinstance(value, Enum):
        return for_postgres(value.value)
    if isinstance(value, datetime):
        return in_utc(value)
    if isinstance(value, _SEQUENCES):
        return [for_postgres(element) for element in value]
    return _document(value)


def all_for_sqlite(values: Sequence[Any]) -> list[Any]:
    """Every parameter of a statement as SQLite takes it. Unstorable for a text with U+0000, as on PostgreSQL."""
    taken = [value if type(value) in _NATIVE else for_sqlite(value) for value in values]
    if any(type(value) is str and "\0" in value for value in taken):
        raise Unstorable
    return taken


def _document(value: Any) -> Any:
    if isinstance(value, Json):
        return _json(value.value)
    return _json(value) if isinstance(value, dict) else value


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
