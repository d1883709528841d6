"""Every column says whether it holds personal data, and if so whose, of what kind, why and for how long.

Wrap a column in `personal(…)` or `plain(…)`; a house test fails for a column that is wrapped in neither.
Masking, `@personalData` in the SDL, the export and (later) erasure, retention and the record of processing
are derived from this one mark. Categories are fideslang keys.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tortoise import fields

from rules.retention import RetentionClass
from rules.sharing import Purpose as Purpose

if TYPE_CHECKING:
    from tortoise.models import Model

T = TypeVar("T")


class Subject(enum.Enum):
    """Whose data it is."""

    CUSTOMER = "CUSTOMER"
    MEMBER = "MEMBER"
    STAFF = "STAFF"
    VISITOR = "VISITOR"


class Why(enum.Enum):
    """Why a column is not personal data."""

    IDENTIFIER = "a random identifier or a link between rows"
    STATE = "a state, a counter or a moment of bookkeeping"
    BUSINESS = "describes the business or what it offers"
    SETTING = "a choice the business made"
    SECRET = "a hash or a sealed value; never shown, never exported"  # noqa: S105 - words


@dataclass(frozen=True, slots=True)
class Personal:
    category: str
    subject: Subject
    purpose: Purpose
    retention: RetentionClass


@dataclass(frozen=True, slots=True)
class Plain:
    why: Why


Mark = Personal | Plain


def personal(column: T, category: str, subject: Subject, purpose: Purpose, retention: RetentionClass) -> T:
    """Mark a column as personal data."""
    cast("Any", column).mark = Personal(category, subject, purpose, retention)
    return column


def plain(column: T, why: Why) -> T:
    """Mark a column as not personal, with the reason."""
    cast("Any", column).mark = Plain(why)
    return column


def ref(table: str, *, null: bool = False) -> Any:
    """A link to a row of `table` in the same account. The database keeps it there by a key (account_id, id)."""
    column = plain(fields.UUIDField(null=True) if null else fields.UUIDField(), Why.IDENTIFIER)
    cast("Any", column).refers_to = table
    return column


def mark_of(model: type[Model], column: str) -> Mark | None:
    """The mark of a column, or None where it was forgotten."""
    return getattr(model._meta.fields_map[column], "mark", None)
