"""The access matrix: every field of the schema × every kind of viewer, computed from what is declared on the fields.

`docs/access-matrix.md` is this table as a page. `tests/isolation/test_matrix.py` asks the running product for each of
its cells, so the page cannot say what the product does not do.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type

from graph.planning import model_of
from graph.shape import Shape, shape_of
from permissions.every_viewer import EVERY_VIEWER
from permissions.roles import Access
from permissions.viewer import Viewer


class Cell(enum.Enum):
    """What one viewer gets of one field; the value is the sign on the page."""

    READ = "read"
    MASKED = "masked"
    OWN = "own"
    OPEN = "·"
    REFUSED = "–"


@dataclass(frozen=True, slots=True)
class Line:
    """One field with its cells, by the viewer's name."""

    type_name: str
    field_name: str
    shape: Shape
    cells: dict[str, Cell]


def lines(schema: GraphQLSchema) -> Iterator[Line]:
    """Every field of every object type, roots first."""
    roots = {type_.name for type_ in (schema.query_type, schema.mutation_type, schema.subscription_type) if type_}
    types = [t for t in schema.type_map.values() if isinstance(t, GraphQLObjectType) and not t.name.startswith("__")]
    for type_ in sorted(types, key=lambda t: (t.name not in roots, t.name)):
        for name, field in sorted(type_.fields.items()):
            shape = shape_of(field.extensions["strawberry-definition"])
            if shape is None:
                raise TypeError(f"{type_.name}.{name} declares no permission.")
            is_root = type_.name in roots
            cells = {who: cell(viewer, type_, field, shape, is_root) for who, viewer in EVERY_VIEWER.items()}
            yield Line(type_.name, name, shape, cells)


def cell(viewer: Viewer, type_: GraphQLObjectType, field: GraphQLField, shape: Shape, is_root: bool) -> Cell:
    """What the guard of a field will do for a viewer."""
    permission = shape.permission.permission
    if permission is None:
        return Cell.OPEN
    access = viewer.access(permission)
    if access is Access.READ:
        return Cell.READ
    if access is Access.MASKED and shape.mask is not None:
        return Cell.MASKED
    if access is Access.OWN and (is_root or _can_own(viewer, type_, field, shape)):
        return Cell.OWN
    return Cell.REFUSED


def _can_own(viewer: Viewer, type_: Any, field: GraphQLField, shape: Shape) -> bool:
    """Whether a row of this type can be the viewer's own, and so can the row that the field leads to."""
    if shape.finds:
        return _table(get_named_type(field.type)) in viewer.own
    tables = [_table(type_)] + ([_table(get_named_type(field.type))] if shape.via else [])
    return all(table in viewer.own for table in tables)


def _table(type_: Any) -> str | None:
    model = model_of(type_)
    return model._meta.db_table if model else None
