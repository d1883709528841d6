"""The order of a connection: who may ask for it, how rows are sorted, and where a cursor stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLObjectType
from strawberry.types import Info
from tortoise.exceptions import ValidationError
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from graph.shape import shape_of
from models.personal import Personal, mark_of
from permissions.roles import Access, Permission
from resolvers.listing import Listing
from rules.cursors import read_cursor
from rules.errors import BadInput


def ordered(rows: QuerySet[Any], column: str, descending: bool) -> QuerySet[Any]:
    """Sorted by a column, ties broken by the id, both in the same direction."""
    sign = "-" if descending else ""
    return rows.order_by(f"{sign}{column}", *([] if column == "id" else [f"{sign}id"]))


def past(wanted: Listing, cursor: str, backwards: bool) -> QuerySet[Any]:
    """The rows past a cursor. The first condition lets an index find them; the second settles ties by id."""
    column = wanted.rows.model._meta.fields_map[wanted.order]
    try:
        text, key = read_cursor(cursor, wanted.order)
        value = column.to_python_value(text)
        column.validate(value)
    except (ValueError, KeyError, TypeError, ValidationError):
        raise BadInput("This cursor is not from this connection in this order. Begin again without one.") from None
    beyond = "lt" if backwards else "gt"
    if wanted.order == "id":
        return wanted.rows.filter(**{f"id__{beyond}": key})
    either = _q(f"{wanted.order}__{beyond}", value) | _q(f"id__{beyond}", key)
    return wanted.rows.filter(_q(f"{wanted.order}__{beyond}e", value) & either)


def _q(condition: str, value: Any) -> Q:
    return Q(**{condition: value})


def check_order(info: Info, node: GraphQLObjectType, wanted: Listing, permission: Permission) -> None:
    """Denied where rows would be sorted by what the viewer sees masked or not at all.

    An order tells about the values, and a cursor holds one. So a personal column sorts only for who reads values of
    its category in clear: of all rows, or of own rows in a list that holds no others.
    """
    model = wanted.rows.model
    mark = mark_of(model, wanted.order)
    if not isinstance(mark, Personal):
        return
    viewer, needed = info.context.viewer, list(_permissions_of(node, model, mark.category))
    if not needed:
        raise TypeError(f"{node.name} shows nothing of {mark.category}, so nobody may sort it by {wanted.order}.")
    clear = {Access.READ} | ({Access.OWN} if viewer.access(permission) is Access.OWN else set())
    if not any(viewer.access(one) in clear for one in needed):
        raise viewer.denied(needed[0])


def _permissions_of(node: GraphQLObjectType, model: Any, category: str) -> Iterator[Permission]:
    """The permissions under which a type shows personal values of a category."""
    for field in node.fields.values():
        shape = shape_of(field.extensions["strawberry-definition"])
        marks = [mark_of(model, column) for column in shape.needs] if shape else []
        shows = any(isinstance(mark, Personal) and mark.category == category for mark in marks)
        if shape and shows and shape.permission.permission:
            yield shape.permission.permission
