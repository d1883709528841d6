"""A moment in time: an aware UTC datetime in Python, comparable and sortable in both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from tortoise.fields.base import Field

if TYPE_CHECKING:
    from tortoise.models import Model

T = TypeVar("T", datetime, datetime | None)


def in_utc(value: datetime) -> datetime:
    """The same moment in UTC. ValueError for a naive datetime, which names no moment, or one beyond year 9999."""
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise ValueError("A datetime without an offset names no moment: pass an aware datetime.")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("This moment is outside of the years that a datetime can hold in UTC.") from None


def as_text(value: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS.ffffff+00:00`: always 32 characters in UTC, so that text order is time order."""
    return in_utc(value).isoformat(" ", "microseconds")


def from_database(value: datetime | str) -> datetime:
    """What a row holds (text on SQLite, a datetime on PostgreSQL) as an aware UTC datetime."""
    return in_utc(value if isinstance(value, datetime) else datetime.fromisoformat(value))


class Instant(Field[T]):
    """A moment, stored as TIMESTAMPTZ on PostgreSQL and as the text of `as_text` on SQLite.

    Any offset is accepted and becomes UTC on the way in, in `create`, `filter`, `update` and bulk verbs alike.
    A naive datetime raises ValueError, anything that is no datetime raises TypeError.
    """

    field_type = datetime
    SQL_TYPE = "TIMESTAMPTZ"
    skip_to_python_if_native = True  # asyncpg already gives aware UTC datetimes

    class _db_sqlite:
        SQL_TYPE = "TEXT"

    if TYPE_CHECKING:

        @overload
        def __init__(self: Instant[datetime], *, null: Literal[False] = False, **kwargs: Any) -> None: ...

        @overload
        def __init__(self: Instant[datetime | None], *, null: Literal[True], **kwargs: Any) -> None: ...

        def __init__(self, **kwargs: Any) -> None: ...

    def to_python_value(self, value: Any) -> datetime | None:
        """An aware UTC datetime from a row or from the caller of the model."""
        return None if value is None else from_database(value)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> datetime | None:
        """The moment in UTC; the SQLite connection writes it as text, like every other datetime it is given."""
        if value is not None:
            if not isinstance(value, datetime):
                raise TypeError(f"{self.model_field_name} is a moment: pass an aware datetime.")
            value = in_utc(value)
        self.validate(value)
        return value  # type: ignore[no-any-return]
