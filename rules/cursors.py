"""Keyset cursors: the value a row is sorted by and its id, in a form that clients keep but do not read."""

from __future__ import annotations

import base64
import binascii
import enum
import json
from datetime import date, datetime
from uuid import UUID


def write_cursor(order: str, value: object, key: UUID) -> str:
    """The cursor of a row that stands at `value` in the order `order`."""
    if isinstance(value, enum.Enum):
        value = value.value
    plain = value.isoformat() if isinstance(value, datetime | date) else str(value)
    return (
        base64.urlsafe_b64encode(json.dumps([order, plain, key.hex], ensure_ascii=False).encode()).decode().rstrip("=")
    )


def read_cursor(text: str, order: str) -> tuple[str, UUID]:
    """(value as text, id) of a cursor written for `order`; ValueError for anything else."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("not a cursor") from error
    if not (isinstance(parts, list) and len(parts) == 3 and all(isinstance(part, str) for part in parts)):
        raise ValueError("not a cursor")
    if parts[0] != order:
        raise ValueError("a cursor of another order")
    return parts[1], UUID(parts[2])
