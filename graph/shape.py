"""What is declared on a field: its permission, its mask, the columns it needs and the row it leads to.

Everything that guards, masks, marks or reads a field looks here; nothing of it is written in a resolver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from strawberry.types.field import StrawberryField
from tortoise.queryset import QuerySet

from models.personal import Plain, Why, mark_of
from permissions.classes import Anyone, Can
from resolvers.context import Context
from rules.masking import Mask

KEY = "calendera"


@dataclass(frozen=True, slots=True)
class Through:
    """How to reach many rows: rows of `model` whose `near` is the parent's id.

    With `far`, `model` only joins: the rows wanted are those that its column `far` points to.
    Rows come in the order of `order`, or, where `sorted_by` is given, of that column of the rows wanted.
    `single`: there is at most one, and the field answers it or null.
    `shows` says which of the rows wanted this viewer may be shown, as the list of them at the root does; None: all.
    """

    model: type[Any]
    near: str
    far: str | None = None
    order: str = "id"
    sorted_by: str | None = None
    single: bool = False
    shows: Callable[[Context], QuerySet[Any] | None] | None = None

    def __post_init__(self) -> None:
        for column in (self.near, self.order, *([self.far] if self.far else [])):
            if column not in self.model._meta.fields_map:
                raise TypeError(f"{self.model.__name__} has no column {column}.")


@dataclass(frozen=True, slots=True)
class Size:
    """How many a list holds, for its price: as the largest of its arguments `by` says, and `assumed` without them.

    `of`: the field answers a connection, and it is these fields of it that hold as many.
    """

    assumed: int = 0
    by: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Columns of the one row that the column `via` points to, which a computed field is made from. The field's function
    finds them under `name`; nothing of that row is shown but what it makes."""

    name: str
    via: str
    model: type[Any]
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        for column in self.columns:
            if column not in self.model._meta.fields_map or mark_of(self.model, column) == Plain(Why.SECRET):
                raise TypeError(f"{self.model.__name__}.{column} is no column that a field may be made from.")


@dataclass(frozen=True, slots=True)
class Shape:
    """`needs` are columns of the parent's row; `via` is its column that points to one other row.

    `weight` is what one answer of the field costs, a list's for each of its items; `size` says how many these are.
    `beside` are rows that are joined for a value that is made from them too.
    `finds`: the field of a plain object leads to a row that is confined to own rows where it is read, as at the root.
    """

    permission: Can | Anyone
    needs: tuple[str, ...] = ()
    mask: Mask | None = None
    via: str | None = None
    through: Through | None = None
    weight: int = 0
    size: Size | None = None
    finds: bool = False
    beside: tuple[Beside, ...] = ()


def shape_of(field: StrawberryField) -> Shape | None:
    """What was declared on a field; None where it was made without `graph/field.py`."""
    found = field.metadata.get(KEY)
    return found if isinstance(found, Shape) else None


def reshape(field: StrawberryField, **changes: Any) -> Shape:
    """Complete what was declared, once the class around the field is known."""
    shape: Shape = replace(field.metadata[KEY], **changes)
    field.metadata = MappingProxyType({**field.metadata, KEY: shape})
    return shape
