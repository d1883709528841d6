"""Narrowing a list by what a client typed. What cannot be read as such a value is a `BadInput` that says why."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from models.tenancy import Owned
from rules.errors import BadInput
from rules.ids import key_of
from rules.searching import SEARCH_LENGTH, search_key
from rules.text import clean_line

V = TypeVar("V")
T = TypeVar("T")

SEARCH_WORDS = f"Part of the name, up to {SEARCH_LENGTH} characters; capitals and accents do not matter."


class Direction(enum.Enum):
    """Which end of an order comes first."""

    ASCENDING = "ASCENDING"
    DESCENDING = "DESCENDING"


DirectionArgument = Annotated[Direction, strawberry.argument(description="Which end comes first.")]


def typed(rule: Callable[[V], T], value: V) -> T:
    """The value of a filter as a rule cleans it."""
    try:
        return rule(value)
    except ValueError as error:
        raise BadInput(str(error)) from None


def by_name(rows: QuerySet[Any], search: str | None) -> QuerySet[Any]:
    """The rows whose name contains the text; all of them where there is nothing in it to look for."""
    if search is None:
        return rows
    key = search_key(typed(lambda text: clean_line(text, "search", most=SEARCH_LENGTH, least=0), search))
    return rows.filter(search_name__contains=key) if key else rows


def key_in(model: type[Owned], id: str) -> UUID:
    """The key in the id of a filter; the nil key, which no row has, for what is no id of this model."""
    return key_of(model._meta.db_table, id) or UUID(int=0)


def linked(rows: QuerySet[Any], links: QuerySet[Any], column: str, *, by: str = "id") -> QuerySet[Any]:
    """The rows whose `by` is among the values that the `links` have in `column`."""
    return rows.filter(**{f"{by}__in": Subquery(links.values(column))})
